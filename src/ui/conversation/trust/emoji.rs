//! Comparing seven emoji, on both screens at once.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::change::{Comparing, ComparingStage};
use crate::chat::id::UserId;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{When, act, live};
use crate::ui::widgets::modal::Modal;

/// The other wants to compare: in the conversation, and in a dialog that stands over it, which closes for it.
#[component]
pub(crate) fn EmojiNote(
    id: UserId,
    name: Signal<String>,
    #[prop(optional, into)] on_yes: Option<Callback<()>>,
) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let yes = move |_| {
        if let Some(on_yes) = on_yes {
            on_yes.run(());
        }
        dispatch.dispatch(Command::CompareEmoji(id));
    };
    let asked = Comparing { contact: id, stage: ComparingStage::Asked };
    view! {
        <When when=Signal::derive(move || state.comparing.get() == Some(asked))>
            <div class="conversation-note" role="status">
                <p>{move || text::wants_to_compare(&name.read())}</p>
                <button type="button" class="button small primary" on:click=act(yes)>
                    {text::COMPARE_EMOJI}
                </button>
                <button type="button" class="button small" on:click=act(move |_| dispatch.dispatch(Command::StopComparing))>
                    {text::NOT_NOW}
                </button>
            </div>
        </When>
    }
}

/// The dialog, from the yes of both on; and for the one who asked from the beginning.
#[component]
pub(crate) fn EmojiDialog() -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let shown = Memo::new(move |_| state.comparing.get().filter(|c| c.stage != ComparingStage::Asked));
    let stop = Callback::new(move |()| dispatch.dispatch(Command::StopComparing));
    view! {
        <When when=Signal::derive(move || shown.read().is_some())>
            <Modal title=text::COMPARE_EMOJI on_close=stop>
                {live(move || shown.get().map(|comparing| view! { <Stage comparing /> }))}
            </Modal>
        </When>
    }
}

#[component]
fn Stage(comparing: Comparing) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let Comparing { contact, stage } = comparing;
    let row = state.contacts.row(&contact);
    let name = row.map(|row| text::name(&row.read_untracked().profile.name, contact)).unwrap_or_default();
    let words = match stage {
        ComparingStage::Asked => String::new(),
        ComparingStage::Waiting => text::waiting_to_compare(&name),
        ComparingStage::Emoji(_) => text::EMOJI_HOW.to_owned(),
        ComparingStage::Agreed(_) => text::waiting_for_word(&name),
        ComparingStage::Verified => text::is_verified(&name),
        ComparingStage::Failed(error) => text::comparing_failed(error, &name),
    };
    let emoji = match stage {
        ComparingStage::Emoji(emoji) | ComparingStage::Agreed(emoji) => Some(emoji),
        ComparingStage::Asked
        | ComparingStage::Waiting
        | ComparingStage::Verified
        | ComparingStage::Failed(_) => None,
    };
    let say = move |command: Command| act(move |_| dispatch.dispatch(command.clone()));
    let button = move |class, label, command| {
        view! { <button type="button" class=class on:click=say(command)>{label}</button> }.into_any()
    };
    let buttons = match stage {
        ComparingStage::Emoji(_) => vec![
            button("button danger", text::DIFFERENT, Command::SameEmoji(false)),
            button("button primary", text::SAME, Command::SameEmoji(true)),
        ],
        ComparingStage::Asked | ComparingStage::Waiting | ComparingStage::Agreed(_) => {
            vec![button("button", text::CANCEL, Command::StopComparing)]
        }
        ComparingStage::Verified | ComparingStage::Failed(_) => {
            vec![button("button", text::CLOSE, Command::StopComparing)]
        }
    };
    let failed = matches!(stage, ComparingStage::Failed(_));
    view! {
        <p class:warning=failed role="status">{words}</p>
        {emoji.map(|emoji| view! { <ol class="compared-emoji">{emoji.map(line).collect_view()}</ol> })}
        <div class="modal-buttons">{buttons}</div>
    }
}

fn line(number: u8) -> impl IntoView {
    let (emoji, name) = text::emoji(number);
    view! { <li><span aria-hidden="true">{emoji}</span>{name}</li> }
}
