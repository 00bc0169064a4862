//! What was on its way to storage when a page went, as bytes: a driver keeps them where the browser loses nothing.

use super::record::{Batch, Record, Table, Write};
use crate::cbor::{Reader, WireError, Writer};

/// The version of its form.
const VERSION: u64 = 1;

/// What a page has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The number of its connection.
    pub seat: u64,
    /// The epoch that was on disk for certain.
    pub on_disk: u64,
    /// What was on its way, in order, with the epochs that it would have brought.
    pub steps: Vec<(u64, Batch)>,
}

impl Journal {
    /// Leaves out the steps from the first one on that does not fit, in bytes of keys and values: each stands on those
    /// before it.
    pub fn fit(&mut self, mut room: usize) {
        let fits = |(_, batch): &(u64, Batch)| match room.checked_sub(batch.iter().map(size).sum()) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        };
        let fitting = self.steps.iter().map(fits).take_while(|fits| *fits).count();
        self.steps.truncate(fitting);
    }

    /// What is missing in tables that were last written to by the connection of this number, and have this epoch since.
    /// Nothing, where they are older than what the page knew to be there, or somebody else has written to them: merely to
    /// open them changes neither.
    #[must_use]
    pub fn missing(self, writer: u64, epoch: u64) -> Batch {
        let same = self.on_disk == epoch || self.seat == writer && self.on_disk < epoch;
        let steps = self.steps.into_iter().filter(|(of, _)| same && *of > epoch);
        steps.flat_map(|(_, batch)| batch).collect()
    }

    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::array(4);
        writer.number(VERSION).number(self.seat).number(self.on_disk).open(self.steps.len() as u64);
        for (epoch, batch) in &self.steps {
            writer.open(2).number(*epoch).open(batch.len() as u64);
            batch.iter().for_each(|write| put(&mut writer, write));
        }
        writer.into_bytes()
    }

    /// From bytes; nothing where it was not made by this version.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let step = |step: &mut Reader| Ok((step.number()?, step.list(|batch| batch.array(take))?));
        let read = |mut reader: Reader| match reader.number()? {
            VERSION => Ok(Self {
                seat: reader.number()?,
                on_disk: reader.number()?,
                steps: reader.list(|steps| steps.array(step))?,
            }),
            _ => Err(WireError::Unknown),
        };
        Reader::new(bytes).and_then(read).ok()
    }
}

fn size(write: &Write) -> usize {
    match write {
        Write::Put(record) => record.key.len() + record.value.len(),
        Write::Delete(_, key) => key.len(),
    }
}

fn put(writer: &mut Writer, write: &Write) {
    let (table, key, value) = match write {
        Write::Put(Record { table, key, value }) => (table, key, Some(value)),
        Write::Delete(table, key) => (table, key, None),
    };
    let number = Table::ALL.iter().position(|one| one == table).unwrap_or_default();
    writer.open(3).number(number as u64).bytes(key);
    writer.maybe(value, |writer, value| writer.bytes(value));
}

fn take(reader: &mut Reader) -> Result<Write, WireError> {
    let number = reader.small::<usize>()?;
    let table = *Table::ALL.get(number).ok_or(WireError::Unknown)?;
    let key = reader.bytes()?.to_vec();
    let value = reader.maybe(Reader::bytes)?;
    Ok(match value {
        Some(value) => Write::Put(Record { table, key, value: value.into() }),
        None => Write::Delete(table, key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(epoch: u64, length: usize) -> (u64, Batch) {
        let record = Record { table: Table::Arrivals, key: vec![1], value: vec![2; length].into() };
        (epoch, vec![Write::Put(record), Write::Delete(Table::Account, vec![3])])
    }

    fn journal() -> Journal {
        Journal { seat: 3, on_disk: 10, steps: vec![step(11, 0), step(13, 5), step(14, 7)] }
    }

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        assert_eq!(Journal::decode(&journal().encode()), Some(journal()));
    }

    #[test]
    fn half_a_journal_is_none() {
        let bytes = journal().encode();
        for end in 0..bytes.len() {
            assert_eq!(Journal::decode(&bytes[..end]), None, "{end}");
        }
    }

    #[test]
    fn only_what_is_not_on_disk_is_missing() {
        let after = |epochs: &[u64]| -> Batch {
            let steps = journal().steps.into_iter().filter(|(epoch, _)| epochs.contains(epoch));
            steps.flat_map(|(_, batch)| batch).collect()
        };
        assert_eq!(journal().missing(3, 10), after(&[11, 13, 14]));
        assert_eq!(journal().missing(3, 11), after(&[13, 14]));
        assert_eq!(journal().missing(3, 14), []);
    }

    #[test]
    fn nothing_is_missing_in_an_older_copy_or_where_somebody_else_has_written() {
        assert_eq!(journal().missing(3, 9), []);
        assert_eq!(journal().missing(4, 11), []);
        assert_ne!(journal().missing(2, 10), [], "opened by others, and by nobody written to");
    }

    #[test]
    fn what_does_not_fit_is_left_out_with_all_that_follows() {
        let fitted = |room| {
            let mut journal = Journal { steps: vec![step(1, 5), step(2, 10), step(3, 0)], ..journal() };
            journal.fit(room);
            journal.steps.len()
        };
        assert_eq!([fitted(6), fitted(7), fitted(18), fitted(19), fitted(21)], [0, 1, 1, 2, 3]);
    }
}
