//! Where a document stands: the topic is part of what is signed, so that a copy elsewhere proves nothing.

use super::hash::hex;
use super::key::Fingerprint;

/// A topic below a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    root: String,
    topic: String,
}

impl Place {
    /// A place by its whole topic, of which the root is the beginning.
    #[must_use]
    pub fn new(root: &str, topic: &str) -> Self {
        Self { root: root.into(), topic: topic.into() }
    }

    /// The topic, the root included.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// What is signed: `"kith/1/<purpose>\0" ‖ len(root) ‖ root ‖ len(topic) ‖ topic ‖ body`, lengths as 8 bytes, big
    /// end first.
    pub(super) fn bind(&self, purpose: &str, body: &[u8]) -> Vec<u8> {
        let length = |text: &str| (text.len() as u64).to_be_bytes();
        let (root, topic) = (self.root.as_str(), self.topic.as_str());
        [
            &b"kith/1/"[..],
            purpose.as_bytes(),
            b"\0",
            &length(root),
            root.as_bytes(),
            &length(topic),
            topic.as_bytes(),
            body,
        ]
        .concat()
    }
}

/// A key at an address: below which topics its documents stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The root that everybody here shares.
    pub root: &'a str,
    /// The user id.
    pub id: [u8; 16],
    /// Which key.
    pub key: Fingerprint,
}

impl Owner<'_> {
    /// Where the key claims the address.
    #[must_use]
    pub fn claim(&self) -> Place {
        self.below(&format!("k/{}", self.key))
    }

    /// Where a device is certified or revoked.
    #[must_use]
    pub fn certificate(&self, device: &[u8; 8]) -> Place {
        self.below(&format!("k/{}/d/{}", self.key, hex(device)))
    }

    /// Where a device's keys for first contact stand.
    #[must_use]
    pub fn bundle(&self, device: &[u8; 8]) -> Place {
        self.below(&format!("k/{}/d/{}/b", self.key, hex(device)))
    }

    /// Where the profile stands; of whichever key wrote last.
    #[must_use]
    pub fn profile(&self) -> Place {
        self.below("info")
    }

    /// Where a device's presence stands: beside that of whoever else is there under the same address.
    #[must_use]
    pub fn presence(&self, device: &[u8; 8]) -> Place {
        self.below(&format!("isConnected/{}", hex(device)))
    }

    fn below(&self, rest: &str) -> Place {
        Place::new(self.root, &format!("{}/users/{}/{rest}", self.root, hex(&self.id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_those_of_the_map() {
        let owner = Owner { root: "a/kith", id: [0x1a; 16], key: Fingerprint([0x2b; 16]) };
        let (id, key) = ("1a".repeat(16), "2b".repeat(16));
        assert_eq!(owner.claim().topic(), format!("a/kith/users/{id}/k/{key}"));
        assert_eq!(
            owner.certificate(&[3; 8]).topic(),
            format!("a/kith/users/{id}/k/{key}/d/0303030303030303")
        );
        assert_eq!(owner.bundle(&[3; 8]).topic(), format!("a/kith/users/{id}/k/{key}/d/0303030303030303/b"));
        assert_eq!(owner.profile().topic(), format!("a/kith/users/{id}/info"));
        let presence = format!("a/kith/users/{id}/isConnected/0303030303030303");
        assert_eq!(owner.presence(&[3; 8]).topic(), presence);
    }

    #[test]
    fn what_is_signed_is_told_apart_by_lengths() {
        let bound = |root, topic, body| Place::new(root, topic).bind("claim", body);
        assert_eq!(bound("k", "k/t", b"body"), b"kith/1/claim\0\0\0\0\0\0\0\0\x01k\0\0\0\0\0\0\0\x03k/tbody");
        assert_ne!(bound("k", "k/t", b"body"), bound("k", "k/tb", b"ody"));
        assert_ne!(bound("k", "k/t", b"body"), bound("kk", "/t", b"body"));
    }
}
