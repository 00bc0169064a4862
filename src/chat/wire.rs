//! Payload bytes to domain types and back: what travels. PROTOCOL.md says the same in prose, with vectors.
//!
//! An envelope is a CBOR array `[version, kind, …]`. Kinds 0 to 3 are the sealed ones of end-to-end encryption; kind 4,
//! [`OPEN`], carries an event in the open and is the only one until then.

use std::sync::Arc;

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::id::{DeviceId, MessageId, UserId};
use super::message::MAX_TEXT;
use super::receipt::SeqSet;
use super::text::{MAX_NAME, clean_line, clean_text};

/// The protocol's version.
const VERSION: u8 = 1;
/// The envelope kind that is not sealed.
const OPEN: u8 = 4;
/// The largest envelope that is looked at, in bytes.
const MAX_ENVELOPE: usize = 64 * 1024;

/// Why a payload cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    /// Not CBOR, or not of the shape that is asked for.
    #[error("the payload is malformed")]
    Malformed,
    /// A version or kind that this client does not know.
    #[error("the payload is of a later version")]
    Unknown,
    /// Larger than any client makes them.
    #[error("the payload is too large")]
    TooLarge,
}

/// One thing that a person's device tells another person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// Who tells it.
    pub from: UserId,
    /// Which device of theirs.
    pub device: DeviceId,
    /// Names the event.
    pub id: MessageId,
    /// What it is about: the receiver's own id for the conversation between the two.
    pub conversation: UserId,
    /// Counts the events of this device in this conversation that need a receipt, from 1; 0 for the others.
    pub seq: u64,
    /// Hybrid logical clock.
    pub hlc: u64,
    /// The newest events of the conversation that its author had seen.
    pub deps: Vec<MessageId>,
    /// What it says.
    pub body: EventBody,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventBody {
    /// A message.
    Text(Arc<str>),
    /// What has been stored of the events of one of the receiver's devices, and what has been seen.
    Receipt(Receipt),
    /// Somebody types.
    Typing,
    /// A message's text is replaced.
    Edit(Target, Arc<str>),
    /// A message is taken back.
    Delete(Target),
    /// May I be your contact? With the asker's name.
    Request(Arc<str>),
    /// Yes. With the answerer's name.
    Accept(Arc<str>),
    /// No. Names the request.
    Decline(MessageId),
    /// A kind of a later version, or a text beyond the limit: kept as "update to see this" where it has a number.
    Unknown,
}

/// A receipt: cumulative, so that only the newest one matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Whose events.
    pub device: DeviceId,
    /// What is durably stored.
    pub stored: SeqSet,
    /// What of it has been seen.
    pub read: SeqSet,
}

