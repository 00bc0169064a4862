//! First use, comparing, and keys that change.

use std::time::Duration;

use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::UserId;
use crate::chat::input::CameraError;
use crate::chat::message::Delivery;
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};
use crate::e2ee::safety::{CodeError, Comparison};
use crate::e2ee::trust::{Standing, Trust};

/// Ada and Bob, who can be found by an address that others may claim as well.
fn friends_by_email() -> World {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    world.command(ADA, Command::AddContact("bob@example.org".into()));
    world.pass(Duration::from_secs(3));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.look(ADA, BOB);
    world.look(BOB, ADA);
    world
}

fn start_as_bob(world: &mut World, who: usize) {
    let welcome = Welcome { name: "Bob".into(), handle: "bob@example.org".into(), ..Welcome::default() };
    world.command(who, Command::Start(welcome));
}

/// Bob's other machine, where he begins anew: the same address, another key.
const NEW_BOB: usize = 2;

fn known(world: &World) -> (Trust, Standing) {
    match &world.contact(ADA, BOB).keys {
        Keys::Known { trust, standing } => (*trust, *standing),
        keys => panic!("{keys:?}"),
    }
}

fn safety(world: &mut World, who: usize, of: UserId) -> crate::chat::change::Safety {
    world.command(who, Command::ShowSafety(of));
    world.screen(who).safety.clone().expect("told")
}

/// Ada has compared Bob's key.
fn verify_bob(world: &mut World) {
    let bob = world.id(BOB);
    let key = safety(world, ADA, bob).key;
    world.command(ADA, Command::Verify { contact: bob, key });
}

/// Bob begins anew elsewhere, and asks Ada for contact.
fn bob_begins_anew(world: &mut World) {
    world.input(BOB, Input::Leaving);
    world.run();
    start_as_bob(world, NEW_BOB);
    let ada = world.id(ADA);
    world.command(NEW_BOB, Command::AddContact(ada.to_string().into()));
    world.pass(Duration::from_secs(5));
}

fn waits_for_ada(world: &World, who: usize) -> bool {
    world.relation(who, ADA) == Relation::Requested
}

#[test]
fn both_compare_the_same_number_and_codes_verify() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let (hers, his) = (safety(&mut world, ADA, bob), safety(&mut world, BOB, ada));
    assert_eq!((hers.number.len(), &hers.number), (60, &his.number));
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Open));
    for (text, compared) in
        [("KITH", Err(CodeError)), (&*hers.code, Ok(Comparison::Own)), (&*his.code, Ok(Comparison::Match))]
    {
        assert_eq!(known(&world).0, Trust::FirstUse);
        world.command(ADA, Command::CompareCode { contact: bob, text: text.into() });
        assert_eq!(world.screen(ADA).compared, Some(compared));
    }
    assert_eq!(known(&world), (Trust::Verified, Standing::Open));
    world.reload(ADA, true);
    world.run();
    assert_eq!(known(&world), (Trust::Verified, Standing::Open));
    world.command(ADA, Command::Unverify(bob));
    assert_eq!(known(&world).0, Trust::FirstUse);
}

#[test]
fn the_typed_safety_number_verifies_and_a_wrong_one_does_not() {
    let mut world = World::friends();
    let bob = world.id(BOB);
    let number = safety(&mut world, ADA, bob).number.to_string();
    let groups: Vec<_> = number.as_bytes().chunks(5).map(|five| str::from_utf8(five).unwrap()).collect();
    let digit = if number.starts_with('1') { "2" } else { "1" };
    for (text, compared) in [
        (number[1..].to_owned(), Err(CodeError)),
        (format!("{number}0"), Err(CodeError)),
        (format!("{digit}{}", &number[1..]), Ok(Comparison::NumberDiffers)),
        (
            format!(
                "{}\n\u{a0}{}\t{}",
                groups[..4].join(" "),
                groups[4..8].join("  "),
                groups[8..].join("\r\n")
            ),
            Ok(Comparison::Match),
        ),
    ] {
        assert_eq!(known(&world).0, Trust::FirstUse);
        world.command(ADA, Command::CompareCode { contact: bob, text: text.into() });
        assert_eq!(world.screen(ADA).compared, Some(compared));
    }
    assert_eq!(known(&world).0, Trust::Verified);
}

#[test]
fn the_typed_number_of_either_key_decides_between_them_after_a_change() {
    for new in [false, true] {
        let mut world = friends_by_email();
        let bob = world.id(BOB);
        let old = safety(&mut world, ADA, bob).number;
        bob_begins_anew(&mut world);
        let text = if new { safety(&mut world, ADA, bob).number } else { old };
        world.command(ADA, Command::CompareCode { contact: bob, text });
        assert_eq!(known(&world), (Trust::Verified, Standing::Open));
        world.pass(Duration::from_secs(5));
        assert_eq!(waits_for_ada(&world, NEW_BOB), !new);
    }
}

