//! What was just done, said once and gone after a while.

use std::time::Duration;

use leptos::prelude::*;

use crate::chat::change::{Form, Rejection};
use crate::ui::form;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{follow, live};

const SHOWN: Duration = Duration::from_secs(4);

/// The newest notice.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let state = expect_context::<State>();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let clear = move || {
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
    };
    follow(move || {
        clear();
        if state.notice.read().is_some() {
            timer.set_value(set_timeout_with_handle(move || state.notice.set(None), SHOWN).ok());
        }
    });
    on_cleanup(clear);
    form::answered(state, Form::Invite, move |result| match result {
        Ok(()) => state.tell(text::REQUEST_SENT),
        Err(Rejection::Oneself) => state.tell(text::OWN_INVITE),
        Err(rejection) => state.tell(&text::rejection(&rejection)),
    });
    view! {
        <div class="notices" role="status" aria-label=text::NOTICES>
            {live(move || state.notice.get().map(|notice| view! { <p class="notice">{notice.to_string()}</p> }))}
        </div>
    }
}