/// The message that an edit or a deletion is about, by its author's own figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its id.
    pub id: MessageId,
    /// Its sequence number.
    pub seq: u64,
    /// Its clock value.
    pub hlc: u64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Envelope {
    #[n(0)]
    version: u8,
    #[n(1)]
    kind: u8,
    #[n(2)]
    mid: ByteArray<16>,
    #[n(3)]
    from: ByteArray<16>,
    #[n(4)]
    device: ByteArray<8>,
    #[n(5)]
    inner: ByteVec,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Inner {
    #[n(0)]
    version: u8,
    #[n(1)]
    id: ByteArray<16>,
    #[n(2)]
    conversation: ByteArray<16>,
    #[n(3)]
    seq: u64,
    #[n(4)]
    hlc: u64,
    /// Hash of the author's event before this one: comes with the delivery engine.
    #[n(5)]
    prev: Option<ByteVec>,
    /// Piggybacked receipts: come with the delivery engine.
    #[n(6)]
    ack: Option<ByteVec>,
    #[n(7)]
    deps: Vec<ByteArray<16>>,
    #[n(8)]
    kind: u16,
    #[n(9)]
    body: ByteVec,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct TextBody {
    #[n(0)]
    text: String,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ReceiptBody {
    #[n(0)]
    device: ByteArray<8>,
    #[n(1)]
    stored: Vec<(u64, u64)>,
    #[n(2)]
    read: Vec<(u64, u64)>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct TargetBody {
    #[n(0)]
    id: ByteArray<16>,
    #[n(1)]
    seq: u64,
    #[n(2)]
    hlc: u64,
    #[n(3)]
    text: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct IdBody {
    #[n(0)]
    id: ByteArray<16>,
}

mod kind {
    pub(super) const TEXT: u16 = 1;
    pub(super) const RECEIPT: u16 = 2;
    pub(super) const TYPING: u16 = 3;
    pub(super) const EDIT: u16 = 4;
    pub(super) const DELETE: u16 = 5;
    pub(super) const REQUEST: u16 = 6;
    pub(super) const ACCEPT: u16 = 7;
    pub(super) const DECLINE: u16 = 8;
}

/// An event as an envelope; `mid` names the envelope and is new at each sending.
pub(crate) fn encode(event: &Event, mid: MessageId) -> Vec<u8> {
    let (kind, body) = encode_body(&event.body);
    let inner = Inner {
        version: VERSION,
        id: event.id.0.into(),
        conversation: event.conversation.0.into(),
        seq: event.seq,
        hlc: event.hlc,
        prev: None,
        ack: None,
        deps: event.deps.iter().map(|id| id.0.into()).collect(),
        kind,
        body: body.into(),
    };
    to_vec(&Envelope {
        version: VERSION,
        kind: OPEN,
        mid: mid.0.into(),
        from: event.from.0.into(),
        device: event.device.0.into(),
        inner: to_vec(&inner).into(),
    })
}

/// Reads an envelope.
pub(crate) fn decode(payload: &[u8]) -> Result<Event, WireError> {
    if payload.len() > MAX_ENVELOPE {
        return Err(WireError::TooLarge);
    }
    let mut head = minicbor::Decoder::new(payload);
    let malformed = |_| WireError::Malformed;
    head.array().map_err(malformed)?;
    if (head.u8().map_err(malformed)?, head.u8().map_err(malformed)?) != (VERSION, OPEN) {
        return Err(WireError::Unknown);
    }
    let envelope: Envelope = from_slice(payload)?;
    let inner: Inner = from_slice(&envelope.inner)?;
    if inner.version != VERSION {
        return Err(WireError::Unknown);
    }
    Ok(Event {
        from: UserId(envelope.from.into()),
        device: DeviceId(envelope.device.into()),
        id: MessageId(inner.id.into()),
        conversation: UserId(inner.conversation.into()),
        seq: inner.seq,
        hlc: inner.hlc,
        deps: inner.deps.iter().take(8).map(|id| MessageId((*id).into())).collect(),
        body: decode_body(inner.kind, &inner.body)?,
    })
}

/// An event's kind and body bytes, as they travel and as the outbox stores them.
pub(crate) fn encode_body(body: &EventBody) -> (u16, Vec<u8>) {
    match body {
        EventBody::Text(text) => (kind::TEXT, to_vec(&TextBody { text: text.to_string() })),
        EventBody::Receipt(receipt) => (
            kind::RECEIPT,
            to_vec(&ReceiptBody {
                device: receipt.device.0.into(),
                stored: receipt.stored.runs().to_vec(),
                read: receipt.read.runs().to_vec(),
            }),
        ),
        EventBody::Typing => (kind::TYPING, Vec::new()),
        EventBody::Edit(target, text) => (kind::EDIT, to_vec(&target_body(target, Some(text)))),
        EventBody::Delete(target) => (kind::DELETE, to_vec(&target_body(target, None))),
        EventBody::Request(name) => (kind::REQUEST, to_vec(&TextBody { text: name.to_string() })),
        EventBody::Accept(name) => (kind::ACCEPT, to_vec(&TextBody { text: name.to_string() })),
        EventBody::Decline(request) => (kind::DECLINE, to_vec(&IdBody { id: request.0.into() })),
        EventBody::Unknown => (0, Vec::new()),
    }
}

/// Reads what [`encode_body`] wrote.
pub(crate) fn decode_body(kind: u16, bytes: &[u8]) -> Result<EventBody, WireError> {
    Ok(match kind {
        kind::TEXT => match message_text(from_slice::<TextBody>(bytes)?.text) {
            Some(text) => EventBody::Text(text),
            None => EventBody::Unknown,
        },
        kind::RECEIPT => {
            let body: ReceiptBody = from_slice(bytes)?;
            EventBody::Receipt(Receipt {
                device: DeviceId(body.device.into()),
                stored: SeqSet::from_runs(body.stored),
                read: SeqSet::from_runs(body.read),
            })
        }
        kind::TYPING => EventBody::Typing,
        kind::EDIT => {
            let body: TargetBody = from_slice(bytes)?;
            match message_text(body.text.clone().ok_or(WireError::Malformed)?) {
                Some(text) => EventBody::Edit(target(&body), text),
                None => EventBody::Unknown,
            }
        }
        kind::DELETE => EventBody::Delete(target(&from_slice(bytes)?)),
        kind::REQUEST => EventBody::Request(name(bytes)?),
        kind::ACCEPT => EventBody::Accept(name(bytes)?),
        kind::DECLINE => EventBody::Decline(MessageId(from_slice::<IdBody>(bytes)?.id.into())),
        _ => EventBody::Unknown,
    })
}

fn message_text(text: String) -> Option<Arc<str>> {
    let text = if text.len() > MAX_TEXT { return None } else { clean_text(&text) };
    (!text.trim().is_empty()).then_some(text)
}

fn name(bytes: &[u8]) -> Result<Arc<str>, WireError> {
    Ok(clean_line(&from_slice::<TextBody>(bytes)?.text, MAX_NAME))
}

fn target(body: &TargetBody) -> Target {
    Target { id: MessageId(body.id.into()), seq: body.seq, hlc: body.hlc }
}

fn target_body(target: &Target, text: Option<&Arc<str>>) -> TargetBody {
    TargetBody {
        id: target.id.0.into(),
        seq: target.seq,
        hlc: target.hlc,
        text: text.map(ToString::to_string),
    }
}

#[expect(clippy::expect_used, reason = "writing to a Vec cannot fail")]
pub(crate) fn to_vec(value: &impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into memory cannot fail")
}

pub(crate) fn from_slice<'a, T: Decode<'a, ()>>(bytes: &'a [u8]) -> Result<T, WireError> {
    minicbor::decode(bytes).map_err(|_| WireError::Malformed)
}
