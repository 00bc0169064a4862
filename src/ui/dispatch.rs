//! The way from the screens to the core.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::id::MessageId;

/// Sends commands, and mints the ids that go with them. The second of the app's two contexts.
#[derive(Clone, Copy)]
pub(crate) struct Dispatch {
    send: StoredValue<Box<dyn Fn(Command)>, LocalStorage>,
    new_id: fn() -> MessageId,
}

impl Dispatch {
    pub(crate) fn new(send: impl Fn(Command) + 'static, new_id: fn() -> MessageId) -> Self {
        Self { send: StoredValue::new_local(Box::new(send)), new_id }
    }

    /// Says what the person wants.
    pub(crate) fn dispatch(&self, command: Command) {
        self.send.with_value(|send| send(command));
    }

    /// An id for a message, an edit or a deletion that is made here.
    pub(crate) fn new_id(&self) -> MessageId {
        (self.new_id)()
    }
}
