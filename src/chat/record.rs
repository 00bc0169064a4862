//! What is stored: tables of records, each a key and opaque bytes. The formats are the core's (`stored`), so that
//! the same bytes serve browser, robot and simulator; where they lie is the driver's.

use std::sync::Arc;

/// The tables. A driver has one store for each and keeps its records sorted by key, byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// This person, this device, what they chose.
    Account,
    /// The roster.
    Contacts,
    /// Requests for contact.
    Requests,
    /// Conversations.
    Conversations,
    /// Messages, sorted by conversation and position.
    Messages,
    /// What is still to be sent, in order.
    Outbox,
    /// Changes to messages that have not come yet.
    Parked,
    /// This person's and this device's secret keys.
    Keys,
    /// Whose keys others have, and the documents that say so.
    Keyrings,
    /// Sessions with others' devices: secret.
    Sessions,
    /// Events that came and have not taken their place yet.
    Arrivals,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Account,
        Self::Contacts,
        Self::Requests,
        Self::Conversations,
        Self::Messages,
        Self::Outbox,
        Self::Parked,
        Self::Keys,
        Self::Keyrings,
        Self::Sessions,
        Self::Arrivals,
    ];
}

/// A stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it lies.
    pub table: Table,
    /// Its key.
    pub key: Vec<u8>,
    /// What it holds.
    pub value: Arc<[u8]>,
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Insert or replace.
    Put(Record),
    /// Remove, where it is there.
    Delete(Table, Vec<u8>),
}

/// Writes that become durable together or not at all.
pub type Batch = Vec<Write>;

/// A question to storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// All records of these tables.
    Tables(Vec<Table>),
    /// Records of one table whose key lies in `from..to`: the first `limit` of them, or the last; always answered
    /// in ascending order.
    Range {
        /// Which table.
        table: Table,
        /// The smallest key.
        from: Vec<u8>,
        /// The first key beyond.
        to: Vec<u8>,
        /// How many at the most.
        limit: u32,
        /// Take the last instead of the first.
        last: bool,
    },
}