#[test]
fn a_changed_key_holds_what_is_sent_until_a_tap() {
    let mut world = friends_by_email();
    world.say(ADA, BOB, "before");
    bob_begins_anew(&mut world);
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Held));
    assert_eq!(world.screen(ADA).texts(), ["before", "(key changed)"]);
    world.say(ADA, BOB, "is it you?");
    world.pass(Duration::from_secs(600));
    assert_eq!(world.screen(ADA).deliveries().last(), Some(&Delivery::Queued));
    assert!(waits_for_ada(&world, NEW_BOB));
    world.reload(ADA, true);
    world.run();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["before", "(key changed)", "is it you?"]);
    world.command(ADA, Command::AcceptKey(world.id(BOB)));
    world.pass(Duration::from_secs(5));
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Open));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
    world.look(NEW_BOB, ADA);
    assert_eq!(world.screen(NEW_BOB).texts(), ["is it you?"]);
    world.say(NEW_BOB, ADA, "it is");
    assert_eq!(world.screen(ADA).texts().last().unwrap(), "it is");
}

#[test]
fn a_changed_key_of_somebody_verified_blocks_until_it_is_verified() {
    let mut world = friends_by_email();
    verify_bob(&mut world);
    bob_begins_anew(&mut world);
    assert_eq!(known(&world), (Trust::Verified, Standing::Blocked));
    world.say(ADA, BOB, "is it you?");
    let bob = world.id(BOB);
    world.command(ADA, Command::AcceptKey(bob));
    world.pass(Duration::from_secs(60));
    assert_eq!(known(&world), (Trust::Verified, Standing::Blocked), "no tap is enough");
    let (ada, hers) = (world.id(ADA), safety(&mut world, ADA, bob));
    assert_eq!(hers.number, safety(&mut world, NEW_BOB, ada).number, "of the new key");
    world.command(ADA, Command::Verify { contact: bob, key: hers.key });
    world.pass(Duration::from_secs(5));
    assert_eq!(known(&world), (Trust::Verified, Standing::Open));
    world.look(NEW_BOB, ADA);
    assert_eq!(world.screen(NEW_BOB).texts(), ["is it you?"]);
}

#[test]
fn nothing_reaches_a_key_that_was_not_accepted() {
    let mut world = friends_by_email();
    let mut mallory = Outsider::claiming(0x66, world.id(BOB));
    mallory.publish(&mut world);
    for n in 0..5 {
        mallory.ask(&mut world, ADA, "Bob");
        let event = mallory.event(world.id(ADA), n + 1, EventBody::Text("it is me".into()));
        let envelope = mallory.envelope(&world, ADA, &event);
        world.publish(&format!("kith/{}/Inbox/m", world.id(ADA)), envelope);
    }
    assert_eq!(world.screen(ADA).texts(), ["(key changed)"], "one line, and not a word of theirs");
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Held));
    // The right one is not kept out by it.
    world.pass(Duration::from_secs(1));
    world.say(BOB, ADA, "no, it is me");
    assert_eq!(world.screen(ADA).texts().last().unwrap(), "no, it is me");
    let theirs = mallory.keys.fingerprint();
    let bob = world.id(BOB);
    assert_eq!(safety(&mut world, ADA, bob).key, theirs);
    world.command(ADA, Command::Verify { contact: bob, key: crate::e2ee::key::Fingerprint([9; 16]) });
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Held), "another key than was compared");
}

#[test]
fn a_request_by_another_key_does_not_answer_ours() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    world.command(ADA, Command::AddContact("bob@example.org".into()));
    world.pass(Duration::from_secs(3));
    let mut mallory = Outsider::claiming(0x66, world.id(BOB));
    mallory.ask(&mut world, ADA, "Bob");
    assert_eq!(world.relation(ADA, BOB), Relation::Requested);
    assert_eq!(known(&world), (Trust::Claimed, Standing::NotAccepted));
    world.command(BOB, Command::Accept(world.id(ADA)));
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
}

/// Bob follows a link of Ada's that was made for one person.
fn personal_link(world: &mut World) -> String {
    world.command(ADA, Command::MakeInvite);
    world.screen(ADA).invite_made.clone().expect("a link").to_string()
}

fn trust_of(world: &World, who: usize, whom: usize) -> Trust {
    match &world.contact(who, whom).keys {
        Keys::Known { trust, .. } => *trust,
        keys => panic!("{keys:?}"),
    }
}

