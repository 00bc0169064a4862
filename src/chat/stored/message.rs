//! Messages. How far an own one has come is not in its record: the outbox and the receipts tell.

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::{VERSION, id16, key16, known, record};
use crate::chat::id::{ConversationId, MessageId, UserId};
use crate::chat::message::{Body, Delivery, Message, Position};
use crate::chat::record::{Record, Table, Write};
use crate::chat::timeline::Entry;
use crate::chat::wire::{WireError, from_slice};
use crate::time::Timestamp;

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct MessageRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    own: bool,
    #[n(2)]
    seq: u64,
    #[n(3)]
    sent_at: u64,
    #[n(4)]
    kind: u8,
    #[n(5)]
    text: String,
    #[n(6)]
    edited: bool,
    #[n(7)]
    changed: u64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct PositionRecord {
    #[n(0)]
    hlc: u64,
    #[n(1)]
    author: ByteArray<16>,
    #[n(2)]
    id: ByteArray<16>,
}

/// The key of a message: its conversation, then its position, so that a conversation's messages lie in order.
pub(crate) fn message_key(conversation: ConversationId, position: Position) -> Vec<u8> {
    let mut key = conversation.0.0.to_vec();
    key.extend(position.hlc.to_be_bytes());
    key.extend(position.author.0);
    key.extend(position.id.0);
    key
}

/// The keys between which all messages of a conversation lie.
pub(crate) fn conversation_keys(conversation: ConversationId) -> (Vec<u8>, Vec<u8>) {
    let last = Position { hlc: u64::MAX, author: UserId([0xFF; 16]), id: MessageId([0xFF; 16]) };
    (clock_key(conversation, 0), message_key(conversation, last))
}

/// The key before all messages with this clock value or a later one.
pub(crate) fn clock_key(conversation: ConversationId, hlc: u64) -> Vec<u8> {
    message_key(conversation, Position { hlc, author: UserId([0; 16]), id: MessageId([0; 16]) })
}

pub(crate) fn delete_message(conversation: ConversationId, position: Position) -> Write {
    Write::Delete(Table::Messages, message_key(conversation, position))
}

impl Entry {
    pub(crate) fn write(&self) -> Write {
        let key = message_key(self.message.conversation, self.message.position);
        record(Table::Messages, key, &MessageRecord::of(&self.message, self.seq, self.changed))
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let (conversation, rest) = stored.key.split_at_checked(16).ok_or(WireError::Malformed)?;
        let (hlc, rest) = rest.split_at_checked(8).ok_or(WireError::Malformed)?;
        let (author, id) = rest.split_at_checked(16).ok_or(WireError::Malformed)?;
        let position = Position {
            hlc: u64::from_be_bytes(hlc.try_into().map_err(|_| WireError::Malformed)?),
            author: UserId(key16(author)?),
            id: MessageId(key16(id)?),
        };
        let conversation = ConversationId(UserId(key16(conversation)?));
        from_slice::<MessageRecord>(&stored.value)?.entry(conversation, position)
    }
}

impl MessageRecord {
    pub(super) fn of(message: &Message, seq: u64, changed: u64) -> Self {
        let (kind, text) = match &message.body {
            Body::Text(text) => (0, text.as_ref().into()),
            Body::Deleted => (1, String::new()),
            Body::Unknown => (2, String::new()),
        };
        Self {
            version: VERSION,
            own: message.delivery.is_some(),
            seq,
            sent_at: message.sent_at.0,
            kind,
            text,
            edited: message.edited,
            changed,
        }
    }

    pub(super) fn entry(self, conversation: ConversationId, position: Position) -> Result<Entry, WireError> {
        known(self.version)?;
        let body = match self.kind {
            0 => Body::Text(self.text.into()),
            1 => Body::Deleted,
            _ => Body::Unknown,
        };
        let message = Message {
            id: position.id,
            conversation,
            author: position.author,
            position,
            sent_at: Timestamp(self.sent_at),
            body,
            edited: self.edited,
            // How far it has come is told by the outbox and the receipts.
            delivery: self.own.then_some(Delivery::Queued),
        };
        Ok(Entry { message, seq: self.seq, changed: self.changed })
    }
}

impl PositionRecord {
    pub(super) fn of(position: Position) -> Self {
        Self { hlc: position.hlc, author: position.author.0.into(), id: position.id.0.into() }
    }
}

impl From<PositionRecord> for Position {
    fn from(stored: PositionRecord) -> Self {
        Self { hlc: stored.hlc, author: UserId(id16(stored.author)), id: MessageId(id16(stored.id)) }
    }
}
