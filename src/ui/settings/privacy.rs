//! What others can find out, and who is kept out.

use leptos::prelude::*;

use super::passphrase::PassphraseSettings;
use super::words::RecoveryWords;
use super::{Section, account};
use crate::chat::Command;
use crate::ui::contacts::blocked::Blocked;
use crate::ui::dispatch::Dispatch;
use crate::ui::route::Route;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::copy_field::CopyField;
use crate::ui::widgets::live::act;

/// The Kith ID and what it says, what the server sees, the blocked people.
#[component]
pub(super) fn Privacy() -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let is_of_handle = account(state, |account| account.handle.is_some()).unwrap_or(false);
    let code = account(state, |account| account.code.to_string()).unwrap_or_default();
    let contacts_only =
        Memo::new(move |_| state.account.read().as_ref().is_some_and(|account| account.contacts_only));
    let hide = move |event| {
        dispatch.dispatch(Command::SavePrivacy { contacts_only: event_target_checked(&event) });
    };
    view! {
        <Section heading=text::PRIVACY>
            <KithId />
            <p class="soft">{if is_of_handle { text::ID_OF_HANDLE } else { text::ID_RANDOM }}</p>
            // An ID that is made of the key can be claimed by nobody else.
            {is_of_handle.then(|| view! {
                <p>{text::YOUR_CODE} " " <code>{code}</code></p>
                <p class="soft">{text::YOUR_CODE_MEANS}</p>
            })}
            <label class="switch">
                <input
                    type="checkbox"
                    aria-describedby="contacts-only-hint"
                    prop:checked=move || contacts_only.get()
                    on:change=act(hide)
                />
                <span>{text::CONTACTS_ONLY}</span>
            </label>
            <p class="field-hint" id="contacts-only-hint">{text::CONTACTS_ONLY_MEANS}</p>
            <p class="soft">{text::SERVER_SEES}" "<a href=Route::BrokerSees.to_string()>{text::BROKER_SEES}</a></p>
            <RecoveryWords />
            <PassphraseSettings />
            <h3>{text::BLOCKED_PEOPLE}</h3>
            <Blocked />
        </Section>
    }
}

#[component]
fn KithId() -> impl IntoView {
    let state = expect_context::<State>();
    let id = account(state, |account| account.id.to_string()).unwrap_or_default();
    let told = Callback::new(move |done| {
        state.tell(if done { text::COPIED } else { text::COPY_TEXT_BY_HAND });
    });
    view! {
        <div class="field">
            <label for="kith-id">{text::YOUR_ID}</label>
            <CopyField id="kith-id" label=text::YOUR_ID text=Signal::stored(id) button=text::COPY on_copy=told />
        </div>
    }
}
