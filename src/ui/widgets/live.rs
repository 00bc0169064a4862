//! Parts of the screen that change as a whole.
//!
//! Leptos makes code of its own for every closure in a view, about two kilobytes each. What goes through here has one
//! type, and shares that code.

use leptos::prelude::*;

/// A part that is drawn anew whenever what it reads changes.
pub(crate) fn live<V>(part: impl Fn() -> V + Send + 'static) -> Box<dyn FnMut() -> AnyView + Send>
where
    V: IntoView + 'static,
{
    Box::new(move || part().into_any())
}

/// A part that is there or not. `when` may change as often as it likes: only its turns are drawn.
#[component]
pub(crate) fn When(#[prop(into)] when: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let when = Memo::new(move |_| when.get());
    live(move || when.get().then(|| children()))
}

/// What is done when something happens to an element, in one type for all like events.
pub(crate) fn act<E: 'static>(does: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(does)
}

/// Runs now, and again whenever what it reads changes.
pub(crate) fn follow(run: impl Fn() + 'static) {
    let run: Box<dyn Fn()> = Box::new(run);
    Effect::new(move |_: Option<()>| run());
}

/// Runs whenever what `what` reads changes, but not now. (Reads: a memo that is tracked and not read follows nothing.)
pub(crate) fn on_change<T>(what: impl Fn() -> T + 'static, run: impl Fn() + 'static) {
    let what: Box<dyn Fn()> = Box::new(move || drop(what()));
    let run: Box<dyn Fn()> = Box::new(run);
    Effect::watch(what, move |(), _, _| run(), false);
}
