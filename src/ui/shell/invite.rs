//! Asks before an invite link changes anything.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::account::Invite;
use crate::chat::change::InviteAsked;
use crate::chat::contact::short_code;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::live::{act, live};
use crate::ui::widgets::modal::Modal;

/// The question, where an invite waits for the person's word.
#[component]
pub(super) fn InviteQuestion() -> impl IntoView {
    let state = expect_context::<State>();
    live(move || state.invite.get().map(|asked| view! { <Question asked /> }))
}

/// Whose the link says that it is: what can be compared with the inviter's screen.
#[component]
pub(in crate::ui) fn Whose(invite: Invite) -> impl IntoView {
    let code = invite.key.as_ref().map(|key| short_code(key.fingerprint()).to_string());
    view! {
        <p class="soft">{text::THEIR_ID}" "<code title=invite.from.to_string()>{text::short_id(invite.from)}</code></p>
        {code.map(|code| view! { <p class="soft">{text::THEIR_KEY_CODE}" "<code>{code}</code></p> })}
    }
}

#[component]
fn Question(asked: InviteAsked) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let InviteAsked { invite, moves, new_key } = asked;
    let name = text::name(&invite.name, invite.from);
    let is_personal = invite.secrets.is_some();
    let agree = text::follow_invite(moves, new_key, is_personal);
    let dismiss = Callback::new(move |()| dispatch.dispatch(Command::DismissInvite));
    view! {
        <Modal title=text::invites_you(&name) on_close=dismiss>
            <div class="modal-person">
                <Avatar id=invite.from name=Signal::stored(name.clone()) picture=Signal::stored(None) />
                <div>
                    <p class:warning=moves>{text::invite_leads_to(text::server(&invite.broker), moves)}</p>
                    {new_key.then(|| view! { <p class="warning">{text::LINK_HAS_NEW_KEY}</p> })}
                    {is_personal.then(|| view! { <p>{text::PERSONAL_INVITE}</p> })}
                    <Whose invite />
                </div>
            </div>
            <div class="modal-buttons">
                <button type="button" class="button" on:click=act(move |_| dismiss.run(()))>{text::NOT_NOW}</button>
                <button type="button" class="button primary" on:click=act(move |_| dispatch.dispatch(Command::AcceptInvite))>
                    {agree}
                </button>
            </div>
        </Modal>
    }
}
