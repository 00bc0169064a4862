//! Several tabs of one profile.

use proptest::prelude::*;

use super::tabbed::{Browser, assert_alike};
use super::world::{ADA, BOB, World};
use crate::chat::Input;
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::command::{Command, Origin};
use crate::chat::id::{ConversationId, MessageId, TabId};
use crate::chat::message::Delivery;
use crate::chat::record::{Query, Table};

fn asked(world: &World, tab: u64, number: u64, text: &str) -> Input {
    let (conversation, id) = (ConversationId(world.id(BOB)), MessageId([u8::try_from(number).unwrap(); 16]));
    let command = Command::Send { id, conversation, text: text.into() };
    Input::Asked(Origin { tab: TabId(tab), number }, command)
}

#[test]
fn a_command_that_is_told_again_is_done_once_whatever_was_stored_of_it() {
    for lands in [false, true] {
        let mut world = World::friends();
        let input = asked(&world, 7, 1, "one");
        world.input(ADA, input.clone());
        world.reload(ADA, lands);
        world.run();
        assert_eq!(world.devices[ADA].took, [], "nobody was told that it is done");
        world.input(ADA, input.clone());
        world.run();
        world.input(ADA, input);
        world.heal();
        let origin = Origin { tab: TabId(7), number: 1 };
        assert_eq!(world.devices[ADA].took, [origin, origin], "told that it is done, each time");
        assert_eq!(world.screen(BOB).texts(), ["one"]);
        assert_eq!(world.devices[ADA].disk.load(&Query::Tables(vec![Table::Messages])).len(), 1);
    }
}

#[test]
fn a_command_is_answered_when_it_is_on_disk_and_not_before() {
    let mut world = World::friends();
    let input = asked(&world, 7, 1, "one");
    world.input(ADA, input);
    while world.devices[ADA].took.is_empty() {
        assert_eq!(world.devices[ADA].disk.load(&Query::Tables(vec![Table::Messages])), []);
        assert!(world.step());
    }
    assert_eq!(world.devices[ADA].disk.load(&Query::Tables(vec![Table::Messages])).len(), 1);
}

#[test]
fn every_tab_shows_what_comes_and_sends() {
    let mut browser = Browser::with_tabs(3);
    browser.world.say(BOB, ADA, "Hello, all of you");
    for at in 0..3 {
        browser.send(at, &format!("from {at}"));
        browser.run();
    }
    let said = ["Hello, all of you", "from 0", "from 1", "from 2"];
    assert_eq!(browser.world.screen(BOB).texts(), said);
    for page in &browser.pages {
        assert_eq!(page.screen.texts(), said);
        assert_eq!(page.screen.deliveries(), [Delivery::Read; 3]);
        assert_alike(&page.screen, &browser.pages[0].screen);
    }
    assert_eq!(browser.pages[1].screen.done, [Form::Composer], "the one who sent is told, and nobody else");
    assert_eq!(browser.leader, Some(0));
}

#[test]
fn each_tab_has_its_own_open_conversation() {
    let mut browser = Browser::with_tabs(2);
    browser.dispatch(1, Command::Open(None));
    browser.run();
    let before = browser.pages[1].screen.rows.clone();
    browser.world.say(BOB, ADA, "one");
    browser.run();
    assert_eq!(browser.pages[0].screen.texts(), ["one"]);
    assert_eq!(browser.pages[1].screen.rows, before);
    browser.look(1);
    assert_eq!(browser.pages[1].screen.texts(), ["one"]);
    // And pages of its own.
    for n in 0..120 {
        browser.world.say(BOB, ADA, &format!("m{n}"));
    }
    browser.run();
    let third = browser.open_tab();
    assert_eq!(browser.pages[third].screen.rows.len(), 50);
    browser.dispatch(third, Command::ShowOlder);
    browser.run();
    assert_eq!(browser.pages[third].screen.rows.len(), 100);
    assert_eq!(browser.pages[0].screen.rows.len(), 121);
}

#[test]
fn what_any_tab_in_view_shows_is_read() {
    let mut browser = Browser::with_tabs(2);
    let bob = browser.bob;
    browser.pages[0].tabs.look(false);
    browser.dispatch(0, Command::Open(None));
    browser.run();
    browser.world.say(BOB, ADA, "seen in the second");
    browser.run();
    assert_eq!(browser.world.screen(BOB).deliveries(), [Delivery::Read]);
    browser.pages[1].tabs.look(false);
    browser.run();
    browser.world.say(BOB, ADA, "seen nowhere");
    browser.run();
    assert_eq!(browser.world.screen(BOB).deliveries(), [Delivery::Read, Delivery::Delivered]);
    assert_eq!(browser.pages[0].screen.conversations[&bob].unread, 1);
    browser.pages[1].tabs.look(true);
    browser.run();
    assert_eq!(browser.world.screen(BOB).deliveries(), [Delivery::Read; 2]);
}

