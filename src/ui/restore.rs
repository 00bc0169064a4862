//! "Restore a backup": a file and its passphrase.

use std::sync::Arc;

use gloo::file::callbacks::{FileReader, read_as_bytes};
use gloo::file::{Blob, File};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::dispatch::Dispatch;
use super::form;
use super::passphrase::typed;
use super::state::State;
use super::text;
use super::widgets::field::{Field, Kind};
use super::widgets::modal::Modal;
use crate::chat::Command;
use crate::chat::backup::MAX_FILE;
use crate::chat::change::Form;
use crate::ui::widgets::live::{When, act, live};

/// The button, and the dialog behind it. `replaces`: something here is deleted for it.
#[component]
pub(crate) fn Restore(#[prop(optional)] replaces: bool) -> impl IntoView {
    let open = RwSignal::new(false);
    let close = Callback::new(move |()| open.set(false));
    view! {
        <button type="button" class="button" on:click=act(move |_| open.set(true))>{text::RESTORE_BACKUP}</button>
        <When when=open>
            <Modal title=text::RESTORE_BACKUP on_close=close>
                <p class="soft">{text::RESTORE_MEANS}</p>
                {replaces.then(|| view! { <p class="warning">{text::RESTORE_REPLACES}</p> })}
                <RestoreForm close />
            </Modal>
        </When>
    }
}

#[component]
fn RestoreForm(close: Callback<()>) -> impl IntoView {
    let state = expect_context::<State>();
    let input = NodeRef::<html::Input>::new();
    let field = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    form::answered(state, Form::Restore, move |result| {
        busy.set(false);
        error.set(result.err().as_ref().map(text::rejection));
    });
    let read = reading(field, busy, error);
    let restore = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.item(0));
        if !busy.get_untracked() {
            read.run(file.map(File::from));
        }
    };
    let edited = Callback::new(move |()| error.set(None));
    view! {
        <form class="modal-form" novalidate on:submit=act(restore)>
            <div class="field">
                <label for="backup-file">{text::BACKUP_FILE}</label>
                <input
                    node_ref=input
                    id="backup-file"
                    type="file"
                    accept=".kith,application/octet-stream"
                    on:change=act(move |_: ev::Event| error.set(None))
                />
            </div>
            <Field
                label=text::BACKUP_PASSPHRASE
                value=field
                kind=Kind::Password
                autocomplete="off"
                on_input=edited
            />
            <p class="field-error" role="alert">{live(move || error.get())}</p>
            <div class="modal-buttons">
                <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
                <button class="button primary" aria-busy=move || busy.get().then_some("true")>
                    {live(move || if busy.get() { text::WORKING } else { text::RESTORE })}
                </button>
            </div>
        </form>
    }
}

/// Reads the chosen file and hands it over.
fn reading(
    field: RwSignal<String>,
    busy: RwSignal<bool>,
    error: RwSignal<Option<String>>,
) -> Callback<Option<File>> {
    let dispatch = expect_context::<Dispatch>();
    // Dropping a reader ends its reading.
    let reader = StoredValue::new_local(None::<FileReader>);
    Callback::new(move |file: Option<File>| {
        let refused = match &file {
            None => Some(text::CHOOSE_FILE),
            Some(file) if file.size() > MAX_FILE => Some(text::FILE_TOO_LARGE),
            Some(_) => None,
        };
        error.set(refused.map(str::to_owned));
        let Some(file) = file.filter(|_| refused.is_none()) else { return };
        busy.set(true);
        let reading = read_as_bytes(&Blob::from(file), move |bytes| match bytes {
            Ok(bytes) => {
                dispatch.dispatch(Command::Restore { file: Arc::from(bytes), passphrase: typed(field) });
            }
            Err(_) => {
                let _ = busy.try_set(false);
                let _ = error.try_set(Some(text::FILE_UNREADABLE.to_owned()));
            }
        });
        reader.set_value(Some(reading));
    })
}
