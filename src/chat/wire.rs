//! Events to bytes and back: what envelopes hold. PROTOCOL.md says the same in prose, with vectors. The envelopes
//! themselves are `e2ee`'s.

use std::sync::Arc;

use crate::cbor::{Reader, Writer};

use super::chain::{EventHash, Link, Links};
use super::id::{DeviceId, MessageId, UserId};
use super::message::MAX_TEXT;
use super::receipt::SeqSet;
use super::retained::Info;
use super::text::{MAX_NAME, clean_line, clean_text};
use crate::e2ee::document::Document;
use crate::e2ee::nak::Nak;
use crate::e2ee::sas::SasMessage;
use crate::e2ee::succession::Succession;

pub(crate) use crate::cbor::WireError;

/// The protocol's version.
const VERSION: u8 = 1;
/// How many of an event's dependencies are looked at.
const MAX_DEPS: usize = 8;

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
    /// The hash of the device's event before this one in this conversation; none where a chain begins.
    pub prev: Option<EventHash>,
    /// The hash of this one. Not told, but found out by whoever reads it.
    pub hash: EventHash,
    /// A receipt that travels along: no part of what is said, and of the hash.
    pub ack: Option<Receipt>,
    /// The hash of the devices that its author's device knows to be its person's. No part of what is said, either: it is
    /// as it was when the event was encrypted.
    pub devices: [u8; 32],
    /// The newest events of the conversation that its author had seen.
    pub deps: Vec<MessageId>,
    /// What it says.
    pub body: EventBody,
    /// The device, and its number, by which it was first made: where that device was replaced since by the one that
    /// tells it now. It may have come from there already.
    pub origin: Option<(DeviceId, u64)>,
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
    /// Yes. With the answerer's name, and the answer to the invite that was followed.
    Accept(Arc<str>, Option<[u8; 32]>),
    /// No. Names the request.
    Decline(MessageId),
    /// Something came that cannot be decrypted: begin a new session, and send again what has no receipt.
    Nak(Nak),
    /// Two people compare emoji.
    Compare(SasMessage),
    /// The profile of somebody who tells it to nobody else.
    Profile(Arc<Info>),
    /// Numbers of one of the receiver's devices that have not come: tell them again. Where the one who asks has gone on
    /// from another device, as to that one.
    Want(DeviceId, SeqSet, Option<Box<Succession>>),
    /// Numbers of this device's that were wanted, and that it has no more.
    Missing(SeqSet),
    /// The hash of your devices is not that of those known here: name them.
    Doubt,
    /// The devices of its author, each by the document that certifies or revokes it.
    Devices(Vec<(DeviceId, Document)>),
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
    /// The events at the ends of its runs.
    pub links: Links,
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

impl Event {
    /// With its own hash, where it is made here.
    pub(crate) fn hashed(self) -> Self {
        let (before, after) = (encode_head(&self).into_bytes(), encode_rest(&self));
        Self { hash: EventHash::of(self.from, self.device, &before, &after), ..self }
    }
}

impl EventBody {
    /// The message that it changes.
    pub(crate) fn target_mut(&mut self) -> Option<&mut Target> {
        if let Self::Edit(target, _) | Self::Delete(target) = self { Some(target) } else { None }
    }

    /// The message that it changes.
    pub(crate) fn target(&self) -> Option<Target> {
        match self {
            Self::Edit(target, _) | Self::Delete(target) => Some(*target),
            Self::Text(_)
            | Self::Unknown
            | Self::Receipt(_)
            | Self::Typing
            | Self::Request(_)
            | Self::Accept(..)
            | Self::Decline(_)
            | Self::Nak(_)
            | Self::Compare(_)
            | Self::Profile(_)
            | Self::Want(..)
            | Self::Missing(_)
            | Self::Doubt
            | Self::Devices(_) => None,
        }
    }
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
    pub(super) const NAK: u16 = 9;
    pub(super) const COMPARE: u16 = 10;
    pub(super) const PROFILE: u16 = 11;
    pub(super) const WANT: u16 = 12;
    pub(super) const MISSING: u16 = 13;
    pub(super) const DOUBT: u16 = 14;
    pub(super) const DEVICES: u16 = 15;
}

/// What is sealed of an event: `[version, id, conversation, seq, hlc, prev, ack, devices, deps, kind, body]`. Who tells it
/// is proved by the session.
pub(crate) fn encode(event: &Event) -> Vec<u8> {
    let mut inner = encode_head(event);
    inner.maybe(event.ack.as_ref(), |inner, ack| inner.bytes(&receipt_body(ack))).bytes(&event.devices);
    [inner.into_bytes(), encode_rest(event)].concat()
}

