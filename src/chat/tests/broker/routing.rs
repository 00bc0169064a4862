//! Which messages go to whom, and what becomes of them on their way.

use mqtt::TopicName as WireTopic;
use mqtt::packet::{PublishPacket, QoSWithPacketIdentifier};

use super::weather::Weather;
use super::{Again, Broker, Connection, Held, Overflow, Session};
use crate::mqtt::{TopicFilter, TopicName};

impl Broker {
    /// Publishes to all who want it.
    pub(in crate::chat::tests) fn publish(&mut self, held: Held) {
        self.log.push(held.clone());
        if self.faults.loses_topic.is_some_and(|part| held.topic.contains(part)) {
            return;
        }
        let mut held = held;
        let spoils =
            self.faults.spoils.zip(self.read(&held)).is_some_and(|(spoils, event)| spoils(&event.body));
        if let Some(last) = held.payload.last_mut().filter(|_| spoils) {
            *last ^= 1;
        }
        if held.retain {
            if held.payload.is_empty() {
                self.retained.remove(&held.topic);
            } else if !self.weather.as_mut().is_some_and(Weather::forgets_retained) {
                self.retained.insert(held.topic.clone(), held.clone());
            }
        }
        let topic = TopicName::parse(held.topic.clone()).unwrap();
        let wants =
            |session: &Session| session.filters.iter().filter(|filter| filter.matches(&topic)).count();
        let to: Vec<_> = self.sessions.iter().map(|(name, session)| (name.clone(), wants(session))).collect();
        for (name, filters) in to.into_iter().filter(|(_, filters)| *filters > 0) {
            self.routed += 1;
            let every = |n: usize| n > 0 && self.routed.is_multiple_of(n);
            if held.qos > 0 && every(self.faults.lose_every) {
                continue;
            }
            let mut copies =
                if every(self.faults.double_every) { self.faults.copies.unwrap_or(2) } else { 1 };
            if filters > 1 {
                copies *= self.profile.copies_for_overlap;
            }
            let mut held = Held { retain: false, ..held.clone() };
            if let Some(weather) = &mut self.weather {
                if held.qos > 0 && weather.loses() {
                    continue;
                }
                copies *= weather.copies();
                weather.spoil(&mut held);
            }
            for _ in 0..copies {
                self.deliver(&name, held.clone(), Again::No);
            }
        }
    }

    pub(super) fn subscribe(&mut self, from: Connection, filter: TopicFilter) {
        let name = self.clients[&from].name.clone();
        let session = self.sessions.get_mut(&name).unwrap();
        let again = session.filters.contains(&filter);
        session.filters.retain(|known| *known != filter);
        session.filters.push(filter.clone());
        let told = (self.profile.retained_again || !again)
            && (self.profile.retained_by_wildcard || !filter.as_str().contains(['+', '#']));
        let matching = |held: &&Held| filter.matches(&TopicName::parse(held.topic.clone()).unwrap());
        // What stands before the first wildcard is the same in all that match.
        let begin = filter.as_str().split(['+', '#']).next().unwrap_or_default();
        let near = self.retained.range(begin.to_owned()..).take_while(|(topic, _)| topic.starts_with(begin));
        let retained = near.map(|(_, held)| held).filter(|_| told).filter(matching);
        for held in retained.take(self.profile.retained_at_once).cloned().collect::<Vec<_>>() {
            self.deliver(&name, held, Again::No);
        }
    }

    pub(super) fn deliver(&mut self, name: &str, held: Held, again: Again) {
        let profile = self.profile;
        let session = self.sessions.get_mut(name).unwrap();
        let behind = again == Again::No && !session.queue.is_empty();
        let full = session.unacked.len() >= profile.window || behind;
        let Some(to) = session.connection.filter(|_| held.qos == 0 || !full) else {
            let waits = held.qos > 0 || session.connection.is_none() && profile.queues_qos_0;
            let (most, overflow) = profile.queue;
            if waits && session.queue.len() >= most {
                if let Some(weather) = &mut self.weather {
                    *weather.counts.entry("queue overflow").or_default() += 1;
                }
                match overflow {
                    Overflow::DropsNewest => return,
                    Overflow::DropsOldest => drop(session.queue.pop_front()),
                }
            }
            if waits {
                session.queue.push_back(held);
            }
            return;
        };
        let qos = if held.qos == 0 {
            QoSWithPacketIdentifier::Level0
        } else {
            let id = session.take_id();
            session.sent += 1;
            session.unacked.insert(id, (session.sent, held.clone()));
            let raised = profile.raises_to_qos_2 && again != Again::No;
            if raised { QoSWithPacketIdentifier::Level2(id) } else { QoSWithPacketIdentifier::Level1(id) }
        };
        let mut publish = PublishPacket::new(WireTopic::new(held.topic).unwrap(), qos, held.payload);
        publish.set_retain(held.retain);
        let duplicate = profile.marks_duplicates && again == Again::Yes;
        let duplicate = self.weather.as_mut().map_or(duplicate, |weather| weather.mark(duplicate));
        publish.set_dup(duplicate && held.qos > 0);
        self.send(to, &publish);
    }
}
