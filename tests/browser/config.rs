use kith::browser::config::{Page, load, parse};
use kith::chat::account::ConfigError;
use kith::chat::json::Kind;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::patch;

fn page(secure: bool) -> Page {
    let scheme = if secure { "https" } else { "http" };
    Page {
        secure,
        host: "chat.example:8443".into(),
        hostname: "chat.example".into(),
        address: format!("{scheme}://chat.example:8443/kith/"),
    }
}

fn broker(secure: bool, broker: &str) -> Result<String, ConfigError> {
    let text = format!("{{\"broker\": \"{broker}\"}}");
    parse(&text, &page(secure)).map(|defaults| defaults.broker.to_string())
}

#[wasm_bindgen_test]
fn a_broker_is_an_address_or_a_port_or_the_page_itself() {
    assert_eq!(broker(false, "").unwrap(), "ws://chat.example:8443/mqtt");
    assert_eq!(broker(true, "").unwrap(), "wss://chat.example:8443/mqtt");
    assert_eq!(broker(false, ":9001/mqtt").unwrap(), "ws://chat.example:9001/mqtt");
    assert_eq!(broker(true, ":9001").unwrap(), "wss://chat.example:9001");
    assert_eq!(broker(true, "ws://10.0.0.1:9001/ws").unwrap(), "ws://10.0.0.1:9001/ws");
    assert_eq!(broker(false, "wss://b.example/mqtt").unwrap(), "wss://b.example/mqtt");
}

#[wasm_bindgen_test]
fn a_broker_that_is_none_of_these_is_named_in_the_error() {
    for wrong in ["localhost:9001", "http://b.example", ":", ":mqtt", ":0", ":65536/mqtt", "//b.example"] {
        assert_eq!(broker(false, wrong), Err(ConfigError::Broker(wrong.into())));
    }
}

#[wasm_bindgen_test]
fn what_is_left_out_has_defaults() {
    let defaults = parse("{}", &page(true)).unwrap();
    assert_eq!((&*defaults.root, &*defaults.region, &*defaults.brand), ("kith", "", "Kith"));
    assert!(defaults.secure_page);
    assert_eq!(&*defaults.page, "https://chat.example:8443/kith/");
}

#[wasm_bindgen_test]
fn what_is_there_is_taken() {
    let text = "\u{feff}{\"root\": \"family\", \"region\": \"pl\", \"brand\": \"Ours\", \"later\": 1}";
    let defaults = parse(text, &page(false)).unwrap();
    assert_eq!((&*defaults.root, &*defaults.region, &*defaults.brand), ("family", "PL", "Ours"));
}

#[wasm_bindgen_test]
fn a_malformed_file_is_refused_with_the_reason() {
    for (wrong, reason) in [
        ("", ConfigError::Truncated),
        ("{\"broker\":", ConfigError::Truncated),
        ("[]", ConfigError::NoObject),
        ("[\"wss://b.example\"]", ConfigError::NoObject),
        ("null", ConfigError::NoObject),
        ("<!doctype html>", ConfigError::Syntax { line: 1, column: 1 }),
        ("{\n  \"brand\": \"Ours\"\n  \"root\": \"x\"\n}", ConfigError::Syntax { line: 3, column: 3 }),
    ] {
        assert_eq!(parse(wrong, &page(false)), Err(reason), "{wrong}");
    }
    for (wrong, name, kind) in
        [("{\"broker\": 1}", "broker", Kind::Text), ("{\"servers\": \"\"}", "servers", Kind::Texts)]
    {
        assert_eq!(parse(wrong, &page(false)), Err(ConfigError::Member(name, kind)), "{wrong}");
    }
}

#[wasm_bindgen_test]
fn the_servers_to_choose_from_begin_with_the_one_the_page_begins_with() {
    let text = "{\"broker\": \":9001/mqtt\", \"servers\": [\"\", \" wss://b.example/mqtt \"]}";
    let servers = parse(text, &page(false)).unwrap().presets;
    let servers: Vec<&str> = servers.iter().map(|server| &**server).collect();
    assert_eq!(
        servers,
        ["ws://chat.example:9001/mqtt", "ws://chat.example:8443/mqtt", "wss://b.example/mqtt"]
    );
    let wrong = parse("{\"servers\": [\"b.example\"]}", &page(false));
    assert_eq!(wrong, Err(ConfigError::Broker("b.example".into())));
}

#[wasm_bindgen_test]
async fn the_file_is_fetched_beside_the_page_and_checked_for_news() {
    let _undo = patch(
        "globalThis.realFetch = fetch; globalThis.asked = [];
         globalThis.fetch = (url, init) => { asked.push([url, init.cache]); return Promise.resolve(new Response('{\"brand\":\"X\"}')); }",
        "globalThis.fetch = realFetch",
    );
    assert_eq!(&*load().await.unwrap().brand, "X");
    let asked = super::support::js("return JSON.stringify(asked)").as_string().unwrap();
    assert_eq!(asked, r#"[["./config.json","no-cache"]]"#);
}

#[wasm_bindgen_test]
async fn the_tab_has_its_name_also_where_the_file_is_wrong() {
    let _undo = patch(
        "globalThis.realFetch = fetch; document.title = 'Kith';
         globalThis.fetch = () => Promise.resolve(new Response('{\"brand\":\"Ours\",\"broker\":1}'))",
        "globalThis.fetch = realFetch; document.title = 'Kith'",
    );
    assert_eq!(load().await, Err(ConfigError::Member("broker", Kind::Text)));
    assert_eq!(super::support::js("return document.title").as_string().unwrap(), "Ours");
}

#[wasm_bindgen_test]
async fn a_missing_file_and_a_missing_server_are_told_apart() {
    let undo = patch(
        "globalThis.realFetch = fetch; globalThis.fetch = () => Promise.resolve(new Response('', {status: 404}))",
        "globalThis.fetch = realFetch",
    );
    assert_eq!(load().await, Err(ConfigError::Status(404)));
    drop(undo);
    let _undo = patch(
        "globalThis.realFetch = fetch; globalThis.fetch = () => Promise.reject(new TypeError('no'))",
        "globalThis.fetch = realFetch",
    );
    assert_eq!(load().await, Err(ConfigError::Unreachable));
}