/// What stands before the places of receipt and devices.
fn encode_head(event: &Event) -> Writer {
    let mut inner = Writer::array(11 + u64::from(event.origin.is_some()));
    inner.number(VERSION.into()).bytes(&event.id.0).bytes(&event.conversation.0);
    inner.number(event.seq).number(event.hlc);
    inner.maybe(event.prev, |inner, prev| inner.bytes(&prev.0));
    inner
}

/// What stands behind them.
fn encode_rest(event: &Event) -> Vec<u8> {
    let (kind, body) = encode_body(&event.body);
    let mut rest = Writer::array(event.deps.len() as u64);
    for id in &event.deps {
        rest.bytes(&id.0);
    }
    rest.number(kind.into()).bytes(&body);
    if let Some((device, seq)) = event.origin {
        rest.open(2).bytes(&device.0).number(seq);
    }
    rest.into_bytes()
}

/// Reads what was sealed by this device of this person.
pub(crate) fn decode(bytes: &[u8], from: UserId, device: DeviceId) -> Result<Event, WireError> {
    let mut inner = Reader::new(bytes)?;
    if inner.small::<u8>()? != VERSION {
        return Err(WireError::Unknown);
    }
    let (id, conversation) = (MessageId(inner.id()?), UserId(inner.id()?));
    let (seq, hlc) = (inner.number()?, inner.number()?);
    let prev = inner.maybe(Reader::id)?.map(EventHash);
    let before = &bytes[..inner.position()];
    let ack = inner.maybe(Reader::bytes)?.and_then(|ack| receipt(Reader::new(ack).ok()?).ok());
    let devices = inner.id()?;
    let hash = EventHash::of(from, device, before, &bytes[inner.position()..]);
    let mut deps = inner.list(Reader::id)?;
    deps.truncate(MAX_DEPS);
    let deps = deps.into_iter().map(MessageId).collect();
    let body = decode_body(inner.small()?, inner.bytes()?)?;
    let origin = |inner: &mut Reader| inner.array(|origin| Ok((DeviceId(origin.id()?), origin.number()?)));
    let origin = inner.maybe(origin)?;
    Ok(Event { from, device, id, conversation, seq, hlc, prev, hash, ack, devices, deps, body, origin })
}

/// An event's kind and body bytes, as they travel and as the outbox stores them.
pub(crate) fn encode_body(body: &EventBody) -> (u16, Vec<u8>) {
    match body {
        EventBody::Text(text) => (kind::TEXT, text_body(text)),
        EventBody::Receipt(receipt) => (kind::RECEIPT, receipt_body(receipt)),
        EventBody::Typing => (kind::TYPING, Vec::new()),
        EventBody::Edit(target, text) => (kind::EDIT, target_body(target, Some(text))),
        EventBody::Delete(target) => (kind::DELETE, target_body(target, None)),
        EventBody::Request(name) => (kind::REQUEST, text_body(name)),
        EventBody::Accept(name, None) => (kind::ACCEPT, text_body(name)),
        EventBody::Accept(name, Some(answer)) => {
            let mut writer = Writer::array(2);
            writer.text(name).bytes(answer);
            (kind::ACCEPT, writer.into_bytes())
        }
        EventBody::Decline(request) => {
            let mut writer = Writer::array(1);
            writer.bytes(&request.0);
            (kind::DECLINE, writer.into_bytes())
        }
        EventBody::Nak(nak) => (kind::NAK, nak.encode()),
        EventBody::Compare(message) => (kind::COMPARE, message.encode()),
        EventBody::Profile(info) => (kind::PROFILE, info.to_bytes()),
        EventBody::Want(device, numbers, succession) => {
            let mut writer = Writer::array(2 + u64::from(succession.is_some()));
            writer.bytes(&device.0).pairs(numbers.runs());
            if let Some(succession) = succession {
                writer.open(2).bytes(&succession.certificate.encode()).bytes(&succession.signature);
            }
            (kind::WANT, writer.into_bytes())
        }
        EventBody::Missing(numbers) => {
            let mut writer = Writer::array(1);
            writer.pairs(numbers.runs());
            (kind::MISSING, writer.into_bytes())
        }
        EventBody::Doubt => (kind::DOUBT, Vec::new()),
        EventBody::Devices(documents) => (kind::DEVICES, devices_body(documents)),
        EventBody::Unknown => (0, Vec::new()),
    }
}

fn text_body(text: &str) -> Vec<u8> {
    let mut writer = Writer::array(1);
    writer.text(text);
    writer.into_bytes()
}

