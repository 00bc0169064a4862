//! The tables in memory: for tests, for robots without a disk, and where the browser denies storage.

use std::sync::Arc;

use litemap::LiteMap;

use super::record::{Query, Record, Table, Write};

/// Tables that live as long as this value.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    records: LiteMap<(Table, Vec<u8>), Arc<[u8]>>,
}

impl Memory {
    /// Applies a batch.
    pub fn save(&mut self, batch: &[Write]) {
        for write in batch {
            match write {
                Write::Put(record) => {
                    self.records.insert((record.table, record.key.clone()), record.value.clone());
                }
                Write::Delete(table, key) => {
                    self.records.remove(&(*table, key.clone()));
                }
            }
        }
    }

    /// Answers a query.
    #[must_use]
    pub fn load(&self, query: &Query) -> Vec<Record> {
        match query {
            Query::Tables(tables) => {
                let records = self.records.iter().filter(|((table, _), _)| tables.contains(table));
                records.map(record).collect()
            }
            Query::Range { table, from, to, limit, last } => {
                let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
                let (mut first, mut end) = (self.place(*table, from), self.place(*table, to));
                if *last {
                    first = first.max(end.saturating_sub(limit));
                } else {
                    end = end.min(first.saturating_add(limit));
                }
                self.records.iter().take(end).skip(first).map(record).collect()
            }
        }
    }

    /// Where a key stands, or would stand.
    fn place(&self, table: Table, key: &[u8]) -> usize {
        self.records.find_index(&(table, key.to_vec())).unwrap_or_else(|place| place)
    }
}

fn record(((table, key), value): (&(Table, Vec<u8>), &Arc<[u8]>)) -> Record {
    Record { table: *table, key: key.clone(), value: value.clone() }
}
