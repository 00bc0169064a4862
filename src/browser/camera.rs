//! The camera, while the screens show it: several pictures a second are looked at for a QR code, by the browser where it
//! can (Shape Detection API), else by a worker of our own, which is loaded with the first picture.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Interval;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamConstraints,
    MediaStreamTrack,
};

use super::answerer::Answerer;
use super::{Inputs, js};
use crate::chat::Input;
use crate::chat::effect::VIEWFINDER;
use crate::chat::id::Ticket;
use crate::chat::input::CameraError;

/// The worker's script, relative to the page.
pub const SCRIPT: &str = "./kith-scan_loader.js";

/// How often a picture is looked at, in milliseconds.
const EVERY: u32 = 250;
/// The longest side of a picture, in pixels: a code that fills a third of it is read.
const SIDE: f64 = 640.0;

#[wasm_bindgen]
extern "C" {
    /// `BarcodeDetector`, which few browsers have.
    type BarcodeDetector;

    #[wasm_bindgen(constructor, catch)]
    fn new(options: &JsValue) -> Result<BarcodeDetector, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn detect(this: &BarcodeDetector, picture: &HtmlVideoElement) -> Result<Promise, JsValue>;
}

/// The camera, open or not.
pub struct Camera(Rc<Finder>);

struct Finder {
    /// Asked `{width, height, luma}`, it answers `{text}`, or nothing where it sees no code.
    worker: Answerer,
    inputs: Inputs,
    open: RefCell<Option<Open>>,
    /// For whom it is open, or about to be.
    ticket: Cell<Option<Ticket>>,
    /// A picture is being looked at.
    looking: Cell<bool>,
}

/// Dropping it closes the camera.
struct Open {
    stream: MediaStream,
    _taking: Interval,
}

impl Drop for Open {
    fn drop(&mut self) {
        stop(&self.stream);
    }
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

impl Camera {
    /// A closed camera, and a reader whose worker runs this script; nothing is loaded yet.
    #[must_use]
    pub fn new(script: &str, inputs: &Inputs) -> Self {
        Self(Rc::new(Finder {
            worker: Answerer::new(script),
            inputs: inputs.clone(),
            open: RefCell::new(None),
            ticket: Cell::new(None),
            looking: Cell::new(false),
        }))
    }

    /// Carries out `Effect::OpenCamera`.
    pub fn open(&self, ticket: Ticket) {
        self.close();
        self.0.ticket.set(Some(ticket));
        let finder = self.0.clone();
        spawn_local(async move {
            let stream = ask().await;
            // The person may have gone on meanwhile.
            let wanted = finder.ticket.get() == Some(ticket);
            match (stream, viewfinder()) {
                (Ok(stream), Some(video)) if wanted => finder.watch(stream, &video, ticket),
                (Ok(stream), _) => stop(&stream),
                (Err(error), _) if wanted => finder.inputs.push(Input::NoCamera(ticket, error)),
                (Err(_), _) => {}
            }
        });
    }

    /// Carries out `Effect::CloseCamera`.
    pub fn close(&self) {
        self.0.ticket.set(None);
        self.0.open.take();
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.close();
    }
}

impl Finder {
    fn watch(self: &Rc<Self>, stream: MediaStream, video: &HtmlVideoElement, ticket: Ticket) {
        video.set_src_object(Some(&stream));
        let (weak, video) = (Rc::downgrade(self), video.clone());
        let look = move || {
            if let Some(finder) = weak.upgrade().filter(|finder| !finder.looking.get()) {
                finder.look(video.clone(), ticket);
            }
        };
        self.open.replace(Some(Open { stream, _taking: Interval::new(EVERY, look) }));
    }

    fn look(self: Rc<Self>, video: HtmlVideoElement, ticket: Ticket) {
        self.looking.set(true);
        spawn_local(async move {
            match detect(&video).await {
                Ok(text) => self.seen(ticket, text),
                // A detector that is there and cannot work (no service behind it) is as good as none.
                Err(_) => self.ask_worker(&video, ticket),
            }
        });
    }

    fn ask_worker(self: Rc<Self>, video: &HtmlVideoElement, ticket: Ticket) {
        let Some((width, height, luma)) = picture(video) else { return self.looking.set(false) };
        let luma = Uint8Array::from(luma.as_slice());
        let question = [("width", width.into()), ("height", height.into()), ("luma", luma.into())];
        let finder = self.clone();
        self.worker.ask(&question, move |answer| {
            finder.seen(ticket, answer.and_then(|answer| js::property(&answer, "text")?.as_string()));
        });
    }

    fn seen(&self, ticket: Ticket, text: Option<String>) {
        self.looking.set(false);
        if let Some(text) = text.filter(|_| self.ticket.get() == Some(ticket)) {
            self.inputs.push(Input::Code(ticket, text.into()));
        }
    }
}

/// Where the screens show what the camera sees.
fn viewfinder() -> Option<HtmlVideoElement> {
    js::window().document()?.get_element_by_id(VIEWFINDER)?.dyn_into().ok()
}

/// Asks for the camera at the back, if there are two.
async fn ask() -> Result<MediaStream, CameraError> {
    let wanted = js::object(&[("facingMode", "environment".into()), ("width", 1280.into())]);
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&wanted);
    // There is none in a page that came over plain http from elsewhere.
    let devices = js::window().navigator().media_devices().map_err(|_| CameraError::Missing)?;
    if devices.is_undefined() {
        return Err(CameraError::Missing);
    }
    let asked = devices.get_user_media_with_constraints(&constraints).map_err(|_| CameraError::Missing)?;
    let refused = |error: JsValue| match js::error_name(&error).as_str() {
        "NotAllowedError" => CameraError::Denied,
        _ => CameraError::Missing,
    };
    JsFuture::from(asked).await.map(JsCast::unchecked_into).map_err(refused)
}

async fn detect(video: &HtmlVideoElement) -> Result<Option<String>, JsValue> {
    if js::property(&js::window(), "BarcodeDetector").is_none() {
        return Err(JsValue::UNDEFINED);
    }
    let formats = Array::of1(&"qr_code".into());
    let detector = BarcodeDetector::new(&js::object(&[("formats", formats.into())]))?;
    let found: Array = JsFuture::from(detector.detect(video)?).await?.dyn_into()?;
    Ok(js::property(&found.get(0), "rawValue").and_then(|text| text.as_string()))
}

/// What the camera sees now, in shades of grey; nothing before it sees anything.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths of at most 640 pixels")]
fn picture(video: &HtmlVideoElement) -> Option<(u32, u32, Vec<u8>)> {
    let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
    if width == 0.0 || height == 0.0 {
        return None;
    }
    let scale = (SIDE / width.max(height)).min(1.0);
    let (width, height) = ((width * scale) as u32, (height * scale) as u32);
    let canvas: HtmlCanvasElement =
        js::window().document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (w, h) = (f64::from(width), f64::from(height));
    context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, w, h).ok()?;
    let pixels = context.get_image_data(0.0, 0.0, w, h).ok()?.data();
    Some((width, height, pixels.chunks_exact(4).map(luma).collect()))
}

/// ITU-R BT.601, in 256ths.
#[expect(clippy::cast_possible_truncation, reason = "the weights add up to 256")]
fn luma(pixel: &[u8]) -> u8 {
    let [red, green, blue, ..] = pixel else { return 0 };
    ((u32::from(*red) * 77 + u32::from(*green) * 150 + u32::from(*blue) * 29) >> 8) as u8
}
