//! Whoever asks under an address that is not theirs: what they have proved is their key, and never that.

use std::time::Duration;

use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::account::Welcome;
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::UserId;
use crate::chat::message::Delivery;
use crate::chat::record::{Query, Table};
use crate::chat::wire::EventBody;
use crate::e2ee::trust::{Standing, Trust};

const ADDRESS: &str = "bob@example.org";

fn mallory() -> Outsider {
    Outsider::claiming(0x66, UserId::of_email(ADDRESS))
}

/// Ada, whom Mallory asks under Bob's address; and Bob, who has begun with it.
fn world_with(request: Option<&str>) -> World {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    let bob = Welcome { name: "Bob".into(), handle: ADDRESS.into(), ..Welcome::default() };
    world.command(BOB, Command::Start(bob));
    if let Some(name) = request {
        ask(&mut world, &mut mallory(), EventBody::Request(name.into()), 1);
    }
    world
}

fn ask(world: &mut World, outsider: &mut Outsider, body: EventBody, n: u64) {
    let ada = world.id(ADA);
    let event = outsider.event(ada, n, body);
    let payload = outsider.request(world, ADA, &event);
    world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{}", outsider.id), payload);
}

fn stored(world: &World, table: Table) -> usize {
    world.devices[ADA].disk.load(&Query::Tables(vec![table])).len()
}

fn known(world: &World) -> (Trust, Standing) {
    match &world.contact(ADA, BOB).keys {
        Keys::Known { trust, standing } => (*trust, *standing),
        keys => panic!("{keys:?}"),
    }
}

#[test]
fn what_is_no_request_leaves_nothing_behind() {
    let mut world = world_with(None);
    for (n, body) in (1..).zip([
        EventBody::Request("".into()),
        EventBody::Typing,
        EventBody::Text("let me in".into()),
        EventBody::Accept("Bob".into(), None),
    ]) {
        ask(&mut world, &mut Outsider::claiming(0x60 + u8::try_from(n).unwrap(), UserId([9; 16])), body, n);
    }
    world.pass(Duration::from_secs(5));
    assert_eq!([Table::Sessions, Table::Keyrings, Table::Requests].map(|t| stored(&world, t)), [0; 3]);
}

#[test]
fn who_asked_under_an_address_is_not_taken_for_whom_the_person_asks_there() {
    for name in ["", "Bob"] {
        for declined in [false, true] {
            let mut world = world_with(Some(name));
            let bob = world.id(BOB);
            if declined {
                world.command(ADA, Command::Decline(bob));
            }
            world.command(ADA, Command::AddContact(ADDRESS.into()));
            world.pass(Duration::from_secs(5));
            if let Keys::Several(claimants) = &world.contact(ADA, BOB).keys {
                // Mallory has asked and published nothing; the person sees that there are two all the same.
                let right = claimants.iter().find(|claimant| claimant.usable).expect("Bob's").key;
                world.command(ADA, Command::Choose { contact: bob, key: right });
            } else {
                assert_eq!(name, "", "a question that was seen makes the choice the person's");
            }
            let ada = world.id(ADA);
            assert!(world.screen(BOB).requests.contains_key(&ada), "{name:?}, {declined}: it reaches Bob");
            world.command(BOB, Command::Accept(ada));
            assert_eq!(world.relation(ADA, BOB), Relation::Friend);
            world.look(ADA, BOB);
            world.say(ADA, BOB, "hello");
            assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered]);
        }
    }
}

#[test]
fn who_was_declined_does_not_stand_in_the_way_of_the_right_one() {
    let mut world = world_with(Some("Bob"));
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::Decline(bob));
    world.command(BOB, Command::AddContact(ada.to_string().into()));
    world.pass(Duration::from_secs(5));
    assert!(world.screen(ADA).requests.contains_key(&bob));
    world.command(ADA, Command::Accept(bob));
    assert_eq!(world.relation(BOB, ADA), Relation::Friend);
}

#[test]
fn a_link_for_one_person_leads_to_its_maker_whoever_asks_under_the_address() {
    let mut world = world_with(Some("Bob"));
    world.command(BOB, Command::MakeInvite);
    let link = world.screen(BOB).invite_made.clone().expect("made");
    world.command(ADA, Command::OpenInvite(link.into()));
    world.command(ADA, Command::AcceptInvite);
    world.pass(Duration::from_secs(5));
    assert_eq!(known(&world), (Trust::Verified, Standing::Open));
    assert_eq!(world.relation(BOB, ADA), Relation::Friend);
}

/// Ada and Bob are friends; then Mallory asks under his address.
fn friends_and_mallory() -> World {
    let mut world = world_with(None);
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.pass(Duration::from_secs(5));
    let ada = world.id(ADA);
    world.command(BOB, Command::Accept(ada));
    ask(&mut world, &mut mallory(), EventBody::Request("Bob".into()), 1);
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Held));
    world
}

#[test]
fn a_key_that_came_instead_can_be_refused_and_is_not_asked_about_again() {
    let mut world = friends_and_mallory();
    let bob = world.id(BOB);
    world.command(ADA, Command::KeepKey(bob));
    ask(&mut world, &mut mallory(), EventBody::Request("Bob".into()), 2);
    world.look(ADA, BOB);
    world.say(ADA, BOB, "hello");
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Open));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered]);
    world.reload(ADA, true);
    world.run();
    ask(&mut world, &mut mallory(), EventBody::Request("Bob".into()), 3);
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Open), "after a reload, too");
}

#[test]
fn the_code_of_the_right_one_leads_back_to_the_key_that_was_known() {
    let mut world = friends_and_mallory();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(BOB, Command::ShowSafety(ada));
    let text = world.screen(BOB).safety.clone().expect("told").code;
    world.command(ADA, Command::CompareCode { contact: bob, text });
    assert_eq!(known(&world), (Trust::Verified, Standing::Open));
}

#[test]
fn nobody_disturbs_whose_address_is_made_of_their_key() {
    let mut world = World::friends();
    let bob = world.id(BOB);
    ask(&mut world, &mut Outsider::claiming(0x66, bob), EventBody::Request("Bob".into()), 1);
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Open));
}
