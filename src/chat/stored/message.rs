//! Messages. How far an own one has come is not in its record: the outbox and the receipts tell.

use super::{VERSION, key16, known, put};
use crate::cbor::{Reader, Writer};
use crate::chat::id::{ConversationId, MessageId, UserId};
use crate::chat::message::{Body, Delivery, Message, Position};
use crate::chat::record::{Record, Table, Write};
use crate::chat::timeline::Entry;
use crate::chat::wire::WireError;
use crate::time::Timestamp;

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
        let mut value = Writer::array(MESSAGE_FIELDS);
        write_message(&mut value, &self.message, self.seq, [self.changed, self.change]);
        put(Table::Messages, message_key(self.message.conversation, self.message.position), value)
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
        read_message(&mut Reader::new(&stored.value)?, conversation, position)
    }
}

/// The fields of a message that its key does not tell.
pub(super) const MESSAGE_FIELDS: u64 = 9;

pub(super) fn write_message<'w>(
    value: &'w mut Writer,
    message: &Message,
    seq: u64,
    [changed, change]: [u64; 2],
) -> &'w mut Writer {
    let (kind, text) = match &message.body {
        Body::Text(text) => (0, &**text),
        Body::Deleted => (1, ""),
        Body::Unknown => (2, ""),
        Body::KeyChanged => (3, ""),
        Body::Split => (4, ""),
        Body::Disputed => (5, ""),
        Body::Differed => (6, ""),
        Body::SpentLink => (7, ""),
        Body::WentOn => (8, ""),
    };
    value.number(VERSION).flag(message.delivery.is_some()).number(seq).number(message.sent_at.0);
    value.number(kind).text(text).flag(message.edited).number(changed).number(change)
}

pub(super) fn read_message(
    value: &mut Reader,
    conversation: ConversationId,
    position: Position,
) -> Result<Entry, WireError> {
    known(value)?;
    let own = value.flag()?;
    let seq = value.number()?;
    let sent_at = Timestamp(value.number()?);
    let (kind, text) = (value.number()?, value.text()?);
    let body = match kind {
        0 => Body::Text(text.into()),
        1 => Body::Deleted,
        3 => Body::KeyChanged,
        4 => Body::Split,
        5 => Body::Disputed,
        6 => Body::Differed,
        7 => Body::SpentLink,
        8 => Body::WentOn,
        _ => Body::Unknown,
    };
    let message = Message {
        id: position.id,
        conversation,
        author: position.author,
        position,
        sent_at,
        body,
        edited: value.flag()?,
        // How far it has come is told by the outbox and the receipts.
        delivery: own.then_some(Delivery::Queued),
    };
    let changed = value.number()?;
    Ok(Entry { message, seq, changed, change: value.maybe(Reader::number)?.unwrap_or_default() })
}

pub(super) fn write_position(value: &mut Writer, position: Position) -> &mut Writer {
    value.open(3).number(position.hlc).bytes(&position.author.0).bytes(&position.id.0)
}

pub(super) fn read_position(value: &mut Reader) -> Result<Position, WireError> {
    Ok(Position { hlc: value.number()?, author: UserId(value.id()?), id: MessageId(value.id()?) })
}
