//! The topic layout below one root, and back from a topic to what it means.

use super::id::{DeviceId, UserId};
use crate::e2ee::key::Fingerprint;
use crate::mqtt::{TopicError, TopicFilter, TopicName};

/// The first level or levels of every topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root(String);

/// What a topic means to this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Somebody's profile.
    Info(UserId),
    /// The presence of somebody's device.
    Presence(UserId, DeviceId),
    /// A key claims somebody's address.
    Claim(UserId, Fingerprint),
    /// A device below a key.
    Certificate(UserId, Fingerprint, DeviceId),
    /// A device's keys for first contact.
    Bundle(UserId, Fingerprint, DeviceId),
    /// A message or another event for this person.
    Inbox,
    /// A contact request by the named person.
    Request(UserId),
    /// The named person's answer to a contact request.
    Response(UserId),
}

impl Root {
    /// Checks a topic root: one or more levels, no wildcard, no `$` in front, no empty level, at most 64 bytes.
    ///
    /// # Errors
    /// Tells what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, TopicError> {
        let name = TopicName::parse(text)?;
        if text.len() > 64 {
            return Err(TopicError::TooLong);
        }
        if text.split('/').any(str::is_empty) || text.starts_with('$') {
            return Err(TopicError::Empty);
        }
        Ok(Self(name.as_str().to_owned()))
    }

    /// The root's text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn info(&self, of: UserId) -> TopicName {
        self.name(&format!("users/{of}/info"))
    }

    pub(crate) fn presence(&self, of: UserId, device: DeviceId) -> TopicName {
        self.name(&format!("users/{of}/isConnected/{device}"))
    }

    /// Where plain tools look whether somebody is there: whoever has this address writes there.
    pub(crate) fn presence_for_tools(&self, of: UserId) -> TopicName {
        self.name(&format!("users/{of}/isConnected"))
    }

    pub(crate) fn claim(&self, of: UserId, key: Fingerprint) -> TopicName {
        self.name(&format!("users/{of}/k/{key}"))
    }

    pub(crate) fn certificate(&self, of: UserId, key: Fingerprint, device: DeviceId) -> TopicName {
        self.name(&format!("users/{of}/k/{key}/d/{device}"))
    }

    pub(crate) fn bundle(&self, of: UserId, key: Fingerprint, device: DeviceId) -> TopicName {
        self.name(&format!("users/{of}/k/{key}/d/{device}/b"))
    }

    pub(crate) fn inbox(&self, of: UserId) -> TopicName {
        self.name(&format!("{of}/Inbox/m"))
    }

    pub(crate) fn request(&self, to: UserId, from: UserId) -> TopicName {
        self.name(&format!("{to}/Inbox/Add/GFReq/{from}"))
    }

    pub(crate) fn response(&self, to: UserId, from: UserId) -> TopicName {
        self.name(&format!("{to}/Inbox/Add/GFResp/{from}"))
    }

    /// What this person listens to besides their contacts: the inbox, and their own retained documents, which anybody
    /// may overwrite and which they then heal.
    pub(crate) fn own_filters(&self, me: UserId, key: Fingerprint, device: DeviceId) -> [TopicFilter; 8] {
        let [inbox, requests, responses] = self.inbox_filters(me);
        // Others who claim the address are told to its owner.
        let claims = self.filter(&format!("users/{me}/k/+"));
        let [certificate, bundle] =
            ["", "/b"].map(|rest| self.filter(&format!("users/{me}/k/{key}/d/{device}{rest}")));
        let info = self.info_filter(me);
        let presence = self.filter(&format!("users/{me}/isConnected/{device}"));
        [claims, certificate, bundle, inbox, requests, responses, info, presence]
    }

    /// Where one device's certificate stands, or its revocation.
    pub(crate) fn certificate_filter(&self, of: UserId, key: Fingerprint, device: DeviceId) -> TopicFilter {
        self.filter(&format!("users/{of}/k/{key}/d/{device}"))
    }

    /// Where all devices' certificates below one key stand.
    pub(crate) fn certificates_filter(&self, of: UserId, key: Fingerprint) -> TopicFilter {
        self.filter(&format!("users/{of}/k/{key}/d/+"))
    }

    /// Where others write to this person.
    pub(crate) fn inbox_filters(&self, me: UserId) -> [TopicFilter; 3] {
        ["m", "Add/GFReq/+", "Add/GFResp/+"].map(|rest| self.filter(&format!("{me}/Inbox/{rest}")))
    }

    /// What this person listens to for one contact: keys first, for all else is believed by them alone.
    pub(crate) fn contact_filters(&self, contact: UserId) -> [TopicFilter; 5] {
        [
            self.filter(&format!("users/{contact}/k/+")),
            self.filter(&format!("users/{contact}/k/+/d/+")),
            self.bundle_filter(contact),
            self.info_filter(contact),
            self.presence_filter(contact),
        ]
    }

    pub(crate) fn bundle_filter(&self, of: UserId) -> TopicFilter {
        self.filter(&format!("users/{of}/k/+/d/+/b"))
    }

    pub(crate) fn presence_filter(&self, of: UserId) -> TopicFilter {
        self.filter(&format!("users/{of}/isConnected/+"))
    }

    pub(crate) fn info_filter(&self, of: UserId) -> TopicFilter {
        self.filter(&format!("users/{of}/info"))
    }

    /// What a topic means to `me`; none where it means nothing.
    pub(crate) fn route(&self, topic: &TopicName, me: UserId) -> Option<Route> {
        let rest = topic.as_str().strip_prefix(&self.0)?.strip_prefix('/')?;
        let id = |text: &str| UserId::parse(text).ok();
        let key = |text: &str| id(text).map(|id| Fingerprint(id.0));
        let device = |text: &str| DeviceId::parse(text).ok();
        let levels: Vec<_> = rest.split('/').collect();
        match levels.as_slice() {
            ["users", of, "info"] => id(of).map(Route::Info),
            ["users", of, "isConnected", dev] => Some(Route::Presence(id(of)?, device(dev)?)),
            ["users", of, "k", fp] => Some(Route::Claim(id(of)?, key(fp)?)),
            ["users", of, "k", fp, "d", dev] => Some(Route::Certificate(id(of)?, key(fp)?, device(dev)?)),
            ["users", of, "k", fp, "d", dev, "b"] => Some(Route::Bundle(id(of)?, key(fp)?, device(dev)?)),
            [to, "Inbox", "m"] if id(to) == Some(me) => Some(Route::Inbox),
            [to, "Inbox", "Add", "GFReq", from] if id(to) == Some(me) => id(from).map(Route::Request),
            [to, "Inbox", "Add", "GFResp", from] if id(to) == Some(me) => id(from).map(Route::Response),
            _ => None,
        }
    }

    #[expect(clippy::expect_used, reason = "a checked root and hexadecimal ids make a valid topic")]
    fn name(&self, rest: &str) -> TopicName {
        TopicName::parse(format!("{}/{rest}", self.0))
            .expect("a checked root and ids make a valid Topic Name")
    }

    #[expect(clippy::expect_used, reason = "a checked root and hexadecimal ids make a valid filter")]
    fn filter(&self, rest: &str) -> TopicFilter {
        TopicFilter::parse(format!("{}/{rest}", self.0))
            .expect("a checked root and ids make a valid Topic Filter")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ME: UserId = UserId([0x11; 16]);
    const THEM: UserId = UserId([0x22; 16]);
    const KEY: Fingerprint = Fingerprint([0x33; 16]);
    const DEVICE: DeviceId = DeviceId([0x44; 8]);

    fn root() -> Root {
        Root::parse("kith").unwrap()
    }

    #[test]
    fn every_topic_that_is_made_is_understood() {
        let root = root();
        for (topic, route) in [
            (root.info(THEM), Route::Info(THEM)),
            (root.presence(THEM, DEVICE), Route::Presence(THEM, DEVICE)),
            (root.claim(THEM, KEY), Route::Claim(THEM, KEY)),
            (root.certificate(THEM, KEY, DEVICE), Route::Certificate(THEM, KEY, DEVICE)),
            (root.bundle(THEM, KEY, DEVICE), Route::Bundle(THEM, KEY, DEVICE)),
            (root.inbox(ME), Route::Inbox),
            (root.request(ME, THEM), Route::Request(THEM)),
            (root.response(ME, THEM), Route::Response(THEM)),
        ] {
            assert_eq!(root.route(&topic, ME), Some(route), "{topic:?}");
        }
    }

    #[test]
    fn what_is_meant_for_others_means_nothing() {
        let root = root();
        for topic in [root.inbox(THEM), root.request(THEM, ME), root.response(THEM, ME)] {
            assert_eq!(root.route(&topic, ME), None, "{topic:?}");
        }
        assert_eq!(root.route(&root.presence_for_tools(THEM), ME), None);
        for text in ["kith", "kith/", "other/users/x/info", "kith/users/zz/info", "kithusers/x/info"] {
            assert_eq!(root.route(&TopicName::parse(text).unwrap(), ME), None, "{text}");
        }
    }

    #[test]
    fn a_root_is_a_plain_topic_prefix() {
        for text in ["kith", "a/b", "Ünïcode"] {
            assert!(Root::parse(text).is_ok(), "{text}");
        }
        for text in ["", "/", "a/", "/a", "a//b", "a/#", "+", "$SYS", "a\0b"] {
            assert!(Root::parse(text).is_err(), "{text}");
        }
        assert!(Root::parse(&"x".repeat(65)).is_err());
    }
}
