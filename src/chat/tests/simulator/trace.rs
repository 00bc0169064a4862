//! What has happened, as a hash that equal runs share, and as lines that a person can read.

use std::fmt::{self, Write};

use super::super::broker::{Broker, mid};
use super::super::world::Happened;
use super::packets::{Packet, read};
use crate::chat::record::{Record, Write as Put};
use crate::chat::{Effect, Input};

/// The run so far.
#[derive(Default)]
pub(super) struct Trace {
    hash: Hash,
    lines: Option<Vec<String>>,
}

/// Two runs that differ have different ones, as good as always: it is no enemy who makes them.
#[derive(Default)]
struct Hash(u64);

impl Hash {
    fn number(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.number(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| self.number((*byte).into()));
    }

    fn batch(&mut self, batch: &[Put]) {
        for write in batch {
            match write {
                Put::Put(record) => self.record(record),
                Put::Delete(_, key) => self.bytes(key),
            }
        }
    }

    fn record(&mut self, record: &Record) {
        self.bytes(&record.key);
        self.bytes(&record.value);
    }

    fn happened(&mut self, happened: &Happened) {
        let (kind, who) = match happened {
            Happened::Input(who, _) => (1, who),
            Happened::Effect(who, _) => (2, who),
            Happened::Landed(who, _) => (3, who),
            Happened::Crashed(who) => (4, who),
            Happened::OldTab(who, _) => (5, who),
        };
        self.number(kind << 32 | *who as u64);
        match happened {
            Happened::Input(_, Input::Received(bytes)) | Happened::Effect(_, Effect::Transmit(bytes)) => {
                self.bytes(bytes);
            }
            Happened::Effect(_, Effect::Save(_, batch)) | Happened::Landed(_, batch) => self.batch(batch),
            Happened::Input(_, Input::Loaded(_, records)) => {
                records.iter().for_each(|record| self.record(record));
            }
            Happened::Input(_, input) => write!(self, "{input:?}").unwrap(),
            Happened::Effect(_, effect) | Happened::OldTab(_, effect) => write!(self, "{effect:?}").unwrap(),
            Happened::Crashed(_) => {}
        }
    }
}

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

impl Trace {
    /// Readable, if somebody wants to read it.
    pub(super) fn new(readable: bool) -> Self {
        Self { hash: Hash::default(), lines: readable.then(Vec::new) }
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash.0
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }

    /// What the simulation does.
    pub(super) fn say(&mut self, now: u64, what: fmt::Arguments<'_>) {
        self.hash.number(now);
        self.hash.write_fmt(what).unwrap();
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{} {what}", clock(now)));
        }
    }

    /// What has happened at a device.
    pub(super) fn note(&mut self, now: u64, happened: &Happened, broker: &Broker) {
        self.hash.number(now);
        self.hash.happened(happened);
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{} {}", clock(now), line(happened, broker)));
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
        Happened::OldTab(who, Effect::Transmit(bytes)) => {
            format!("[{who}] old tab -> {}", packet(bytes, broker))
        }
        Happened::OldTab(who, effect) => format!("[{who}] old tab out {}", short(&format!("{effect:?}"))),
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
