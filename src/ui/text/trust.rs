//! Keys, and who believes them.

use crate::chat::change::ComparingError;
use crate::chat::input::CameraError;

pub(crate) const WAITING_FOR_KEYS: &str = "Nothing can be encrypted for them before they have opened Kith once. What you write waits here until then.";
pub(crate) const SEVERAL_KEYS: &str = "Several keys claim this address";
pub(crate) const SEVERAL_KEYS_MEAN: &str = "Several keys claim this address, and one at most is right. Ask the other, \
    by phone or face to face, which code their app shows in Settings. Choose the one that is the same to the last character. Nothing is sent before that. The names \
    are what each calls themselves, and prove nothing.";
/// What waits for the person's word, in a list.
pub(crate) const KEY_WAITS: &str = "Security key changed";
pub(crate) const KEYS_WAIT: &str = "Several keys: choose one";
pub(crate) const SEVERAL_ASK: &str = "Several people ask under one address";
pub(crate) const SEVERAL_ASK_MEAN: &str = "Several people ask under the same number or address, and one at most is who \
    they say. Ask the one you know, by phone or face to face, which code their app shows in Settings. Accept the one that \
    is the same to the last character.";
pub(crate) const ASKS_BESIDE: &str = "Somebody asks with another security key";
pub(crate) const ASKS_BESIDE_MEAN: &str = "You have asked somebody at this address who has not said yes. This request comes with \
    another security key: they have started again on another device, or somebody else pretends to be them. Ask them, by \
    phone or face to face, which code their app shows in Settings. Accept the one that is the same to the last character.";
pub(crate) const BLOCK_ALL: &str = "Block this address";
pub(crate) const USE_THIS_KEY: &str = "Use this key";
pub(crate) const KEY_CHANGED: &str = "The security key of this contact has changed. That happens when they start again on another device, or when \
     somebody else pretends to be them. Ask them, by phone or face to face.";
pub(crate) const EMOJI_DIFFERED: &str = "You compared emoji, and they differed. Somebody may stand between you; nobody is \
    verified here before you have compared once more.";
pub(crate) const SPENT_LINK: &str = "The link for one person that you followed was used already, or too old, so nobody is \
    verified by it. If you did not expect that, compare codes, and ask who else had the link.";
pub(crate) const KEY_VOUCHED: &str = "Their key has changed, and whoever has the new one followed a link that you made for \
    one person. Was it them that you gave the link to? Nothing is sent before you say so.";
pub(crate) const LINK_HAS_NEW_KEY: &str = "You know them by another key than this link names. They may have begun anew; or \
    the link is somebody else's. If you go on, their chat says so, and nothing is sent before you have chosen.";
pub(crate) const LINK_WAS_THEIRS: &str = "It was them";
pub(crate) const ADDRESS_UNPROVED: &str = "They are here under a phone number or an e-mail address. Nobody has proved that \
    it is theirs; what you can verify is their key.";
pub(crate) const USE_NEW_KEY: &str = "Trust the new key";
pub(crate) const KEEP_KEY: &str = "Stay with the old key";
pub(crate) const KEPT_KEY: &str = "Your messages go to the old key, as before. The new key is ignored.";
pub(crate) const TRUST_OR_STAY: &str = "If you trust the new key, what waits goes to whoever has it. If you stay with the old \
    one, it goes there, and Kith does not ask about this new key again.";
pub(crate) const STILL_ONLINE: &str = "The device with the old key is online right now, so be careful.";

/// Another key than the known one, which nobody had compared.
pub(crate) fn key_held(name: &str) -> String {
    format!(
        "{name} has a new security key, and what you write waits. Either they have started again on another device, or \
         somebody else pretends to be them. To be safe, call them and verify the new key."
    )
}

/// Another key than the one that was verified.
pub(crate) fn key_blocked(name: &str) -> String {
    format!(
        "{name} has another security key than the one that you verified. Either they have started again on another \
         device, or somebody else pretends to be them. Nothing is sent until you have verified the new key, or stay with \
         the old one."
    )
}

pub(crate) const CANNOT_BE_READ: &str = "Something they wrote cannot be read yet.";

pub(crate) const ENCRYPTION: &str = "Encryption";
pub(crate) const ENCRYPTED: &str = "Encrypted end to end";
pub(crate) const VERIFIED: &str = "Verified";
pub(crate) const VERIFY: &str = "Verify";
const VERIFICATION: &str = "Verification";
pub(crate) const ENCRYPTED_ONLY: &str = "Messages are encrypted end to end. To be sure that nobody reads along between you, \
    verify each other once.";
pub(crate) const ENCRYPTED_VERIFIED: &str =
    "Messages are encrypted end to end, and you have made sure that nobody reads along between you.";
pub(crate) const NOT_ENCRYPTED_YET: &str = "What you write waits here until it can be encrypted.";
pub(crate) const VERIFY_MEANS: &str = "Meet, or call each other, and open this on both screens. One of these ways is \
    enough to know that nobody reads along between you.";