#[test]
fn what_a_tab_showed_that_crashed_is_read_by_nobody() {
    let mut browser = Browser::with_tabs(3);
    for at in [0, 2] {
        browser.dispatch(at, Command::Open(None));
    }
    // It says nothing any more, not even that it goes.
    browser.freeze(1);
    browser.beat();
    browser.world.say(BOB, ADA, "seen nowhere");
    browser.run();
    assert_eq!(browser.world.screen(BOB).deliveries(), [Delivery::Delivered]);
}

#[test]
fn when_the_tab_in_charge_is_closed_another_goes_on_and_nothing_is_lost_or_doubled() {
    // After each step of what the sending of two messages takes, and with each part of what was being saved on disk.
    for (steps, landed) in (0..12).flat_map(|steps| [(steps, 0), (steps, 1), (steps, usize::MAX)]) {
        let mut browser = Browser::with_tabs(3);
        browser.landed = landed;
        browser.send(1, "one");
        browser.send(2, "two");
        for _ in 0..steps {
            browser.step();
        }
        browser.close(0);
        browser.send(1, "three");
        browser.run();
        browser.world.heal();
        browser.run();
        let mut texts = browser.world.screen(BOB).texts();
        assert_eq!(browser.pages[1].screen.texts(), texts, "{steps} {landed}");
        assert_eq!(browser.pages[2].screen.texts(), texts, "{steps} {landed}");
        texts.sort();
        assert_eq!(texts, ["one", "three", "two"], "{steps} {landed}");
        assert_alike(&browser.pages[1].screen, &browser.pages[2].screen);
        assert_eq!(browser.leader, Some(1));
        let starts: Vec<_> = browser.pages.iter().map(|page| page.starts).collect();
        assert_eq!(starts[1..], [1, 1], "the screens do not begin anew");
    }
}

#[test]
fn a_tab_that_was_frozen_in_charge_commits_nothing_and_follows_when_it_thaws() {
    let mut browser = Browser::with_tabs(3);
    browser.send(0, "not stored yet");
    browser.freeze(0);
    browser.send(1, "asked of who sleeps");
    browser.run();
    assert_eq!(browser.leader, Some(0));
    browser.beat();
    assert_ne!(browser.leader, Some(0), "nobody answered");
    browser.run();
    assert_eq!(browser.world.screen(BOB).texts(), ["asked of who sleeps"]);
    browser.thaw(0);
    browser.run();
    assert_eq!(browser.world.screen(BOB).texts(), ["asked of who sleeps", "not stored yet"]);
    for page in &browser.pages {
        assert_eq!(page.screen.texts(), ["asked of who sleeps", "not stored yet"]);
        assert_alike(&page.screen, &browser.pages[1].screen);
        assert_eq!(page.phases.iter().filter(|phase| **phase == Phase::Elsewhere).count(), 0);
    }
}

#[test]
fn a_form_is_answered_in_the_tab_that_it_was_filled_in() {
    let mut browser = Browser::with_tabs(3);
    let named = |name: &str| Command::SaveProfile { name: name.into(), about: "".into(), status: "".into() };
    browser.dispatch(1, named("Ada L."));
    browser.run();
    browser.dispatch(2, named(""));
    browser.run();
    // Somebody who is here already: that leads to the conversation.
    let link = browser.bob.to_string();
    browser.dispatch(1, Command::AddContact(link.into()));
    browser.run();
    let screens: Vec<_> = browser.pages.iter().map(|page| &page.screen).collect();
    assert_eq!(
        [&screens[0].done, &screens[1].done, &screens[2].done],
        [&vec![], &vec![Form::Profile], &vec![]]
    );
    assert_eq!(screens[2].rejected, [(Form::Profile, Rejection::NameMissing)]);
    assert_eq!(screens[1].rejected, [(Form::Contact, Rejection::AlreadyContact)]);
    assert_eq!([screens[0].opened, screens[1].opened, screens[2].opened], [None, Some(browser.bob), None]);
    for screen in screens {
        assert_eq!(&*screen.account.as_ref().unwrap().profile.name, "Ada L.");
    }
    assert_eq!(browser.leader, Some(0));
}

