//! QR codes in pictures of the camera: read by the browser where it can (Shape Detection API), else by a worker of our
//! own, which is loaded with the first picture.

use std::rc::Rc;

use js_sys::{Array, Promise, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::ImageData;

use super::answerer::Answerer;
use super::{Inputs, js};
use crate::chat::Input;
use crate::chat::command::Frame;
use crate::chat::id::Ticket;

/// The worker's script, relative to the page.
pub const SCRIPT: &str = "./kith-scan_loader.js";

#[wasm_bindgen]
extern "C" {
    /// `BarcodeDetector`, which few browsers have.
    type BarcodeDetector;

    #[wasm_bindgen(constructor, catch)]
    fn new(options: &JsValue) -> Result<BarcodeDetector, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn detect(this: &BarcodeDetector, picture: &ImageData) -> Result<Promise, JsValue>;
}

/// The reader of QR codes. Asked `{width, height, luma}`, the worker answers `{text}`, or nothing where it sees none.
pub struct Scan {
    worker: Rc<Answerer>,
    inputs: Inputs,
}

impl Scan {
    /// A reader whose worker runs this script; nothing is loaded yet.
    #[must_use]
    pub fn new(script: &str, inputs: &Inputs) -> Self {
        Self { worker: Rc::new(Answerer::new(script)), inputs: inputs.clone() }
    }

    /// Carries out `Effect::ReadCode`.
    pub fn read(&self, ticket: Ticket, frame: Frame) {
        let (worker, inputs) = (self.worker.clone(), self.inputs.clone());
        spawn_local(async move {
            match detect(&frame).await {
                // A detector that is there and cannot work (no service behind it) is as good as none.
                Err(_) => ask(&worker, inputs, ticket, &frame),
                Ok(text) => inputs.push(Input::Code(ticket, text.map(Into::into))),
            }
        });
    }
}

async fn detect(frame: &Frame) -> Result<Option<String>, JsValue> {
    if js::property(&js::window(), "BarcodeDetector").is_none() {
        return Err(JsValue::UNDEFINED);
    }
    let formats = Array::of1(&"qr_code".into());
    let detector = BarcodeDetector::new(&js::object(&[("formats", formats.into())]))?;
    let pixels: Vec<u8> = frame.luma.iter().flat_map(|&shade| [shade, shade, shade, 255]).collect();
    let pixels = Uint8ClampedArray::from(pixels.as_slice());
    let picture = ImageData::new_with_js_u8_clamped_array_and_sh(&pixels, frame.width, frame.height)?;
    let found: Array = JsFuture::from(detector.detect(&picture)?).await?.dyn_into()?;
    Ok(js::property(&found.get(0), "rawValue").and_then(|text| text.as_string()))
}

fn ask(worker: &Answerer, inputs: Inputs, ticket: Ticket, frame: &Frame) {
    let luma = Uint8Array::from(&*frame.luma);
    let question = [("width", frame.width.into()), ("height", frame.height.into()), ("luma", luma.into())];
    worker.ask(&question, move |answer| {
        let text = answer.and_then(|answer| js::property(&answer, "text")?.as_string());
        inputs.push(Input::Code(ticket, text.map(Into::into)));
    });
}
