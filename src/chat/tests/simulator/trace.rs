//! What has happened, as a hash that equal runs share, and as lines that a person can read.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use super::super::broker::{Broker, mid};
use super::super::world::Happened;
use super::packets::{Packet, read};
use crate::chat::record::Write as Put;
use crate::chat::{Effect, Input};

/// The run so far.
#[derive(Default)]
pub(super) struct Trace {
    hasher: Hash,
    lines: Option<Vec<String>>,
}

#[derive(Default)]
struct Hash(DefaultHasher);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

impl Trace {
    /// Readable, if somebody wants to read it.
    pub(super) fn new(readable: bool) -> Self {
        Self { hasher: Hash::default(), lines: readable.then(Vec::new) }
    }

    pub(super) fn hash(&self) -> u64 {
        self.hasher.0.finish()
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }

    /// What the simulation does.
    pub(super) fn say(&mut self, now: u64, what: fmt::Arguments<'_>) {
        self.hasher.0.write_u64(now);
        self.hasher.write_fmt(what).unwrap();
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{} {what}", clock(now)));
        }
    }

    /// What has happened at a device.
    pub(super) fn note(&mut self, now: u64, happened: &Happened, broker: &Broker) {
        self.hasher.0.write_u64(now);
        match happened {
            Happened::Input(who, Input::Received(bytes)) => self.hash_bytes(1, *who, bytes),
            Happened::Effect(who, Effect::Transmit(bytes)) => self.hash_bytes(2, *who, bytes),
            Happened::Effect(who, Effect::Save(ticket, batch)) => {
                self.hasher.0.write_u64(ticket.0);
                self.hash_batch(3, *who, batch);
            }
            Happened::Landed(who, batch) => self.hash_batch(4, *who, batch),
            Happened::Input(who, input) => {
                self.hasher.0.write_usize(*who);
                write!(self.hasher, "{input:?}").unwrap();
            }
            Happened::Effect(who, effect) => {
                self.hasher.0.write_usize(*who);
                write!(self.hasher, "{effect:?}").unwrap();
            }
            Happened::Crashed(who) => self.hasher.0.write_usize(*who),
        }
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{} {}", clock(now), line(happened, broker)));
        }
    }

    fn hash_bytes(&mut self, kind: u8, who: usize, bytes: &[u8]) {
        self.hasher.0.write_u8(kind);
        self.hasher.0.write_usize(who);
        self.hasher.0.write(bytes);
    }

    fn hash_batch(&mut self, kind: u8, who: usize, batch: &[Put]) {
        self.hash_bytes(kind, who, &[]);
        for write in batch {
            match write {
                Put::Put(record) => {
                    self.hasher.0.write(&record.key);
                    self.hasher.0.write(&record.value);
                }
                Put::Delete(_, key) => self.hasher.0.write(key),
            }
        }
    }
}

/// Days, hours, minutes, seconds since the beginning.
fn clock(now: u64) -> String {
    let (seconds, millis) = (now / 1_000, now % 1_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    format!("{}d {:02}:{:02}:{:02}.{millis:03}", hours / 24, hours % 24, minutes % 60, seconds % 60)
}

fn line(happened: &Happened, broker: &Broker) -> String {
    match happened {
        Happened::Input(who, Input::Received(bytes)) => format!("[{who}] <- {}", packet(bytes, broker)),
        Happened::Effect(who, Effect::Transmit(bytes)) => format!("[{who}] -> {}", packet(bytes, broker)),
        Happened::Input(who, Input::Loaded(ticket, records)) => {
            format!("[{who}] in  Loaded({}, {} records)", ticket.0, records.len())
        }
        Happened::Effect(who, Effect::Save(ticket, batch)) => {
            format!("[{who}] out Save({}) {}", ticket.0, writes(batch))
        }
        Happened::Landed(who, batch) => format!("[{who}] on disk: {}", writes(batch)),
        Happened::Input(who, input) => format!("[{who}] in  {}", short(&format!("{input:?}"))),
        Happened::Effect(who, effect) => format!("[{who}] out {}", short(&format!("{effect:?}"))),
        Happened::Crashed(who) => format!("[{who}] begins again"),
    }
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}

fn writes(batch: &[Put]) -> String {
    let one = |write: &Put| match write {
        Put::Put(record) => format!("{:?}", record.table),
        Put::Delete(table, _) => format!("-{table:?}"),
    };
    batch.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn packet(bytes: &[u8], broker: &Broker) -> String {
    match read(bytes) {
        Packet::Publish { topic, id, payload, duplicate } => {
            let event = mid(payload).and_then(|mid| Some((mid, broker.sealed.get(&mid)?)));
            let what = event.map_or_else(
                || format!("{} bytes", payload.len()),
                |(mid, event)| {
                    let mid = mid.iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>();
                    let body = short(&format!("{:?}", event.body));
                    format!("mid {mid} event {} seq {} hlc {:x} {body}", event.id, event.seq, event.hlc)
                },
            );
            let marked = if duplicate { " DUP" } else { "" };
            format!("PUBLISH{marked} {} {topic} {what}", id.map_or_else(String::new, |id| format!("#{id}")))
        }
        Packet::Ack { kind, id } => format!("{kind} #{id}"),
        Packet::Connack { present } => format!("CONNACK present: {present}"),
        Packet::Other(kind) => format!("packet {kind}"),
    }
}