#[test]
fn an_invite_is_asked_about_in_the_tab_that_it_was_opened_in() {
    let mut browser = Browser::with_tabs(1);
    let carol = browser.world.add_device();
    browser.run();
    browser.world.sign_up(carol, "Carol");
    let link = browser.world.screen(carol).account.as_ref().unwrap().invite.clone();
    // As the page finds it in its address.
    let second = browser.load_tab();
    browser.dispatch(second, Command::OpenInvite(link.into()));
    browser.run();
    let asked = browser.pages[second].screen.invite.as_ref().map(|asked| asked.invite.name.to_string());
    assert_eq!(asked.as_deref(), Some("Carol"));
    assert_eq!(browser.pages[0].screen.invite, None);
    browser.dispatch(second, Command::AcceptInvite);
    browser.run();
    assert_eq!(browser.pages[second].screen.opened, Some(ConversationId(browser.world.id(carol))));
    assert_eq!((browser.pages[0].screen.opened, browser.leader), (None, Some(0)));
}

#[test]
fn what_has_a_secret_in_it_takes_charge() {
    let mut browser = Browser::with_tabs(2);
    browser.dispatch(1, Command::ShowWords(None));
    browser.run();
    assert_eq!(browser.leader, Some(1));
    assert!(browser.pages[1].screen.words.is_some() && browser.pages[0].screen.words.is_none());
    assert_eq!(browser.pages[0].screen.phase, Some(Phase::Ready));
    // What was given up goes on following.
    browser.send(0, "from the first");
    browser.run();
    assert_eq!(browser.world.screen(BOB).texts(), ["from the first"]);
}

#[test]
fn an_edit_that_nobody_answered_waits_for_the_page_that_it_is_on() {
    let mut browser = Browser::with_tabs(2);
    browser.send(1, "one");
    browser.run();
    let message = browser.pages[1].screen.rows[0].message.id;
    browser.dispatch(1, Command::Edit { id: MessageId([9; 16]), message, text: "two".into() });
    browser.close(0);
    browser.run();
    assert_eq!(browser.world.screen(BOB).texts(), ["two"]);
    assert_eq!(browser.pages[1].screen.texts(), ["two"]);
    assert_eq!(browser.pages[1].screen.rejected, []);
}

#[test]
fn a_draft_and_the_open_conversation_outlive_the_tab_in_charge() {
    let mut browser = Browser::with_tabs(2);
    let conversation = browser.bob;
    browser.dispatch(1, Command::Draft { conversation, text: "Begun".into() });
    browser.run();
    browser.close(0);
    browser.run();
    assert_eq!(&*browser.pages[1].screen.conversations[&conversation].draft, "Begun");
    browser.world.say(BOB, ADA, "seen at once");
    browser.run();
    assert_eq!(browser.pages[1].screen.texts(), ["seen at once"]);
    assert_eq!(browser.world.screen(BOB).deliveries(), [Delivery::Read]);
}

#[test]
fn a_draft_that_was_sent_does_not_come_back() {
    let mut browser = Browser::with_tabs(2);
    let conversation = browser.bob;
    browser.dispatch(1, Command::Draft { conversation, text: "Hello".into() });
    browser.send(1, "Hello");
    browser.run();
    browser.close(0);
    browser.run();
    assert_eq!(&*browser.pages[1].screen.conversations[&conversation].draft, "");
    assert_eq!(browser.world.screen(BOB).texts(), ["Hello"]);
}

#[test]
fn who_leaves_the_conversation_while_a_tab_takes_charge_is_heard_all_the_same() {
    for steps in 0..30 {
        let mut browser = Browser::with_tabs(2);
        browser.send(1, "one");
        browser.close(0);
        for _ in 0..steps {
            browser.step();
        }
        browser.dispatch(1, Command::Open(None));
        browser.run();
        browser.world.heal();
        browser.run();
        assert_eq!(browser.world.screen(BOB).texts(), ["one"], "{steps}");
        assert!(browser.pages[1].tabs.is_heard(), "{steps}");
    }
}

