//! Events that are on their way, and their place in the chain of those that this device makes.

use litemap::LiteMap;

use super::chain::EventHash;
use super::id::{DeviceId, MessageId, UserId};
use super::thread::Thread;
use super::wire::{Event, EventBody, Target};

/// An event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) to: UserId,
    pub(crate) id: MessageId,
    pub(crate) seq: u64,
    pub(crate) hlc: u64,
    pub(crate) dep: Option<MessageId>,
    pub(crate) body: EventBody,
    /// A broker has acknowledged it.
    pub(crate) sent: bool,
    /// Given up until the person says otherwise.
    pub(crate) failed: bool,
    /// By which device, and under which number, it was first made, where this device has taken that one's place.
    pub(crate) origin: Option<(DeviceId, u64)>,
    /// The hash of the event before it; none where a chain begins.
    pub(crate) prev: Option<EventHash>,
}

/// Who makes events, and by which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) id: UserId,
    pub(crate) device: DeviceId,
}

/// Numbers events on in a thread, as the head of a chain. Each says by which device and under which number it was made
/// first, for it may have come from there. Gives the new numbers.
pub(crate) fn number_anew<'a>(
    thread: &mut Thread,
    former: DeviceId,
    author: Author,
    outgoing: impl Iterator<Item = &'a mut Outgoing>,
) -> LiteMap<MessageId, u64> {
    let mut numbered = LiteMap::new();
    for outgoing in outgoing {
        outgoing.origin = outgoing.origin.or(Some((former, outgoing.seq)));
        outgoing.seq = thread.take_seq();
        if let Some(target) = outgoing.body.target_mut() {
            renumber(target, &numbered, former != author.device);
        }
        outgoing.prev = thread.chain;
        thread.chain = Some(outgoing.event(author).hash);
        numbered.insert(outgoing.id, outgoing.seq);
    }
    numbered
}

/// What an unsent change is about: something unsent as well, or something that has its number already. By which number
/// another device has told it, nobody there could tell.
fn renumber(target: &mut Target, numbered: &LiteMap<MessageId, u64>, by_another: bool) {
    let kept = if by_another { 0 } else { target.seq };
    target.seq = numbered.get(&target.id).copied().unwrap_or(kept);
}

impl Outgoing {
    /// As it travels, the same at each sending.
    pub(crate) fn event(&self, Author { id: from, device }: Author) -> Event {
        let Self { to: conversation, id, seq, hlc, origin, prev, .. } = *self;
        let (hash, ack, devices) = Default::default();
        let (deps, body) = (self.dep.into_iter().collect(), self.body.clone());
        Event { from, device, id, conversation, seq, hlc, prev, hash, ack, devices, deps, body, origin }
            .hashed()
    }

    pub(crate) fn is_profile_for(&self, to: UserId) -> bool {
        self.to == to && matches!(self.body, EventBody::Profile(_))
    }

    /// The message that it is, or changes.
    pub(crate) fn subject(&self) -> MessageId {
        self.body.target().map_or(self.id, |target| target.id)
    }
}
