//! What is being written: a message, or an earlier one's new text.

use std::sync::Arc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::chat::Command;
use crate::chat::change::Rejection;
use crate::chat::id::{ConversationId, MessageId};
use crate::chat::message::{Delivery, MAX_TEXT, Row};
use crate::time::Timestamp;
use crate::ui::conversation::Intent;
use crate::ui::dispatch::Dispatch;
use crate::ui::route;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{follow, on_change};
use crate::ui::widgets::pointer::is_touch;
use crate::ui::widgets::watch::Watch;

/// How long the field waits to be emptied where storage is slow.
const PATIENCE: Duration = Duration::from_millis(100);

/// The composer's doings; copies are the same composer.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    state: State,
    dispatch: Dispatch,
    conversation: ConversationId,
    intent: Intent,
    area: NodeRef<html::Textarea>,
    /// What stands in the field.
    pub(super) text: RwSignal<String>,
    /// The draft that an edit has put aside.
    aside: StoredValue<String>,
    /// What was submitted last, and the message that it was the new text of: it comes back where it is refused.
    submitted: StoredValue<(Option<MessageId>, String)>,
    /// What stands in the field is being stored.
    leaving: StoredValue<bool>,
    rejection: RwSignal<Option<Rejection>>,
    typing_told: StoredValue<Timestamp>,
}

impl Writing {
    pub(super) fn new(
        state: State,
        dispatch: Dispatch,
        conversation: ConversationId,
        intent: Intent,
        area: NodeRef<html::Textarea>,
    ) -> Self {
        Self {
            state,
            dispatch,
            conversation,
            intent,
            area,
            text: RwSignal::new(String::new()),
            aside: StoredValue::new(String::new()),
            submitted: StoredValue::new((None, String::new())),
            leaving: StoredValue::new(false),
            rejection: RwSignal::new(None),
            typing_told: StoredValue::new(Timestamp(0)),
        }
    }

    /// Puts a text in the field.
    pub(super) fn write(self, text: &str) {
        if let Some(area) = self.area.get_untracked() {
            area.set_value(text);
        }
        self.text.set(text.to_owned());
        self.grow();
    }

    /// The person changed the field.
    pub(super) fn typed(self) {
        let Some(area) = self.area.get_untracked() else { return };
        self.leaving.set_value(false);
        self.text.set(area.value());
        self.rejection.set(None);
        self.grow();
        if self.intent.editing.read_untracked().is_none() {
            self.keep_draft();
            self.tell_typing();
        }
    }

    /// Empties the field of what was sent: when that is stored, or when the person goes on writing before. Emptied in
    /// the very event that sends, the field would be drawn first, and the storing would wait for it.
    pub(super) fn empty(self) {
        // The conversation may have been left.
        if self.leaving.try_get_value() == Some(true) {
            self.leaving.set_value(false);
            self.write("");
        }
    }

    /// Sends what is written, or saves the edit.
    pub(super) fn submit(self) {
        self.empty();
        let text = self.text.with_untracked(|text| text.trim().to_owned());
        if text.len() > MAX_TEXT {
            return;
        }
        match self.intent.editing.get_untracked() {
            Some(message) if text.is_empty() => self.intent.deleting.set(Some(message)),
            Some(message) => self.save_edit(message, text),
            None if text.is_empty() => {}
            None => self.send(text),
        }
        self.focus();
    }

    fn send(self, text: String) {
        if self.state.window.read_untracked().newer {
            self.dispatch.dispatch(Command::ShowLatest);
        }
        self.dispatch.dispatch(Command::Send {
            id: self.dispatch.new_id(),
            conversation: self.conversation,
            text: Arc::from(text.as_str()),
        });
        self.submitted.set_value((None, text));
        self.leaving.set_value(true);
        set_timeout(move || self.empty(), PATIENCE);
        self.typing_told.set_value(Timestamp(0));
    }

    fn save_edit(self, message: MessageId, text: String) {
        if self.written(message).as_ref() != Some(&text) {
            let id = self.dispatch.new_id();
            self.dispatch.dispatch(Command::Edit { id, message, text: Arc::from(text.as_str()) });
            self.submitted.set_value((Some(message), text));
        }
        self.stop_editing();
    }

    /// Back to the draft from before the edit.
    pub(super) fn stop_editing(self) {
        self.intent.editing.set(None);
        self.focus();
    }

    /// Begins to edit the newest own message where nothing is being written; says whether it does.
    pub(super) fn edit_latest_if_blank(self) -> bool {
        self.empty();
        if self.is_editing() || !self.text.read_untracked().is_empty() {
            return false;
        }
        let timeline = self.state.timeline;
        let places = timeline.order().read_untracked();
        let is_editable = |row: &Row| match row.message.delivery {
            None | Some(Delivery::Failed) => false,
            Some(_) => row.message.body.text().is_some(),
        };
        let latest = places
            .iter()
            .rev()
            .find(|place| timeline.row(&place.key).is_some_and(|row| is_editable(&row.read_untracked())));
        self.intent.editing.set(latest.map(|place| place.key));
        latest.is_some()
    }

