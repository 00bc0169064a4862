//! The ways to compare keys: scan, number, emoji, typing.

use std::sync::Arc;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::badge::{Unproved, trust};
use super::code::Code;
use super::emoji::EmojiNote;
use crate::chat::Command;
use crate::chat::change::Safety;
use crate::chat::effect::VIEWFINDER;
use crate::chat::id::UserId;
use crate::chat::input::CameraError;
use crate::e2ee::safety::{CodeError, Comparison};
use crate::e2ee::trust::Trust;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::field::{Field, Kind};
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, act, live, on_change};
use crate::ui::widgets::modal::Modal;

/// The dialog.
#[component]
pub(crate) fn VerifyDialog(id: UserId, name: Signal<String>, on_close: Callback<()>) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let scanning = RwSignal::new(false);
    let trouble = RwSignal::new(None::<CameraError>);
    let trust = trust(state, id);
    let verified = Signal::derive(move || trust.get() == Some(Trust::Verified));
    dispatch.dispatch(Command::ShowSafety(id));
    on_change(move || state.compared.get(), move || scanning.set(false));
    // Without a camera there is nothing to look at, and the number stays.
    on_change(
        move || state.no_camera.get(),
        move || {
            trouble.set(state.no_camera.get_untracked());
            scanning.set(false);
        },
    );
    let scan = move |_| {
        trouble.set(None);
        scanning.update(|scanning| *scanning = !*scanning);
        dispatch.dispatch(Command::Scan(scanning.get_untracked().then_some(id)));
    };
    on_cleanup(move || dispatch.dispatch(Command::Scan(None)));
    let safety = Memo::new(move |_| state.safety.get().filter(|safety| safety.contact == id));
    view! {
        <Modal title=text::verify(&name.get_untracked()) on_close>
            <EmojiNote id name on_yes=on_close />
            <p class="soft">{live(move || if verified.get() {
                text::is_verified(&name.read())
            } else {
                text::VERIFY_MEANS.to_owned()
            })}</p>
            <Unproved id />
            {live(move || if scanning.get() {
                view! { <Viewfinder /> }.into_any()
            } else {
                view! { <Shown safety verified /> }.into_any()
            })}
            <div class="verify-ways">
                <button type="button" class="button" on:click=act(scan)>
                    {live(move || if scanning.get() { text::STOP_SCANNING } else { text::SCAN })}
                </button>
                <button type="button" class="button" on:click=act(move |_| {
                    on_close.run(());
                    dispatch.dispatch(Command::CompareEmoji(id));
                })>
                    {text::COMPARE_EMOJI}
                </button>
            </div>
            {live(move || trouble.get().map(|trouble| view! {
                <p class="field-error" role="alert">{text::no_camera(trouble)}</p>
            }))}
            <TypedCode id />
            <Outcome id name verified />
            <div class="modal-buttons">
                <When when=verified><Unverify id name /></When>
                <button type="button" class="button" on:click=act(move |_| on_close.run(()))>{text::CLOSE}</button>
            </div>
        </Modal>
    }
}

/// Takes the verification back, after a question.
#[component]
fn Unverify(id: UserId, name: Signal<String>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let asking = RwSignal::new(false);
    let close = Callback::new(move |()| asking.set(false));
    view! {
        <button type="button" class="button danger" on:click=act(move |_| asking.set(true))>{text::UNVERIFY}</button>
        <When when=asking>
            <Modal title=text::unverify(&name.read_untracked()) on_close=close>
                <p>{text::UNVERIFY_MEANS}</p>
                <div class="modal-buttons">
                    <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
                    <button type="button" class="button danger-fill" on:click=act(move |_| dispatch.dispatch(Command::Unverify(id)))>
                        {text::UNVERIFY}
                    </button>
                </div>
            </Modal>
        </When>
    }
}

