//! The first screen: a name, and where nobody has invited, a server.

mod words;

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use self::words::{HandleQuestion, WordsField, words_alone};
use crate::chat::Command;
use crate::chat::account::{self, Invite};
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::secret::TypedWords;
use crate::chat::server::is_public;
use crate::e2ee::seed::WORDS;
use crate::ui::dispatch::Dispatch;
use crate::ui::form::{self, Place, error_at};
use crate::ui::restore::Restore;
use crate::ui::server::{FoldedServer, ServerValues};
use crate::ui::shell::banner::Banner;
use crate::ui::shell::invite::Whose;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::drawing::Mark;
use crate::ui::widgets::field::{Field, Kind};
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
    /// The question is open whether a number or an address goes with the words.
    asking: RwSignal<bool>,
    /// It was answered: there was none.
    had_none: RwSignal<bool>,
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
    form::answered(state, Form::Welcome, move |result| {
        rejection.set(result.err());
        // What is wrong is in view, and can be typed into at once.
        form::focus(".welcome [aria-invalid]".to_owned());
    });
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
        if fields.lacks_handle() && !is_invited.get_untracked() {
            fields.asking.set(true);
        } else {
            dispatch.dispatch(fields.start(invite.get_untracked()));
        }
    };
    view! {
        <main class="welcome">
            <When when=first>
                <Erased fields rejection />
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
                <Ways fields rejection />
            </When>
            <When when=fields.asking>
                <HandleQuestion fields />
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
            error=Signal::derive(move || handle_error(&rejection.read()))
            on_input=keep
        />
        <When when=fields.has_words><WordsField fields rejection /></When>
        <FoldedServer values=fields.server rejection on_input=keep />
    }
}

/// The browser has deleted what was here: the ways back come first.
#[component]
fn Erased(fields: Fields, rejection: RwSignal<Option<Rejection>>) -> impl IntoView {
    view! {
        <section class="welcome-erased" aria-labelledby="erased">
            <h2 id="erased">{text::ERASED}</h2>
            <p>{text::ERASED_MEANS}</p>
            <Ways fields rejection />
        </section>
    }
}

fn handle_error(rejection: &Option<Rejection>) -> Option<String> {
    let rejection = rejection.as_ref().filter(|rejection| Place::of(rejection) == Place::Handle)?;
    Some(text::rejection_of_own_address(rejection))
}

/// For whoever was here before, on another device.
#[component]
fn Ways(fields: Fields, rejection: RwSignal<Option<Rejection>>) -> impl IntoView {
    let has_words = fields.has_words;
    let turn =
        move |_| if has_words.get_untracked() { fields.drop_words(rejection) } else { has_words.set(true) };
    view! {
        <div class="welcome-ways">
            <Restore />
            <button type="button" class="button" aria-expanded=move || has_words.get().to_string() on:click=act(turn)>
                {text::HAVE_WORDS}
            </button>
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
            <p class="soft">{text::meet_on(text::server(&invite.broker))}</p>
            {invite.secrets.is_some().then(|| view! { <p class="welcome-personal">{text::PERSONAL_INVITE}</p> })}
            <Whose invite=invite.clone() />
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
            asking: RwSignal::new(false),
            had_none: RwSignal::new(false),
        }
    }

    /// Whether all words are there, and nothing of what may belong to them, and nobody has said that nothing does.
    fn lacks_handle(self) -> bool {
        let typed = self.words.with_untracked(|words| words_alone(words).split_whitespace().count());
        self.has_words.get_untracked()
            && typed == WORDS
            && !self.had_none.get_untracked()
            && self.handle.with_untracked(|handle| handle.trim().is_empty())
    }

    /// Nothing of the words stays, and nothing of what was wrong with them.
    fn drop_words(self, rejection: RwSignal<Option<Rejection>>) {
        self.has_words.set(false);
        self.words.set(String::new());
        rejection.set(None);
    }

    /// What the button does.
    fn start(self, invite: Option<Invite>) -> Command {
        if self.has_words.get_untracked() && invite.is_none() {
            let words = TypedWords::new(self.words.with_untracked(|words| words_alone(words)));
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
        Phase::Starting
        | Phase::Ready
        | Phase::Locked
        | Phase::Elsewhere
        | Phase::Outdated
        | Phase::Unusable(_) => None,
    }
}
