//! Invite links: everything in the fragment, which no server ever sees.

use std::fmt::Write as _;

use super::account::Invite;
use super::id::UserId;
use super::server;
use super::text::{MAX_NAME, clean_line};
use super::topics::Root;

/// The longest fragment that is looked at, in bytes.
const MAX_FRAGMENT: usize = 4096;

/// The text after the `#` of an invite link.
pub(crate) fn encode(invite: &Invite) -> String {
    format!(
        "i=1&b={}&r={}&u={}&d={}",
        escape(&invite.broker),
        escape(&invite.root),
        invite.from,
        escape(&invite.name)
    )
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
    Some(Invite {
        from: UserId::parse(&field("u")?).ok()?,
        name: clean_line(&field("d").unwrap_or_default(), MAX_NAME),
        broker: broker.into(),
        root: Root::parse(&root).ok()?.as_str().into(),
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

    fn invite() -> Invite {
        Invite {
            from: UserId([0xAB; 16]),
            name: "Zoë & Bo#=%".into(),
            broker: "wss://broker.example:8084/mqtt?x=1&y=2".into(),
            root: "a/b".into(),
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