fn receipt_body(receipt: &Receipt) -> Vec<u8> {
    let mut writer = Writer::array(3);
    writer.bytes(&receipt.device.0).open(receipt.stored.runs().len() as u64);
    for (first, last) in receipt.stored.runs() {
        writer.open(3).number(*first).number(*last);
        writer.maybe(receipt.links.hash(*last), |writer, hash| writer.bytes(&hash.0));
    }
    writer.pairs(receipt.read.runs());
    writer.into_bytes()
}

fn devices_body(documents: &[(DeviceId, Document)]) -> Vec<u8> {
    let mut writer = Writer::array(1);
    writer.open(documents.len() as u64);
    for (device, document) in documents {
        writer.open(2).bytes(&device.0).bytes(&document.encode());
    }
    writer.into_bytes()
}

fn target_body(target: &Target, text: Option<&str>) -> Vec<u8> {
    let mut writer = Writer::array(if text.is_some() { 4 } else { 3 });
    writer.bytes(&target.id.0).number(target.seq).number(target.hlc);
    if let Some(text) = text {
        writer.text(text);
    }
    writer.into_bytes()
}

/// Reads what [`encode_body`] wrote.
pub(crate) fn decode_body(kind: u16, bytes: &[u8]) -> Result<EventBody, WireError> {
    // The body of `TYPING`, of `DOUBT` and of unknown kinds need not even be CBOR.
    let body = || Reader::new(bytes);
    Ok(match kind {
        kind::TEXT => message_text(body()?.text()?).map_or(EventBody::Unknown, EventBody::Text),
        kind::RECEIPT => EventBody::Receipt(receipt(body()?)?),
        kind::TYPING => EventBody::Typing,
        kind::EDIT => {
            let mut body = body()?;
            let target = target(&mut body)?;
            message_text(body.text()?).map_or(EventBody::Unknown, |text| EventBody::Edit(target, text))
        }
        kind::DELETE => EventBody::Delete(target(&mut body()?)?),
        kind::REQUEST => EventBody::Request(clean_line(body()?.text()?, MAX_NAME)),
        kind::ACCEPT => {
            let mut body = body()?;
            EventBody::Accept(clean_line(body.text()?, MAX_NAME), body.maybe(Reader::id)?)
        }
        kind::DECLINE => EventBody::Decline(MessageId(body()?.id()?)),
        kind::NAK => EventBody::Nak(Nak::decode(bytes).map_err(|_| WireError::Malformed)?),
        kind::COMPARE => EventBody::Compare(SasMessage::decode(bytes)?),
        kind::PROFILE => EventBody::Profile(Info::from_bytes(bytes)?.into()),
        kind::WANT => {
            let mut body = body()?;
            let (device, numbers) = (DeviceId(body.id()?), SeqSet::from_runs(body.pairs()?));
            EventBody::Want(device, numbers, body.maybe(|body| body.array(succession))?.map(Box::new))
        }
        kind::MISSING => EventBody::Missing(SeqSet::from_runs(body()?.pairs()?)),
        kind::DOUBT => EventBody::Doubt,
        kind::DEVICES => EventBody::Devices(body()?.list(|body| body.array(certified))?),
        _ => EventBody::Unknown,
    })
}

fn receipt(mut body: Reader) -> Result<Receipt, WireError> {
    let device = DeviceId(body.id()?);
    let run = |run: &mut Reader| Ok(((run.number()?, run.number()?), run.maybe(Reader::id)?.map(EventHash)));
    let runs = body.list(|body| body.array(run))?;
    let stored = SeqSet::from_runs(runs.iter().map(|(run, _)| *run));
    let told = Links::from_links(
        runs.into_iter().filter_map(|((_, seq), hash)| Some(Link { seq, hash: hash?, prev: None })),
    );
    // A run that ends before it begins, or within another, names no event.
    let links = Links::from_links(stored.runs().iter().filter_map(|(_, last)| told.get(*last).copied()));
    Ok(Receipt { device, stored, links, read: SeqSet::from_runs(body.pairs()?) })
}

fn certified(body: &mut Reader) -> Result<(DeviceId, Document), WireError> {
    Ok((DeviceId(body.id()?), document(body)?))
}

fn succession(body: &mut Reader) -> Result<Succession, WireError> {
    Ok(Succession { certificate: document(body)?, signature: body.id()? })
}

fn document(body: &mut Reader) -> Result<Document, WireError> {
    Document::decode(body.bytes()?).map_err(|_| WireError::Malformed)
}

fn message_text(text: &str) -> Option<Arc<str>> {
    let text = if text.len() > MAX_TEXT { return None } else { clean_text(text) };
    (!text.trim().is_empty()).then_some(text)
}

fn target(body: &mut Reader) -> Result<Target, WireError> {
    Ok(Target { id: MessageId(body.id()?), seq: body.number()?, hlc: body.number()? })
}