    /// Fills the field when an edit begins, and brings the draft back when it ends.
    pub(super) fn follow_intent(self) {
        Effect::new(move |before: Option<Option<MessageId>>| {
            let now = self.intent.editing.get();
            let before = before.flatten();
            if now == before {
                return now;
            }
            if before.is_none() {
                self.empty();
                self.aside.set_value(self.text.get_untracked());
            }
            let refused = now.and_then(|message| self.refused(message));
            if refused.is_none() {
                self.rejection.set(None);
            }
            let text = match now {
                Some(message) => refused.or_else(|| self.written(message)).unwrap_or_default(),
                None => self.aside.get_value(),
            };
            self.write(&text);
            self.focus();
            now
        });
    }

    /// In another width the text takes another number of lines.
    pub(super) fn follow_width(self) {
        let width = StoredValue::new(0);
        follow(move || {
            let Some(area) = self.area.get() else { return };
            let watched = area.clone();
            let resized = move || {
                let now = watched.offset_width();
                if width.try_get_value().is_some_and(|before| before != now) {
                    width.set_value(now);
                    self.grow();
                }
            };
            StoredValue::new_local(Watch::new(&[&area], resized));
        });
    }

    /// Takes words over from elsewhere where nothing is being written.
    pub(super) fn follow_greeting(self) {
        follow(move || {
            let Some(words) = self.intent.greeting.get() else { return };
            self.intent.greeting.set(None);
            if self.text.read_untracked().is_empty() {
                self.write(words);
                self.keep_draft();
            }
            self.focus();
        });
    }

    /// The composer takes the focus wherever the core leads to this conversation.
    pub(super) fn focus_when_opened(self) {
        on_change(
            move || self.state.opened.track(),
            move || {
                if self.state.opened.get_untracked() == Some(self.conversation) {
                    self.focus();
                }
            },
        );
    }

    /// Takes the focus at the beginning where there is a keyboard; on a phone that would cover the conversation.
    pub(super) fn focus_at_first(self) {
        if route::came_to_write() {
            return self.focus();
        }
        let fine = window().match_media("(pointer: fine)").ok().flatten();
        if fine.is_some_and(|query| query.matches()) {
            self.focus();
        }
    }

    /// The core's answer to a message or an edit: refused, it comes back.
    pub(super) fn answered(self, result: Result<(), Rejection>) {
        let Err(rejection) = result else {
            self.submitted.set_value((None, String::new()));
            return self.empty();
        };
        self.leaving.set_value(false);
        self.rejection.set(Some(rejection));
        match self.submitted.get_value() {
            (Some(message), _) if !self.is_editing() => self.intent.editing.set(Some(message)),
            (None, text) if self.text.read_untracked().is_empty() => {
                self.write(&text);
                self.keep_draft();
            }
            (Some(_) | None, _) => {}
        }
    }

    /// The text that an edit of this message was refused with.
    fn refused(self, message: MessageId) -> Option<String> {
        let is_refused = self.rejection.read_untracked().is_some();
        let (edited, text) = self.submitted.get_value();
        (is_refused && edited == Some(message)).then_some(text)
    }

    /// What is wrong with what is written.
    pub(super) fn trouble(self) -> Option<String> {
        let over = self.text.with(|text| characters_over(text.trim()));
        if over > 0 {
            return Some(text::over_limit(over));
        }
        self.rejection.read().as_ref().map(text::rejection)
    }

    pub(super) fn is_editing(self) -> bool {
        self.intent.editing.read_untracked().is_some()
    }

    /// Whether Enter alone sends.
    pub(super) fn enter_sends(self) -> bool {
        let account = self.state.account.read_untracked();
        let chosen = account.as_ref().and_then(|account| account.preferences.enter_sends);
        chosen.unwrap_or_else(|| !is_touch())
    }

    /// The unread line may go.
    pub(super) fn mark_read(self) {
        self.dispatch.dispatch(Command::MarkRead(self.conversation));
    }

    pub(super) fn focus(self) {
        if let Some(area) = self.area.get_untracked() {
            // An element on the page can always be focused.
            let _ = area.focus();
        }
    }

    fn written(self, message: MessageId) -> Option<String> {
        let row = self.state.timeline.row(&message)?;
        row.read_untracked().message.body.text().map(ToString::to_string)
    }

    fn keep_draft(self) {
        let text = self.text.with_untracked(|text| Arc::from(if text.trim().is_empty() { "" } else { text }));
        self.dispatch.dispatch(Command::Draft { conversation: self.conversation, text });
    }

    fn tell_typing(self) {
        let now = text::wall_clock();
        let told = self.typing_told.get_value();
        if !self.text.read_untracked().trim().is_empty() && now.since(told).as_millis() >= 1000 {
            self.typing_told.set_value(now);
            self.dispatch.dispatch(Command::Typing);
        }
    }

    /// As tall as its text; the style sets the limits. Measuring takes a field without a height: what stands around it
    /// keeps its own meanwhile, or the log would be taller for a moment, and scrolled.
    fn grow(self) {
        let Some(area) = self.area.get_untracked() else { return };
        let around = area.parent_element().and_then(|around| around.dyn_into::<HtmlElement>().ok());
        if let Some(around) = &around {
            let _ = around.style().set_property("min-height", &format!("{}px", around.offset_height()));
        }
        let style = HtmlElement::style(&area);
        let _ = style.set_property("height", "auto");
        let _ = style.set_property("height", &format!("{}px", area.scroll_height()));
        if let Some(around) = &around {
            let _ = around.style().remove_property("min-height");
        }
    }
}

/// How many characters at the end are beyond what fits.
fn characters_over(text: &str) -> usize {
    text.char_indices().filter(|(at, c)| at + c.len_utf8() > MAX_TEXT).count()
}
