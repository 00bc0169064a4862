//! Profiles, presence, the connection.

use std::time::Duration;

use super::broker::Held;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::account::Server;
use crate::chat::change::{Connection, Form, Phase, Trouble};
use crate::chat::contact::Presence;
use crate::chat::id::TabId;
use crate::chat::input::{Closed, Input};

#[test]
fn a_new_profile_shows_at_once_and_an_old_copy_never() {
    let mut world = World::friends();
    let topic = format!("kith/users/{}/info", world.id(ADA));
    world.pass(Duration::from_secs(5));
    let old = world.broker.retained[&topic].clone();
    world.command(
        ADA,
        Command::SaveProfile { name: "Ada L.".into(), about: "engines".into(), status: "busy".into() },
    );
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada L.");
    assert_eq!(&*world.conversation(BOB, ADA).title, "Ada L.");
    world.broker.publish(old);
    world.run();
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada L.");
    world.pass(Duration::from_secs(30));
    let retained = String::from_utf8(world.broker.retained[&topic].payload.clone()).unwrap();
    assert!(retained.contains("Ada L."), "the owner heals it: {retained}");
}

#[test]
fn profiles_that_cannot_leave_replace_each_other() {
    for offline in [true, false] {
        let mut world = World::friends();
        world.pass(Duration::from_secs(30));
        let topic = format!("kith/users/{}/info", world.id(ADA));
        let before = world.broker.log.len();
        if offline {
            world.network_down = true;
            world.break_connection(ADA);
        } else {
            world.input(ADA, Input::Congested(true));
        }
        for n in 1..=50 {
            let name = format!("Ada {n}").into();
            world.command(ADA, Command::SaveProfile { name, about: "".into(), status: "".into() });
        }
        world.input(ADA, Input::Congested(false));
        world.heal();
        let told = world.broker.log[before..].iter().filter(|held| held.topic == topic).count();
        assert_eq!(told, 1);
        assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada 50");
    }
}

