//! Publishes of which only the last word on their topic counts: profile, presence, requests and their answers.

use litemap::LiteMap;

use super::Client;
use crate::mqtt::{Publish, QoS, Token, TopicName};

/// What the session has of them, at most one on each topic.
#[derive(Debug, Default)]
pub(super) struct Latest {
    given: LiteMap<TopicName, Token>,
    /// What follows as soon as the broker has answered the one before.
    next: LiteMap<TopicName, Publish>,
    /// Where the broker closes the connection on them.
    refused: LiteMap<TopicName, ()>,
}

impl Latest {
    /// A new session has none of them.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn take(&mut self, token: Token) -> Option<TopicName> {
        let topic = self.given.iter().find(|(_, given)| **given == token)?.0.clone();
        self.given.remove(&topic);
        Some(topic)
    }
}

impl Client {
    /// Publishes where only the last word counts. One that has not left yet is replaced; behind one that has, this one
    /// waits: the broker's verdict on it stands for both.
    pub(super) fn publish_latest(&mut self, publish: Publish) {
        let latest = &mut self.link.latest;
        if latest.refused.contains_key(&publish.topic) {
            return;
        }
        // A goodbye waits for nothing, and has no answer.
        let given = latest.given.get(&publish.topic).filter(|_| publish.qos != QoS::AtMostOnce);
        if let (Some(session), Some(token)) = (&mut self.link.session, given) {
            if !session.replace(*token, publish.clone()) {
                latest.next.insert(publish.topic.clone(), publish);
            }
            return;
        }
        let topic = publish.topic.clone();
        if let Some(token) = self.publish(publish) {
            self.link.latest.given.insert(topic, token);
        }
    }

    /// The broker has acknowledged it.
    pub(super) fn latest_completed(&mut self, token: Token) {
        let topic = self.link.latest.take(token);
        if let Some(next) = topic.and_then(|topic| self.link.latest.next.remove(&topic)) {
            self.publish_latest(next);
        }
    }

    /// The broker closes on it: none is tried again on its topic.
    pub(super) fn latest_refused(&mut self, token: Token) {
        if let Some(topic) = self.link.latest.take(token) {
            self.link.latest.next.remove(&topic);
            self.link.latest.refused.insert(topic, ());
        }
    }
}
