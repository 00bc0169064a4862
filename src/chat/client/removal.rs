//! Contacts that go, and the conversations with them.

use super::super::contact::Relation;
use super::super::id::{ConversationId, UserId};
use super::super::message::Position;
use super::super::outgoing::Outgoing;
use super::super::record::{Record, Table, Write};
use super::super::stored::{self, Person};
use super::super::thread::Thread;
use super::Client;
use super::stored::{Loading, range};

/// How many messages are looked up at once.
const AT_ONCE: u32 = 500;

impl Client {
    /// Puts a contact away, with all that was said. They are told nothing, and are a stranger from then on; who is
    /// blocked stays so.
    pub(super) fn remove(&mut self, id: UserId) {
        match self.people.get(&id).and_then(Person::beneath) {
            Some(Relation::Requested | Relation::Declined) => self.withdraw(id),
            Some(Relation::Friend) => self.look_up_messages(ConversationId(id), Vec::new()),
            Some(Relation::Blocked) | None => {}
        }
    }

    /// All of a conversation goes in one step, so that what goes has to be known first. `found` so far.
    fn look_up_messages(&mut self, conversation: ConversationId, found: Vec<Vec<u8>>) {
        let (begin, end) = stored::conversation_keys(conversation);
        let from = found.last().map_or(begin, |key| [key.as_slice(), &[0]].concat());
        self.load(Loading::Removal { conversation, found }, range(from, end, AT_ONCE, false));
    }

    /// Storage has told some of the messages of a conversation that is to go.
    pub(super) fn handle_removal(
        &mut self,
        conversation: ConversationId,
        mut found: Vec<Vec<u8>>,
        records: &[Record],
    ) {
        found.extend(records.iter().map(|record| record.key.clone()));
        if records.len() > AT_ONCE as usize {
            return self.look_up_messages(conversation, found);
        }
        let id = conversation.0;
        if self.people.get(&id).and_then(Person::beneath) != Some(Relation::Friend) {
            return;
        }
        let (begin, end) = stored::conversation_keys(conversation);
        found.extend(self.commits.unsaved_keys(Table::Messages, &begin, &end));
        for key in found {
            self.commits.write(Write::Delete(Table::Messages, key));
        }
        self.part_from(id);
        self.typing.remove(&conversation);
        self.clear_conversation(conversation);
        // Its numbers are used up, for the other has heard them; and what has come must not come again.
        if let Some(thread) = self.threads.get_mut(&conversation) {
            thread.forget_history();
            self.commits.touch(conversation);
        }
    }

    /// Takes an unanswered request back, or puts a declined one away: the person goes, and the conversation.
    pub(super) fn withdraw(&mut self, id: UserId) {
        let beneath = self.people.get(&id).and_then(Person::beneath);
        if !matches!(beneath, Some(Relation::Requested | Relation::Declined)) {
            return;
        }
        self.part_from(id);
        self.drop_conversation(ConversationId(id));
    }

    /// Forgets a conversation with somebody who never said yes: all of it waits in the outbox.
    fn drop_conversation(&mut self, conversation: ConversationId) {
        let Some(author) = self.ready().map(|ready| ready.me.id) else { return };
        let waiting = self.outbox.give_up(conversation.0);
        for (_, Outgoing { hlc, id, .. }, _) in &waiting {
            let position = Position { hlc: *hlc, author, id: *id };
            self.commits.write(stored::delete_message(conversation, position));
        }
        let first =
            waiting.iter().map(|(_, outgoing, _)| (outgoing.seq, outgoing.prev)).min_by_key(|first| first.0);
        self.drop_outgoing(waiting);
        self.clear_conversation(conversation);
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        (thread.next_seq, thread.chain) = first.unwrap_or((thread.next_seq, thread.chain));
        if thread.next_seq > 1 {
            // They were a friend before, and were removed.
            thread.forget_history();
            self.commits.touch(conversation);
        } else {
            self.threads.remove(&conversation);
            self.commits.write(Thread::delete(conversation));
        }
    }

    /// Nothing waits in a conversation any more, and nobody looks at it.
    fn clear_conversation(&mut self, conversation: ConversationId) {
        let waiting = self.outbox.give_up(conversation.0);
        self.drop_outgoing(waiting);
        for message in self.parked.forget(conversation) {
            self.commits.write(stored::delete_parked(conversation, message));
        }
        self.gaps.retain(|(of, _), _| *of != conversation);
        for arrival in self.arrivals.forget(conversation) {
            self.commits.write(stored::delete_arrival(&arrival));
        }
        self.tabs.close(conversation);
        self.screen.touch(conversation);
    }

    /// They are a stranger; blocked, if they were.
    fn part_from(&mut self, id: UserId) {
        match self.people.get_mut(&id).filter(|person| person.relation == Relation::Blocked) {
            Some(person) => {
                (person.before_block, person.request) = (None, None);
                self.commits.write(person.write());
                self.screen.touch_person(id);
            }
            None => {
                self.listen(id, false);
                self.drop_person(id);
            }
        }
    }

    pub(super) fn drop_person(&mut self, id: UserId) {
        self.people.remove(&id);
        self.sightings.remove(&id);
        self.commits.write(Person::delete(id));
        self.keep_asker(id);
        if !self.asked.contains_key(&id) {
            self.forget_keys(id);
        }
        self.screen.touch_person(id);
    }
}