#[test]
fn nothing_is_shown_of_what_a_passphrase_keeps_closed_in_the_tab_in_charge() {
    let mut browser = Browser::with_tabs(1);
    browser.world.devices[ADA].passphrase = Some(super::effects::passphrase("correct horse"));
    let second = browser.open_tab();
    assert_eq!(browser.pages[second].screen.phase, Some(Phase::Ready), "open is open");
    browser.close(0);
    browser.run();
    assert_eq!(browser.pages[second].screen.phase, Some(Phase::Locked));
    assert!(browser.pages[second].screen.rows.is_empty() && browser.pages[second].screen.contacts.is_empty());
    let third = browser.open_tab();
    assert_eq!(browser.pages[third].screen.phase, Some(Phase::Elsewhere));
    browser.dispatch(second, Command::Unlock(super::effects::passphrase("correct horse")));
    browser.run();
    assert_eq!(browser.pages[third].screen.phase, Some(Phase::Ready));
}

/// One thing that happens to the tabs.
#[derive(Clone, Debug)]
enum Event {
    Open,
    Close(usize),
    Freeze(usize),
    Thaw(usize),
    Send(usize),
    Hear,
    Claim(usize),
    Beat,
    Steps(usize),
}

fn events() -> impl Strategy<Value = Vec<(Event, usize)>> {
    let tab = 0..6_usize;
    let event = prop_oneof![
        2 => Just(Event::Open),
        1 => tab.clone().prop_map(Event::Close),
        2 => tab.clone().prop_map(Event::Freeze),
        3 => tab.clone().prop_map(Event::Thaw),
        8 => tab.clone().prop_map(Event::Send),
        3 => Just(Event::Hear),
        1 => tab.prop_map(Event::Claim),
        3 => Just(Event::Beat),
        8 => (0..9_usize).prop_map(Event::Steps),
    ];
    proptest::collection::vec((event, 0..3_usize), 1..40)
}

impl Browser {
    /// Makes it happen, as far as it can.
    fn happen(&mut self, n: usize, event: &Event) {
        let tab = |at: &usize| at % self.pages.len();
        let usable = |at: usize| self.is_open(at) && self.is_awake(at);
        match event {
            Event::Open if self.pages.len() < 6 => drop(self.load_tab()),
            // The last one stays, and one with words that nobody has heard: they would be lost with it, as in any app.
            Event::Close(at) if self.pages[tab(at)].tabs.is_heard() => {
                let at = tab(at);
                let others = (0..self.pages.len()).filter(|other| *other != at && usable(*other)).count();
                if usable(at) && others > 0 {
                    self.close(at);
                }
            }
            Event::Freeze(at) if usable(tab(at)) => self.freeze(at % self.pages.len()),
            Event::Thaw(at) if !self.is_awake(tab(at)) && self.is_open(tab(at)) => {
                self.thaw(at % self.pages.len())
            }
            Event::Send(at) if usable(tab(at)) && self.pages[tab(at)].screen.phase == Some(Phase::Ready) => {
                self.send(at % self.pages.len(), &format!("ada {n}"));
            }
            Event::Hear => self.answer(&format!("bob {n}")),
            Event::Claim(at) if usable(tab(at)) => {
                self.dispatch(at % self.pages.len(), Command::ShowWords(None));
            }
            Event::Beat => self.beat(),
            Event::Steps(count) => (0..*count).for_each(|_| {
                self.step();
            }),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_becomes_of_the_tabs_they_show_the_same_and_nothing_is_lost_or_doubled(events in events()) {
        let mut browser = Browser::with_tabs(2);
        let mut said = Vec::new();
        for (n, (event, landed)) in events.iter().enumerate() {
            browser.landed = *landed;
            let before = browser.sent();
            browser.happen(n, event);
            if browser.sent() > before {
                said.push(format!("{} {n}", if matches!(event, Event::Hear) { "bob" } else { "ada" }));
            }
        }
        for at in 0..browser.pages.len() {
            if !browser.is_awake(at) && browser.is_open(at) {
                browser.thaw(at);
            }
        }
        browser.beat();
        browser.beat();
        let open: Vec<_> = (0..browser.pages.len()).filter(|at| browser.is_open(*at)).collect();
        open.iter().for_each(|at| browser.look(*at));
        browser.world.heal();
        browser.run();
        let bob = browser.world.screen(BOB).texts();
        for at in &open {
            prop_assert_eq!(&browser.pages[*at].screen.texts(), &bob);
            assert_alike(&browser.pages[*at].screen, &browser.pages[open[0]].screen);
        }
        let mut bob = bob;
        bob.sort();
        said.sort();
        prop_assert_eq!(bob, said);
    }
}
