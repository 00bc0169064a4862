//! Invite links, wherever they are opened.

use super::world::{ADA, BOB, World};
use crate::chat::account::{Server, Welcome};
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::contact::Relation;
use crate::chat::id::ConversationId;
use crate::chat::{Command, Input, invite};

/// Ada, Bob who has not begun, and Ada's link to a broker of hers.
fn invited() -> (World, String) {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    let link = world.screen(ADA).account.as_ref().unwrap().invite.to_string();
    (world, link.replace("127.0.0.1%3A9001", "hers.example"))
}

fn welcome(world: &World) -> Welcome {
    match world.screen(BOB).phase.clone() {
        Some(Phase::Welcome(welcome)) => *welcome,
        phase => panic!("{phase:?} is not the first screen"),
    }
}

/// What Bob has typed.
fn typed() -> Welcome {
    let server = Server {
        address: "wss://his.example/".into(),
        user_name: "bob".into(),
        password: "secret".into(),
        root: "his".into(),
        client_id: "desk-".into(),
        keep_alive: "60".into(),
    };
    Welcome { name: "Bob".into(), server, ..Welcome::default() }
}

/// A tab of Bob's is opened by a link, finds that another one has the profile, and is told to go on here.
fn open_beside_another_tab(world: &mut World, link: &str) {
    world.reload(BOB, true);
    world.devices[BOB].inputs.clear();
    world.input(BOB, Input::Command(Command::OpenInvite(link.into())));
    world.input(BOB, Input::Yielded);
    world.run();
    assert_eq!(world.screen(BOB).phase, Some(Phase::Elsewhere));
    world.command(BOB, Command::UseHere);
}

#[test]
fn an_invite_waits_while_another_tab_has_the_profile() {
    let (mut world, link) = invited();
    open_beside_another_tab(&mut world, &link);
    assert_eq!(welcome(&world).invite, invite::decode(&link), "nobody has begun");
    world.command(BOB, Command::DismissInvite);
    world.sign_up(BOB, "Bob");
    open_beside_another_tab(&mut world, &link);
    assert_eq!(world.screen(BOB).invite.as_ref().map(|asked| &asked.invite), invite::decode(&link).as_ref());
}

#[test]
fn a_question_that_another_tab_interrupts_is_asked_again() {
    let (mut world, link) = invited();
    world.sign_up(BOB, "Bob");
    world.command(BOB, Command::OpenInvite(link.into()));
    assert!(world.screen(BOB).invite.is_some());
    world.input(BOB, Input::Yielded);
    world.run();
    world.command(BOB, Command::UseHere);
    assert!(world.screen(BOB).invite.is_some());
    world.command(BOB, Command::DismissInvite);
    world.input(BOB, Input::Yielded);
    world.run();
    world.command(BOB, Command::UseHere);
    assert!(world.screen(BOB).invite.is_none());
}

#[test]
fn an_inviter_gets_no_password_that_was_typed_before() {
    for reload in [false, true] {
        let (mut world, link) = invited();
        world.command(BOB, Command::KeepWelcome(typed()));
        if reload {
            world.reload(BOB, true);
            world.input(BOB, Input::Command(Command::OpenInvite(link.into())));
            world.run();
        } else {
            world.command(BOB, Command::OpenInvite(link.into()));
        }
        world.command(BOB, Command::Start(welcome(&world)));
        let server = world.screen(BOB).account.as_ref().unwrap().server.clone();
        let hers =
            Server { address: "ws://hers.example/mqtt".into(), root: "kith".into(), ..Server::default() };
        assert_eq!(server, hers, "reload: {reload}");
        assert_eq!(world.relation(BOB, ADA), Relation::Requested);
    }
}

#[test]
fn an_invite_can_be_left_before_one_begins() {
    let (mut world, link) = invited();
    world.command(BOB, Command::KeepWelcome(typed()));
    world.command(BOB, Command::OpenInvite(link.into()));
    assert!(welcome(&world).invite.is_some());
    world.command(BOB, Command::DismissInvite);
    assert_eq!(welcome(&world), typed(), "what was typed is there again");
    world.reload(BOB, true);
    world.run();
    assert_eq!(welcome(&world), typed());
    world.command(BOB, Command::Start(typed()));
    assert_eq!(world.screen(BOB).account.as_ref().unwrap().server, typed().server);
    assert!(world.screen(BOB).contacts.is_empty());
}

#[test]
fn ones_own_invite_is_told_at_once() {
    let mut world = World::new(1);
    world.sign_up(ADA, "Ada");
    let own = world.screen(ADA).account.as_ref().unwrap().invite.clone();
    for link in [own.clone(), own.replace("127.0.0.1%3A9001", "other.example").into()] {
        world.command(ADA, Command::OpenInvite(link.into()));
        assert!(world.screen(ADA).invite.is_none(), "nothing is asked");
    }
    assert_eq!(world.screen(ADA).rejected, vec![(Form::Invite, Rejection::Oneself); 2]);
}

#[test]
fn the_invite_of_a_contact_leads_to_the_conversation_at_once() {
    let mut world = World::friends();
    let link = world.screen(BOB).account.as_ref().unwrap().invite.clone();
    world.reload(ADA, true);
    world.run();
    world.command(ADA, Command::OpenInvite(link.clone().into()));
    assert!(world.screen(ADA).invite.is_none(), "nothing is asked");
    assert_eq!(world.screen(ADA).opened, Some(ConversationId(world.id(BOB))));
    let elsewhere = link.replace("127.0.0.1%3A9001", "other.example");
    world.command(ADA, Command::OpenInvite(elsewhere.into()));
    assert!(world.screen(ADA).invite.is_some(), "nobody is moved without a question");
    world.command(ADA, Command::DismissInvite);
    world.command(ADA, Command::Block(world.id(BOB)));
    world.command(ADA, Command::OpenInvite(link.into()));
    assert_eq!(world.screen(ADA).rejected, [(Form::Invite, Rejection::Blocked)]);
}
