//! This person and this device, and the welcome screen's fields.

use std::sync::Arc;

use super::people::{read_info, write_info};
use super::{fields, put, record};
use crate::cbor::{Reader, Writer};
use crate::chat::account::{Invite, Preferences, Server, Theme, Welcome};
use crate::chat::id::{DeviceId, UserId};
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::Info;
use crate::chat::taken::Taken;
use crate::chat::wire::WireError;
use crate::e2ee::key::UserKey;
use crate::time::Timestamp;

/// The key of this person's own record.
const ME: &[u8] = b"me";

/// The key of when the last backup was made.
const BACKED_UP: &[u8] = b"backup";

/// The key of the record that is there once the browser was asked to keep what is stored.
const KEEPING: &[u8] = b"keeping";

/// The key of when the person has seen last that another key claims their address.
const CLAIMS_SEEN: &[u8] = b"claims";

/// The key of which commands of the tabs were carried out.
const TAKEN: &[u8] = b"tabs";

/// The key of the welcome screen's fields.
const WELCOME: &[u8] = b"welcome";

/// This person and this device, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Me {
    pub(crate) id: UserId,
    pub(crate) device: DeviceId,
    pub(crate) client_id: String,
    pub(crate) handle: Option<Arc<str>>,
    pub(crate) info: Info,
    /// Counts this person's connections.
    pub(crate) counter: u64,
    pub(crate) server: Server,
    pub(crate) preferences: Preferences,
    /// Whether the profile is for contacts alone.
    pub(crate) contacts_only: bool,
}

impl Me {
    /// The profile as everybody may see it.
    pub(crate) fn public_info(&self) -> Info {
        if self.contacts_only { self.info.hidden() } else { self.info.clone() }
    }

    pub(crate) fn write(&self) -> Write {
        put(Table::Account, ME, self.fields())
    }

    /// The record by itself.
    pub(crate) fn value(&self) -> Vec<u8> {
        self.fields().into_bytes()
    }

    fn fields(&self) -> Writer {
        let theme = match self.preferences.theme {
            Theme::System => 0,
            Theme::Light => 1,
            Theme::Dark => 2,
        };
        let mut value = record(11);
        value.bytes(&self.id.0).bytes(&self.device.0).text(&self.client_id);
        value.maybe(self.handle.as_deref(), Writer::text);
        write_info(&mut value, &self.info).number(self.counter);
        write_server(&mut value, &self.server).number(theme);
        value.maybe(self.preferences.enter_sends, Writer::flag);
        value.flag(self.contacts_only);
        value
    }

    pub(crate) fn read(value: &[u8]) -> Result<Self, WireError> {
        let mut value = fields(value)?;
        Ok(Self {
            id: UserId(value.id()?),
            device: DeviceId(value.id()?),
            client_id: value.text()?.into(),
            handle: value.maybe(Reader::text)?.map(Into::into),
            info: value.array(read_info)?,
            counter: value.number()?,
            server: value.array(read_server)?,
            preferences: Preferences {
                theme: match value.number()? {
                    1 => Theme::Light,
                    2 => Theme::Dark,
                    _ => Theme::System,
                },
                enter_sends: value.maybe(Reader::flag)?,
            },
            contacts_only: value.maybe(Reader::flag)?.unwrap_or_default(),
        })
    }
}

/// The account table: this person, where somebody has begun, else what the welcome screen's fields hold.
pub(crate) fn read_account(records: &[Record]) -> Result<(Option<Me>, Welcome), WireError> {
    let find = |key: &[u8]| records.iter().find(|r| r.table == Table::Account && r.key == key);
    let me = find(ME).map(|record| Me::read(&record.value)).transpose()?;
    let welcome = find(WELCOME).map(|record| read_welcome(&record.value)).transpose()?;
    Ok((me, welcome.unwrap_or_default()))
}

pub(crate) fn write_backed_up(at: Timestamp) -> Write {
    write_time(BACKED_UP, at)
}

pub(crate) fn write_claims_seen(at: Timestamp) -> Write {
    write_time(CLAIMS_SEEN, at)
}

fn write_time(key: &[u8], at: Timestamp) -> Write {
    let mut value = record(2);
    value.number(at.0);
    put(Table::Account, key, value)
}

pub(crate) fn write_taken(taken: &Taken) -> Write {
    let mut value = record(2);
    value.pairs(&taken.pairs());
    put(Table::Account, TAKEN, value)
}

