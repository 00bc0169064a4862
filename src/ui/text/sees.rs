//! The words of "What the broker can see".

pub(crate) fn lead(server: &str) -> String {
    format!(
        "A broker is the server that carries your messages; yours is {server}. This is what the people who run it can \
         see. Unless they have set rules about who may see what, everybody else who is connected to it can see it, too."
    )
}

pub(crate) const CAN: &str = "It can see";
pub(crate) const CONNECTION: &str = "Your internet address and which browser you use (only the broker itself sees these), and when you are connected.";
pub(crate) const ID_OF_HANDLE: &str = "Your Kith ID. It is made from your phone number or e-mail address, and whoever tries \
    all phone numbers finds out which one it is.";
pub(crate) const ID_OF_KEY: &str = "Your Kith ID, which says nothing else about you.";
pub(crate) const PROFILE: &str =
    "Your profile: name, about, status and picture. Settings › Privacy can keep it to your contacts.";
pub(crate) const NO_PROFILE: &str = "Nothing of your profile: you show it only to your contacts. If everybody could see it \
    before, somebody may have kept it.";
pub(crate) const PRESENCE: &str = "Whether you are online, and when you were last seen.";
pub(crate) const TRAFFIC: &str = "When something is sent, how often, and roughly how much. Short messages all look equally \
    long. And when you are typing: that can be told from a message, though not what you type.";
pub(crate) const INBOXES: &str = "To whom something is sent, who asks whom for contact, and who answers. The broker itself \
    also sees who sends it, when it has arrived, and whose messages and presence you wait for: together, that shows with \
    whom you talk.";
pub(crate) const DEVICES: &str =
    "How many devices you use, and the public half of their keys, which is no secret.";

pub(crate) const CANNOT: &str = "It cannot see";
pub(crate) const HIDDEN: [&str; 5] = [
    "What you write, and whether it is a message, an edit, a deletion or a receipt.",
    "Whether you have read a message.",
    "Who wrote to you, if it is somebody else who uses the broker and not the broker itself: the sender's name is encrypted \
     with the message.",
    "What you say when you ask for contact.",
    "Your drafts, and the messages that are stored on your devices.",
];

pub(crate) const LESS: &str = "To show less";
pub(crate) const ADVICE: [&str; 4] = [
    "Use a broker of your own, or of somebody you trust, with a password and access rules.",
    "Start without a phone number or e-mail address, and meet people by invite link.",
    "Show your profile to contacts only.",
    "Hide your internet address behind a VPN or Tor. Kith does not make anybody anonymous.",
];
