//! What this person tells of themselves.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::picture::PictureField;
use super::{Section, account};
use crate::chat::Command;
use crate::chat::change::{Form, Rejection};
use crate::chat::contact::Profile;
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::live::{act, live};

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
    let is_blank = move || matches!(*rejection.read(), Some(Rejection::NameMissing));
    let error = move |wanted: bool| {
        let words = rejection.read().as_ref().map(text::rejection);
        words.filter(|_| is_blank() == wanted)
    };
    view! {
        <Section heading=text::PROFILE>
            <PictureField />
            <form novalidate on:submit=act(save)>
                <Field label=text::YOUR_NAME value=name error=Signal::derive(move || error(true)) on_input=edited />
                <Field label=text::ABOUT value=about hint=text::ABOUT_HINT on_input=edited />
                <Field label=text::STATUS value=status hint=text::STATUS_HINT on_input=edited />
                <p class="field-error" role="alert">{live(move || error(false))}</p>
                <button class="button primary">{text::SAVE}</button>
            </form>
        </Section>
    }
}
