//! Checks of what a person types to reach a broker.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::account::{Defaults, Server};
use super::change::Rejection;
use super::topics::Root;

/// Seconds; brokers drop a client after 1.25 to 1.5 times this.
pub(crate) const KEEP_ALIVE: u16 = 30;
/// Less is chatter, and beyond it proxies hang up.
pub(crate) const KEEP_ALIVES: RangeInclusive<u16> = 5..=1200;
/// What a Client Identifier may begin with, in characters.
pub(crate) const MAX_CLIENT_ID: usize = 40;

/// Brokers that are open to everybody, for tests.
const PUBLIC: [&str; 7] = [
    "test.mosquitto.org",
    "broker.hivemq.com",
    "broker.mqttdashboard.com",
    "broker.emqx.io",
    "broker-cn.emqx.io",
    "mqtt.eclipseprojects.io",
    "public.mqtthq.com",
];

/// Checks that a text is a `ws://` or `wss://` address with a host; tells whether it is encrypted.
pub(crate) fn check_address(address: &str) -> Result<bool, Rejection> {
    let (secure, rest) = match address.split_once("://") {
        Some(("wss", rest)) => (true, rest),
        Some(("ws", rest)) => (false, rest),
        _ => return Err(Rejection::ServerAddress),
    };
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if rest.contains(odd) {
        return Err(Rejection::ServerAddress);
    }
    // It would end up in logs.
    if authority(rest).contains('@') {
        return Err(Rejection::ServerUser);
    }
    // A browser refuses it.
    if rest.contains('#') {
        return Err(Rejection::ServerFragment);
    }
    if host(rest).is_empty() {
        return Err(Rejection::ServerAddress);
    }
    if is_port(&authority(rest)[host(rest).len()..]) { Ok(secure) } else { Err(Rejection::ServerPort) }
}

/// What may stand behind a host: nothing, or a port. A browser takes neither port 0 nor one beyond 16 bits.
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return text.is_empty() };
    port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Scheme and host in lower case, as a browser reads them; what follows may mean something as it is written.
fn in_lower_case(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (host, path) = rest.split_at(authority(rest).len());
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

/// Whether an address is one of this very machine, which browsers let a secure page reach without TLS.
pub(crate) fn is_local(address: &str) -> bool {
    let host = host_of(address);
    host == "localhost" || host.ends_with(".localhost") || is_loopback(host) || host == "[::1]"
}

/// Where a browser asks whether anything answers at a broker's address: `ws://…` as `http://…`, `wss://…` as `https://…`.
pub(crate) fn web_address(address: &str) -> Arc<str> {
    address.replacen("ws", "http", 1).into()
}

/// Whether an address is one of the test brokers that the whole world reads and writes.
#[must_use]
pub fn is_public(address: &str) -> bool {
    let host = host_of(address);
    PUBLIC.iter().any(|public| host.eq_ignore_ascii_case(public))
}

/// Keep Alive in seconds.
pub(crate) fn keep_alive(server: &Server) -> u16 {
    server.keep_alive.parse().ok().filter(|seconds| KEEP_ALIVES.contains(seconds)).unwrap_or(KEEP_ALIVE)
}

/// Puts what was typed in order, filling what was left empty, or tells what is wrong with it.
pub(crate) fn check(server: &Server, defaults: &Defaults) -> Result<Server, Rejection> {
    let filled = |text: &str, default: &str| -> Arc<str> {
        if text.trim().is_empty() { default } else { text.trim() }.into()
    };
    let checked = Server {
        address: in_lower_case(&filled(&server.address, &defaults.broker)).into(),
        user_name: server.user_name.trim().replace(char::is_control, "").into(),
        password: server.password.clone(),
        root: filled(&server.root, &defaults.root),
        client_id: server.client_id.trim().into(),
        keep_alive: server.keep_alive.trim().into(),
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
    let is_odd = |c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c));
    if checked.client_id.len() > MAX_CLIENT_ID || checked.client_id.contains(is_odd) {
        return Err(Rejection::ClientId);
    }
    if !checked.keep_alive.is_empty() && keep_alive(&checked).to_string() != *checked.keep_alive {
        return Err(Rejection::KeepAlive);
    }
    Ok(checked)
}

