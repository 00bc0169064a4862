//! The backup: when the last one was made, and how to make one.

use leptos::ev;
use leptos::prelude::*;

use super::passphrase::Buttons;
use crate::chat::Command;
use crate::chat::change::Form;
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::passphrase::{NewPassphrase, Twice};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{When, act, live};
use crate::ui::widgets::modal::Modal;

/// What a backup is, and the button that makes one.
#[component]
pub(super) fn Backup() -> impl IntoView {
    let state = expect_context::<State>();
    let open = RwSignal::new(false);
    let never = Signal::derive(move || state.backed_up.get().is_none());
    let last = move || state.backed_up.get().map_or_else(|| text::NO_BACKUP.to_owned(), text::last_backup);
    view! {
        <h3>{text::BACKUP}</h3>
        <p class="soft">{text::BACKUP_MEANS}</p>
        <p class:warning=move || never.get()>{live(last)}</p>
        <div class="card-buttons">
            <button type="button" class="button" on:click=act(move |_| open.set(true))>{text::MAKE_BACKUP}</button>
        </div>
        <When when=open>
            <BackupForm open />
        </When>
    }
}

#[component]
fn BackupForm(open: RwSignal<bool>) -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let twice = Twice::new();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| open.set(false));
    form::answered(state, Form::Backup, move |result| {
        busy.set(false);
        match result {
            Ok(()) => {
                state.tell(text::BACKUP_MADE);
                close.run(());
            }
            Err(reason) => error.set(Some(text::rejection(&reason))),
        }
    });
    let make = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(passphrase) = twice.typed().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        dispatch.dispatch(Command::MakeBackup(passphrase));
    };
    view! {
        <Modal title=text::MAKE_BACKUP on_close=close>
            <form class="modal-form" novalidate on:submit=act(make)>
                <NewPassphrase
                    label=text::BACKUP_PASSPHRASE
                    twice
                    autofocus=true
                    error=error.into()
                    on_input=Callback::new(move |()| error.set(None))
                />
                <Buttons close busy label=text::MAKE_BACKUP />
            </form>
        </Modal>
    }
}
