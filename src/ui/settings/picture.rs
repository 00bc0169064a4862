//! The profile picture.

use std::sync::Arc;

use gloo::file::callbacks::{FileReader, read_as_bytes};
use gloo::file::{Blob, File};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::account;
use crate::chat::Command;
use crate::chat::change::Form;
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, act, live};

/// A file larger than this is not even read.
const MAX_FILE: u64 = 20 * 1024 * 1024;

/// The picture, and how to change it.
#[component]
pub(super) fn PictureField() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let id = account(state, |account| account.id);
    let profile = Memo::new(move |_| state.account.read().as_ref().map(|account| account.profile.clone()));
    let name = Signal::derive(move || {
        profile.read().as_ref().map(|profile| profile.name.to_string()).unwrap_or_default()
    });
    let picture = Memo::new(move |_| profile.read().as_ref().and_then(|profile| profile.picture.clone()));
    let trouble = RwSignal::new(None::<String>);
    form::answered(state, Form::Picture, move |result| match result {
        Ok(()) => state.tell(text::PICTURE_CHANGED),
        Err(reason) => trouble.set(Some(text::rejection(&reason))),
    });
    let remove = move |_| dispatch.dispatch(Command::SavePicture(None));
    view! {
        <div class="picture-field">
            {id.map(|id| view! { <Avatar id name picture large=true /> })}
            <div class="picture-buttons">
                <ChooseFile trouble />
                <When when=Signal::derive(move || picture.read().is_some())>
                    <button type="button" class="button danger" on:click=act(remove)>{text::REMOVE_PICTURE}</button>
                </When>
            </div>
            <p class="field-error" role="alert">{live(move || trouble.get())}</p>
        </div>
    }
}

#[component]
fn ChooseFile(trouble: RwSignal<Option<String>>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let input = NodeRef::<html::Input>::new();
    // Dropping a reader ends its reading.
    let reader = StoredValue::new_local(None::<FileReader>);
    let chosen = move |_: ev::Event| {
        let Some(input) = input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.item(0)).map(File::from);
        input.set_value("");
        trouble.set(None);
        let Some(file) = file else { return };
        if file.size() > MAX_FILE {
            trouble.set(Some(text::PICTURE_TOO_LARGE.to_owned()));
            return;
        }
        let reading = read_as_bytes(&Blob::from(file), move |bytes| match bytes {
            Ok(bytes) => dispatch.dispatch(Command::SavePicture(Some(Arc::from(bytes)))),
            Err(_) => drop(trouble.try_set(Some(text::PICTURE_UNREADABLE.to_owned()))),
        });
        reader.set_value(Some(reading));
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <input node_ref=input type="file" accept="image/png,image/jpeg,image/webp,image/*" hidden on:change=act(chosen) />
        <button type="button" class="button" on:click=act(open)>
            {icon(Icon::Picture)}
            {text::CHOOSE_PICTURE}
        </button>
    }
}
