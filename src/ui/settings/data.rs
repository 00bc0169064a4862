//! What lies on this device.

use leptos::prelude::*;

use super::Section;
use super::backup::Backup;
use super::health::StorageHealth;
use crate::ui::begin_anew::BeginAnew;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::live;

/// Says it.
#[component]
pub(super) fn Data() -> impl IntoView {
    let state = expect_context::<State>();
    let counted = move || {
        text::stored_here(state.conversations.order().read().len(), state.contacts.order().read().len())
    };
    view! {
        <Section heading=text::DATA>
            <p>{live(counted)}</p>
            <p class="soft">{text::DATA_MEANS}</p>
            <StorageHealth />
            <Backup />
            <h3>{text::LEAVING}</h3>
            <p class="soft">{text::LEAVING_MEANS}</p>
            <BeginAnew />
        </Section>
    }
}
