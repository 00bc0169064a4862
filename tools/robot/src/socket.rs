//! One WebSocket at a time: a thread of its own reads, the robot writes.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex, PoisonError, mpsc::Sender},
    thread,
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use kith::chat::input::{Closed, PROTOCOL_ERROR};
use tungstenite::{
    ClientRequestBuilder, HandshakeError, Message, WebSocket, client::IntoClientRequest, http::Uri,
    protocol::Role,
};

use crate::News;

/// No closing handshake (RFC 6455 section 7.4.1).
const ABNORMAL: u16 = 1006;

/// What comes from a connection.
pub(crate) enum Heard {
    Opened(Box<Writer>),
    Received(Bytes),
    Closed(Closed),
}

/// Opens a connection in a thread of its own, which tells all that comes from it under the given number.
pub(crate) fn open(number: usize, address: Arc<str>, news: Sender<News>) {
    thread::spawn(move || {
        // Where nobody listens any more, the program is about to end.
        let tell = |heard| drop(news.send(News::Socket(number, heard)));
        match connect(&address) {
            Ok((reader, writer)) => {
                tell(Heard::Opened(Box::new(writer)));
                let code = read(reader, |bytes| tell(Heard::Received(bytes)));
                tell(Heard::Closed(Closed { code, was_open: true, forbidden: false }));
            }
            Err(error) => {
                eprintln!("kith-robot: {address}: {error:#}");
                tell(Heard::Closed(Closed { code: ABNORMAL, was_open: false, forbidden: false }));
            }
        }
    });
}

fn connect(address: &str) -> Result<(WebSocket<Half>, Writer)> {
    let uri: Uri = address.parse()?;
    if uri.scheme_str() != Some("ws") {
        bail!("a robot speaks ws:// only");
    }
    let host = uri.host().context("no host")?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80)))?;
    stream.set_nodelay(true)?;
    let half = Half { stream, turn: Arc::default() };
    let other = Half { stream: half.stream.try_clone()?, turn: half.turn.clone() };
    let request = ClientRequestBuilder::new(uri).with_sub_protocol("mqtt").into_client_request()?;
    match tungstenite::client(request, half) {
        Ok((reader, _)) => Ok((reader, Writer(WebSocket::from_raw_socket(other, Role::Client, None)))),
        Err(HandshakeError::Failure(error)) => Err(error.into()),
        Err(HandshakeError::Interrupted(_)) => bail!("the handshake did not end"),
    }
}

/// Reads to the end; gives the close code.
fn read(mut socket: WebSocket<Half>, mut take: impl FnMut(Bytes)) -> u16 {
    loop {
        match socket.read() {
            Ok(Message::Binary(bytes)) => take(bytes),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            // Only binary frames [MQTT-6.0.0-1].
            Ok(Message::Text(_)) => return PROTOCOL_ERROR,
            Ok(Message::Close(frame)) => return frame.map_or(ABNORMAL, |frame| frame.code.into()),
            Err(_) => return ABNORMAL,
        }
    }
}

/// The way out. Dropping it ends the connection.
pub(crate) struct Writer(WebSocket<Half>);

impl Writer {
    /// Takes a packet; it leaves with [`Self::flush`] at the latest.
    pub(crate) fn send(&mut self, packet: Bytes) {
        // Where it fails, the reader is told that the connection is over.
        let _ = self.0.write(Message::Binary(packet));
    }

    pub(crate) fn flush(&mut self) {
        // As above.
        let _ = self.0.flush();
    }
}

impl Drop for Writer {
    /// What was sent arrives, nothing more is sent, and the broker closes its side.
    fn drop(&mut self) {
        self.flush();
        let _ = self.0.get_ref().stream.shutdown(Shutdown::Write);
    }
}

/// The stream as the reader or the writer has it: the reader answers pings, and two frames must not mix.
struct Half {
    stream: TcpStream,
    turn: Arc<Mutex<()>>,
}

impl Read for Half {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Half {
    /// All of it, which is whole frames.
    fn write(&mut self, frames: &[u8]) -> io::Result<usize> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.stream.write_all(frames)?;
        Ok(frames.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
