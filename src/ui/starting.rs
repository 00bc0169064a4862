//! While storage is being read: nothing at first, a quiet skeleton when it takes its time.

use leptos::prelude::*;

use super::text;

/// The skeleton; its style waits 150 ms before it shows.
#[component]
pub(crate) fn Starting() -> impl IntoView {
    view! {
        <main class="starting" aria-busy="true" aria-label=text::STARTING>
            {view! { <div class="starting-rail"></div> }}
            <div class="starting-list">
                {(0..6).map(|_| view! { <div class="starting-line"></div> }).collect_view()}
            </div>
        </main>
    }
}
