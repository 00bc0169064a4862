//! Contacts: who is listened to, who is blocked, who is on the roster.

use std::sync::Arc;

use super::super::backup::MAX_FORMER;
use super::super::change::Change;
use super::super::contact::{Profile, Relation};
use super::super::id::{ConversationId, MessageId, UserId};
use super::super::keys::Keys;
use super::super::retained::Info;
use super::super::stored::Person;
use super::super::thread::Thread;
use super::super::topics::Root;
use super::commits::Then;
use super::{Client, Stage};
use crate::e2ee::presence::Presence;
use crate::mqtt::{QoS, TopicFilter};

impl Client {
    /// All that this person listens to, and the documents of people that they know and do not listen to.
    pub(super) fn filters(&self, root: &Root, me: UserId, keys: &Keys) -> [Vec<TopicFilter>; 2] {
        let (heard, silenced): (Vec<_>, Vec<_>) = self.people.values().partition(|person| is_heard(person));
        let [heard, silenced] = [heard, silenced]
            .map(|people| people.into_iter().flat_map(|person| root.contact_filters(person.id)));
        let own = root.own_filters(me, keys.fingerprint(), keys.device_id());
        let former = keys.former.iter().take(MAX_FORMER);
        let former = former.map(|device| root.certificate_filter(me, keys.fingerprint(), *device));
        [own.into_iter().chain(former).chain(heard).collect(), silenced.collect()]
    }

    /// Asks for everybody's presence again: a broker that kept our session need not have kept what was said meanwhile, nor
    /// what we listen to. So the inbox is asked for as well, where nothing is retained that would come again.
    pub(super) fn listen_again(&mut self) {
        let now = self.now.instant;
        let Stage::Ready(ready) = &self.stage else { return };
        let root = &ready.root;
        let Some(session) = &mut self.link.session else { return };
        let heard = self.people.values().filter(|person| is_heard(person));
        let presences = heard.map(|person| root.presence_filter(person.id));
        for filter in root.inbox_filters(ready.me.id).into_iter().chain(presences) {
            session.ask_again(&filter, now);
        }
    }

    pub(super) fn listen(&mut self, to: UserId, listen: bool) {
        let now = self.now.instant;
        let Some(filters) = self.ready().map(|ready| ready.root.contact_filters(to)) else { return };
        let Some(session) = &mut self.link.session else { return };
        for filter in filters {
            if listen {
                session.subscribe(filter, QoS::AtLeastOnce, now);
            } else {
                session.unsubscribe(&filter, now);
            }
        }
    }

    /// Nothing of theirs gets through any more. A request of theirs is kept out of sight.
    pub(super) fn block(&mut self, id: UserId) {
        let asking = self.asked.get(&id).filter(|_| self.is_asking(id));
        let name = asking.map(|asked| asked.request.name.clone());
        let (before, request) = match self.people.get(&id) {
            Some(person) if person.relation == Relation::Blocked => return,
            Some(person) => (Some(person.relation), person.request),
            None if name.is_none() => return,
            None => (None, None),
        };
        if name.is_some() {
            self.commits.then(Then::Show(Change::RequestGone(id)));
        }
        let name = name.unwrap_or_else(|| "".into());
        self.put_person(id, &name, Relation::Blocked, request);
        if let Some(person) = self.people.get_mut(&id) {
            person.before_block = before;
            self.commits.write(person.write());
        }
        self.listen(id, false);
        for token in self.outbox.take_back(id, self.now.instant) {
            self.forget(Some(token));
        }
        self.typing.remove(&ConversationId(id));
    }

    /// All is as it was before the block; the request of who had only asked stands on the screen again.
    pub(super) fn unblock(&mut self, id: UserId) {
        let Some(person) = self.people.get(&id).filter(|person| person.relation == Relation::Blocked) else {
            return;
        };
        match (person.before_block, person.request) {
            (Some(relation), request) => {
                self.put_person(id, &"".into(), relation, request);
                self.listen(id, relation != Relation::Declined);
                self.outbox.hurry(Some(id), self.now.instant);
                self.repeat_requests(Some(id));
            }
            (None, _) => self.drop_person(id),
        }
        if let Some(asked) = self.asked.get(&id).filter(|_| self.is_asking(id)) {
            let request = self.request_of(asked);
            self.commits.then(Then::Show(Change::Request(request)));
        }
    }

    /// Both agreed, one way or another. `name` is what they are called until their profile is known.
    pub(super) fn befriend(&mut self, id: UserId, name: &Arc<str>) {
        self.forget_askers(id);
        self.relate(id, name, Relation::Friend, None);
        self.accept_key(id);
        self.confide_profile(id);
    }

    /// Puts somebody on the roster who is listened to and has a conversation.
    pub(super) fn relate(
        &mut self,
        id: UserId,
        name: &Arc<str>,
        relation: Relation,
        request: Option<MessageId>,
    ) {
        let now = self.now.timestamp;
        self.put_person(id, name, relation, request);
        self.listen(id, true);
        let conversation = ConversationId(id);
        let thread = self.threads.entry(conversation).or_insert_with(|| Thread::new(conversation, now));
        thread.activity = thread.activity.max(now);
        self.commits.touch(conversation);
        self.screen.touch(conversation);
    }

    fn put_person(&mut self, id: UserId, name: &Arc<str>, relation: Relation, request: Option<MessageId>) {
        let person = self.people.entry(id).or_insert_with(|| Person {
            id,
            info: Info { profile: Profile { name: name.clone(), ..Profile::default() }, rev: 0 },
            relation,
            last_seen: None,
            statement: Presence::default(),
            request: None,
            before_block: None,
        });
        person.relation = relation;
        person.request = request;
        person.before_block = None;
        self.commits.write(person.write());
        self.sightings.entry(id).or_default();
        self.keyrings.entry(id).or_default();
        self.screen.touch_person(id);
    }

    pub(super) fn own_name(&self) -> Arc<str> {
        self.ready().map_or_else(|| "".into(), |ready| ready.me.info.profile.name.clone())
    }
}

/// Whether this person listens to somebody's documents.
pub(super) fn is_heard(person: &Person) -> bool {
    matches!(person.relation, Relation::Friend | Relation::Requested)
}
