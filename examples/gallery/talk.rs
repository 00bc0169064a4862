//! The conversation that README.md shows.
#![allow(clippy::cast_possible_truncation)]

use kith::chat::Change;
use kith::chat::contact::{Contact, Keys, Presence, Profile, Relation};
use kith::chat::conversation::{Conversation, Latest};
use kith::chat::id::ConversationId;
use kith::chat::message::{Body, Delivery, Row};
use kith::e2ee::trust::{Standing, Trust};
use kith::time::{Day, Timestamp};
use kith::ui::State;

use crate::scenes::{MINUTE, message, now, person};

/// Somebody's morning, as README.md shows it.
pub(crate) fn talk(state: State) -> Vec<Row> {
    let ago = |minutes: u64| Timestamp(now().0 - minutes * MINUTE);
    let friends = [
        (10, "Tomás", "Please do. There will be soup.", 2, 0, Trust::Verified),
        (11, "Imani", "Bring the blue folder", 9, 2, Trust::FirstUse),
        (18, "Lars", "Any time", 64, 0, Trust::FirstUse),
    ];
    for (id, name, latest, minutes, unread, trust) in friends {
        let id = person(id);
        let (relation, presence) = (Relation::Friend, Presence::Online);
        let profile = Profile { name: name.into(), ..Profile::default() };
        let keys = Keys::Known { trust, standing: Standing::Open };
        state.apply(Change::Contact(Box::new(Contact {
            id,
            profile,
            relation,
            presence,
            keys,
            is_proved: true,
        })));
        let delivery = (id == person(10)).then_some(Delivery::Read);
        let sent_at = ago(minutes);
        state.apply(Change::Conversation(Box::new(Conversation {
            id: ConversationId(id),
            title: name.into(),
            picture: None,
            latest: Some(Latest { body: Body::Text(latest.into()), sent_at, delivery }),
            unread,
            draft: "".into(),
            typing: false,
            failed: false,
            unreadable: false,
            waiting: false,
            pinned: false,
            muted: None,
            activity: sent_at,
        })));
    }
    let said = [
        (false, "Good morning from the allotment.", 14, true, false),
        (false, "Nobody else is up yet. Not even the slugs.", 14, false, true),
        (true, "Then you have the kettle to yourself.", 12, true, true),
        (false, "Did the tomatoes survive the night?", 9, true, true),
        (true, "All but one. The cover from your shed did it.", 7, true, false),
        (true, "It has a hole, though, about the size of a cat.", 6, false, true),
        (false, "It is the size of a cat because it was a cat.", 4, true, false),
        (false, "I have tape. Shall I come by at four?", 4, false, true),
        (true, "Please do. There will be soup.", 2, true, true),
    ];
    let today = Day((now().0 / 86_400_000) as i32);
    let rows = said.into_iter().enumerate().map(|(at, (own, text, minutes, starts_group, ends_group))| {
        let author = person(if own { 1 } else { 10 });
        let message = message(author, own.then_some(Delivery::Read), text, ago(minutes), person(10));
        Row { day: (at == 0).then_some(today), starts_group, ends_group, ..Row::alone(message) }
    });
    rows.collect()
}