fn is_loopback(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// The host of an address.
pub(crate) fn host_of(address: &str) -> &str {
    host(address.split_once("://").map_or(address, |(_, rest)| rest))
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
        for address in ["", "pi.local", "http://x", "ws://", "ws:///mqtt", "ws://:9001", "wss://a b"] {
            assert_eq!(check_address(address), Err(Rejection::ServerAddress), "{address}");
        }
    }

    #[test]
    fn a_port_is_a_number_from_1_to_65535() {
        for address in ["ws://localhost", "ws://[::1]/mqtt", "ws://h:1", "ws://h:09001/x", "ws://[::1]:65535"]
        {
            assert_eq!(check_address(address), Ok(false), "{address}");
        }
        for port in ["0", "70000", "99999", "65536", "", "x", "+1", "-1", "1 ", "9001:9001"] {
            for host in ["127.0.0.1", "[::1]"] {
                let address = format!("ws://{host}:{port}/mqtt");
                let wrong = if port == "1 " { Rejection::ServerAddress } else { Rejection::ServerPort };
                assert_eq!(check_address(&address), Err(wrong), "{address}");
            }
        }
        assert_eq!(check_address("ws://[::1]x"), Err(Rejection::ServerPort));
    }

    #[test]
    fn what_does_not_belong_into_an_address_is_named() {
        assert_eq!(check_address("wss://u:p@h"), Err(Rejection::ServerUser));
        assert_eq!(check_address("wss://u@h:9001/mqtt"), Err(Rejection::ServerUser));
        for address in ["wss://h/#f", "wss://h#", "wss://h/mqtt?x=1#y"] {
            assert_eq!(check_address(address), Err(Rejection::ServerFragment), "{address}");
        }
        assert_eq!(
            check_address("wss://h/mqtt?user=a@b"),
            Ok(true),
            "some brokers take a token in the query"
        );
    }

    #[test]
    fn the_scheme_and_the_host_may_be_written_in_capitals() {
        let defaults = Defaults { secure_page: true, root: "kith".into(), ..Defaults::default() };
        let address = |typed: &str| {
            let server = Server { address: typed.into(), ..Server::default() };
            check(&server, &defaults).map(|server| server.address.to_string())
        };
        assert_eq!(address("WS://LocalHost:9001/Mqtt?T=A").as_deref(), Ok("ws://localhost:9001/Mqtt?T=A"));
        assert_eq!(address("Wss://B.Example").as_deref(), Ok("wss://b.example"));
        assert_eq!(address("WS://pi.example"), Err(Rejection::InsecureServer));
    }

    #[test]
    fn an_empty_address_is_the_pages_own_where_it_has_one() {
        let server = Server { root: "kith".into(), ..Server::default() };
        let defaults = Defaults { broker: "wss://own.example/mqtt".into(), ..Defaults::default() };
        let own = check(&server, &defaults).map(|server| server.address.to_string());
        assert_eq!(own.as_deref(), Ok("wss://own.example/mqtt"));
    }

    #[test]
    fn test_brokers_are_public_however_they_are_written() {
        for address in
            ["wss://test.mosquitto.org:8081/mqtt", "ws://Broker.HiveMQ.com:8000/mqtt", "wss://broker.emqx.io"]
        {
            assert!(is_public(address), "{address}");
        }
        for address in ["wss://chat.example/test.mosquitto.org", "wss://my.test.mosquitto.org.example", ""] {
            assert!(!is_public(address), "{address}");
        }
    }

    #[test]
    fn a_browser_looks_at_the_same_place() {
        assert_eq!(&*web_address("ws://ws.example:9001/ws"), "http://ws.example:9001/ws");
        assert_eq!(&*web_address("wss://b.example/mqtt"), "https://b.example/mqtt");
    }

    #[test]
    fn keep_alive_is_seconds_within_bounds() {
        let checked = |text: &str| {
            let (address, root) = ("wss://b.example".into(), "kith".into());
            let server = Server { address, root, keep_alive: text.into(), ..Server::default() };
            check(&server, &Defaults::default()).map(|server| keep_alive(&server))
        };
        for (text, seconds) in [("", 30), ("5", 5), (" 1200 ", 1200)] {
            assert_eq!(checked(text), Ok(seconds), "{text}");
        }
        for text in ["4", "1201", "0", "-5", "30 s", "1e2", "030", "99999"] {
            assert_eq!(checked(text), Err(Rejection::KeepAlive), "{text}");
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
