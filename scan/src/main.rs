//! The worker: `{id, width, height, luma}` comes in, one byte of `luma` for each pixel; `{id, text}` goes out, or `{id}`
//! where there is no QR code in the picture.

#[cfg(target_arch = "wasm32")]
fn answer(question: &wasm_bindgen::JsValue) -> Option<(&'static str, wasm_bindgen::JsValue)> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let number = |name: &str| kith_worker::field(question, name).as_f64().map(|number| number as usize);
    let luma = js_sys::Uint8Array::new(&kith_worker::field(question, "luma")).to_vec();
    let text = kith_scan::read(number("width")?, number("height")?, &luma)?;
    Some(("text", text.into()))
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    kith_worker::serve(answer);
}
