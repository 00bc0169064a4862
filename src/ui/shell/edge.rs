//! The edge between the list and the conversation, which can be moved.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::ui::text;
use crate::ui::widgets::live::act;

const NARROWEST: i32 = 280;
const WIDEST: i32 = 420;
const STEP: i32 = 20;
/// As the style sheet has it, until somebody moves the edge.
const USUAL: i32 = 340;

/// The edge. `width` is what the person has made of the list, in pixels; nothing before they did.
#[component]
pub(super) fn Edge(width: RwSignal<Option<i32>>) -> impl IntoView {
    let dragged = move |event: ev::PointerEvent| {
        if let Some(edge) = edge(&event)
            && edge.has_pointer_capture(event.pointer_id())
        {
            let list = edge.previous_element_sibling().map(|list| list.get_bounding_client_rect());
            let is_rtl =
                list.as_ref().is_some_and(|list| list.left() > edge.get_bounding_client_rect().left());
            let pointer = f64::from(event.client_x());
            let wanted = list.map(|list| if is_rtl { list.right() - pointer } else { pointer - list.left() });
            #[expect(clippy::cast_possible_truncation, reason = "pixels")]
            width.set(wanted.map(|wanted| (wanted.round() as i32).clamp(NARROWEST, WIDEST)));
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -STEP,
            "ArrowRight" => STEP,
            _ => return,
        };
        event.prevent_default();
        let now = width.get_untracked().unwrap_or_else(|| now_wide(&event));
        width.set(Some((now + step).clamp(NARROWEST, WIDEST)));
    };
    view! {
        <div
            class="edge"
            role="separator"
            tabindex="0"
            aria-label=text::LIST_WIDTH
            aria-orientation="vertical"
            aria-valuemin=NARROWEST
            aria-valuemax=WIDEST
            aria-valuenow=move || width.get().unwrap_or(USUAL)
            on:pointerdown=act(|event| {
                if let Some(edge) = edge(&event) {
                    // A pointer that is down can always be captured.
                    let _ = edge.set_pointer_capture(event.pointer_id());
                }
            })
            on:pointermove=act(dragged)
            on:keydown=act(pressed)
        ></div>
    }
}

fn edge(event: &ev::PointerEvent) -> Option<HtmlElement> {
    event.current_target().and_then(|target| target.dyn_into().ok())
}

/// How wide the list is before anybody has moved its edge.
fn now_wide(event: &ev::KeyboardEvent) -> i32 {
    let edge = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let list = edge.and_then(|edge| edge.previous_element_sibling());
    list.map_or(NARROWEST, |list| list.client_width())
}
