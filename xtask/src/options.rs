//! What `cargo xtask serve` is asked for.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::PathBuf,
};

use anyhow::{Context, Result};
use lexopt::prelude::*;

use crate::{ROOT, config};

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const EVERYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) broker_port: Option<u16>,
    pub(crate) broker: Option<String>,
    pub(crate) release: bool,
    pub(crate) open: bool,
    pub(crate) lan: Option<IpAddr>,
}

impl Options {
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Self> {
        let (mut broker, mut broker_port, mut lan) = (None, None, None);
        let (mut port, mut release, mut open) = (8080, false, false);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("port") | Short('p') => port = port_number(&parser.value()?.string()?)?,
                Long("broker-port") => broker_port = Some(port_number(&parser.value()?.string()?)?),
                Long("broker") => broker = Some(parser.value()?.string()?),
                Long("release") => release = true,
                Long("open") => open = true,
                Long("lan") => {
                    lan = Some(match parser.optional_value() {
                        Some(address) => address.parse().context("--lan wants an IP address")?,
                        None => lan_address()?,
                    });
                }
                Short(_) | Long(_) | Value(_) => return Err(arg.unexpected().into()),
            }
        }
        if let Some(url) = &broker {
            config::check_broker(url)?;
        }
        Ok(Self { port, broker_port, broker, release, open, lan })
    }

    /// Away from the page's port, and the same at every start: pages that are still open find it again.
    pub(crate) fn broker_port(&self) -> u16 {
        self.broker_port.unwrap_or_else(|| self.port.checked_add(1000).unwrap_or(self.port - 1000))
    }

    pub(crate) fn bind(&self) -> IpAddr {
        if self.lan.is_some() { EVERYWHERE } else { LOOPBACK }
    }

    pub(crate) fn origins(&self) -> Vec<String> {
        let hosts = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let lan = self.lan.map(|address| SocketAddr::new(address, 0));
        let lan = lan.map(|address| address.to_string().trim_end_matches(":0").to_owned());
        hosts.into_iter().chain(lan).map(|host| format!("http://{host}:{}", self.port)).collect()
    }

    /// Each port belongs to its own origin in the browser, hence to its own people and sessions.
    pub(crate) fn store(&self) -> PathBuf {
        ROOT.join(format!(".kith/broker-{}", self.broker_port()))
    }
}

fn port_number(text: &str) -> Result<u16> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.with_context(|| format!("{text:?} is no port: it must be a number from 1 to 65535"))
}

/// This machine's address on the network. Nothing is sent: a datagram socket only asks which way it would go.
fn lan_address() -> Result<IpAddr> {
    let socket = UdpSocket::bind((EVERYWHERE, 0))?;
    let found = socket.connect(("192.0.2.1", 9)).and_then(|()| socket.local_addr());
    let address = found.map(|address| address.ip()).ok().filter(|address| !address.is_loopback());
    address.context("cannot tell this machine's address on the network; name it: --lan=ADDRESS")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options> {
        Options::parse(&mut lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn a_port_is_a_number_that_can_be_opened() {
        assert_eq!(port_number("8080").ok(), Some(8080));
        for wrong in ["", "0", "65536", "-1", "http"] {
            assert!(port_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_broker_stands_a_thousand_ports_further() -> Result<()> {
        assert_eq!(parse(&[])?.broker_port(), 9080);
        assert_eq!(parse(&["--port", "65000"])?.broker_port(), 64000);
        assert_eq!(parse(&["--port=80", "--broker-port=9001"])?.broker_port(), 9001);
        Ok(())
    }

    #[test]
    fn only_lan_leaves_the_machine() -> Result<()> {
        assert_eq!(parse(&["--release"])?.bind(), LOOPBACK);
        let lan = parse(&["--lan=192.168.1.7"])?;
        assert_eq!(lan.bind(), EVERYWHERE);
        assert!(lan.origins().contains(&"http://192.168.1.7:8080".to_owned()));
        Ok(())
    }

    #[test]
    fn a_wrong_option_is_refused() {
        assert!(parse(&["--broker", "http://broker.example"]).is_err());
        assert!(parse(&["--prot", "1"]).is_err());
        assert!(parse(&["--lan=home"]).is_err());
    }
}
