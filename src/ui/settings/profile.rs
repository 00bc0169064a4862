//! What this person tells of themselves.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::picture::PictureField;
use super::{Section, account};
use crate::chat::Command;
use crate::chat::change::{Form, Rejection};
use crate::chat::contact::Profile;
use crate::chat::text::{MAX_ABOUT, MAX_NAME, MAX_STATUS};
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::live::{act, live};

/// One of the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    About,
    Status,
}

impl Part {
    /// Which one a refusal is about; each has a limit of its own.
    const fn of(reason: &Rejection) -> Option<Self> {
        if matches!(reason, Rejection::NameMissing) {
            return Some(Self::Name);
        }
        let Rejection::TooLong(limit) = reason else { return None };
        match *limit {
            MAX_NAME => Some(Self::Name),
            MAX_ABOUT => Some(Self::About),
            MAX_STATUS => Some(Self::Status),
            _ => None,
        }
    }
}

/// Picture, name, about, status.
#[component]
pub(super) fn ProfileForm() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let profile = account(state, |account| account.profile.clone()).unwrap_or_default();
    let Profile { name, about, status, picture: _ } = profile;
    let [name, about, status] = [name, about, status].map(|text| RwSignal::new(text.to_string()));
    let rejection = RwSignal::new(None::<Rejection>);
    form::answered(state, Form::Profile, move |result| match result {
        Ok(()) => state.tell(text::SAVED),
        Err(reason) => rejection.set(Some(reason)),
    });
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = |field: RwSignal<String>| field.with_untracked(|text| Arc::from(text.trim()));
        dispatch.dispatch(Command::SaveProfile {
            name: text(name),
            about: text(about),
            status: text(status),
        });
    };
    let edited = Callback::new(move |()| rejection.set(None));
    let error = move |wanted: Option<Part>| {
        let words = move || {
            rejection.read().as_ref().filter(|reason| Part::of(reason) == wanted).map(text::rejection)
        };
        Signal::derive(words)
    };
    let overall = error(None);
    view! {
        <Section heading=text::PROFILE>
            <PictureField />
            <form novalidate on:submit=act(save)>
                <Field label=text::YOUR_NAME value=name error=error(Some(Part::Name)) on_input=edited />
                <Field label=text::ABOUT value=about hint=text::ABOUT_HINT error=error(Some(Part::About)) on_input=edited />
                <Field label=text::STATUS value=status hint=text::STATUS_HINT error=error(Some(Part::Status)) on_input=edited />
                <p class="field-error" role="alert">{live(move || overall.get())}</p>
                <button class="button primary">{text::SAVE}</button>
            </form>
        </Section>
    }
}
