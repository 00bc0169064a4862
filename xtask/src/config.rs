//! The configuration that the page reads, with the broker of this run in it.
//!
//! Trunk copies `public/config.json` as it is. While serving, Trunk passes requests for it on to here, so that
//! neither the file nor a rebuild is touched.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::ROOT;

/// Answers `/config.json` until xtask ends; tells where.
pub(crate) fn serve(broker: String) -> Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let file = ROOT.join("public/config.json");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser that goes away misses nothing.
            let _ = answer(stream, &file, &broker);
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream, file: &Path, broker: &str) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut head = BufReader::new(stream.try_clone()?).lines();
    while head.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let (status, body) = match fs::read_to_string(file) {
        Ok(config) => ("200 OK", with_broker(&config, broker)),
        Err(error) => ("500 Internal Server Error", format!("{}: {error}", file.display())),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(())
}

/// The configuration with another broker; all else stays as it was written.
fn with_broker(config: &str, broker: &str) -> String {
    replace_value(config, "broker", broker)
        .unwrap_or_else(|| config.replacen('{', &format!("{{\n  \"broker\": \"{broker}\","), 1))
}

fn replace_value(json: &str, key: &str, value: &str) -> Option<String> {
    let (before, rest) = json.split_once(&format!("\"{key}\""))?;
    let (colon, rest) = rest.split_once('"')?;
    let (_, after) = rest.split_once('"')?;
    (colon.trim() == ":").then(|| format!("{before}\"{key}\"{colon}\"{value}\"{after}"))
}

/// What may stand in a broker's URL without further ado.
pub(crate) fn check_broker(url: &str) -> Result<()> {
    let rest = url.strip_prefix("ws://").or_else(|| url.strip_prefix("wss://"));
    rest.filter(|rest| !rest.is_empty())
        .filter(|rest| !rest.contains(['"', '\\', ' ']) && !rest.contains(char::is_control))
        .with_context(|| format!("--broker wants ws://… or wss://…, not {url:?}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_broker_is_replaced_and_nothing_else() {
        let config = "{\n  \"broker\": \"\",\n  \"root\": \"kith\"\n}\n";
        let expected = "{\n  \"broker\": \":9080/mqtt\",\n  \"root\": \"kith\"\n}\n";
        assert_eq!(with_broker(config, ":9080/mqtt"), expected);
        assert_eq!(with_broker(expected, ""), config);
    }

    #[test]
    fn a_missing_broker_is_added() {
        assert_eq!(
            with_broker("{\"root\": \"kith\"}", "ws://a/b"),
            "{\n  \"broker\": \"ws://a/b\",\"root\": \"kith\"}"
        );
    }

    #[test]
    fn a_broker_is_a_web_socket_url() {
        assert!(check_broker("wss://broker.example:8084/mqtt").is_ok());
        for wrong in ["", "broker.example", "http://broker.example", "ws://", "ws://a\"b"] {
            assert!(check_broker(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_repository_has_a_broker_to_replace() {
        let config = fs::read_to_string(ROOT.join("public/config.json")).unwrap_or_default();
        assert!(replace_value(&config, "broker", "x").is_some());
    }
}
