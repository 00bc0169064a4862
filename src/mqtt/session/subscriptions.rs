//! What the application wants to hear, and what the broker has granted.

use std::collections::VecDeque;

use bytes::Bytes;
use litemap::LiteMap;

use super::super::codec::encode;
use super::super::{QoS, TopicFilter};
use super::ids::Ids;

/// AWS takes no more in one SUBSCRIBE.
const MAX_FILTERS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Unasked,
    /// Given up first.
    Stale,
    Asked(u16),
    Granted,
    Refused,
}

#[derive(Debug)]
struct Wanted {
    qos: QoS,
    stage: Stage,
}

#[derive(Debug)]
enum Request {
    Subscribe(Vec<TopicFilter>),
    Unsubscribe(Vec<TopicFilter>),
}

/// The desired subscriptions and the requests about them.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    wanted: LiteMap<TopicFilter, Wanted>,
    /// In the order of the calls; an entry counts only while `wanted` agrees.
    to_subscribe: VecDeque<TopicFilter>,
    to_unsubscribe: VecDeque<TopicFilter>,
    requests: LiteMap<u16, Request>,
}

impl Subscriptions {
    pub(super) fn subscribe(&mut self, filter: TopicFilter, qos: QoS) {
        if let Some(wanted) = self.wanted.get(&filter)
            && wanted.qos == qos
            && wanted.stage != Stage::Refused
        {
            return;
        }
        let stage = Stage::Unasked;
        self.wanted.insert(filter.clone(), Wanted { qos, stage });
        self.to_subscribe.push_back(filter);
    }

    pub(super) fn ask_again(&mut self, filter: &TopicFilter) {
        if let Some(wanted) = self.wanted.get_mut(filter).filter(|wanted| wanted.stage != Stage::Unasked) {
            wanted.stage = Stage::Unasked;
            self.to_subscribe.push_back(filter.clone());
        }
    }

    /// As [`Self::ask_again`], but given up first: some brokers say what they retain to a filter that is new, and to no other.
    pub(super) fn renew(&mut self, filter: &TopicFilter) {
        if let Some(wanted) = self.wanted.get_mut(filter).filter(|wanted| wanted.stage == Stage::Granted) {
            wanted.stage = Stage::Stale;
            self.to_unsubscribe.push_back(filter.clone());
            self.to_subscribe.push_back(filter.clone());
        }
    }

    pub(super) fn unsubscribe(&mut self, filter: &TopicFilter) {
        self.wanted.remove(filter);
        if !self.to_unsubscribe.contains(filter) {
            self.to_unsubscribe.push_back(filter.clone());
        }
    }

    /// Works out what this connection has to be asked.
    pub(super) fn connected(&mut self, session_present: bool, ids: &mut Ids) {
        for (id, request) in std::mem::take(&mut self.requests) {
            ids.release(id);
            match request {
                Request::Subscribe(_) => {}
                Request::Unsubscribe(filters) => self.to_unsubscribe.extend(filters),
            }
        }
        if !session_present {
            self.to_unsubscribe.clear();
        }
        self.to_subscribe.clear();
        for (filter, wanted) in &mut self.wanted {
            if !session_present || wanted.stage != Stage::Granted {
                wanted.stage = Stage::Unasked;
                self.to_subscribe.push_back(filter.clone());
            }
        }
    }

    pub(super) fn next_packet(&mut self, ids: &mut Ids) -> Option<Bytes> {
        self.next_unsubscribe(ids).or_else(|| self.next_subscribe(ids))
    }

    fn next_unsubscribe(&mut self, ids: &mut Ids) -> Option<Bytes> {
        let wanted = &self.wanted;
        let unwanted =
            |filter: &TopicFilter| wanted.get(filter).is_none_or(|wanted| wanted.stage == Stage::Stale);
        let filters = batch(&mut self.to_unsubscribe, unwanted);
        if filters.is_empty() {
            return None;
        }
        let Some(id) = ids.take() else {
            self.to_unsubscribe.extend(filters);
            return None;
        };
        for filter in &filters {
            if let Some(wanted) = self.wanted.get_mut(filter) {
                wanted.stage = Stage::Unasked;
            }
        }
        let packet = encode::unsubscribe(id, &filters);
        self.requests.insert(id, Request::Unsubscribe(filters));
        Some(packet)
    }

    fn next_subscribe(&mut self, ids: &mut Ids) -> Option<Bytes> {
        let wanted = &self.wanted;
        let unasked = |filter: &TopicFilter| {
            let wanted = wanted.get(filter);
            wanted.is_some_and(|wanted| wanted.stage == Stage::Unasked)
        };
        let filters = batch(&mut self.to_subscribe, unasked);
        if filters.is_empty() {
            return None;
        }
        let Some(id) = ids.take() else {
            self.to_subscribe.extend(filters);
            return None;
        };
        let mut asked = Vec::with_capacity(filters.len());
        for filter in &filters {
            if let Some(wanted) = self.wanted.get_mut(filter) {
                wanted.stage = Stage::Asked(id);
                asked.push((filter.clone(), wanted.qos));
            }
        }
        self.requests.insert(id, Request::Subscribe(filters));
        Some(encode::subscribe(id, &asked))
    }

    /// SUBACK: what was granted, in order; none when it breaks the protocol. An unknown one is ignored.
    pub(super) fn suback(
        &mut self,
        id: u16,
        granted: &[Option<QoS>],
        ids: &mut Ids,
    ) -> Option<Vec<(TopicFilter, Option<QoS>)>> {
        let Some(Request::Subscribe(filters)) = self.requests.get(&id) else {
            return Some(Vec::new());
        };
        if filters.len() != granted.len() {
            return None;
        }
        let mut answers = Vec::with_capacity(filters.len());
        for (filter, granted) in filters.iter().zip(granted) {
            if let Some(wanted) = self.wanted.get_mut(filter)
                && wanted.stage == Stage::Asked(id)
            {
                wanted.stage = granted.map_or(Stage::Refused, |_| Stage::Granted);
                answers.push((filter.clone(), *granted));
            }
        }
        self.requests.remove(&id);
        ids.release(id);
        Some(answers)
    }

    pub(super) fn unsuback(&mut self, id: u16, ids: &mut Ids) {
        if let Some(Request::Unsubscribe(_)) = self.requests.get(&id) {
            self.requests.remove(&id);
            ids.release(id);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.wanted.len() + self.to_subscribe.len() + self.to_unsubscribe.len() + self.requests.len()
    }
}

/// Takes what goes into the next packet and still counts: one filter that a broker may punish, or some that none does.
fn batch(queue: &mut VecDeque<TopicFilter>, counts: impl Fn(&TopicFilter) -> bool) -> Vec<TopicFilter> {
    let mut filters: Vec<TopicFilter> = Vec::new();
    while let Some(filter) = queue.front() {
        let skip = !counts(filter) || filters.contains(filter);
        if !skip && (filters.len() == MAX_FILTERS || (risky(filter) && !filters.is_empty())) {
            break;
        }
        let alone = risky(filter);
        let Some(filter) = queue.pop_front() else {
            break;
        };
        if skip {
            continue;
        }
        filters.push(filter);
        if alone {
            break;
        }
    }
    filters
}

fn risky(filter: &TopicFilter) -> bool {
    filter.as_str().starts_with('$') || filter.as_str().contains(['+', '#'])
}
