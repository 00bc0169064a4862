//! The dialog that asks somebody for contact.

use leptos::ev;
use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::change::{Form, Rejection};
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::field::{Field, Kind};
use crate::ui::widgets::live::act;
use crate::ui::widgets::modal::Modal;

/// One field and one button.
#[component]
pub(super) fn AddContact(on_close: Callback<()>) -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let address = RwSignal::new(String::new());
    let rejection = RwSignal::new(None::<Rejection>);
    form::answered(state, Form::Contact, move |result| match result {
        Ok(()) => {
            state.tell(text::REQUEST_SENT);
            on_close.run(());
        }
        Err(reason) => rejection.set(Some(reason)),
    });
    let error = Signal::derive(move || rejection.read().as_ref().map(text::rejection));
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = address.read_untracked().trim().into();
        dispatch.dispatch(Command::AddContact(typed));
    };
    view! {
        <Modal title=text::ADD_CONTACT on_close>
            <form novalidate on:submit=act(send)>
                <Field
                    label=text::CONTACT_FIELD
                    value=address
                    kind=Kind::Code
                    hint=text::CONTACT_HINT
                    autofocus=true
                    error
                    on_input=Callback::new(move |()| rejection.set(None))
                />
                <div class="modal-buttons">
                    <button type="button" class="button" on:click=act(move |_| on_close.run(()))>{text::CANCEL}</button>
                    <button class="button primary">{text::SEND_REQUEST}</button>
                </div>
            </form>
        </Modal>
    }
}