#[test]
fn somebody_who_writes_in_our_name_is_outbid_but_not_at_any_rate() {
    let mut world = World::friends();
    let topic = format!("kith/users/{}/info", world.id(ADA));
    world.pass(Duration::from_secs(60));
    let before = world.broker.log.len();
    for n in 0..600_u64 {
        let rev = 1_795_176_000_000 + world.now + n;
        let payload = format!(r#"{{"v":1,"name":"Mallory","rev":{rev}}}"#).into_bytes();
        world.broker.publish(Held { topic: topic.clone(), payload, qos: 1, retain: true });
        world.pass(Duration::from_millis(100));
    }
    world.pass(Duration::from_secs(20));
    let heals = world.broker.log[before..].iter().filter(|held| held.topic == topic).count() - 600;
    assert!((1..=9).contains(&heals), "{heals} heals in 80 s");
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada");
}

#[test]
fn healing_slows_down_while_somebody_overwrites_and_is_quick_again_after_a_quiet_time() {
    // Presence is said again every five minutes in any case.
    for (name, refreshes) in [("info", 0), ("isConnected", 12)] {
        let mut world = World::friends();
        let topic = match name {
            "info" => format!("kith/users/{}/info", world.id(ADA)),
            _ => world.presence_topic(ADA),
        };
        world.pass(Duration::from_secs(60));
        let heals = |world: &World, before: usize| {
            let ours = |held: &&Held| held.topic == topic && held.payload != b"?";
            world.broker.log[before..].iter().filter(ours).count()
        };
        let overwrite = |world: &mut World| {
            let held = Held { topic: topic.clone(), payload: b"?".to_vec(), qos: 1, retain: true };
            world.broker.publish(held);
        };
        let before = world.broker.log.len();
        for _ in 0..720 {
            overwrite(&mut world);
            world.pass(Duration::from_secs(5));
        }
        let count = heals(&world, before);
        assert!((8..=14 + refreshes).contains(&count), "{name}: {count} heals in an hour");
        let before = world.broker.log.len();
        world.pass(Duration::from_secs(601));
        let count = heals(&world, before);
        assert!((1..=1 + refreshes / 4).contains(&count), "{name}: the last word is ours");
        world.pass(Duration::from_secs(600));
        let before = world.broker.log.len();
        overwrite(&mut world);
        world.pass(Duration::from_secs(3));
        assert_eq!(heals(&world, before), 1, "{name}: after a quiet time at once");
    }
}

#[test]
fn whose_goodbye_the_broker_dropped_is_offline_after_the_next_reconnect() {
    for reconnected in [false, true] {
        let mut world = World::friends();
        world.network_down = true;
        world.break_connection(ADA);
        if reconnected {
            // A later connection of theirs, of which nothing was heard either.
            world.network_down = false;
            world.input(BOB, Input::Leaving);
            world.run();
            world.input(BOB, Input::Returned);
            world.run();
        }
        world.input(BOB, Input::Leaving);
        world.run();
        world.network_down = false;
        world.input(ADA, Input::Online(true));
        world.pass(Duration::from_secs(5));
        assert!(world.screen(ADA).is_connected());
        assert!(matches!(world.presence(ADA, BOB), Presence::Offline(_)), "reconnected: {reconnected}");
    }
}

#[test]
fn going_offline_wakes_nobody_and_nothing_wakes_more_than_once_a_second() {
    let mut world = World::friends();
    world.network_down = true;
    world.break_connection(ADA);
    // The first attempts fail; from now on the wait is a long one.
    world.pass(Duration::from_secs(120));
    let before = world.attempts(ADA);
    world.input(ADA, Input::Online(false));
    world.run();
    assert_eq!(world.attempts(ADA), before);
    for _ in 0..40 {
        world.input(ADA, Input::Online(true));
        world.input(ADA, Input::Visible(TabId::default(), true));
        world.command(ADA, Command::TryNow);
        world.pass(Duration::from_millis(50));
    }
    let woken = world.attempts(ADA) - before;
    assert!((2..=3).contains(&woken), "{woken} attempts in 2 s");
}

#[test]
fn a_tab_that_is_closed_says_goodbye() {
    let mut world = World::friends();
    world.input(BOB, Input::Leaving);
    world.run();
    assert!(matches!(world.presence(ADA, BOB), Presence::Offline(Some(_))));
    world.input(BOB, Input::Returned);
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
}

#[test]
fn a_tab_that_is_closed_with_much_to_send_says_goodbye_all_the_same() {
    let mut world = World::friends();
    world.input(BOB, Input::Congested(true));
    for n in 0..50 {
        world.queue_text(BOB, ADA, &format!("waiting {n}"));
    }
    world.run();
    world.input(BOB, Input::Leaving);
    world.run();
    assert!(matches!(world.presence(ADA, BOB), Presence::Offline(Some(_))));
    world.reload(BOB, true);
    world.heal();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).rows.len(), 50);
}

#[test]
fn a_tab_that_is_killed_is_offline_by_its_will() {
    let mut world = World::friends();
    world.network_down = true;
    world.break_connection(BOB);
    world.run();
    assert!(matches!(world.presence(ADA, BOB), Presence::Offline(Some(_))));
}

#[test]
fn a_will_after_a_clean_goodbye_does_not_hide_who_is_back() {
    let mut world = World::friends();
    world.broker.faults.will_after_disconnect = true;
    world.input(BOB, Input::Leaving);
    world.run();
    world.input(BOB, Input::Returned);
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
}

#[test]
fn a_stale_will_is_healed_for_those_who_come_later() {
    let mut world = World::friends();
    let topic = world.presence_topic(BOB);
    let stale = Held {
        topic,
        payload: br#"{"v":1,"online":false,"counter":1,"nonce":"0000000000000001","at":1}"#.to_vec(),
        qos: 1,
        retain: true,
    };
    world.broker.publish(stale);
    world.pass(Duration::from_secs(15));
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
}

#[test]
fn nothing_is_known_of_others_while_we_are_not_connected() {
    let mut world = World::friends();
    world.pull_network();
    assert_eq!(world.presence(ADA, BOB), Presence::Unknown);
    world.heal();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
}

