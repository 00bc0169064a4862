//! Events that came and whose place in storage has to be looked for before they are taken in. Each is stored with the
//! ratchet that decrypted it, and goes in the save that holds its effect and its number: so that whenever the page goes,
//! nobody has to send it again.

use litemap::LiteMap;

use super::id::{ConversationId, DeviceId, MessageId};
use super::message::Position;
use super::wire::Event;

/// How many of one person's wait at the most. What is beyond is not taken in at all, and will be sent again.
const MAX_WAITING: usize = 1_000;

/// Names an event that came: its conversation, its author's device, their number, its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ArrivalKey {
    pub(crate) conversation: ConversationId,
    pub(crate) device: DeviceId,
    pub(crate) seq: u64,
    pub(crate) id: MessageId,
}

/// An event whose place is looked for. Until it is found it counts as not heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) event: Event,
    /// Where it belongs, if it is a message.
    pub(crate) position: Position,
    pub(crate) look: Look,
    /// What it changes has come from the same device, as far as is known: otherwise it may wait for it.
    pub(crate) there: bool,
    /// Storage did not answer.
    pub(crate) stuck: bool,
    /// The message that it is, by another number or at another place, was taken in since it is looked for.
    pub(crate) overtaken: bool,
}

/// Where an event's place is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// At its own position: is somebody there already?
    Here,
    /// From the given key on, or from the target's clock value on.
    Onwards(Option<Vec<u8>>),
    /// Before the given key, or before the target's clock value.
    Before(Option<Vec<u8>>),
}

/// All whose place is looked for.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    waiting: LiteMap<ArrivalKey, Arrival>,
}

impl Arrival {
    pub(crate) fn key(&self) -> ArrivalKey {
        let Event { from, device, seq, id, .. } = self.event;
        ArrivalKey { conversation: ConversationId(from), device, seq, id }
    }
}

impl Arrivals {
    /// Takes one in; false where there is no room, or where the same is being looked for.
    pub(crate) fn put(&mut self, arrival: Arrival) -> bool {
        let key = arrival.key();
        let here = self.waiting.keys().filter(|other| other.conversation == key.conversation).count();
        let sought = self.waiting.get(&key).map(|same| !same.stuck);
        let takes = sought.map_or(here < MAX_WAITING, |sought| !sought);
        if takes {
            self.waiting.insert(key, arrival);
        }
        takes
    }

    pub(crate) fn get(&self, key: &ArrivalKey) -> Option<&Arrival> {
        self.waiting.get(key)
    }

    pub(crate) fn take(&mut self, key: &ArrivalKey) -> Option<Arrival> {
        self.waiting.remove(key)
    }

    /// A message was taken in: copies of it that are looked for may have been looked for too early.
    pub(crate) fn overtake(&mut self, conversation: ConversationId, id: MessageId) {
        let same = |key: &ArrivalKey| key.conversation == conversation && key.id == id;
        for (_, arrival) in self.waiting.iter_mut().filter(|(key, _)| same(key)) {
            arrival.overtaken = true;
        }
    }

    /// Storage did not answer.
    pub(crate) fn stick(&mut self, key: &ArrivalKey) {
        if let Some(arrival) = self.waiting.get_mut(key) {
            arrival.stuck = true;
        }
    }

    /// Storage answers again: those that it has to be asked about once more.
    pub(crate) fn unstick(&mut self) -> Vec<ArrivalKey> {
        let stuck = self.waiting.iter_mut().filter(|(_, arrival)| arrival.stuck);
        stuck
            .map(|(key, arrival)| {
                arrival.stuck = false;
                *key
            })
            .collect()
    }

    /// The conversation is gone: tells what waited in it.
    pub(crate) fn forget(&mut self, conversation: ConversationId) -> Vec<ArrivalKey> {
        let gone: Vec<_> =
            self.waiting.keys().filter(|key| key.conversation == conversation).copied().collect();
        self.waiting.retain(|key, _| key.conversation != conversation);
        gone
    }
}
