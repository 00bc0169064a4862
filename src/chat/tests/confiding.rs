//! Whoever tells their profile to contacts alone.

use std::time::Duration;

use super::broker::Held;
use super::world::{ADA, BOB, World};
use crate::chat::record::{Query, Table};
use crate::chat::{Command, Input};

fn save(world: &mut World, who: usize, name: &str, about: &str) {
    let status = "in the garden".into();
    world.command(who, Command::SaveProfile { name: name.into(), about: about.into(), status });
}

/// Whether anybody who listens to the broker can read a text there.
fn is_readable(published: &[Held], text: &str) -> bool {
    published.iter().any(|held| String::from_utf8_lossy(&held.payload).contains(text))
}

/// A small PNG.
fn picture() -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01".as_slice(), &[7; 60_000]].concat()
}

#[test]
fn what_is_for_contacts_alone_is_told_to_contacts_alone() {
    let mut world = World::friends();
    save(&mut world, ADA, "Ada", "before");
    world.pass(Duration::from_secs(20));
    assert!(is_readable(&world.broker.log, "before"));
    world.command(ADA, Command::SavePrivacy { contacts_only: true });
    world.pass(Duration::from_secs(20));
    let ada = world.id(ADA);
    let told = world.broker.retained[&format!("kith/users/{ada}/info")].clone();
    assert!(!is_readable(&[told], "Ada"), "what was told before is overwritten");

    let from = world.broker.log.len();
    save(&mut world, ADA, "Ada Lovelace", "counts");
    world.command(ADA, Command::SavePicture(Some(picture().into())));
    world.pass(Duration::from_secs(20));
    assert!(
        !["Lovelace", "counts", "garden"].iter().any(|text| is_readable(&world.broker.log[from..], text))
    );
    let seen = &world.contact(BOB, ADA).profile;
    assert_eq!((&*seen.name, &*seen.about), ("Ada Lovelace", "counts"));
    assert_eq!(seen.picture.as_deref(), Some(&picture()[..]));

    world.command(ADA, Command::SavePrivacy { contacts_only: false });
    save(&mut world, ADA, "Countess", "counts");
    world.pass(Duration::from_secs(20));
    assert!(is_readable(&world.broker.log[from..], "Countess"));
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Countess");
}

#[test]
fn who_is_away_and_who_comes_later_are_told_as_well() {
    let mut world = World::friends();
    world.input(BOB, Input::Leaving);
    world.run();
    world.command(ADA, Command::SavePrivacy { contacts_only: true });
    save(&mut world, ADA, "Ada Lovelace", "counts");
    world.reload(ADA, true);
    world.reload(BOB, true);
    world.heal();
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada Lovelace");
    assert!(world.screen(ADA).account.as_ref().unwrap().contacts_only, "it is kept over a reload");

    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    world.command(ADA, Command::SavePrivacy { contacts_only: true });
    save(&mut world, ADA, "Ada Lovelace", "counts");
    let bob = world.id(BOB);
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.pass(Duration::from_secs(20));
    assert_eq!(&*world.contact(BOB, ADA).profile.about, "counts");
}

/// How many events wait at Ada's.
fn waiting(world: &World) -> usize {
    world.devices[ADA].disk.load(&Query::Tables(vec![Table::Outbox])).len()
}

#[test]
fn however_often_it_is_saved_one_profile_waits_for_who_is_away_and_it_is_the_last() {
    for network in [true, false] {
        let mut world = World::friends();
        world.command(ADA, Command::SavePrivacy { contacts_only: true });
        world.pass(Duration::from_secs(20));
        world.input(BOB, Input::Leaving);
        world.run();
        if !network {
            world.pull_network();
        }
        for number in 1..=20 {
            save(&mut world, ADA, &format!("Ada {number}"), "counts");
            world.pass(Duration::from_secs(1));
            assert_eq!(waiting(&world), 1, "network: {network}");
        }
        world.reload(ADA, true);
        world.run();
        save(&mut world, ADA, "Ada Lovelace", "counts");
        assert_eq!(waiting(&world), 1, "network: {network}");
        world.network_down = false;
        world.input(BOB, Input::Returned);
        world.heal();
        assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada Lovelace", "network: {network}");
        assert_eq!(waiting(&world), 0, "network: {network}");
    }
}

#[test]
fn a_profile_that_is_saved_while_the_one_before_is_on_its_way_arrives_as_well() {
    for steps in 0..24 {
        let mut world = World::friends();
        world.command(ADA, Command::SavePrivacy { contacts_only: true });
        world.pass(Duration::from_secs(20));
        let saves =
            |name: &str| Command::SaveProfile { name: name.into(), about: "".into(), status: "".into() };
        world.input(ADA, Input::Command(saves("Ada L.")));
        for _ in 0..steps {
            world.step();
        }
        world.input(ADA, Input::Command(saves("Ada Lovelace")));
        world.pass(Duration::from_secs(60));
        assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada Lovelace", "after {steps} steps");
        assert_eq!(waiting(&world), 0, "after {steps} steps");
    }
}

#[test]
fn the_words_are_those_that_make_the_key_again() {
    let mut world = World::friends();
    world.command(ADA, Command::ShowWords(None));
    let words = world.screen(ADA).words.clone().expect("told").0;
    assert_eq!(words.len(), 24);
    let seed = crate::e2ee::seed::Seed::parse(&words.join(" ")).unwrap();
    assert_eq!(seed.identity().key().fingerprint().0, world.id(ADA).0);
    assert_eq!(format!("{:?}", world.screen(ADA).words), "Some(Words)");
}
