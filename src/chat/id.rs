//! Names of people, devices, conversations and messages.

use std::fmt;

use md5::{Digest, Md5};

/// A text is not the hexadecimal form of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is an even number of hexadecimal digits")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// Parses the hexadecimal form, in either case.
            ///
            /// # Errors
            /// When the text has another length or another character.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map(Self)
            }
        }

        /// Lower-case hexadecimal digits.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

id!(
    /// A person's address: 128 bits, in topics as 32 hexadecimal digits. The MD5 of a phone number or e-mail address,
    /// which hides it only from a casual look, or random.
    UserId,
    16
);
id!(
    /// One browser profile of a person. A reinstalled device is a new one: its sequence numbers begin at 1 again.
    DeviceId,
    8
);
id!(
    /// One message (or other event), made by its author.
    MessageId,
    16
);

impl UserId {
    /// The id of an E.164 phone number such as `+48555555555`.
    #[must_use]
    pub fn of_phone(e164: &str) -> Self {
        Self(Md5::digest(e164.as_bytes()).into())
    }

    /// The id of an e-mail address: trimmed and in lower case.
    #[must_use]
    pub fn of_email(address: &str) -> Self {
        Self(Md5::digest(address.trim().to_lowercase().as_bytes()).into())
    }
}

/// A conversation as this person sees it: with one other person, whose id it bears.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConversationId(pub UserId);

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One of the tabs of a profile; where there is no such thing as tabs, the only one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabId(pub u64);

/// Names one question of the core to the browser until its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Reads bytes from hexadecimal digits, in either case.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return Err(IdError);
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = 16 * digit(pair[0])? + digit(pair[1])?;
    }
    Ok(bytes)
}

fn digit(character: u8) -> Result<u8, IdError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        b'A'..=b'F' => Ok(character - b'A' + 10),
        _ => Err(IdError),
    }
}
