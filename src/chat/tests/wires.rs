//! The network between devices and broker. Without wires what leaves is there; with them it takes as long as the test
//! lets it, and a connection may end in its middle without the broker hearing of it.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::broker::Connection;
use super::device::Pending;
use super::dice::Dice;
use super::world::World;
use crate::chat::Input;
use crate::chat::input::Closed;

/// Something that can be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// The next packet of the broker's for a connection.
    Down(Connection),
    /// What is next for a device.
    Inbox(usize),
    /// The next packet of a connection for the broker.
    Up(Connection),
    /// What is next for a tab whose place another has taken.
    OldTab(usize),
}

/// What is on its way to the broker; none: the end of the connection.
#[derive(Debug)]
pub(super) struct Wires {
    dice: Dice,
    up: BTreeMap<Connection, VecDeque<Option<Bytes>>>,
    /// How often in a thousand the broker does not hear that a connection has ended.
    pub(super) half_open: u32,
    /// How many ends it has not heard of.
    pub(super) unheard: u64,
}

impl Wires {
    pub(super) fn new(dice: Dice, half_open: u32) -> Self {
        Self { dice, up: BTreeMap::new(), half_open, unheard: 0 }
    }

    pub(super) fn ready(&self) -> impl Iterator<Item = Ready> {
        self.up.keys().copied().map(Ready::Up)
    }

    /// Some of what has left still arrives.
    fn cut(&mut self, connection: Connection) {
        let mut queue = self.up.remove(&connection).unwrap_or_default();
        queue.truncate(self.dice.index(queue.len() + 1));
        if self.dice.permille(self.half_open) {
            self.unheard += 1;
        } else {
            queue.push_back(None);
        }
        if !queue.is_empty() {
            self.up.insert(connection, queue);
        }
    }
}

/// A connection that ended without a goodbye.
pub(super) const BROKEN: Closed = Closed { code: 1006, was_open: true, forbidden: false };

impl World {
    pub(super) fn connect(&mut self, who: usize) {
        self.devices[who].attempts += 1;
        self.cut(who);
        let input = if self.network_down || self.devices[who].no_network {
            Input::Closed(Closed { code: 1006, was_open: false, forbidden: false })
        } else {
            self.connections += 1;
            self.devices[who].connection = Some(self.connections);
            Input::Opened
        };
        self.devices[who].inputs.push_back(Pending::Input(input));
    }

    pub(super) fn transmit(&mut self, who: usize, packet: Bytes) {
        if let Some(connection) = self.devices[who].connection {
            self.carry(connection, packet);
        }
    }

    /// A packet leaves on a connection.
    pub(super) fn carry(&mut self, connection: Connection, packet: Bytes) {
        match &mut self.wires {
            Some(wires) => wires.up.entry(connection).or_default().push_back(Some(packet)),
            None => self.broker.receive(connection, &packet),
        }
    }

    /// The device closes its socket: all that it has sent arrives.
    pub(super) fn close(&mut self, who: usize) {
        match (&mut self.wires, self.devices[who].connection.take()) {
            (Some(wires), Some(connection)) => wires.up.entry(connection).or_default().push_back(None),
            (None, Some(connection)) => self.broker.close(connection),
            (_, None) => {}
        }
    }

    /// The socket is gone, without a goodbye.
    pub(super) fn cut(&mut self, who: usize) {
        if let Some(connection) = self.devices[who].connection.take() {
            self.cut_off(connection);
        }
    }

    /// As [`Self::cut`], of any connection.
    pub(super) fn cut_off(&mut self, connection: Connection) {
        match &mut self.wires {
            Some(wires) => wires.cut(connection),
            None => self.broker.close(connection),
        }
    }

    /// A packet of a connection reaches the broker, or its end does.
    pub(super) fn arrive(&mut self, connection: Connection) {
        let Some(wires) = &mut self.wires else { return };
        let Some(queue) = wires.up.get_mut(&connection) else { return };
        let arrived = queue.pop_front();
        if queue.is_empty() {
            wires.up.remove(&connection);
        }
        match arrived {
            Some(Some(packet)) => self.broker.receive(connection, &packet),
            Some(None) => self.broker.close(connection),
            None => {}
        }
    }
}
