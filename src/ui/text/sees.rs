//! The words of "What the broker can see".

pub(crate) fn lead(server: &str) -> String {
    format!(
        "A broker is the server that carries your messages; yours is {server}. This is what whoever runs it can see, \
         and, without access rules of its own, everybody who is connected to it."
    )
}

pub(crate) const CAN: &str = "It can see";
pub(crate) const CONNECTION: &str =
    "Your internet address and your browser (only the broker itself), and when you are connected.";
pub(crate) const ID_OF_HANDLE: &str = "Your Kith ID. It is made of your phone number or e-mail address, and whoever tries \
    all phone numbers finds out which one it is.";
pub(crate) const ID_OF_KEY: &str = "Your Kith ID, which is made of your key and says nothing else about you.";
pub(crate) const PROFILE: &str =
    "Your profile: name, about, status and picture. Settings › Privacy can keep it to your contacts.";
pub(crate) const NO_PROFILE: &str = "Of your profile nothing: you show it to your contacts alone. What everybody saw before may have been kept.";
pub(crate) const PRESENCE: &str = "Whether you are online, and when you were last seen.";
pub(crate) const TRAFFIC: &str = "When something is sent, how often, and roughly how much: everything is padded to at \
    least 256 bytes. And that you are typing, for that alone is sent so that it may be lost.";
pub(crate) const INBOXES: &str = "Into whose inbox something is put, who asks whom for contact, and who answers. The broker \
    itself also sees who puts it there, when it has reached the other device, and to whom you listen: together that is \
    with whom you talk.";
pub(crate) const DEVICES: &str = "How many devices you use, and their public keys.";

pub(crate) const CANNOT: &str = "It cannot see";
pub(crate) const HIDDEN: [&str; 5] = [
    "What you write, and whether it is a message, an edit, a deletion or a receipt.",
    "Whether you have read a message.",
    "Others on the broker: who of your contacts put something into your inbox. The sender stands inside the encryption.",
    "What you say when you ask for contact.",
    "Your drafts and your history: they can be read on your devices only.",
];

pub(crate) const LESS: &str = "To show less";
pub(crate) const ADVICE: [&str; 4] = [
    "Use a broker of your own, or of somebody you trust, with a password and access rules.",
    "Begin without phone number and e-mail address, and meet people by invite link.",
    "Show your profile to contacts only.",
    "Hide your internet address behind a VPN or Tor. Kith does not make anybody anonymous.",
];