#[test]
fn each_trouble_has_its_own_word() {
    let mut world = World::new(1);
    world.network_down = true;
    world.sign_up(ADA, "Ada");
    let Some(Connection::Reconnecting { trouble, .. }) = world.screen(ADA).connection else {
        panic!("reconnecting")
    };
    assert_eq!(trouble, Some(Trouble::Unreachable));
    world.input(ADA, Input::Online(false));
    world.run();
    assert_eq!(world.screen(ADA).connection, Some(Connection::Offline));
    world.network_down = false;
    world.input(ADA, Input::Online(true));
    world.run();
    assert!(world.screen(ADA).is_connected());
    world.input(ADA, Input::Received(bytes::Bytes::from_static(b"HTTP/1.1 400")));
    let Some(Connection::Reconnecting { trouble, .. }) = world.screen(ADA).connection else {
        panic!("reconnecting")
    };
    assert_eq!(trouble, Some(Trouble::NotMqtt));
    world.input(ADA, Input::Closed(Closed { code: 0, was_open: false, forbidden: true }));
    assert_eq!(world.screen(ADA).connection, Some(Connection::Stopped(Trouble::Insecure)));
    world.command(ADA, Command::TryNow);
    world.pass(Duration::from_secs(1));
    assert!(world.screen(ADA).is_connected());
}

#[test]
fn connections_that_close_at_the_same_age_are_told() {
    let told = |ages: &[u64]| {
        let mut world = World::friends();
        world.break_connection(ADA);
        for age in ages {
            // Until it is up again, and then to that age.
            while !world.screen(ADA).is_connected() {
                world.pass(Duration::from_millis(10));
            }
            world.pass(Duration::from_secs(*age));
            world.break_connection(ADA);
        }
        let closes_after = world.screen(ADA).closes_after;
        (world, closes_after)
    };
    assert_eq!(told(&[60, 61]).1, None);
    let (mut world, closes_after) = told(&[60, 61, 59]);
    assert_eq!(closes_after, Some(59));
    world.pass(Duration::from_secs(180));
    assert_eq!(world.screen(ADA).closes_after, None, "it has lived longer than that");
    assert_eq!(told(&[60, 61, 59, 40]).1, None);
    assert_eq!(told(&[60, 60, 70, 60]).1, None);
    assert_eq!(told(&[15, 15, 15]).1, None, "that young they close for other reasons");
    let (mut world, closes_after) = told(&[300, 300, 300, 300]);
    assert_eq!(closes_after, Some(300));
    let server = world.screen(ADA).account.as_ref().unwrap().server.clone();
    world.command(ADA, Command::SaveServer(server));
    assert_eq!(world.screen(ADA).closes_after, None, "something was changed");
}

#[test]
fn moving_to_another_server_takes_no_password_along() {
    let mut world = World::friends();
    let server = Server {
        address: "wss://b.example".into(),
        user_name: "ada".into(),
        password: "secret".into(),
        root: "x".into(),
        client_id: "ada-".into(),
        keep_alive: "60".into(),
    };
    world.command(ADA, Command::SaveServer(server.clone()));
    assert_eq!(world.screen(ADA).done.last(), Some(&Form::Connection));
    assert_eq!(world.screen(ADA).account.as_ref().unwrap().server, server);
    let link = world.screen(BOB).account.as_ref().unwrap().invite.clone();
    world.command(ADA, Command::OpenInvite(link.into()));
    world.command(ADA, Command::AcceptInvite);
    let moved = &world.screen(ADA).account.as_ref().unwrap().server;
    assert_eq!((&*moved.user_name, &*moved.password), ("", ""));
}

#[test]
fn the_client_identifier_begins_as_the_person_wants_and_the_keep_alive_is_theirs() {
    let mut world = World::friends();
    world.command(ADA, Command::SaveServer(Server::default()));
    let (usual, seconds) = world.broker.introduced.clone();
    assert_eq!((usual.len(), seconds), (22, 30));
    let server =
        Server { client_id: " kith-ada_1. ".into(), keep_alive: " 120 ".into(), ..Server::default() };
    world.command(ADA, Command::SaveServer(server));
    assert_eq!(world.broker.introduced, (format!("kith-ada_1.{usual}"), 120));
    let server = &world.screen(ADA).account.as_ref().unwrap().server;
    assert_eq!((&*server.client_id, &*server.keep_alive), ("kith-ada_1.", "120"));
}

