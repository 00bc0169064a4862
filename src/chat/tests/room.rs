//! What a browser says of the room that it has.

use super::device::{Device, Pending};
use crate::chat::survey::Survey;
use crate::chat::{Effect, Input};

/// What a browser says of a device's storage, and what it was asked.
#[derive(Default)]
pub(super) struct Room {
    /// Nothing, where it does not answer.
    pub(super) survey: Option<Survey>,
    pub(super) keeps_when_asked: bool,
    pub(super) surveys: usize,
    pub(super) asked: usize,
}

impl Device {
    /// The browser is asked.
    pub(super) fn survey(&mut self, effect: &Effect) {
        let room = &mut self.room;
        room.surveys += 1;
        if *effect == Effect::Persist {
            room.asked += 1;
            if let Some(survey) = &mut room.survey {
                survey.persistent = Some(room.keeps_when_asked);
            }
        }
        if let Some(survey) = room.survey {
            self.inputs.push_back(Pending::Input(Input::Surveyed(survey)));
        }
    }
}
