//! The first screen: a name, and where nobody has invited, a server.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::dispatch::Dispatch;
use super::form::{self, Place, error_at};
use super::restore::Restore;
use super::server::{ServerFields, ServerValues};
use super::shell::banner::Banner;
use super::state::State;
use super::text;
use super::widgets::avatar::Avatar;
use super::widgets::drawing::Mark;
use super::widgets::field::{Field, Kind};
use crate::chat::Command;
use crate::chat::account::{self, Invite};
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::secret::TypedWords;
use crate::chat::server::is_public;
use crate::ui::widgets::live::{When, act, live};

/// What the fields hold.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    handle: RwSignal<String>,
    server: ServerValues,
    /// What is typed for recovery words; it is kept nowhere.
    words: RwSignal<String>,
    has_words: RwSignal<bool>,
}

/// The welcome screen.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let fields = state.phase.with_untracked(|phase| Fields::new(kept(phase)));
    let invite = Memo::new(move |_| kept(&state.phase.read()).and_then(|kept| kept.invite.clone()));
    let is_invited = Signal::derive(move || invite.read().is_some());
    let was_erased = Memo::new(move |_| kept(&state.phase.read()).is_some_and(|kept| kept.erased));
    let first = Signal::derive(move || !is_invited.get() && was_erased.get());
    let last = Signal::derive(move || !is_invited.get() && !was_erased.get());
    let rejection = RwSignal::new(None::<Rejection>);
    form::answered(state, Form::Welcome, move |result| rejection.set(result.err()));
    let now = move || fields.welcome(invite.get_untracked());
    let keep = Callback::new(move |()| {
        rejection.set(None);
        dispatch.dispatch(Command::KeepWelcome(now()));
    });
    let leave = move |_| {
        rejection.set(None);
        dispatch.dispatch(Command::DismissInvite);
    };
    let start = move |event: ev::SubmitEvent| {
        event.prevent_default();
        dispatch.dispatch(fields.start(invite.get_untracked()));
    };
    view! {
        <main class="welcome">
            <When when=first>
                <Erased has_words=fields.has_words />
            </When>
            <form class="welcome-card" novalidate on:submit=act(start)>
                <Banner />
                <Mark />
                <h1>{text::welcome(&state.brand.get_value())}</h1>
                {live(move || match invite.get() {
                    Some(invite) => view! { <Inviter invite /> }.into_any(),
                    None => view! { <p class="welcome-lead">{text::WELCOME_MEANS}</p> }.into_any(),
                })}
                <Field
                    label=text::YOUR_NAME
                    value=fields.name
                    autocomplete="name"
                    autofocus=true
                    error=error_at(rejection, Place::Name)
                    on_input=keep
                />
                <When when=Signal::derive(move || !is_invited.get())>
                    <Uninvited fields rejection keep />
                </When>
                <Overall rejection invited=is_invited />
                <button class="button primary wide">{text::START}</button>
                <When when=is_invited>
                    <button type="button" class="button" on:click=act(leave)>{text::LEAVE_INVITE}</button>
                </When>
            </form>
            <When when=last>
                <Ways has_words=fields.has_words />
            </When>
        </main>
    }
}

/// What an invite would answer.
#[component]
fn Uninvited(fields: Fields, rejection: RwSignal<Option<Rejection>>, keep: Callback<()>) -> impl IntoView {
    view! {
        <Field
            label=text::HANDLE
            value=fields.handle
            kind=Kind::Code
            hint=text::HANDLE_HINT
            error=error_at(rejection, Place::Handle)
            on_input=keep
        />
        <ServerFields values=fields.server rejection on_input=keep />
        <When when=fields.has_words><WordsField typed=fields.words rejection /></When>
    }
}

/// The browser has deleted what was here: the ways back come first.
#[component]
fn Erased(has_words: RwSignal<bool>) -> impl IntoView {
    view! {
        <section class="welcome-erased" aria-labelledby="erased">
            <h2 id="erased">{text::ERASED}</h2>
            <p>{text::ERASED_MEANS}</p>
            <Ways has_words />
        </section>
    }
}

