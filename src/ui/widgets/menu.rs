//! A menu beside what it belongs to, in the browser's top layer.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::icon::{Icon, icon};
use super::live::live;
use crate::ui::widgets::live::{act, follow};

/// One line of a menu.
pub(crate) struct Item {
    pub(crate) label: &'static str,
    pub(crate) icon: Icon,
    pub(crate) danger: bool,
    pub(crate) run: Box<dyn Fn()>,
}

impl Item {
    pub(crate) fn new(label: &'static str, icon: Icon, run: impl Fn() + 'static) -> Self {
        Self { label, icon, danger: false, run: Box::new(run) }
    }

    /// One that destroys something.
    pub(crate) fn danger(label: &'static str, icon: Icon, run: impl Fn() + 'static) -> Self {
        Self { danger: true, ..Self::new(label, icon, run) }
    }
}

/// Where a menu opens: the corner of what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Anchor {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Anchor {
    fn of(element: &Element) -> Self {
        let rect = element.get_bounding_client_rect();
        Self { left: rect.left(), top: rect.top(), right: rect.right(), bottom: rect.bottom() }
    }

    /// What was pressed.
    pub(crate) fn pressed(event: &ev::MouseEvent) -> Option<Self> {
        let element = event.current_target()?.dyn_into::<Element>().ok()?;
        Some(Self::of(&element))
    }

    pub(crate) fn at(event: &ev::MouseEvent) -> Self {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        Self { left: x, top: y, right: x, bottom: y }
    }
}

/// A button that opens a menu; whoever has the anchor can open it elsewhere. The lines are made when it opens.
#[component]
pub(crate) fn MenuButton(
    label: &'static str,
    anchor: RwSignal<Option<Anchor>>,
    items: Callback<(), Vec<Item>>,
) -> impl IntoView {
    let on_close = Callback::new(move |()| anchor.set(None));
    view! {
        <button
            type="button"
            class="icon-button"
            aria-haspopup="menu"
            aria-label=label
            on:click=act(move |event| anchor.set(Anchor::pressed(&event)))
        >
            {icon(Icon::More)}
        </button>
        {live(move || anchor.get().map(|anchor| view! { <Menu label anchor items=items.run(()) on_close /> }))}
    }
}

/// A menu, open for as long as it is on the screen.
#[component]
pub(crate) fn Menu(
    label: &'static str,
    anchor: Anchor,
    items: Vec<Item>,
    on_close: Callback<()>,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    follow(move || {
        if let Some(menu) = menu.get() {
            // It is on the page and hidden: showing it cannot fail.
            let _ = menu.show_popover();
            place(&menu, anchor);
            step(&menu, Step::First);
        }
    });
    let toggled = move |_| {
        if menu.get_untracked().is_some_and(|menu| !menu.matches(":popover-open").unwrap_or(false)) {
            on_close.run(());
        }
    };
    let items = items.into_iter().map(|item| {
        let run = item.run;
        let choose = move |_| {
            // Closing first gives the focus back, so that what the line does may take it elsewhere.
            if let Some(menu) = menu.get_untracked() {
                let _ = menu.hide_popover();
            }
            run();
        };
        view! {
            <button type="button" role="menuitem" tabindex="-1" class:danger=item.danger on:click=act(choose)>
                {icon(item.icon)}
                {item.label}
            </button>
        }
    });
    view! {
        <div
            node_ref=menu
            class="menu"
            role="menu"
            aria-label=label
            popover="auto"
            on:keydown=act(move |event| keydown(menu, &event))
            on:toggle=act(toggled)
        >
            {items.collect_view()}
        </div>
    }
}

enum Step {
    First,
    Last,
    Next,
    Previous,
}

fn keydown(menu: NodeRef<html::Div>, event: &ev::KeyboardEvent) {
    let Some(menu) = menu.get_untracked() else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => Step::Next,
        "ArrowUp" => Step::Previous,
        "Home" => Step::First,
        "End" => Step::Last,
        "Tab" => {
            let _ = menu.hide_popover();
            return;
        }
        // The browser closes it; nothing behind it may take the key for its own.
        "Escape" => return event.stop_propagation(),
        _ => return,
    };
    event.prevent_default();
    step(&menu, to);
}

fn step(menu: &HtmlElement, to: Step) {
    let active = document().active_element();
    let next = match to {
        Step::First => menu.first_element_child(),
        Step::Last => menu.last_element_child(),
        Step::Next => {
            active.and_then(|line| line.next_element_sibling()).or_else(|| menu.first_element_child())
        }
        Step::Previous => {
            active.and_then(|line| line.previous_element_sibling()).or_else(|| menu.last_element_child())
        }
    };
    if let Some(next) = next.and_then(|line| line.dyn_into::<HtmlElement>().ok()) {
        let _ = next.focus();
    }
}

/// Below the anchor and flush with its nearer edge, or above where there is no room below.
fn place(menu: &HtmlElement, anchor: Anchor) {
    let size = menu.get_bounding_client_rect();
    let (width, height) = (size.width(), size.height());
    let (room, depth) = (inner(window().inner_width()), inner(window().inner_height()));
    let left = if anchor.left + width + 8.0 <= room { anchor.left } else { anchor.right - width };
    let top =
        if anchor.bottom + height + 8.0 <= depth { anchor.bottom + 4.0 } else { anchor.top - height - 4.0 };
    // Not an attribute: a strict content security policy forbids those.
    let style = menu.style();
    let _ = style.set_property("left", &format!("{}px", left.max(8.0)));
    let _ = style.set_property("top", &format!("{}px", top.max(8.0)));
}

fn inner(length: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>) -> f64 {
    length.ok().and_then(|length| length.as_f64()).unwrap_or(0.0)
}
