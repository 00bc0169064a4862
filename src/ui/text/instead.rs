//! What stands where no words of anybody's stand.

use super::trust::{EMOJI_DIFFERED, KEY_CHANGED, SPENT_LINK};
use crate::chat::message::Body;

const DELETED: &str = "This message was deleted";
const UNKNOWN: &str = "Update Kith to see this message";
const WENT_ON: &str =
    "This device went on from a backup here. What was written after the backup was made may be missing.";
const SPLIT: &str =
    "Their device has gone back to an earlier copy of itself. What they wrote before and after is here.";
const DISPUTED: &str = "They have messages from you that this device does not know. It may have gone back to an earlier copy of \
    itself; what they have not confirmed is sent again.";

/// Stands below what is here already.
pub(crate) fn waiting_for(name: &str) -> String {
    format!("Waiting for a message from {name} …")
}

/// What is shown of a message without a text of its own.
pub(crate) fn instead(body: &Body) -> &'static str {
    match body {
        Body::Text(_) => "",
        Body::Deleted => DELETED,
        Body::Unknown => UNKNOWN,
        Body::KeyChanged => KEY_CHANGED,
        Body::Split => SPLIT,
        Body::Disputed => DISPUTED,
        Body::Differed => EMOJI_DIFFERED,
        Body::SpentLink => SPENT_LINK,
        Body::WentOn => WENT_ON,
    }
}
