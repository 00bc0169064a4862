//! Settings.

mod appearance;
mod backup;
mod connection;
mod data;
mod health;
mod passphrase;
mod picture;
mod privacy;
mod profile;
mod sees;
mod words;

use leptos::prelude::*;

use self::appearance::Appearance;
use self::connection::ConnectionForm;
use self::data::Data;
use self::privacy::Privacy;
use self::profile::ProfileForm;
pub(crate) use self::sees::BrokerSees;
use super::state::State;
use super::text;
use crate::chat::account::Account;
use crate::ui::widgets::live::When;

/// The screen: a section for each heading.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let state = expect_context::<State>();
    let has_account = Memo::new(move |_| state.account.read().is_some());
    view! {
        <main class="page settings">
            <header class="page-header">
                <h1>{text::SETTINGS}</h1>
            </header>
            <When when=Signal::derive(move || has_account.get())>
                <ProfileForm />
                <Privacy />
                <Appearance />
                <ConnectionForm />
                <Data />
            </When>
        </main>
    }
}

/// A part of the account as it is now; nothing before there is one.
fn account<T>(state: State, part: impl Fn(&Account) -> T) -> Option<T> {
    state.account.with_untracked(|account| account.as_ref().map(part))
}

/// A section with its heading.
#[component]
fn Section(heading: &'static str, children: Children) -> impl IntoView {
    let id = format!("settings-{}", heading.to_lowercase());
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id.clone() tabindex="-1">{heading}</h2>
            {children()}
        </section>
    }
}
