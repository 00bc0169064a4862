//! What the person must know, until they have seen it.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::change::Alert;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{act, live};

/// The alert, where there is one.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    live(move || {
        state.alert.get().map(|alert| {
            view! {
                <div class="banner" role=if alert == Alert::Claimed { "status" } else { "alert" }>
                    {icon(Icon::Warning)}
                    <p>{text::alert(alert)}</p>
                    <button type="button" class="button small" on:click=act(move |_| dispatch.dispatch(Command::DismissAlert))>
                        {text::DISMISS}
                    </button>
                </div>
            }
        })
    })
}
