//! What a contact who means harm tells, by sessions that are good: their own messenger's.

use super::Simulation;
use super::oracle::{Said, thread};
use crate::chat::chain::{EventHash, Link, Links};
use crate::chat::contact::Relation;
use crate::chat::id::{DeviceId, MessageId, UserId};
use crate::chat::receipt::SeqSet;
use crate::chat::thread::Thread;
use crate::chat::wire::{Event, EventBody, Receipt, Target};

impl Simulation {
    /// Somebody tells a friend what their own messenger would not.
    pub(super) fn lie(&mut self, who: usize) {
        if !self.is_ready(who) {
            return;
        }
        let contacts = self.world.screen(who).contacts.values();
        let friends: Vec<_> =
            contacts.filter(|c| c.relation == Relation::Friend).map(|contact| contact.id).collect();
        let Some(to) = self.fate.pick(&friends).copied() else { return };
        let Some((own, known)) = self.id(who).zip(thread(&self.world, who, to)) else { return };
        let event = self.false_event(own, to, &known);
        if let EventBody::Text(text) = &event.body {
            let said = Said { by: who, from: own, to, texts: vec![text.to_string()] };
            self.oracle.said.insert(event.id, said);
        }
        let target = event.body.target().and_then(|target| self.oracle.said.get_mut(&target.id));
        if let Some(said) = target.filter(|said| said.from == own) {
            said.texts.push(String::new());
        }
        let kind = format!("{:?}", event.body);
        self.trace.say(self.world.now, format_args!("    lies to {to} under {}: {kind:.300}", event.seq));
        self.oracle.liars.insert(who);
        self.world.tell_behind(who, to, &event);
    }

    fn false_event(&mut self, from: UserId, to: UserId, known: &Thread) -> Event {
        self.said += 1;
        let id = MessageId((u128::from(self.said) << 8 | 0xE0).to_be_bytes());
        let hash = EventHash([self.fate.below(256) as u8; 32]);
        let theirs = known.heard.last().map_or(DeviceId([0; 8]), |heard| heard.device);
        let next = known.next_seq;
        let some = |last: u64| SeqSet::from_runs([(1, last)]);
        let text = EventBody::Text(self.text().into());
        let target = Target { id: self.somebodys_message(), seq: 1, hlc: 1 };
        let claimed = next + self.fate.below(8);
        let (seq, body) = match self.fate.below(7) {
            // Under a number that was used, that will be, and that is far.
            0 => (next.saturating_sub(1 + self.fate.below(3)).max(1), text),
            1 => (next, text),
            2 => (next + self.fate.between(2, 50), text),
            3 => (next, EventBody::Delete(target)),
            4 => (0, EventBody::Want(theirs, some(1_000), None)),
            5 => (0, EventBody::Missing(some(1_000))),
            _ => {
                let links = Links::from_links([Link { seq: claimed, hash, prev: None }]);
                let receipt = Receipt { device: theirs, stored: some(claimed), links, read: some(claimed) };
                (0, EventBody::Receipt(receipt))
            }
        };
        let (device, hlc) = (DeviceId([0; 8]), known.latest_hlc());
        let (ack, deps, origin) = Default::default();
        let prev = Some(hash).filter(|_| seq > 0);
        let devices = [hash.0[0]; 32];
        Event { from, device, id, conversation: to, seq, hlc, prev, hash, ack, devices, deps, body, origin }
    }

    fn somebodys_message(&mut self) -> MessageId {
        let all: Vec<_> = self.oracle.said.keys().copied().collect();
        self.fate.pick(&all).copied().unwrap_or(MessageId([0; 16]))
    }
}