/// Which commands of the tabs were carried out; none where nobody can read it.
pub(crate) fn read_taken(records: &[Record]) -> Taken {
    let stored = records.iter().find(|r| r.table == Table::Account && r.key == TAKEN);
    let pairs = stored.and_then(|record| fields(&record.value).ok()?.pairs().ok());
    Taken::of_pairs(pairs.unwrap_or_default())
}

pub(crate) fn write_keeping_asked() -> Write {
    put(Table::Account, KEEPING, record(1))
}

pub(crate) fn read_keeping_asked(records: &[Record]) -> bool {
    records.iter().any(|record| record.table == Table::Account && record.key == KEEPING)
}

/// When the last backup was made; none where none was, or nobody can read when.
pub(crate) fn read_backed_up(records: &[Record]) -> Option<Timestamp> {
    read_time(BACKED_UP, records)
}

/// When the person has seen last that another key claims their address.
pub(crate) fn read_claims_seen(records: &[Record]) -> Option<Timestamp> {
    read_time(CLAIMS_SEEN, records)
}

fn read_time(key: &[u8], records: &[Record]) -> Option<Timestamp> {
    let stored = records.iter().find(|r| r.table == Table::Account && r.key == key)?;
    fields(&stored.value).ok()?.number().ok().map(Timestamp)
}

pub(crate) fn write_welcome(welcome: &Welcome) -> Write {
    let mut value = record(6);
    value.text(&welcome.name).text(&welcome.handle);
    write_server(&mut value, &welcome.server).maybe(welcome.invite.as_ref(), |value, invite| {
        value.open(5).bytes(&invite.from.0).text(&invite.name).text(&invite.broker).text(&invite.root);
        value.maybe(invite.key.as_deref(), |value, key| value.bytes(key.as_bytes()))
    });
    value.flag(welcome.erased);
    put(Table::Account, WELCOME, value)
}

pub(crate) fn delete_welcome() -> Write {
    Write::Delete(Table::Account, WELCOME.into())
}

fn read_welcome(value: &[u8]) -> Result<Welcome, WireError> {
    let mut value = fields(value)?;
    Ok(Welcome {
        name: value.text()?.into(),
        handle: value.text()?.into(),
        server: value.array(read_server)?,
        invite: value.maybe(|value| value.array(read_invite))?,
        erased: value.maybe(Reader::flag)?.unwrap_or_default(),
    })
}

fn read_invite(value: &mut Reader) -> Result<Invite, WireError> {
    Ok(Invite {
        from: UserId(value.id()?),
        name: value.text()?.into(),
        broker: value.text()?.into(),
        root: value.text()?.into(),
        key: value.maybe(Reader::id)?.and_then(|key| UserKey::from_bytes(&key).ok()).map(Box::new),
        // Secrets have records of their own.
        secrets: None,
    })
}

fn write_server<'w>(value: &'w mut Writer, server: &Server) -> &'w mut Writer {
    value.open(6).text(&server.address).text(&server.user_name).text(&server.password).text(&server.root);
    value.text(&server.client_id).text(&server.keep_alive)
}

fn read_server(value: &mut Reader) -> Result<Server, WireError> {
    Ok(Server {
        address: value.text()?.into(),
        user_name: value.text()?.into(),
        password: value.text()?.into(),
        root: value.text()?.into(),
        client_id: value.maybe(Reader::text)?.unwrap_or_default().into(),
        keep_alive: value.maybe(Reader::text)?.unwrap_or_default().into(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_the_first_version_is_read() {
        let mut value = Writer::array(5);
        value
            .number(1)
            .text("Ada")
            .text("")
            .open(4)
            .text("wss://b.example")
            .text("ada")
            .text("secret")
            .text("kith");
        value.nothing();
        let record = Record { table: Table::Account, key: WELCOME.into(), value: value.into_bytes().into() };
        let (_, welcome) = read_account(&[record]).unwrap();
        let server = Server {
            address: "wss://b.example".into(),
            user_name: "ada".into(),
            password: "secret".into(),
            root: "kith".into(),
            ..Server::default()
        };
        assert_eq!(welcome, Welcome { name: "Ada".into(), server, ..Welcome::default() });
    }

    #[test]
    fn a_later_version_is_not_guessed_at() {
        let mut value = Writer::array(5);
        value.number(3).text("Ada").text("").nothing().nothing();
        let record = Record { table: Table::Account, key: WELCOME.into(), value: value.into_bytes().into() };
        assert_eq!(read_account(&[record]).unwrap_err(), WireError::Unknown);
    }
}
