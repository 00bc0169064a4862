//! `cargo xtask serve`: the embedded broker and `trunk serve`, together until Ctrl-C.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    ROOT,
    broker::{self, Broker},
    config,
    process::{self, Running, command},
    setup::{self, say},
};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const EVERYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    port: u16,
    broker_port: Option<u16>,
    broker: Option<String>,
    release: bool,
    open: bool,
    lan: Option<IpAddr>,
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
        Ok(Self {
            port,
            broker_port,
            broker,
            release,
            open,
            lan,
        })
    }

    /// Away from the page's port, and the same at every start: pages that are still open find it again.
    fn broker_port(&self) -> u16 {
        self.broker_port
            .unwrap_or_else(|| self.port.checked_add(1000).unwrap_or(self.port - 1000))
    }

    fn bind(&self) -> IpAddr {
        if self.lan.is_some() {
            EVERYWHERE
        } else {
            LOOPBACK
        }
    }

    fn origins(&self) -> Vec<String> {
        let hosts = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let lan = self.lan.map(|address| SocketAddr::new(address, 0));
        let lan = lan.map(|address| address.to_string().trim_end_matches(":0").to_owned());
        hosts
            .into_iter()
            .chain(lan)
            .map(|host| format!("http://{host}:{}", self.port))
            .collect()
    }

    /// Each port belongs to its own origin in the browser, hence to its own people and sessions.
    fn store(&self) -> PathBuf {
        ROOT.join(format!(".kith/broker-{}", self.broker_port()))
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    check_free(options.bind(), options.port, "--port")?;
    if options.broker.is_none() {
        check_free(options.bind(), options.broker_port(), "--broker-port")?;
    }
    setup::for_serving()?;
    let mut broker = match options.broker {
        Some(_) => None,
        None => Some(start_broker(options)?),
    };
    let url = match &options.broker {
        Some(url) => url.clone(),
        None => format!(":{}/mqtt", options.broker_port()),
    };
    let mut trunk = start_trunk(options, config::serve(url)?)?;
    let outcome = watch(options, broker.as_mut(), &mut trunk);
    drop(trunk);
    drop(broker);
    if process::stopping() {
        say("stopped");
        return Ok(());
    }
    outcome
}

fn start_broker(options: &Options) -> Result<Broker> {
    say(&building("the embedded broker", &options.store()));
    let program = broker::build()?;
    let listen = SocketAddr::new(options.bind(), options.broker_port()).to_string();
    broker::start(
        &program,
        &listen,
        Some(&options.store()),
        &options.origins(),
    )
}

fn start_trunk(options: &Options, config: SocketAddr) -> Result<Running> {
    let dist = if options.release {
        ".kith/dist-release"
    } else {
        ".kith/dist-dev"
    };
    say(&building("the page", &ROOT.join(dist)));
    let mut trunk = command("trunk");
    trunk
        .args(["serve", "--dist", dist, "--port", &options.port.to_string()])
        .args(["--address", &options.bind().to_string()])
        .args(["--proxy-rewrite", "/config.json", "--proxy-no-system-proxy"])
        .args(["--proxy-backend", &format!("http://{config}/config.json")]);
    for (wanted, flag) in [(options.release, "--release"), (options.open, "--open")] {
        if wanted {
            trunk.arg(flag);
        }
    }
    Running::start(&mut trunk)
}

fn building(what: &str, trace: &Path) -> String {
    let time = if trace.exists() {
        ""
    } else {
        " (2 to 4 minutes the first time)"
    };
    format!("building {what}{time}")
}

/// Until Ctrl-C, or until one of the two gives up.
fn watch(options: &Options, mut broker: Option<&mut Broker>, trunk: &mut Running) -> Result<()> {
    let mut announced = false;
    while !process::stopping() {
        if let Some(status) = trunk.ended()? {
            bail!("trunk ended ({status})");
        }
        if let Some(broker) = broker.as_deref_mut()
            && let Some(status) = broker.running.ended()?
        {
            bail!("the embedded broker ended ({status})");
        }
        if !announced && TcpStream::connect((LOOPBACK, options.port)).is_ok() {
            announce(options);
            announced = true;
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn announce(options: &Options) {
    let port = options.port;
    println!("\n  Kith     http://127.0.0.1:{port}/");
    if let Some(address) = options.lan {
        println!("  phone    http://{}/", SocketAddr::new(address, port));
    }
    if let Some(url) = &options.broker {
        println!("  broker   {url}");
    } else {
        let address = SocketAddr::new(options.lan.unwrap_or(LOOPBACK), options.broker_port());
        println!(
            "  broker   ws://{address}/mqtt, which keeps its messages in {}",
            options.store().display()
        );
    }
    if options.lan.is_some() {
        println!(
            "\n  Warning: everybody on this network can open the page and use the broker, without a password.\n  \
             Over plain http browsers deny a page on another device calls, notifications and the clipboard."
        );
    }
    println!("\n  Ctrl-C stops it all.\n");
}

fn port_number(text: &str) -> Result<u16> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.with_context(|| format!("{text:?} is no port: it must be a number from 1 to 65535"))
}

fn check_free(address: IpAddr, port: u16, option: &str) -> Result<()> {
    match TcpListener::bind((address, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("port {port} is taken by another program; choose another one with {option} PORT")
        }
        Err(error) => Err(error).with_context(|| format!("cannot use port {port}")),
    }
}

/// This machine's address on the network. Nothing is sent: a datagram socket only asks which way it would go.
fn lan_address() -> Result<IpAddr> {
    let socket = UdpSocket::bind((EVERYWHERE, 0))?;
    let found = socket
        .connect(("192.0.2.1", 9))
        .and_then(|()| socket.local_addr());
    let address = found
        .map(|address| address.ip())
        .ok()
        .filter(|address| !address.is_loopback());
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
        assert_eq!(
            parse(&["--port=80", "--broker-port=9001"])?.broker_port(),
            9001
        );
        Ok(())
    }

    #[test]
    fn only_lan_leaves_the_machine() -> Result<()> {
        assert_eq!(parse(&["--release"])?.bind(), LOOPBACK);
        let lan = parse(&["--lan=192.168.1.7"])?;
        assert_eq!(lan.bind(), EVERYWHERE);
        assert!(
            lan.origins()
                .contains(&"http://192.168.1.7:8080".to_owned())
        );
        Ok(())
    }

    #[test]
    fn a_wrong_option_is_refused() {
        assert!(parse(&["--broker", "http://broker.example"]).is_err());
        assert!(parse(&["--prot", "1"]).is_err());
        assert!(parse(&["--lan=home"]).is_err());
    }

    #[test]
    fn a_taken_port_is_named_with_the_way_out() -> Result<()> {
        let taken = TcpListener::bind((LOOPBACK, 0))?;
        let port = taken.local_addr()?.port();
        let message = check_free(LOOPBACK, port, "--port").map_err(|error| error.to_string());
        assert!(
            message.is_err_and(|text| text.contains(&port.to_string()) && text.contains("--port"))
        );
        Ok(())
    }
}
