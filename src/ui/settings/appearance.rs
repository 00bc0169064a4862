//! How the app looks and what Enter does, on this device.

use leptos::prelude::*;

use super::Section;
use crate::chat::Command;
use crate::chat::account::{Preferences, Theme};
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::act;
use crate::ui::widgets::pointer::is_touch;

/// Theme, and whether Enter sends.
#[component]
pub(super) fn Appearance() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let preferences = Memo::new(move |_| {
        state.account.read().as_ref().map(|account| account.preferences).unwrap_or_default()
    });
    let save = Callback::new(move |preferences| dispatch.dispatch(Command::SavePreferences(preferences)));
    let set_enter = move |event| {
        save.run(Preferences {
            enter_sends: Some(event_target_checked(&event)),
            ..preferences.get_untracked()
        });
    };
    let enter_means = if is_touch() { text::ENTER_SENDS_TOUCH } else { text::ENTER_SENDS_MEANS };
    view! {
        <Section heading=text::APPEARANCE>
            <fieldset class="choices">
                <legend>{text::THEME}</legend>
                {[Theme::System, Theme::Light, Theme::Dark]
                    .map(|theme| view! { <ThemeChoice theme preferences save /> })
                    .collect_view()}
            </fieldset>
            <label class="switch">
                <input
                    type="checkbox"
                    aria-describedby="enter-sends-hint"
                    prop:checked=move || preferences.read().enter_sends.unwrap_or_else(|| !is_touch())
                    on:change=act(set_enter)
                />
                <span>{text::ENTER_SENDS}</span>
            </label>
            <p class="field-hint" id="enter-sends-hint">{enter_means}</p>
        </Section>
    }
}

#[component]
fn ThemeChoice(theme: Theme, preferences: Memo<Preferences>, save: Callback<Preferences>) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="radio"
                name="theme"
                prop:checked=move || preferences.read().theme == theme
                on:change=act(move |_| save.run(Preferences { theme, ..preferences.get_untracked() }))
            />
            <span>{text::theme(theme)}</span>
        </label>
    }
}
