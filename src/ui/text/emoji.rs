//! What the emoji are called that two people compare (`e2ee::sas::EMOJI`).

use crate::e2ee::sas::EMOJI;

#[rustfmt::skip]
const NAMES: [&str; EMOJI.len()] = [
    "Frog", "Fox", "Bear", "Bee", "Snail", "Owl", "Dolphin", "Camel",
    "Hedgehog", "Mouse", "Duck", "Snake", "Crab", "Ladybird", "Butterfly", "Shark",
    "Sunflower", "Cactus", "Palm tree", "Clover", "Apple", "Lemon", "Grapes", "Carrot",
    "Maize", "Bread", "Cheese", "Egg", "Doughnut", "Tea", "Snowman", "Rainbow",
    "Sun", "Moon", "Star", "Lightning", "Fire", "Wave", "Volcano", "House",
    "Tent", "Castle", "Car", "Bicycle", "Train", "Sailing boat", "Balloon", "Rocket",
    "Guitar", "Drum", "Trumpet", "Football", "Die", "Present", "Key", "Hammer",
    "Scissors", "Umbrella", "Alarm clock", "Light bulb", "Book", "Pencil", "Top hat", "Boot",
];

/// An emoji and its name.
pub(crate) fn emoji(number: u8) -> (&'static str, &'static str) {
    let at = usize::from(number) % EMOJI.len();
    (EMOJI[at], NAMES[at])
}