#[test]
fn where_there_is_no_handshake_it_is_looked_whether_anything_answers_once() {
    let trouble = |world: &World| match world.screen(ADA).connection {
        Some(Connection::Reconnecting { trouble, .. }) => trouble,
        other => panic!("{other:?}"),
    };
    let mut world = World::friends();
    world.pull_network();
    world.run();
    world.pass(Duration::from_secs(120));
    assert_eq!(
        (trouble(&world), world.probes),
        (Some(Trouble::Unreachable), 2),
        "each of the two looked once"
    );
    world.web_answers = true;
    world.command(ADA, Command::TryNow);
    world.pass(Duration::from_secs(60));
    assert_eq!((trouble(&world), world.probes), (Some(Trouble::NoWebSocket), 3));
    world.network_down = false;
    world.command(ADA, Command::TryNow);
    assert!(world.screen(ADA).is_connected());
}

#[test]
fn another_tab_takes_over() {
    let mut world = World::friends();
    world.input(BOB, Input::Yielded);
    world.run();
    assert_eq!(world.screen(BOB).phase, Some(Phase::Elsewhere));
    let before = world.broker.log.len();
    world.say(ADA, BOB, "hello?");
    assert_eq!(world.broker.log.len(), before + 1, "the idle tab answers nothing");
    world.command(BOB, Command::UseHere);
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hello?"]);
}

#[test]
fn a_forged_goodbye_is_not_believed_and_is_healed() {
    let mut world = World::friends();
    let topic = world.presence_topic(BOB);
    let honest = world.broker.retained[&topic].clone();
    let text = String::from_utf8(honest.payload).unwrap().replace("true", "false");
    world.broker.publish(Held { payload: text.into(), ..world.broker.retained[&topic].clone() });
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
    world.pass(Duration::from_secs(15));
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online, "for those who come later, too");
    world.network_down = true;
    world.break_connection(BOB);
    world.run();
    assert!(matches!(world.presence(ADA, BOB), Presence::Offline(_)), "the will is still understood");
}

#[test]
fn presence_that_is_not_said_again_ends() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(3_600));
    assert_eq!(world.presence(ADA, BOB), Presence::Online, "it is said again in time");
    // Neither a goodbye nor a will gets through any more.
    let inbox = world.broker.retained.len();
    world.broker.faults.loses_topic = Some("/isConnected/");
    world.pass(Duration::from_secs(660));
    assert!(matches!(world.presence(ADA, BOB), Presence::Offline(Some(_))));
    assert_eq!(world.broker.retained.len(), inbox);
    world.broker.faults.loses_topic = None;
    world.pass(Duration::from_secs(330));
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
}

/// Ten minutes and a day, either way.
const WRONG_CLOCKS: [i64; 4] = [11 * 60_000, 86_400_000, -11 * 60_000, -86_400_000];

#[test]
fn whose_clock_is_wrong_sees_who_is_there_and_who_is_gone() {
    for (who, error) in [ADA, BOB].into_iter().flat_map(|who| WRONG_CLOCKS.map(|error| (who, error))) {
        let mut world = World::friends();
        world.devices[who].clock_error = error;
        world.reload(who, true);
        world.run();
        // Whatever the broker has kept: it is said again within five minutes.
        world.pass(Duration::from_secs(330));
        for _ in 0..12 {
            world.pass(Duration::from_secs(60));
            assert_eq!(world.presence(ADA, BOB), Presence::Online, "{who}: {error}");
            assert_eq!(world.presence(BOB, ADA), Presence::Online, "{who}: {error}");
        }
        world.broker.faults.loses_topic = Some("/isConnected/");
        world.pass(Duration::from_secs(660));
        assert!(matches!(world.presence(ADA, BOB), Presence::Offline(Some(_))), "{who}: {error}");
    }
}
