//! The tables in memory: for tests, for robots without a disk, and where the browser denies storage.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::record::{Query, Record, Table, Write};

/// Tables that live as long as this value.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    tables: BTreeMap<Table, BTreeMap<Vec<u8>, Arc<[u8]>>>,
}

impl Memory {
    /// Applies a batch.
    pub fn save(&mut self, batch: &[Write]) {
        for write in batch {
            match write {
                Write::Put(record) => {
                    let table = self.tables.entry(record.table).or_default();
                    table.insert(record.key.clone(), record.value.clone());
                }
                Write::Delete(table, key) => {
                    self.tables.entry(*table).or_default().remove(key);
                }
            }
        }
    }

    /// Answers a query.
    #[must_use]
    pub fn load(&self, query: &Query) -> Vec<Record> {
        match query {
            Query::Tables(tables) => tables.iter().flat_map(|table| self.range(*table, &[], None)).collect(),
            Query::Range { table, from, to, limit, last } => {
                let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
                let mut records: Vec<_> = if *last {
                    self.range(*table, from, Some(to)).rev().take(limit).collect()
                } else {
                    self.range(*table, from, Some(to)).take(limit).collect()
                };
                if *last {
                    records.reverse();
                }
                records
            }
        }
    }

    fn range<'a>(
        &'a self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Box<dyn DoubleEndedIterator<Item = Record> + 'a> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let Some(records) = self.tables.get(&table) else {
            return Box::new(std::iter::empty());
        };
        if to.is_some_and(|to| to <= from) {
            return Box::new(std::iter::empty());
        }
        let bounds = (Included(from.to_vec()), to.map_or(Unbounded, |to| Excluded(to.to_vec())));
        Box::new(records.range(bounds).map(move |(key, value)| Record {
            table,
            key: key.clone(),
            value: value.clone(),
        }))
    }
}