#[test]
fn a_personal_invite_verifies_both_in_one_step() {
    for reload in [false, true] {
        let mut world = World::new(3);
        world.sign_up(ADA, "Ada");
        let link = personal_link(&mut world);
        world.command(BOB, Command::OpenInvite(link.clone().into()));
        if reload {
            world.reload(ADA, true);
            world.reload(BOB, true);
            world.run();
        }
        let Some(crate::chat::change::Phase::Welcome(welcome)) = world.screen(BOB).phase.clone() else {
            panic!("still welcome")
        };
        world.command(BOB, Command::Start(Welcome { name: "Bob".into(), ..*welcome }));
        assert_eq!(world.relation(ADA, BOB), Relation::Friend, "without a question");
        assert_eq!(
            (trust_of(&world, ADA, BOB), trust_of(&world, BOB, ADA)),
            (Trust::Verified, Trust::Verified)
        );
        world.say(ADA, BOB, "welcome");
        assert_eq!(world.conversation(BOB, ADA).unread, 1);
        // It was for one.
        world.sign_up(2, "Carol");
        world.command(2, Command::AddContact(link.into()));
        assert_eq!(world.relation(2, ADA), Relation::Requested);
        assert_eq!(world.screen(ADA).requests.len(), 1);
        assert_eq!(trust_of(&world, 2, ADA), Trust::Claimed);
        // Who came too late is told.
        world.command(ADA, Command::Accept(world.id(2)));
        world.reload(2, true);
        world.run();
        world.look(2, ADA);
        assert_eq!(world.screen(2).texts(), ["(spent link)"]);
        assert_eq!(trust_of(&world, 2, ADA), Trust::FirstUse);
        world.look(BOB, ADA);
        assert_eq!(world.screen(BOB).texts(), ["welcome"]);
    }
}

#[test]
fn a_link_for_one_person_is_shown_no_longer_when_it_is_used() {
    for newest in [false, true] {
        let mut world = World::new(2);
        world.sign_up(ADA, "Ada");
        world.sign_up(BOB, "Bob");
        let (old, new) = (personal_link(&mut world), personal_link(&mut world));
        let link = if newest { &new } else { &old };
        world.command(BOB, Command::AddContact(link.as_str().into()));
        assert_eq!(trust_of(&world, ADA, BOB), Trust::Verified);
        assert_eq!(world.screen(ADA).invite_made.is_none(), newest, "another one is still good");
    }
}

#[test]
fn a_personal_invite_ends_after_two_days() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    let link = personal_link(&mut world);
    world.now += 49 * 60 * 60 * 1000;
    world.pass(Duration::from_secs(60));
    world.command(BOB, Command::AddContact(link.into()));
    assert_eq!(world.screen(ADA).requests.len(), 1, "an ordinary request");
    world.command(ADA, Command::Accept(world.id(BOB)));
    assert_eq!((trust_of(&world, ADA, BOB), trust_of(&world, BOB, ADA)), (Trust::FirstUse, Trust::FirstUse));
}

#[test]
fn a_link_that_names_a_key_takes_no_other() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    let link = world.screen(BOB).account.as_ref().unwrap().invite.clone();
    for number in 0x40..0x60 {
        Outsider::claiming(number, world.id(BOB)).publish(&mut world);
    }
    world.command(ADA, Command::AddContact(link.into()));
    assert_eq!(world.screen(BOB).requests.len(), 1, "at once, whoever else claims to be Bob");
    // And where the named key is not there, nobody is asked.
    let mut world = World::new(1);
    world.sign_up(ADA, "Ada");
    let bob = UserId::of_email("bob@example.org");
    Outsider::claiming(0x66, bob).publish(&mut world);
    let key = crate::e2ee::seed::Seed::from_bytes([9; 32]).identity();
    let own = world.screen(ADA).account.as_ref().unwrap().invite.clone();
    let link = crate::chat::invite::decode(&own).unwrap();
    let link = crate::chat::account::Invite { from: bob, key: Some(Box::new(*key.key())), ..link };
    world.command(ADA, Command::AddContact(format!("#{}", crate::chat::invite::encode(&link)).into()));
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(ADA).contacts[&bob].keys, Keys::Waiting);
}

#[test]
fn what_the_camera_sees_is_compared_like_what_is_typed() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let code = safety(&mut world, BOB, ada).code;
    world.command(ADA, Command::Scan(Some(bob)));
    assert_eq!(world.screen(ADA).no_camera, Some(CameraError::Missing));
    world.devices[ADA].camera = Some("https://example.org".into());
    world.command(ADA, Command::Scan(Some(bob)));
    assert_eq!(world.screen(ADA).compared, Some(Err(CodeError)));
    assert_eq!(known(&world).0, Trust::FirstUse);
    world.devices[ADA].camera = Some(code);
    world.command(ADA, Command::Scan(Some(bob)));
    assert_eq!(known(&world).0, Trust::Verified);
    assert_eq!(world.devices[ADA].camera, None, "it is closed");
}
