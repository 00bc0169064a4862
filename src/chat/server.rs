//! Checks of what a person types to reach a broker.

use super::account::{Defaults, Server};
use super::change::Rejection;
use super::topics::Root;

/// Checks that a text is a `ws://` or `wss://` address with a host; tells whether it is encrypted.
pub(crate) fn check_address(address: &str) -> Result<bool, Rejection> {
    let (secure, rest) = match address.split_once("://") {
        Some(("wss", rest)) => (true, rest),
        Some(("ws", rest)) => (false, rest),
        _ => return Err(Rejection::ServerAddress),
    };
    let odd = |c: char| c.is_whitespace() || c.is_control();
    // A browser refuses an address with a fragment; user information in it would end up in logs.
    if host(rest).is_empty() || authority(rest).contains('@') || rest.contains('#') || rest.contains(odd) {
        return Err(Rejection::ServerAddress);
    }
    Ok(secure)
}

/// Whether an address is one of this very machine, which browsers let a secure page reach without TLS.
pub(crate) fn is_local(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host(rest);
    host == "localhost" || host.ends_with(".localhost") || is_loopback(host) || host == "[::1]"
}

/// Puts what was typed in order, filling what was left empty, or tells what is wrong with it.
pub(crate) fn check(server: &Server, defaults: &Defaults) -> Result<Server, Rejection> {
    let filled =
        |text: &str, default: &str| if text.trim().is_empty() { default } else { text.trim() }.into();
    let checked = Server {
        address: filled(&server.address, &defaults.broker),
        user_name: server.user_name.trim().replace(char::is_control, "").into(),
        password: server.password.clone(),
        root: filled(&server.root, &defaults.root),
    };
    let secure = check_address(&checked.address)?;
    if defaults.secure_page && !secure && !is_local(&checked.address) {
        return Err(Rejection::InsecureServer);
    }
    Root::parse(&checked.root).map_err(|_| Rejection::Root)?;
    if checked.user_name.is_empty() && !checked.password.is_empty() {
        return Err(Rejection::PasswordAlone);
    }
    if checked.user_name.len().max(checked.password.len()) > usize::from(u16::MAX) {
        return Err(Rejection::TooLong(usize::from(u16::MAX)));
    }
    Ok(checked)
}

fn is_loopback(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn host(rest: &str) -> &str {
    let authority = authority(rest);
    match authority.strip_prefix('[').and_then(|six| six.find(']')) {
        Some(end) => &authority[..end + 2],
        None => authority.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_ws_or_wss_with_a_host() {
        for (address, secure) in [
            ("ws://pi.local:9001", false),
            ("wss://b.example/mqtt", true),
            ("ws://[::1]:9001/mqtt", false),
            ("wss://b.example/mqtt?token=1", true),
        ] {
            assert_eq!(check_address(address), Ok(secure), "{address}");
        }
        for address in [
            "",
            "pi.local",
            "http://x",
            "ws://",
            "ws:///mqtt",
            "ws://:9001",
            "wss://a b",
            "wss://u:p@h",
            "wss://h/#f",
        ] {
            assert_eq!(check_address(address), Err(Rejection::ServerAddress), "{address}");
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        for address in ["ws://localhost:9001", "ws://127.0.0.1/mqtt", "ws://[::1]:1"] {
            assert!(is_local(address), "{address}");
        }
        for address in [
            "ws://192.168.1.2",
            "ws://127.evil.example",
            "ws://localhost.evil.example",
            "wss://b.example/localhost",
        ] {
            assert!(!is_local(address), "{address}");
        }
    }
}
