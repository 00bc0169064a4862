//! Our publishes, from the call to the last ack: first waiting, then in flight, always in the order of their tokens.

use std::collections::VecDeque;

use bytes::Bytes;

use super::super::codec::encode;
use super::super::{Publish, QoS, Token};
use super::ids::Ids;
use crate::time::Instant;

/// Identifiers that publishes leave to SUBSCRIBE and UNSUBSCRIBE.
const RESERVED_IDS: usize = 16;
/// How many QoS 2 publishes may be open at once: mosquitto closes at one more than its own window, 20 unless configured.
const EXACTLY_ONCE_WINDOW: usize = 20;

/// How far a QoS 1 or 2 publish has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// PUBLISH was sent.
    Published,
    /// PUBREC came as this one of all; PUBREL was sent. PUBLISH never again \[MQTT-4.3.3-1\].
    Released(u64),
}

#[derive(Debug)]
struct Sent {
    token: Token,
    id: u16,
    publish: Publish,
    stage: Stage,
    /// When on this connection; none while it has not been sent again.
    at: Option<Instant>,
}

/// What left, and what that completes.
#[derive(Debug)]
pub(super) struct Departure {
    pub(super) packet: Bytes,
    pub(super) completed: Option<Token>,
}

/// The queue of publishes.
#[derive(Debug)]
pub(super) struct Inflight {
    window: usize,
    next: u64,
    /// Sorted by token; none where it was taken back.
    waiting: VecDeque<(Token, Option<Publish>)>,
    /// How many were taken back since the places of those were cleared away.
    forgotten: usize,
    /// Sorted by token. Brokers answer in this order \[MQTT-4.6.0-2\], so what an answer is about stands near the front.
    sent: VecDeque<Sent>,
    /// Where sending again after Session Present stands.
    resend: Option<Token>,
    /// The window was full: it is refilled when half of it is free, so that publishes leave together.
    full: bool,
    /// How many PUBRECs came, for the order of the PUBRELs \[MQTT-4.6.0-4\].
    releases: u64,
    /// How many left on this connection that need an ack.
    departed: usize,
    /// When the oldest one became the oldest.
    head_since: Instant,
}

impl Inflight {
    pub(super) fn new(window: u16) -> Self {
        Self {
            window: window.into(),
            next: 0,
            waiting: VecDeque::new(),
            forgotten: 0,
            sent: VecDeque::new(),
            resend: None,
            full: false,
            releases: 0,
            departed: 0,
            head_since: Instant::default(),
        }
    }

    /// Names a publish that is not queued.
    pub(super) fn name(&mut self) -> Token {
        self.next += 1;
        Token(self.next)
    }

    pub(super) fn push(&mut self, publish: Publish) -> Token {
        let token = self.name();
        self.waiting.push_back((token, Some(publish)));
        token
    }

    /// Replaces what has not been sent.
    pub(super) fn replace(&mut self, token: Token, publish: Publish) -> bool {
        let place = self.waiting.binary_search_by_key(&token, |(token, _)| *token);
        let waiting = place.ok().and_then(|place| self.waiting[place].1.as_mut());
        waiting.map(|waiting| *waiting = publish).is_some()
    }

    /// Takes back what has not been sent.
    pub(super) fn forget(&mut self, token: Token) {
        if let Ok(place) = self.waiting.binary_search_by_key(&token, |(token, _)| *token) {
            self.waiting[place].1 = None;
            self.forgotten += 1;
        }
        // Who replaces what waits again and again must not leave ever more empty places behind.
        if self.forgotten * 2 > self.waiting.len() {
            self.waiting.retain(|(_, publish)| publish.is_some());
            self.forgotten = 0;
        }
    }

    /// Takes back all that has not been sent.
    pub(super) fn withdraw(&mut self) {
        self.waiting.clear();
    }

    /// The last token handed out.
    pub(super) fn last(&self) -> Token {
        Token(self.next)
    }

    /// The oldest publish that the broker has not acknowledged, if it left on this connection.
    pub(super) fn head(&self) -> Option<Token> {
        let sent = self.sent.front()?;
        sent.at.map(|_| sent.token)
    }

    /// The oldest publish that left on this connection and has had no answer at all.
    pub(super) fn suspect(&self) -> Option<Token> {
        let unanswered = |sent: &&Sent| sent.stage == Stage::Published && sent.at.is_some();
        self.sent.iter().find(unanswered).map(|sent| sent.token)
    }

    /// Since when the broker owes the head an ack.
    pub(super) fn head_since(&self) -> Option<Instant> {
        let sent = self.sent.front()?;
        sent.at.map(|at| at.max(self.head_since))
    }

    /// Starts the head's time anew.
    pub(super) fn forgive(&mut self, now: Instant) {
        self.head_since = now;
    }

    /// How many left on this connection that need an ack.
    pub(super) fn departed(&self) -> usize {
        self.departed
    }

    /// The connection is gone: QoS 0 with it \[MQTT-4.3.1-1\].
    pub(super) fn closed(&mut self) {
        self.waiting.retain(|(_, publish)| publish.as_ref().is_some_and(|p| p.qos != QoS::AtMostOnce));
    }

