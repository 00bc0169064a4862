//! The MQTT broker that `cargo xtask serve` and the tests start: mqtt5 behind one WebSocket listener.
//!
//! mqtt5's own listener offers no list of allowed origins in its configuration and shakes hands with one
//! client at a time, so the accepting is done here (see [`accept`]) and the rest is mqtt5's.
//!
//! With `--store` sessions, queues and retained messages survive a restart and a `kill -9`; what mqtt5
//! acknowledged in the last 25 ms before a kill may be lost.

mod accept;
mod args;
mod origin;
mod plain;

use std::{
    fs::{self, File},
    io::{self, Write},
    net::SocketAddr,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use mqtt5::broker::{BrokerConfig, DynamicStorage, MqttBroker, StorageBackendType, StorageConfig};
use tokio::{net::TcpListener, sync::oneshot, time};

use crate::{accept::Door, args::Args};

/// More than any page sends; a page refuses more than 1 MiB anyway.
const MAX_PACKET: usize = 4 << 20;
const FLUSH_INTERVAL: Duration = Duration::from_millis(25);
const SESSION_EXPIRY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Args::parse() {
        Ok(Some(args)) => run(args).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kith-devbroker: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<()> {
    let _lock = args.store.as_deref().map(lock).transpose()?;
    let listener = listen(args.listen).await?;
    let address = listener.local_addr()?;

    let config = config(args.store.as_deref());
    let mut broker = MqttBroker::with_config(config.clone()).await?;
    let door = Arc::new(Door::new(&broker, config, args.origins));
    let storage = broker.storage();
    let shutdown = broker.shutdown_handle();
    let mut ready = broker.ready_receiver();
    let mut broker = tokio::spawn(async move { broker.run().await });
    tokio::select! {
        ended = &mut broker => bail!("the broker did not start: {ended:?}"),
        ready = ready.wait_for(|ready| *ready) => ready.map(|_| ())?,
    }

    println!("listening ws://{address}/mqtt");
    io::stdout().flush()?;
    tokio::select! {
        () = accept::serve(&listener, &door) => {}
        () = keep_flushing(storage) => {}
        () = told_to_stop(args.watch_stdin) => {}
        ended = &mut broker => bail!("the broker stopped: {ended:?}"),
    }
    door.close().await;
    shutdown.shutdown();
    time::timeout(Duration::from_secs(6), broker).await???;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("port {} is taken by another program", address.port())
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// Two brokers on one store would overwrite each other's sessions. The lock ends with the process.
fn lock(store: &Path) -> Result<File> {
    fs::create_dir_all(store).with_context(|| format!("cannot create {}", store.display()))?;
    let lock = File::create(store.join("lock"))?;
    lock.try_lock().with_context(|| format!("another broker is using {}", store.display()))?;
    Ok(lock)
}

fn config(store: Option<&Path>) -> BrokerConfig {
    let storage = StorageConfig::new().with_max_queued_messages_per_client(10_000);
    let storage = match store {
        Some(dir) => storage.with_base_dir(dir.to_owned()),
        None => storage.with_backend(StorageBackendType::Memory),
    };
    let mut config = BrokerConfig::new()
        // mqtt5 insists on one listener of its own: plain TCP on loopback, which no web page can speak.
        .with_bind_address(([127, 0, 0, 1], 0))
        .with_session_expiry(SESSION_EXPIRY)
        .with_max_packet_size(MAX_PACKET);
    config.storage_config = storage;
    config
}

/// mqtt5 writes queues behind, every 250 ms; a killed broker should lose less than that.
async fn keep_flushing(storage: Option<Arc<DynamicStorage>>) {
    let Some(DynamicStorage::File(files)) = storage.as_deref() else {
        return std::future::pending().await;
    };
    let mut ticks = time::interval(FLUSH_INTERVAL);
    loop {
        ticks.tick().await;
        files.flush_queue_writes().await;
    }
}

async fn told_to_stop(watch_stdin: bool) {
    let (closed, stdin_closed) = oneshot::channel();
    if watch_stdin {
        std::thread::spawn(move || {
            // Whatever comes is ignored: only the end matters, and an error is an end.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            let _ = closed.send(());
        });
    }
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
        _ = stdin_closed => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
