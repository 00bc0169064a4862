//! The camera, for as long as it is shown: several pictures a second are handed to the core, which looks for a code.

use std::time::Duration;

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use leptos::{html, leptos_dom::helpers::IntervalHandle};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamConstraints,
    MediaStreamTrack,
};

use crate::chat::Command;
use crate::chat::command::Frame;
use crate::chat::id::UserId;
use crate::ui::dispatch::Dispatch;
use crate::ui::text;
use crate::ui::widgets::live::live;

/// How often a picture is taken.
const EVERY: Duration = Duration::from_millis(250);
/// The longest side of a picture, in pixels: a code that fills a third of it is read.
const SIDE: f64 = 640.0;

/// What the camera sees.
#[component]
pub(super) fn Camera(contact: UserId) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let video = NodeRef::<html::Video>::new();
    let trouble = RwSignal::new(None::<&'static str>);
    let open = StoredValue::new_local(Open::default());
    spawn_local(async move {
        match ask_for_camera().await {
            Ok(stream) => {
                let take = move || {
                    if let Some(frame) = video.get_untracked().and_then(|video| picture(&video)) {
                        dispatch.dispatch(Command::ScanFrame { contact, frame });
                    }
                };
                // The person may have left meanwhile.
                match (video.try_get_untracked().flatten(), open.is_disposed()) {
                    (Some(video), false) => {
                        video.set_src_object(Some(&stream));
                        let taking = set_interval_with_handle(take, EVERY).ok();
                        open.set_value(Open { stream: Some(stream), taking });
                    }
                    (_, _) => stop(&stream),
                }
            }
            Err(denied) => {
                trouble.try_set(Some(if denied { text::CAMERA_DENIED } else { text::NO_CAMERA }));
            }
        }
    });
    on_cleanup(move || open.try_update_value(|open| drop(std::mem::take(open))).unwrap_or_default());
    view! {
        <div class="camera">
            <video node_ref=video autoplay muted playsinline aria-label=text::CAMERA></video>
            {live(move || match trouble.get() {
                Some(trouble) => view! { <p class="field-error" role="alert">{trouble}</p> }.into_any(),
                None => view! { <p class="soft">{text::SCANNING}</p> }.into_any(),
            })}
        </div>
    }
}

/// The open camera. Dropping it closes it.
#[derive(Default)]
struct Open {
    stream: Option<MediaStream>,
    taking: Option<IntervalHandle>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(taking) = self.taking.take() {
            taking.clear();
        }
        if let Some(stream) = self.stream.take() {
            stop(&stream);
        }
    }
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// Asks for the camera at the back, if there are two. The error says whether it was denied.
async fn ask_for_camera() -> Result<MediaStream, bool> {
    let wanted = Object::new();
    for (name, value) in [("facingMode", JsValue::from("environment")), ("width", 1280.into())] {
        // A fresh object refuses no property.
        let _ = Reflect::set(&wanted, &name.into(), &value);
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&wanted);
    // There is none in a page that came over plain http from elsewhere.
    let devices = window().navigator().media_devices().map_err(|_| false)?;
    if devices.is_undefined() {
        return Err(false);
    }
    let asked = devices.get_user_media_with_constraints(&constraints).map_err(|_| false)?;
    let name = |error: JsValue| Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
    let stream = JsFuture::from(asked).await;
    stream.map(JsCast::unchecked_into).map_err(|error| name(error).as_deref() == Some("NotAllowedError"))
}

/// What the camera sees now; nothing before it sees anything.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths of at most 640 pixels")]
fn picture(video: &HtmlVideoElement) -> Option<Frame> {
    let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
    if width == 0.0 || height == 0.0 {
        return None;
    }
    let scale = (SIDE / width.max(height)).min(1.0);
    let (width, height) = ((width * scale) as u32, (height * scale) as u32);
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (w, h) = (f64::from(width), f64::from(height));
    context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, w, h).ok()?;
    let pixels = context.get_image_data(0.0, 0.0, w, h).ok()?.data();
    Some(Frame { width, height, luma: pixels.chunks_exact(4).map(luma).collect() })
}

/// ITU-R BT.601, in 256ths.
#[expect(clippy::cast_possible_truncation, reason = "the weights add up to 256")]
fn luma(pixel: &[u8]) -> u8 {
    let [red, green, blue, ..] = pixel else { return 0 };
    ((u32::from(*red) * 77 + u32::from(*green) * 150 + u32::from(*blue) * 29) >> 8) as u8
}
