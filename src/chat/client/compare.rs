//! Comparing seven emoji with a contact who is there now. Nothing of it is stored: after a reload it begins anew.

use std::fmt;
use std::time::Duration;

use super::super::change::{Change, Comparing, ComparingError, ComparingStage};
use super::super::id::UserId;
use super::super::message::Body;
use super::super::wire::EventBody;
use super::Client;
use crate::e2ee::key::UserKey;
use crate::e2ee::sas::{self, Answer, Ask, Parties, SasError, SasMessage, Step};
use crate::mqtt::QoS;
use crate::time::Instant;

/// How long the other side is waited for, and the people may take to look.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// A comparison that is under way. There is one at a time.
pub(super) struct Comparison {
    with: UserId,
    parties: Parties,
    stage: Stage,
    pub(super) until: Instant,
}

enum Stage {
    /// Their key is waited for.
    Asking(Ask),
    /// They want to compare, and have promised a key.
    Asked([u8; 32]),
    /// The promised key is waited for.
    Answering(Answer),
    /// The people look at the emoji.
    Looking { keys: sas::Comparing, agreed: bool, theirs: Option<[u8; 32]> },
}

impl fmt::Debug for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comparison").field("with", &self.with).finish_non_exhaustive()
    }
}

impl Comparison {
    fn shown(&self) -> ComparingStage {
        match &self.stage {
            Stage::Asking(_) | Stage::Answering(_) => ComparingStage::Waiting,
            Stage::Asked(_) => ComparingStage::Asked,
            Stage::Looking { keys, agreed: false, .. } => ComparingStage::Emoji(keys.emoji()),
            Stage::Looking { keys, agreed: true, .. } => ComparingStage::Agreed(keys.emoji()),
        }
    }

    fn message(&self, step: Step) -> SasMessage {
        SasMessage { transaction: self.parties.transaction, step }
    }

    /// The key of the other side, which is to be verified.
    fn theirs(&self, ours: &UserKey) -> UserKey {
        if self.parties.asker == *ours { self.parties.answerer } else { self.parties.asker }
    }
}

impl Client {
    /// The person wants to compare: a question to the other side, or the yes to theirs.
    pub(super) fn compare_emoji(&mut self, with: UserId) {
        match self.comparison.take() {
            Some(Comparison { with: of, parties, stage: Stage::Asked(promised), .. }) if of == with => {
                let (answer, key) = Answer::begin(parties, promised);
                self.go_on(with, parties, Stage::Answering(answer), Some(Step::Answer(key)));
            }
            before => {
                if let Some(before) = before {
                    self.tell_step(before.with, before.message(Step::Stop));
                }
                self.ask_to_compare(with);
            }
        }
    }

    fn ask_to_compare(&mut self, with: UserId) {
        let transaction = self.entropy.message_id().0;
        let Some((asker, answerer)) = self.compared_keys(with) else {
            return self.compared(with, ComparingStage::Failed(ComparingError::Unreachable));
        };
        let parties = Parties { transaction, asker, answerer };
        let (ask, promise) = Ask::begin(parties);
        self.go_on(with, parties, Stage::Asking(ask), Some(Step::Ask(promise)));
    }

    /// Our key, and theirs; none where nothing can reach them now.
    fn compared_keys(&self, with: UserId) -> Option<(UserKey, UserKey)> {
        let pin = self.keyrings.get(&with)?.pin.filter(|_| self.link.is_live() && self.may_reach(with))?;
        Some((*self.ready()?.keys.identity.key(), *pin.key()))
    }

    fn go_on(&mut self, with: UserId, parties: Parties, stage: Stage, step: Option<Step>) {
        let comparison = Comparison { with, parties, stage, until: self.now.instant + PATIENCE };
        if let Some(step) = step {
            self.tell_step(with, comparison.message(step));
        }
        self.compared(with, comparison.shown());
        self.comparison = Some(comparison);
    }

    fn tell_step(&mut self, to: UserId, message: SasMessage) {
        if self.may_reach(to) {
            let event = self.passing(to, EventBody::Compare(message));
            self.emit(to, &event, QoS::AtLeastOnce);
        }
    }

    fn compared(&mut self, contact: UserId, stage: ComparingStage) {
        self.show(Change::Comparing(Some(Comparing { contact, stage })));
    }

    fn fail_comparison(&mut self, with: UserId, error: ComparingError) {
        self.comparison = None;
        self.compared(with, ComparingStage::Failed(error));
    }

