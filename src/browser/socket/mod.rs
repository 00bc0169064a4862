//! The WebSocket: whole packets out, bytes in.
//!
//! A socket that was dropped or replaced never calls back: its listeners go before it is closed.

mod connection;
mod frames;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use bytes::Bytes;
use gloo::timers::callback::Interval;

pub use frames::{Frames, LIMIT};

use super::wake::Wake;
use super::{Inputs, clock};
use crate::chat::Input;
use crate::chat::input::{Closed, PROTOCOL_ERROR};
use crate::time::Instant;
use connection::Connection;

/// The buffer is congested above this many bytes.
pub const HIGH_WATER: u32 = 256 * 1024;
/// It is free again below this many.
pub const LOW_WATER: u32 = 64 * 1024;

/// There is no event for a drained buffer.
const POLL: u32 = 50;
/// A broker that minds a message with several packets closes at once: milliseconds after which something else did it.
const AT_ONCE: u128 = 2_000;

/// No closing handshake (RFC 6455 section 7.4.1).
const ABNORMAL: u16 = 1006;

/// The one socket, across any number of connections.
pub struct Socket {
    line: Rc<Line>,
    /// Sends acknowledgements a task later: each message the broker sends is an event of its own, and to answer a burst
    /// of them one by one costs a frame each.
    acks: Wake,
    acks_due: Rc<Cell<bool>>,
}

struct Line {
    inputs: Inputs,
    connection: RefCell<Option<Connection>>,
    frames: RefCell<Frames>,
    sharing: RefCell<Sharing>,
    poll: RefCell<Option<Interval>>,
    congested: Cell<bool>,
}

/// What is known of how the broker at `address` takes several packets in one message (MQTT 3.1.1 section 6 allows it).
struct Sharing {
    address: Arc<str>,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// No such message was sent.
    Untried,
    /// The first one was sent, and nothing came back yet.
    Tried(Instant),
    /// It lived on.
    Takes,
    /// It closed: from now on each packet goes alone.
    Refuses,
}

impl Socket {
    /// A socket that is not open yet.
    #[must_use]
    pub fn new(inputs: &Inputs) -> Self {
        let line = Rc::new(Line {
            inputs: inputs.clone(),
            connection: RefCell::new(None),
            frames: RefCell::default(),
            sharing: RefCell::new(Sharing { address: Arc::from(""), verdict: Verdict::Untried }),
            poll: RefCell::new(None),
            congested: Cell::new(false),
        });
        let acks_due = Rc::new(Cell::new(false));
        let (weak, due) = (Rc::downgrade(&line), acks_due.clone());
        let acks = Wake::new(move || {
            due.set(false);
            if let Some(line) = weak.upgrade() {
                line.flush();
            }
        });
        Self { line, acks, acks_due }
    }

    /// Opens a connection, dropping any earlier one. Answered by `Opened` or `Closed`.
    pub fn open(&self, address: &Arc<str>) {
        self.close();
        let line = &self.line;
        line.expect_from(address);
        match Connection::open(address, &Rc::downgrade(line)) {
            Ok(connection) => *line.connection.borrow_mut() = Some(connection),
            Err(_) => {
                line.inputs.push(Input::Closed(Closed { code: ABNORMAL, was_open: false, forbidden: true }));
            }
        }
    }

    /// Takes one whole packet; it leaves at the next [`Self::flush`] at the latest.
    pub fn send(&self, packet: &Bytes) {
        let line = &self.line;
        if line.is_open() {
            let join = line.sharing.borrow().verdict != Verdict::Refuses;
            line.frames.borrow_mut().push(packet, join, |message, packets| line.transmit(message, packets));
        }
    }

