//! Which web pages may connect. A browser names the page's origin and cannot lie about it; a program that
//! is not a browser names none and is let in.

use std::fmt;

/// The allowed origins.
pub(crate) struct Origins(Vec<String>);

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

const THIS_MACHINE: [&str; 6] = [
    "http://127.0.0.1:*",
    "http://localhost:*",
    "http://[::1]:*",
    "https://127.0.0.1:*",
    "https://localhost:*",
    "https://[::1]:*",
];

impl Origins {
    /// No origin given: every page that this machine serves.
    pub(crate) fn new(given: Vec<String>) -> Self {
        if given.is_empty() {
            return Self(THIS_MACHINE.map(String::from).to_vec());
        }
        let plain = |origin: String| origin.trim_end_matches('/').to_owned();
        Self(given.into_iter().map(plain).collect())
    }

    pub(crate) fn allow(&self, origin: Option<&str>) -> bool {
        origin.is_none_or(|origin| self.0.iter().any(|allowed| matches(allowed, origin)))
    }
}

fn matches(allowed: &str, origin: &str) -> bool {
    let Some(any_port) = allowed.strip_suffix(":*") else {
        return allowed.eq_ignore_ascii_case(origin);
    };
    let Some((head, rest)) = origin.split_at_checked(any_port.len()) else {
        return false;
    };
    let port = rest.strip_prefix(':');
    head.eq_ignore_ascii_case(any_port)
        && (rest.is_empty() || port.is_some_and(|port| port.parse::<u16>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_origin_is_allowed_and_no_other() {
        let origins = Origins::new(vec!["http://127.0.0.1:8080/".into()]);
        assert!(origins.allow(Some("http://127.0.0.1:8080")));
        assert!(!origins.allow(Some("http://127.0.0.1:8081")));
        assert!(!origins.allow(Some("https://127.0.0.1:8080")));
        assert!(!origins.allow(Some("null")));
        assert!(!origins.allow(Some("")));
    }

    #[test]
    fn a_program_without_an_origin_is_allowed() {
        assert!(Origins::new(vec!["http://kith.example".into()]).allow(None));
    }

    #[test]
    fn without_a_list_every_page_of_this_machine_is_allowed() {
        let origins = Origins::new(Vec::new());
        assert!(origins.allow(Some("http://localhost:41234")));
        assert!(origins.allow(Some("http://LOCALHOST")));
        assert!(origins.allow(Some("http://[::1]:8080")));
        assert!(!origins.allow(Some("http://localhost.evil.example")));
        assert!(!origins.allow(Some("http://localhost:80.evil.example")));
        assert!(!origins.allow(Some("http://evil.example")));
        assert!(!origins.allow(Some("é")));
    }
}