    /// A contact's device says something about a comparison.
    pub(super) fn take_comparison(&mut self, from: UserId, message: SasMessage) {
        if let Step::Ask(promised) = message.step {
            return self.take_ask(from, message.transaction, promised);
        }
        let ours =
            |going: &mut Comparison| going.with == from && going.parties.transaction == message.transaction;
        let Some(Comparison { parties, stage, until, .. }) = self.comparison.take_if(ours) else { return };
        match (stage, message.step) {
            (Stage::Asking(ask), Step::Answer(key)) => match ask.reveal(key) {
                Ok((keys, key)) => self.look(from, parties, keys, Some(Step::Reveal(key))),
                Err(error) => self.stop_because(from, parties, error),
            },
            (Stage::Answering(answer), Step::Reveal(key)) => match answer.check(key) {
                Ok(keys) => self.look(from, parties, keys, None),
                Err(error) => self.stop_because(from, parties, error),
            },
            (Stage::Looking { keys, agreed, .. }, Step::Agree(mac)) => {
                self.go_on(from, parties, Stage::Looking { keys, agreed, theirs: Some(mac) }, None);
                self.conclude();
            }
            (_, Step::Stop) => self.fail_comparison(from, ComparingError::Stopped),
            (_, Step::Differ) => self.doubt(from, ComparingError::TheyDiffer),
            // Nothing that an honest device says at this point.
            (stage, Step::Ask(_) | Step::Answer(_) | Step::Reveal(_) | Step::Agree(_)) => {
                self.comparison = Some(Comparison { with: from, parties, stage, until });
            }
        }
    }

    /// Somebody wants to compare. Who is comparing with somebody else is not disturbed.
    fn take_ask(&mut self, from: UserId, transaction: [u8; 16], promised: [u8; 32]) {
        let Some((answerer, asker)) = self.compared_keys(from) else { return };
        let parties = Parties { transaction, asker, answerer };
        match &self.comparison {
            // A question that nobody has answered keeps nobody else from asking.
            Some(going) if going.with != from && !matches!(going.stage, Stage::Asked(_)) => {
                self.tell_step(from, SasMessage { transaction, step: Step::Stop });
            }
            // Both have asked: the question with the lower name stands, and on the other side it is the yes as well.
            Some(Comparison { stage: Stage::Asking(_), parties: own, .. }) => {
                if transaction < own.transaction {
                    let (answer, key) = Answer::begin(parties, promised);
                    self.go_on(from, parties, Stage::Answering(answer), Some(Step::Answer(key)));
                }
            }
            Some(_) | None => self.go_on(from, parties, Stage::Asked(promised), None),
        }
    }

    fn look(&mut self, with: UserId, parties: Parties, keys: sas::Comparing, step: Option<Step>) {
        self.go_on(with, parties, Stage::Looking { keys, agreed: false, theirs: None }, step);
    }

    fn stop_because(&mut self, with: UserId, parties: Parties, _: SasError) {
        self.tell_step(with, SasMessage { transaction: parties.transaction, step: Step::Differ });
        self.doubt(with, ComparingError::Tampered);
    }

    /// Somebody may stand between the two: whatever was verified before, it is not any more, and a line that stays says
    /// why.
    fn doubt(&mut self, with: UserId, error: ComparingError) {
        self.unverify(with);
        self.note_in_conversation(with, Body::Differed);
        self.fail_comparison(with, error);
    }

    /// The person says whether the emoji are the same.
    pub(super) fn same_emoji(&mut self, same: bool) {
        let Some(Comparison { with, parties, stage, until }) = self.comparison.take() else { return };
        match stage {
            Stage::Looking { keys, theirs, .. } if same => {
                let mac = keys.mac();
                self.go_on(
                    with,
                    parties,
                    Stage::Looking { keys, agreed: true, theirs },
                    Some(Step::Agree(mac)),
                );
                self.conclude();
            }
            Stage::Looking { .. } => {
                self.tell_step(with, SasMessage { transaction: parties.transaction, step: Step::Differ });
                self.doubt(with, ComparingError::Differ);
            }
            Stage::Asking(_) | Stage::Asked(_) | Stage::Answering(_) => {
                self.comparison = Some(Comparison { with, parties, stage, until });
            }
        }
    }

    /// Both have said that the emoji are the same: with the right MAC their key is verified.
    fn conclude(&mut self) {
        let Some(Comparison {
            with,
            parties,
            stage: Stage::Looking { keys, agreed: true, theirs: Some(mac) },
            ..
        }) = &self.comparison
        else {
            return;
        };
        let (with, parties, verified) = (*with, *parties, keys.verify(mac));
        let ours = self.ready().map(|ready| *ready.keys.identity.key());
        let theirs = self.comparison.as_ref().zip(ours).map(|(comparison, ours)| comparison.theirs(&ours));
        match (verified, theirs) {
            (Ok(()), Some(theirs)) => {
                self.comparison = None;
                self.verify_key(with, &theirs);
                self.compared(with, ComparingStage::Verified);
            }
            (Err(error), _) => self.stop_because(with, parties, error),
            (Ok(()), None) => {}
        }
    }

    /// The person puts it away.
    pub(super) fn stop_comparing(&mut self) {
        if let Some(comparison) = self.comparison.take() {
            self.tell_step(comparison.with, comparison.message(Step::Stop));
        }
        self.show(Change::Comparing(None));
    }

    pub(super) fn end_comparison(&mut self) {
        let now = self.now.instant;
        if let Some(over) = self.comparison.take_if(|comparison| comparison.until <= now) {
            self.tell_step(over.with, over.message(Step::Stop));
            self.fail_comparison(over.with, ComparingError::Silent);
        }
    }
}