/// Number and code, and the person's word that the number is the same on the other screen.
#[component]
fn Shown(safety: Memo<Option<Safety>>, verified: Signal<bool>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    live(move || {
        safety.get().map(|Safety { contact, key, number, code }| {
            let same = move |_| dispatch.dispatch(Command::Verify { contact, key });
            view! {
                <section class="verify-way">
                    <h3>{text::SAFETY_NUMBER}</h3>
                    <p class="soft">{text::SAFETY_MEANS}</p>
                    <div class="safety" role="group" aria-label=text::SAFETY_NUMBER>{groups(&number)}</div>
                    {live(move || if verified.get() {
                        view! { <p class="verify-done">{icon(Icon::Shield)}{text::VERIFIED}</p> }.into_any()
                    } else {
                        let same = act(same);
                        view! { <button type="button" class="button primary" on:click=same>{text::SAME}</button> }.into_any()
                    })}
                </section>
                <section class="verify-way">
                    <h3>{text::SCAN_CODE}</h3>
                    <p class="soft">{text::SCAN_MEANS}</p>
                    <Code text=code.to_string() label=text::THEIR_SCAN />
                    <p class="qr-text">{text::OWN_CODE}" "<code>{code.to_string()}</code></p>
                </section>
            }
        })
    })
}

/// The number in groups of five digits.
fn groups(number: &str) -> impl IntoView + use<> {
    let group = |at: usize| number.get(at * 5..at * 5 + 5).unwrap_or_default().to_owned();
    (0..12).map(group).map(|digits| view! { <span>{digits}</span> }).collect_view()
}

/// What a code has shown, below the field that it was typed into; it comes into view by itself.
#[component]
fn Outcome(id: UserId, name: Signal<String>, verified: Signal<bool>) -> impl IntoView {
    let state = expect_context::<State>();
    // What was compared before this dialog was opened is no news; the same once more is.
    let outcome = RwSignal::new(None::<Result<Comparison, CodeError>>);
    let place = NodeRef::<html::Div>::new();
    on_change(
        move || state.compared.get(),
        move || {
            let compared = state.compared.get_untracked().filter(|(contact, _)| *contact == id);
            outcome.set(compared.map(|(_, outcome)| outcome));
            request_animation_frame(move || {
                if let Some(Some(place)) = place.try_get_untracked() {
                    place.scroll_into_view_with_bool(false);
                }
            });
        },
    );
    let was_verified = verified.get_untracked();
    let news = move || (verified.get() && !was_verified).then(|| text::is_verified(&name.read()));
    view! {
        <div node_ref=place class="verify-outcome">
            {live(move || outcome.get().and_then(differing).filter(|_| !verified.get()).map(|words| view! {
                <p class="warning" role="alert">{words}</p>
            }))}
            <p class="verify-done" role="status">{live(news)}</p>
        </div>
    }
}

/// What is wrong, where it is not the right code.
fn differing(outcome: Result<Comparison, CodeError>) -> Option<&'static str> {
    match outcome {
        Ok(Comparison::Match) => None,
        Ok(Comparison::TheirKeyDiffers) => Some(text::THEIR_KEY_DIFFERS),
        Ok(Comparison::OurKeyDiffers) => Some(text::OUR_KEY_DIFFERS),
        Ok(Comparison::Own) => Some(text::THAT_IS_OWN_CODE),
        Ok(Comparison::NumberDiffers) => Some(text::NUMBER_DIFFERS),
        Err(_) => Some(text::NO_CODE),
    }
}

/// For who has no camera.
#[component]
fn TypedCode(id: UserId) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let typed = RwSignal::new(String::new());
    let compare = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = typed.with_untracked(|typed| Arc::from(typed.as_str()));
        dispatch.dispatch(Command::CompareCode { contact: id, text });
    };
    view! {
        <details class="typed-code">
            <summary>{text::TYPE_CODE}</summary>
            <form novalidate on:submit=act(compare)>
                <Field label=text::THEIR_CODE value=typed kind=Kind::Code />
                <button class="button">{text::COMPARE}</button>
            </form>
        </details>
    }
}

/// What the camera sees; the browser's side of the app fills it.
#[component]
fn Viewfinder() -> impl IntoView {
    view! {
        <div class="camera">
            <video id=VIEWFINDER autoplay muted playsinline aria-label=text::CAMERA></video>
            <p class="soft">{text::SCANNING}</p>
        </div>
    }
}
