//! What is on its way to connections.

use std::collections::{BTreeMap, VecDeque};

use super::Connection;

/// A packet's place in the order of all, and its bytes; none: the broker closes.
type Packet = (u64, Option<Vec<u8>>);

/// Packets by connection.
#[derive(Debug, Default)]
pub(in crate::chat::tests) struct Out {
    sent: u64,
    queues: BTreeMap<Connection, VecDeque<Packet>>,
}

impl Out {
    pub(super) fn push(&mut self, to: Connection, packet: Option<Vec<u8>>) {
        self.sent += 1;
        self.queues.entry(to).or_default().push_back((self.sent, packet));
    }

    /// Nothing of what is on its way arrives, and the other side does not hear why.
    pub(in crate::chat::tests) fn forget(&mut self, connection: Connection) {
        self.queues.remove(&connection);
    }

    /// As [`Self::forget`], of all connections.
    pub(in crate::chat::tests) fn clear(&mut self) {
        self.queues.clear();
    }

    /// The connections that something is on its way to, in the order in which that has left.
    pub(in crate::chat::tests) fn connections(&self) -> Vec<Connection> {
        let fronts = self.queues.iter().filter_map(|(to, queue)| Some((queue.front()?.0, *to)));
        let mut fronts: Vec<_> = fronts.collect();
        fronts.sort_unstable();
        fronts.into_iter().map(|(_, to)| to).collect()
    }

    /// Takes the next packet of a connection, if there is one.
    pub(in crate::chat::tests) fn take(&mut self, of: Connection) -> Option<Option<Vec<u8>>> {
        let queue = self.queues.get_mut(&of)?;
        let (_, packet) = queue.pop_front()?;
        if queue.is_empty() {
            self.queues.remove(&of);
        }
        Some(packet)
    }
}
