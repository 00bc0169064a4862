//! Changes that wait for their message.

use super::{fields, key16, put, record};
use crate::cbor::{Reader, Writer};
use crate::chat::id::{ConversationId, MessageId, UserId};
use crate::chat::parked::Rewrite;
use crate::chat::record::{Record, Table, Write};
use crate::chat::wire::WireError;

fn key(conversation: ConversationId, message: MessageId) -> Vec<u8> {
    [conversation.0.0, message.0].concat()
}

pub(crate) fn write_parked(conversation: ConversationId, message: MessageId, rewrite: &Rewrite) -> Write {
    let mut value = record(3);
    value.number(rewrite.hlc).maybe(rewrite.text.as_deref(), Writer::text);
    put(Table::Parked, key(conversation, message), value)
}

pub(crate) fn delete_parked(conversation: ConversationId, message: MessageId) -> Write {
    Write::Delete(Table::Parked, key(conversation, message))
}

pub(crate) fn read_parked(stored: &Record) -> Result<(ConversationId, MessageId, Rewrite), WireError> {
    let (conversation, message) = stored.key.split_at_checked(16).ok_or(WireError::Malformed)?;
    let mut value = fields(&stored.value)?;
    let rewrite = Rewrite { hlc: value.number()?, text: value.maybe(Reader::text)?.map(Into::into) };
    Ok((ConversationId(UserId(key16(conversation)?)), MessageId(key16(message)?), rewrite))
}
