//! What a person types to name somebody: a phone number, an e-mail address, a Kith ID or an invite link.

use std::sync::Arc;

use super::account::Invite;
use super::change::Rejection;
use super::id::UserId;
use super::invite;

/// What the typed text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Id(UserId),
    Email(Arc<str>),
    Invite(Invite),
    /// Looks like a phone number; only the phone number rules can tell.
    Phone(Arc<str>),
}

/// Tells which of them a text is.
pub(crate) fn parse(text: &str) -> Result<Address, Rejection> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Rejection::ContactMissing);
    }
    if invite::is_invite(text) {
        return invite::decode(text).map(Address::Invite).ok_or(Rejection::Invite);
    }
    // A Kith ID of digits alone has more of them (32) than any phone number (15, E.164).
    if let Ok(id) = UserId::parse(text) {
        return Ok(Address::Id(id));
    }
    if text.contains('@') {
        return if is_email(text) {
            Ok(Address::Email(text.to_lowercase().into()))
        } else {
            Err(Rejection::Email)
        };
    }
    let phone_like = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c);
    if text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(phone_like) {
        return Ok(Address::Phone(text.into()));
    }
    Err(Rejection::NotAnAddress)
}

/// Something, one `@`, and a domain with a dot in it; no white space. Whether it exists, only a mail could tell.
fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let has_domain = |(name, domain): (&str, &str)| {
        let mut labels = domain.split('.');
        !name.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && labels.all(|label| !label.is_empty())
    };
    text.len() <= 254 && text.split_once('@').is_some_and(has_domain) && !text.contains(odd)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_address_is_told_apart() {
        let id = "36940d0ece18aebf69d0ef6825534e24";
        assert_eq!(parse(&format!(" {id}\n")), Ok(Address::Id(UserId::parse(id).unwrap())));
        assert_eq!(parse(" Ada@Example.ORG "), Ok(Address::Email("ada@example.org".into())));
        assert_eq!(parse("+48 555-555-555"), Ok(Address::Phone("+48 555-555-555".into())));
        assert_eq!(parse("(0048) 555.555/555"), Ok(Address::Phone("(0048) 555.555/555".into())));
        assert_eq!(parse(" "), Err(Rejection::ContactMissing));
        for text in ["Ada", "<b>1</b>", "36940d0ece18aebf69d0ef6825534e2g"] {
            assert_eq!(parse(text), Err(Rejection::NotAnAddress), "{text}");
        }
        for text in ["@", "a@", "@b.c", "a@b", "a@b@c.d", "a b@c.d", "a@.c", "a@b.", "a@b..c"] {
            assert_eq!(parse(text), Err(Rejection::Email), "{text}");
        }
        assert_eq!(parse("https://kith.example/#i=1&u=no"), Err(Rejection::Invite));
    }

    #[test]
    fn ids_are_md5() {
        let phone = UserId::of_phone("+48555555555");
        assert_eq!(phone.to_string(), "36940d0ece18aebf69d0ef6825534e24");
        assert_eq!(UserId::of_email(" Ada@Example.org "), UserId::of_email("ada@example.org"));
    }
}
