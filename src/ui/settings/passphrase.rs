//! The passphrase that locks the app on this device.

use leptos::ev;
use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::change::{Form, Rejection};
use crate::chat::secret::Protection;
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::passphrase::{NewPassphrase, Twice, typed};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::field::{Field, Kind};
use crate::ui::widgets::live::{When, act, live};
use crate::ui::widgets::modal::Modal;

/// What the person is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Set,
    Change,
    Remove,
}

impl Task {
    const fn title(self) -> &'static str {
        match self {
            Self::Set => text::SET_PASSPHRASE,
            Self::Change => text::CHANGE_PASSPHRASE,
            Self::Remove => text::REMOVE_PASSPHRASE,
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Set | Self::Change => text::PASSPHRASE_SET,
            Self::Remove => text::PASSPHRASE_REMOVED,
        }
    }
}

/// What protects the stored data, and the buttons that change it.
#[component]
pub(super) fn PassphraseSettings() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let task = RwSignal::new(None::<Task>);
    let protection = state.protection;
    let is_set = Signal::derive(move || protection.get() == Some(Protection::Passphrase));
    let begin = move |next| act(move |_: ev::MouseEvent| task.set(Some(next)));
    view! {
        <h3>{text::PASSPHRASE}</h3>
        <p class="soft">{live(move || protection.get().map(text::protection))}</p>
        <div class="card-buttons">
            {live(move || if is_set.get() {
                view! {
                    <button type="button" class="button" on:click=act(move |_| dispatch.dispatch(Command::Lock))>
                        {text::LOCK_NOW}
                    </button>
                    <button type="button" class="button" on:click=begin(Task::Change)>{text::CHANGE_PASSPHRASE}</button>
                    <button type="button" class="button danger" on:click=begin(Task::Remove)>
                        {text::REMOVE_PASSPHRASE}
                    </button>
                }.into_any()
            } else {
                view! {
                    <button type="button" class="button" on:click=begin(Task::Set)>{text::SET_PASSPHRASE}</button>
                }.into_any()
            })}
        </div>
        <When when=Signal::derive(move || task.read().is_some())>
            <PassphraseForm task />
        </When>
    }
}

/// The dialog for one of them.
#[component]
fn PassphraseForm(task: RwSignal<Option<Task>>) -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let what = task.get_untracked().unwrap_or(Task::Set);
    let (current, twice) = (RwSignal::new(String::new()), Twice::new());
    let busy = RwSignal::new(false);
    let rejection = RwSignal::new(None::<Rejection>);
    let close = Callback::new(move |()| task.set(None));
    form::answered(state, Form::Passphrase, move |result| {
        busy.set(false);
        match result {
            Ok(()) => {
                state.tell(what.done());
                close.run(());
            }
            Err(reason) => rejection.set(Some(reason)),
        }
    });
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let next = if what == Task::Remove { Some(None) } else { twice.typed().map(Some) };
        let Some(next) = next.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let current = (what != Task::Set).then(|| typed(current));
        dispatch.dispatch(Command::ChangePassphrase { current, next });
    };
    let edited = Callback::new(move |()| rejection.set(None));
    let is_short = move || matches!(*rejection.read(), Some(Rejection::ShortPassphrase));
    let error = move |of_the_new: bool| {
        let words = rejection.read().as_ref().map(text::rejection);
        words.filter(|_| is_short() == of_the_new)
    };
    view! {
        <Modal title=what.title() on_close=close>
            <form class="modal-form" novalidate on:submit=act(save)>
                {(what != Task::Set).then(|| view! {
                    <Field
                        label=text::CURRENT_PASSPHRASE
                        value=current
                        kind=Kind::Password
                        autocomplete="current-password"
                        autofocus=true
                        on_input=edited
                    />
                })}
                {(what != Task::Remove).then(|| view! {
                    <NewPassphrase
                        label=text::NEW_PASSPHRASE
                        twice
                        autofocus=what == Task::Set
                        error=Signal::derive(move || error(true))
                        on_input=edited
                    />
                })}
                <p class="field-error" role="alert">{live(move || error(false))}</p>
                <Buttons close busy label=if what == Task::Remove { text::REMOVE_PASSPHRASE } else { text::SAVE } />
            </form>
        </Modal>
    }
}

/// The end of a form in a dialog that takes a moment.
#[component]
pub(super) fn Buttons(close: Callback<()>, busy: RwSignal<bool>, label: &'static str) -> impl IntoView {
    view! {
        <div class="modal-buttons">
            <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
            <button class="button primary" aria-busy=move || busy.get().then_some("true")>
                {live(move || if busy.get() { text::WORKING } else { label })}
            </button>
        </div>
    }
}
