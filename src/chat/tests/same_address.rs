//! Two honest people under one phone number: each has the key that their friends know, and both publish at one place.

use std::time::Duration;

use super::world::World;
use crate::chat::Command;
use crate::chat::account::Welcome;
use crate::chat::contact::Relation;

const OWNER: usize = 0;
const FRIEND: usize = 1;
const RIVAL: usize = 2;
const RIVALS_FRIEND: usize = 3;
const ADDRESS: &str = "bob@example.org";

fn befriend(world: &mut World, who: usize, whom: usize, name: &str) {
    let welcome = Welcome { name: name.into(), handle: ADDRESS.into(), ..Welcome::default() };
    world.command(who, Command::Start(welcome));
    // They ask by themselves, so that there is no doubt about the key.
    let friend = world.id(whom);
    world.command(who, Command::AddContact(friend.to_string().into()));
    world.pass(Duration::from_secs(3));
    let id = world.id(who);
    world.command(whom, Command::Accept(id));
    world.pass(Duration::from_secs(3));
    assert_eq!(world.relation(who, whom), Relation::Friend);
}

fn rivals() -> World {
    let mut world = World::new(4);
    world.sign_up(FRIEND, "Ada");
    world.sign_up(RIVALS_FRIEND, "Carol");
    befriend(&mut world, OWNER, FRIEND, "Bob");
    befriend(&mut world, RIVAL, RIVALS_FRIEND, "Robert");
    world
}

fn save(world: &mut World, who: usize, name: &str, status: &str) {
    let save = Command::SaveProfile { name: name.into(), about: "".into(), status: status.into() };
    world.command(who, save);
}

fn published(world: &World, from: usize) -> usize {
    let topic = format!("kith/users/{}/info", world.id(OWNER));
    world.broker.log[from..].iter().filter(|held| held.topic == topic).count()
}

#[test]
fn two_under_one_address_publish_their_profiles_ever_more_rarely() {
    let mut world = rivals();
    world.pass(Duration::from_secs(60 * 60));
    for _ in 0..3 {
        let log = world.broker.log.len();
        world.pass(Duration::from_secs(60 * 60));
        let count = published(&world, log);
        assert!((1..=14).contains(&count), "{count} in an hour");
    }
}

#[test]
fn the_friends_of_both_under_one_address_know_the_right_one() {
    let mut world = rivals();
    world.pass(Duration::from_secs(60 * 60));
    save(&mut world, OWNER, "Bob", "at sea");
    save(&mut world, RIVAL, "Robert", "at home");
    for reload in [false, true] {
        if reload {
            world.reload(FRIEND, true);
            world.reload(RIVALS_FRIEND, true);
        }
        world.pass(Duration::from_secs(20 * 60));
        let (bob, robert) = (world.contact(FRIEND, OWNER), world.contact(RIVALS_FRIEND, RIVAL));
        assert_eq!((&*bob.profile.name, &*bob.profile.status), ("Bob", "at sea"));
        assert_eq!((&*robert.profile.name, &*robert.profile.status), ("Robert", "at home"));
    }
}
