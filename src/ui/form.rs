//! What forms have in common: the core's answer, and which field it belongs to.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::state::State;
use super::text;
use crate::chat::change::{Form, Rejection};
use crate::ui::widgets::live::follow;

/// Calls back for every answer to this form's commands from now on.
pub(crate) fn answered(state: State, form: Form, then: impl Fn(Result<(), Rejection>) + 'static) {
    let then: Box<dyn Fn(Result<(), Rejection>)> = Box::new(then);
    hear(state, form, then);
}

fn hear(state: State, form: Form, then: Box<dyn Fn(Result<(), Rejection>)>) {
    let serial = Memo::new(move |_| state.answers.read().get(&form).map(|answer| answer.serial));
    // What is answered before effects run for the first time must not pass for an old answer.
    let heard = StoredValue::new(serial.get_untracked());
    follow(move || {
        let now = serial.get();
        if heard.get_value() == now {
            return;
        }
        heard.set_value(now);
        let result =
            state.answers.with_untracked(|answers| answers.get(&form).map(|answer| answer.result.clone()));
        if let Some(result) = result {
            untrack(|| then(result));
        }
    });
}

/// Brings an element into view and gives it the focus, where there is one when the page has been drawn.
pub(crate) fn focus(selector: String) {
    request_animation_frame(move || {
        let found = document().query_selector(&selector).ok().flatten();
        if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            // An element on the page can always be focused.
            let _ = found.focus();
        }
    });
}

/// A field of the forms that name a person or a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Name,
    Handle,
    Address,
    Password,
    Root,
    ClientId,
    KeepAlive,
    Words,
    /// No field in particular.
    Form,
}

impl Place {
    pub(crate) const fn of(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::NameMissing | Rejection::TooLong(_) => Self::Name,
            Rejection::ContactMissing
            | Rejection::NotAnAddress
            | Rejection::Email
            | Rejection::Phone(_)
            | Rejection::Oneself
            | Rejection::AlreadyContact
            | Rejection::AlreadyAsked
            | Rejection::Blocked
            | Rejection::Invite
            | Rejection::OtherServer(_) => Self::Handle,
            Rejection::ServerAddress
            | Rejection::ServerPort
            | Rejection::ServerUser
            | Rejection::ServerFragment
            | Rejection::InsecureServer => Self::Address,
            Rejection::Root => Self::Root,
            Rejection::PasswordAlone => Self::Password,
            Rejection::ClientId => Self::ClientId,
            Rejection::KeepAlive => Self::KeepAlive,
            Rejection::Words(_) => Self::Words,
            Rejection::Picture(_)
            | Rejection::OutboxFull
            | Rejection::OutOfSight
            | Rejection::Revoked
            | Rejection::WrongPassphrase
            | Rejection::ShortPassphrase
            | Rejection::NoBackup(_)
            | Rejection::Backup(_)
            | Rejection::NotStored(_) => Self::Form,
        }
    }
}

/// The words for a rejection, where it belongs to this field.
pub(crate) fn error_at(rejection: RwSignal<Option<Rejection>>, place: Place) -> Signal<Option<String>> {
    Signal::derive(move || {
        rejection.read().as_ref().filter(|rejection| Place::of(rejection) == place).map(text::rejection)
    })
}