/// For whoever was here before, on another device.
#[component]
fn Ways(has_words: RwSignal<bool>) -> impl IntoView {
    let turn = move |_| has_words.update(|has_words| *has_words = !*has_words);
    view! {
        <div class="welcome-ways">
            <Restore />
            <button type="button" class="button" aria-expanded=move || has_words.get().to_string() on:click=act(turn)>
                {text::HAVE_WORDS}
            </button>
        </div>
    }
}

/// The recovery words of somebody who was here before.
#[component]
fn WordsField(typed: RwSignal<String>, rejection: RwSignal<Option<Rejection>>) -> impl IntoView {
    let error = error_at(rejection, Place::Words);
    let input = move |event: ev::Event| {
        typed.set(event_target_value(&event));
        rejection.set(None);
    };
    view! {
        <div class="field" class:invalid=move || error.read().is_some()>
            <label for="recovery-words">{text::YOUR_WORDS}</label>
            <textarea
                id="recovery-words"
                rows="4"
                dir="ltr"
                spellcheck="false"
                autocapitalize="none"
                autocomplete="off"
                aria-describedby="recovery-words-error recovery-words-hint"
                aria-invalid=move || error.read().is_some().then_some("true")
                prop:value=move || typed.get()
                on:input=act(input)
            ></textarea>
            <p class="field-error" id="recovery-words-error" role="alert">{live(move || error.get())}</p>
            <p class="field-hint" id="recovery-words-hint">{text::WORDS_HINT}</p>
        </div>
    }
}

/// Who invites, and where to. None of it is proved.
#[component]
fn Inviter(invite: Invite) -> impl IntoView {
    let name = text::name(&invite.name, invite.from);
    let own = expect_context::<State>().presets.get_value().first().cloned();
    let leads_elsewhere = own.is_some_and(|own| own != invite.broker);
    view! {
        <div class="welcome-inviter">
            <Avatar id=invite.from name=Signal::stored(name.clone()) picture=Signal::stored(None) large=true />
            <p dir="auto">{text::invites_you(&name)}</p>
            <p class="soft">{text::meet_on(&invite.broker)}</p>
            {leads_elsewhere.then(|| view! { <p class="warning">{text::OTHER_SERVER}</p> })}
            {is_public(&invite.broker).then(|| view! { <p class="warning">{text::PUBLIC_SERVER}</p> })}
        </div>
    }
}

/// A refusal that belongs to no field on the screen.
#[component]
fn Overall(rejection: RwSignal<Option<Rejection>>, invited: Signal<bool>) -> impl IntoView {
    let words = move || {
        let rejection = rejection.read();
        let rejection = rejection.as_ref()?;
        let has_field = match Place::of(rejection) {
            Place::Name => true,
            Place::Form => false,
            Place::Handle
            | Place::Address
            | Place::Password
            | Place::Root
            | Place::ClientId
            | Place::KeepAlive
            | Place::Words => !invited.get(),
        };
        (!has_field).then(|| text::rejection(rejection))
    };
    view! { <p class="field-error" role="alert">{live(words)}</p> }
}

impl Fields {
    fn new(kept: Option<&account::Welcome>) -> Self {
        let empty = account::Welcome::default();
        let kept = kept.unwrap_or(&empty);
        Self {
            name: RwSignal::new(kept.name.to_string()),
            handle: RwSignal::new(kept.handle.to_string()),
            server: ServerValues::new(&kept.server),
            words: RwSignal::new(String::new()),
            has_words: RwSignal::new(false),
        }
    }

    /// What the button does.
    fn start(self, invite: Option<Invite>) -> Command {
        if self.has_words.get_untracked() && invite.is_none() {
            let words = TypedWords::new(self.words.get_untracked());
            return Command::StartFrom { welcome: Box::new(self.welcome(invite)), words };
        }
        Command::Start(self.welcome(invite))
    }

    fn welcome(self, invite: Option<Invite>) -> account::Welcome {
        account::Welcome {
            name: self.name.with_untracked(|name| Arc::from(name.as_str())),
            handle: self.handle.with_untracked(|handle| Arc::from(handle.as_str())),
            server: self.server.server(),
            invite,
            ..account::Welcome::default()
        }
    }
}

fn kept(phase: &Phase) -> Option<&account::Welcome> {
    match phase {
        Phase::Welcome(kept) => Some(kept),
        Phase::Starting | Phase::Ready | Phase::Locked | Phase::Elsewhere | Phase::Unusable(_) => None,
    }
}
