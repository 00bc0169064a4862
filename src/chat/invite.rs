//! Invite links: everything in the fragment, which no server ever sees.

use std::fmt::Write as _;

use super::account::Invite;
use super::id::{UserId, parse_hex};
use super::server;
use super::text::{MAX_NAME, clean_line};
use super::topics::Root;
use crate::e2ee::hash::hex;
use crate::e2ee::invite::Secrets;
use crate::e2ee::key::UserKey;
use crate::time::Timestamp;

/// The longest fragment that is looked at, in bytes.
const MAX_FRAGMENT: usize = 4096;

/// The text after the `#` of an invite link.
pub(crate) fn encode(invite: &Invite) -> String {
    let mut link = format!(
        "i=1&b={}&r={}&u={}&d={}",
        escape(&invite.broker),
        escape(&invite.root),
        invite.from,
        escape(&invite.name)
    );
    if let Some(key) = &invite.key {
        link += &format!("&k={}", hex(key.as_bytes()));
    }
    if let Some(secrets) = &invite.secrets {
        let (nonce, auth) = (hex(&secrets.nonce), hex(secrets.auth.as_slice()));
        link += &format!("&n={nonce}&s={auth}&x={}", secrets.exp.0);
    }
    link
}

/// Reads an invite link, or its fragment with or without the `#`. None where it is not one, or says nonsense.
#[must_use]
pub fn decode(link: &str) -> Option<Invite> {
    let fragment = link.rsplit_once('#').map_or(link, |(_, fragment)| fragment).trim();
    if fragment.len() > MAX_FRAGMENT {
        return None;
    }
    let field = |name: &str| {
        let mut fields = fragment.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(key, _)| *key == name).and_then(|(_, value)| unescape(value))
    };
    if field("i")? != "1" {
        return None;
    }
    let broker = field("b")?;
    server::check_address(&broker).ok()?;
    let root = field("r")?;
    // What is there must make sense: a damaged key must not make a link that names none.
    let key = field("k").map(|text| UserKey::from_bytes(&parse_hex(&text).ok()?).ok());
    let key = if let Some(key) = key { Some(key?) } else { None };
    let secrets = match (field("n"), field("s"), field("x")) {
        (None, None, None) => None,
        (nonce, auth, exp) => Some(Secrets::new(
            parse_hex(&nonce?).ok()?,
            parse_hex(&auth?).ok()?,
            Timestamp(exp?.parse().ok()?),
            key?,
        )),
    };
    Some(Invite {
        from: UserId::parse(&field("u")?).ok()?,
        name: clean_line(&field("d").unwrap_or_default(), MAX_NAME),
        broker: broker.into(),
        root: Root::parse(&root).ok()?.as_str().into(),
        key: key.map(Box::new),
        secrets: secrets.map(Box::new),
    })
}

/// Whether a text means to be an invite, well-formed or not.
#[must_use]
pub fn is_invite(link: &str) -> bool {
    let fragment = link.rsplit_once('#').map_or(link, |(_, fragment)| fragment);
    fragment.trim().starts_with("i=") && fragment.contains('&')
}

/// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let digit =
                |at: usize| char::from(*rest.get(at)?).to_digit(16).and_then(|d| u8::try_from(d).ok());
            bytes.push(16 * digit(0)? + digit(1)?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::e2ee::seed::Seed;

    fn invite() -> Invite {
        Invite {
            from: UserId([0xAB; 16]),
            name: "Zoë & Bo#=%".into(),
            broker: "wss://broker.example:8084/mqtt?x=1&y=2".into(),
            root: "a/b".into(),
            key: None,
            secrets: None,
        }
    }

    /// One that names the key, or has the secret as well.
    fn personal(secret: bool) -> Invite {
        let key = *Seed::from_bytes([7; 32]).identity().key();
        let secrets = secret.then(|| Secrets::new([1; 16], [2; 32], Timestamp(1_795_176_000_000), key));
        Invite { key: Some(Box::new(key)), secrets: secrets.map(Box::new), ..invite() }
    }

    #[test]
    fn a_personal_link_is_whole_or_none() {
        for invite in [personal(false), personal(true)] {
            assert_eq!(decode(&encode(&invite)), Some(invite));
        }
        let whole = encode(&personal(true));
        for field in ["k", "n", "s", "x"] {
            let (before, after) = whole.split_once(&format!("&{field}=")).unwrap();
            let rest = after.split_once('&').map_or("", |(_, rest)| rest);
            assert_eq!(decode(&format!("{before}&{rest}")), None, "without {field}");
            assert_eq!(decode(&format!("{before}&{field}=no&{rest}")), None, "broken {field}");
        }
    }

    #[test]
    fn a_link_says_what_the_invite_said() {
        let fragment = encode(&invite());
        for link in [fragment.clone(), format!("#{fragment}"), format!("https://kith.example/#{fragment}\n")]
        {
            assert!(is_invite(&link), "{link}");
            assert_eq!(decode(&link), Some(invite()), "{link}");
        }
    }

    #[test]
    fn nonsense_is_no_invite() {
        let good = encode(&invite());
        for link in [
            String::new(),
            "i=1".into(),
            good.replace("i=1", "i=2"),
            good.replace("abab", "zzzz"),
            good.replace("wss", "https"),
            good.replace("a%2Fb", "%23"),
            good.replace("%2F", "%2"),
            good.replace("%2F", "%FF"),
            good.replace("%2F", "%+6"),
            format!("{good}&x={}", "y".repeat(MAX_FRAGMENT)),
        ] {
            assert_eq!(decode(&link), None, "{link}");
        }
    }
}
