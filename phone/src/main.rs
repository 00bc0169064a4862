//! The worker: `{id, text, region}` comes in, `{id, number}` or `{id, error}` goes out.

#[cfg(target_arch = "wasm32")]
fn answer(question: &wasm_bindgen::JsValue) -> Option<(&'static str, wasm_bindgen::JsValue)> {
    let text = |name: &str| kith_worker::field(question, name).as_string().unwrap_or_default();
    Some(match kith_phone::parse(&text("text"), &text("region")) {
        Ok(number) => ("number", number.into()),
        Err(error) => ("error", error.name().into()),
    })
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    kith_worker::serve(answer);
}
