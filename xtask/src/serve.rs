//! `cargo xtask serve`: the embedded broker and `trunk serve`, together until Ctrl-C.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    ROOT,
    broker::{self, Broker},
    config,
    options::{LOOPBACK, Options},
    process::{self, Running, command},
    setup::{self, say},
};

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
    broker::start(&program, &listen, Some(&options.store()), &options.origins())
}

fn start_trunk(options: &Options, config: SocketAddr) -> Result<Running> {
    let dist = if options.release { ".kith/dist-release" } else { ".kith/dist-dev" };
    say(&building("the page", &ROOT.join(dist)));
    let mut trunk = command("trunk");
    if std::env::var_os("RUST_LOG").is_none() {
        // What it builds and what goes wrong; not its addresses, for there are some among them that do not work: the
        // broker lets in pages from those that are announced here, and no other.
        trunk.args(["--log", "error,trunk=info,trunk::serve=warn"]);
    }
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
    let time = if trace.exists() { "" } else { " (2 to 4 minutes the first time)" };
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
        println!("  broker   ws://{address}/mqtt, which keeps its messages in {}", options.store().display());
    }
    if options.lan.is_some() {
        println!(
            "\n  Warning: everybody on this network can open the page and use the broker, without a password.\n  \
             Over plain http browsers deny a page on another device calls, notifications and the clipboard."
        );
    }
    println!("\n  Ctrl-C stops it all.\n");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() -> Result<()> {
        let taken = TcpListener::bind((LOOPBACK, 0))?;
        let port = taken.local_addr()?.port();
        let message = check_free(LOOPBACK, port, "--port").map_err(|error| error.to_string());
        assert!(message.is_err_and(|text| text.contains(&port.to_string()) && text.contains("--port")));
        Ok(())
    }
}