    /// Whether something waits that should not wait for long.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        !self.line.frames.borrow().can_wait()
    }

    /// Sends what waits for company; acknowledgements alone a task later.
    pub fn flush(&self) {
        let wait = !self.is_urgent() && !self.line.frames.borrow().is_empty();
        if !wait {
            self.line.flush();
        } else if !self.acks_due.replace(true) {
            self.acks.later();
        }
    }

    /// Sends all that is left, at once.
    pub fn flush_all(&self) {
        self.line.flush();
    }

    /// Sends what is left and closes. Nothing calls back any more.
    pub fn close(&self) {
        self.line.flush();
        self.line.drop_connection();
    }

    /// Whether packets go one by one to this broker.
    #[must_use]
    pub fn one_by_one(&self) -> bool {
        self.line.sharing.borrow().verdict == Verdict::Refuses
    }
}

impl Line {
    fn flush(self: &Rc<Self>) {
        self.frames.borrow_mut().flush(|message, packets| self.transmit(message, packets));
        self.watch();
    }

    fn is_open(&self) -> bool {
        self.connection.borrow().as_ref().is_some_and(Connection::is_open)
    }

    /// Another address may be another broker; a new connection tries anew what was not answered.
    fn expect_from(&self, address: &Arc<str>) {
        let mut sharing = self.sharing.borrow_mut();
        if sharing.address != *address {
            *sharing = Sharing { address: address.clone(), verdict: Verdict::Untried };
        } else if let Verdict::Tried(_) = sharing.verdict {
            sharing.verdict = Verdict::Untried;
        }
    }

    fn transmit(&self, message: &[u8], packets: usize) {
        if let Some(connection) = self.connection.borrow().as_ref() {
            connection.send(message);
        }
        let mut sharing = self.sharing.borrow_mut();
        if packets > 1 && sharing.verdict == Verdict::Untried {
            sharing.verdict = Verdict::Tried(clock::instant());
        }
    }

    fn drop_connection(&self) {
        self.poll.take();
        self.congested.set(false);
        self.frames.borrow_mut().clear();
        self.connection.take();
    }

    fn opened(&self) {
        let agreed = self.connection.borrow().as_ref().is_some_and(Connection::agree);
        if agreed {
            self.inputs.push(Input::Opened);
        } else {
            self.broken(false);
        }
    }

    fn received(&self, bytes: Bytes) {
        let mut sharing = self.sharing.borrow_mut();
        if let Verdict::Tried(_) = sharing.verdict {
            sharing.verdict = Verdict::Takes;
        }
        drop(sharing);
        if !bytes.is_empty() {
            self.inputs.push(Input::Received(bytes));
        }
    }

    /// What answers there is no MQTT broker.
    fn broken(&self, was_open: bool) {
        self.drop_connection();
        self.inputs.push(Input::Closed(Closed { code: PROTOCOL_ERROR, was_open, forbidden: false }));
    }

    fn closed(&self, code: u16) {
        let was_open = self.connection.borrow().as_ref().is_some_and(Connection::has_opened);
        let mut sharing = self.sharing.borrow_mut();
        if let Verdict::Tried(at) = sharing.verdict
            && clock::instant().since(at).as_millis() < AT_ONCE
        {
            sharing.verdict = Verdict::Refuses;
        }
        drop(sharing);
        self.drop_connection();
        self.inputs.push(Input::Closed(Closed { code, was_open, forbidden: false }));
    }

    /// Tells when the buffer passes a water mark; polls while it is high.
    fn watch(self: &Rc<Self>) {
        if !self.congested.get() && self.buffered() > HIGH_WATER {
            self.congested.set(true);
            let weak: Weak<Self> = Rc::downgrade(self);
            *self.poll.borrow_mut() = Some(Interval::new(POLL, move || {
                if let Some(line) = weak.upgrade() {
                    line.poll();
                }
            }));
            self.inputs.push(Input::Congested(true));
        }
    }

    fn poll(&self) {
        if self.buffered() < LOW_WATER {
            self.congested.set(false);
            self.poll.take();
            self.inputs.push(Input::Congested(false));
        }
    }

    fn buffered(&self) -> u32 {
        self.connection.borrow().as_ref().map_or(0, Connection::buffered)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.close();
    }
}