pub(crate) const SAFETY_NUMBER: &str = "Safety number";
pub(crate) const SAFETY_MEANS: &str = "Read it to each other. All 60 digits must be the same on both screens. If one differs, \
    somebody may stand between you: do not write here what nobody else may know.";
pub(crate) const SCAN_CODE: &str = "Code to scan";
pub(crate) const THEIR_SCAN: &str = "Let the other scan this";
pub(crate) const SCAN_MEANS: &str =
    "One of you scans the other's code. It is right that each screen shows another one.";
pub(crate) const OWN_CODE: &str = "This code in letters, for who has no camera:";
pub(crate) const SCAN: &str = "Scan their code";
pub(crate) const STOP_SCANNING: &str = "Stop scanning";
pub(crate) const SCANNING: &str = "Hold the code that their screen shows in front of the camera.";
pub(crate) const CAMERA: &str = "Camera";

pub(crate) const fn no_camera(error: CameraError) -> &'static str {
    match error {
        CameraError::Missing => {
            "This page cannot use a camera here. Type their code instead, or compare the number."
        }
        CameraError::Denied => {
            "The camera is not allowed for this page. Allow it in the address bar, or compare the number."
        }
    }
}

pub(crate) const TYPE_CODE: &str = "Or type the safety number, or the code, that their screen shows";
pub(crate) const THEIR_KEY_CODE: &str = "The code of their key:";
pub(crate) const THEIR_CODE: &str = "Their 60 digits, or their code";
pub(crate) const COMPARE: &str = "Compare";
pub(crate) const SAME: &str = "They are the same";
pub(crate) const DIFFERENT: &str = "They differ";
pub(crate) const UNVERIFY: &str = "Remove verification";
pub(crate) const UNVERIFY_MEANS: &str = "The chat goes on, encrypted as before. It only no longer says that you have made sure \
    who it is; you can verify them again at any time.";
pub(crate) const CLOSE: &str = "Close";
pub(crate) const COMPARE_EMOJI: &str = "Compare emoji";
pub(crate) const EMOJI_HOW: &str = "Ask them, face to face or on the phone, which emoji they see. Say yes only if all seven \
    are the same, in the same order.";
pub(crate) const NO_CODE: &str = "This is no code of Kith, nor a safety number, which has 60 digits.";
pub(crate) const THAT_IS_OWN_CODE: &str = "That is your own code. Type theirs, or scan it.";
pub(crate) const NUMBER_DIFFERS: &str = "This is not the safety number that is shown here. Look for a digit that was read \
    wrong; if there is none, somebody may stand between you. Do not go on before you know which.";
pub(crate) const THEIR_KEY_DIFFERS: &str = "This code belongs to another key than the one that is used here. Either it is \
    another person's code, or somebody stands between you. Do not go on before you know which.";
pub(crate) const OUR_KEY_DIFFERS: &str = "They have another key for you than yours. Somebody may stand between you, or they \
    have not heard yet that you began anew.";
pub(crate) const KEYS_DIFFER: &str = "Somebody may stand between you. Compare once more, face to face if you can; if they \
    differ again, do not write here what nobody else may know. Nobody is verified here until they are the same.";

/// What one of several who claim an address calls themselves.
pub(crate) fn claimed_name(name: &str) -> String {
    if name.is_empty() { "No name known".to_owned() } else { format!("Calls themselves {name}") }
}

/// What leads to the comparison, and away from it.
pub(crate) const fn verification(is_verified: bool) -> &'static str {
    if is_verified { VERIFICATION } else { VERIFY }
}

pub(crate) fn verify(name: &str) -> String {
    format!("Verify {name}")
}

pub(crate) fn unverify(name: &str) -> String {
    format!("Remove the verification of {name}?")
}

pub(crate) fn is_verified(name: &str) -> String {
    format!("You have verified {name}.")
}

pub(crate) fn wants_to_compare(name: &str) -> String {
    format!("{name} wants to compare emoji with you, to make sure that nobody reads along between you.")
}

pub(crate) fn waiting_to_compare(name: &str) -> String {
    format!("Waiting for {name} to open your chat and agree.")
}

pub(crate) fn waiting_for_word(name: &str) -> String {
    format!(
        "You have said that they are the same. Waiting for {name} to say so, too. If nothing happens, ask them; perhaps their page was reloaded."
    )
}

pub(crate) fn comparing_failed(error: ComparingError, name: &str) -> String {
    match error {
        ComparingError::Unreachable => {
            format!("{name} cannot be reached now. Both of you have to be connected.")
        }
        ComparingError::Silent => format!("No answer came from {name}. Try again when both of you are here."),
        ComparingError::Stopped => format!("{name} has stopped comparing."),
        ComparingError::Differ => KEYS_DIFFER.to_owned(),
        ComparingError::TheyDiffer => format!("{name} says that the emoji differ. {KEYS_DIFFER}"),
        ComparingError::Tampered => {
            "The keys are not the same on both sides: somebody may stand between you. Do not write \
            here what nobody else may know."
                .to_owned()
        }
    }
}
