//! What others can find out, and who is kept out.

use leptos::prelude::*;

use super::passphrase::PassphraseSettings;
use super::{Section, account};
use crate::ui::contacts::blocked::Blocked;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::copy_field::CopyField;

/// The Kith ID and what it says, what the server sees, the blocked people.
#[component]
pub(super) fn Privacy() -> impl IntoView {
    let state = expect_context::<State>();
    let is_of_handle = account(state, |account| account.handle.is_some()).unwrap_or(false);
    let code = account(state, |account| account.code.to_string()).unwrap_or_default();
    view! {
        <Section heading=text::PRIVACY>
            <KithId />
            <p class="soft">{if is_of_handle { text::ID_OF_HANDLE } else { text::ID_RANDOM }}</p>
            <p>{text::YOUR_CODE} " " <code>{code}</code></p>
            <p class="soft">{text::YOUR_CODE_MEANS}</p>
            <p class="soft">{text::SERVER_SEES}</p>
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