    /// Session Present: everything once more with its identifier. The PUBRELs are returned.
    pub(super) fn resume(&mut self) -> Vec<Bytes> {
        self.departed = 0;
        self.resend = Some(Token(0));
        let mut releases = Vec::new();
        for sent in &mut self.sent {
            sent.at = None;
            if let Stage::Released(order) = sent.stage {
                let release = (order, sent.id);
                let at = releases.partition_point(|before| *before <= release);
                releases.insert(at, release);
            }
        }
        let packets = releases.iter().map(|(_, id)| encode::pubrel(*id));
        packets.collect()
    }

    /// The broker has lost the session: everything once more as new, in the old order.
    pub(super) fn restart(&mut self, ids: &mut Ids) {
        self.departed = 0;
        self.resend = None;
        while let Some(sent) = self.sent.pop_back() {
            ids.release(sent.id);
            self.waiting.push_front((sent.token, Some(sent.publish)));
        }
    }

    /// The next PUBLISH that may leave, none after `limit`.
    pub(super) fn next_packet(&mut self, limit: Token, ids: &mut Ids, now: Instant) -> Option<Departure> {
        if let Some(packet) = self.next_resend(now) {
            return Some(Departure { packet, completed: None });
        }
        while let Some((_, None)) = self.waiting.front() {
            self.waiting.pop_front();
        }
        let (token, publish) = self.waiting.front()?;
        let publish = publish.as_ref()?;
        if *token > limit {
            return None;
        }
        if publish.qos == QoS::AtMostOnce {
            let packet = encode::publish(publish, 0, false);
            let completed = Some(*token);
            self.waiting.pop_front();
            return Some(Departure { packet, completed });
        }
        let packet = self.depart(ids, now)?;
        let completed = None;
        Some(Departure { packet, completed })
    }

    /// Sends the first of those waiting for the first time, if window and identifiers allow.
    fn depart(&mut self, ids: &mut Ids, now: Instant) -> Option<Bytes> {
        self.full = self.sent.len() >= self.window || (self.full && self.sent.len() > self.window / 2);
        if self.full || ids.free() <= RESERVED_IDS || self.is_next_held() {
            return None;
        }
        let id = ids.take()?;
        let (token, publish) = self.waiting.pop_front()?;
        let publish = publish?;
        let packet = encode::publish(&publish, id, false);
        self.sent.push_back(Sent { token, id, publish, stage: Stage::Published, at: Some(now) });
        self.departed += 1;
        Some(packet)
    }

    /// Whether the first of those waiting is a QoS 2 publish for which there is no room.
    fn is_next_held(&self) -> bool {
        let exactly_once = |publish: &Publish| publish.qos == QoS::ExactlyOnce;
        let next = self.waiting.front().and_then(|(_, publish)| publish.as_ref());
        next.is_some_and(exactly_once)
            && self.sent.iter().filter(|sent| exactly_once(&sent.publish)).count() >= EXACTLY_ONCE_WINDOW
    }

    fn next_resend(&mut self, now: Instant) -> Option<Bytes> {
        let from = self.resend?;
        let from = self.sent.partition_point(|sent| sent.token < from);
        for sent in self.sent.range_mut(from..) {
            sent.at = Some(now);
            if sent.stage == Stage::Published {
                self.resend = Some(Token(sent.token.0 + 1));
                self.departed += 1;
                return Some(encode::publish(&sent.publish, sent.id, true));
            }
        }
        self.resend = None;
        None
    }

    /// PUBACK. Also as the answer to QoS 2: RabbitMQ does so.
    pub(super) fn puback(&mut self, id: u16, ids: &mut Ids, now: Instant) -> Option<Token> {
        self.complete(id, ids, now, |sent| sent.stage == Stage::Published)
    }

    /// PUBCOMP.
    pub(super) fn pubcomp(&mut self, id: u16, ids: &mut Ids, now: Instant) -> Option<Token> {
        self.complete(id, ids, now, |sent| sent.stage != Stage::Published)
    }

    /// PUBREC: what to answer PUBREL for. The identifier stays in use \[MQTT-2.3.1-3\].
    pub(super) fn pubrec(&mut self, id: u16) -> Option<Token> {
        let sent = self.sent.iter_mut().find(|sent| sent.id == id)?;
        if sent.publish.qos != QoS::ExactlyOnce {
            return None;
        }
        if sent.stage == Stage::Published {
            self.releases += 1;
            sent.stage = Stage::Released(self.releases);
        }
        Some(sent.token)
    }

    fn complete(
        &mut self,
        id: u16,
        ids: &mut Ids,
        now: Instant,
        expected: impl FnOnce(&Sent) -> bool,
    ) -> Option<Token> {
        let at = self.sent.iter().position(|sent| sent.id == id)?;
        if !expected(&self.sent[at]) {
            return None;
        }
        if at == 0 {
            self.head_since = now;
        }
        self.remove_at(at, ids)
    }

    /// Gives up a publish in flight.
    pub(super) fn remove(&mut self, token: Token, ids: &mut Ids) {
        if let Ok(at) = self.sent.binary_search_by_key(&token, |sent| sent.token) {
            self.remove_at(at, ids);
        }
    }

    fn remove_at(&mut self, at: usize, ids: &mut Ids) -> Option<Token> {
        let sent = self.sent.remove(at)?;
        ids.release(sent.id);
        Some(sent.token)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.sent.len()
    }
}
