//! This person and this device, and the welcome screen's fields.

use std::sync::Arc;

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::people::InfoRecord;
use super::{VERSION, id16, known, record};
use crate::chat::account::{Invite, Preferences, Server, Theme, Welcome};
use crate::chat::id::{DeviceId, UserId};
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::Info;
use crate::chat::wire::{WireError, from_slice};

/// The key of this person's own record.
const ME: &[u8] = b"me";

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
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ServerRecord {
    #[n(0)]
    address: String,
    #[n(1)]
    user_name: String,
    #[n(2)]
    password: String,
    #[n(3)]
    root: String,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct MeRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    id: ByteArray<16>,
    #[n(2)]
    device: ByteArray<8>,
    #[n(3)]
    client_id: String,
    #[n(4)]
    handle: Option<String>,
    #[n(5)]
    info: InfoRecord,
    #[n(6)]
    counter: u64,
    #[n(7)]
    server: ServerRecord,
    #[n(8)]
    theme: u8,
    #[n(9)]
    enter_sends: bool,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct WelcomeRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    name: String,
    #[n(2)]
    handle: String,
    #[n(3)]
    server: ServerRecord,
    #[n(4)]
    invite: Option<InviteRecord>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct InviteRecord {
    #[n(0)]
    from: ByteArray<16>,
    #[n(1)]
    name: String,
    #[n(2)]
    broker: String,
    #[n(3)]
    root: String,
}

impl Me {
    pub(crate) fn write(&self) -> Write {
        let value = MeRecord {
            version: VERSION,
            id: self.id.0.into(),
            device: self.device.0.into(),
            client_id: self.client_id.clone(),
            handle: self.handle.as_deref().map(Into::into),
            info: InfoRecord::of(&self.info),
            counter: self.counter,
            server: ServerRecord::of(&self.server),
            theme: match self.preferences.theme {
                Theme::System => 0,
                Theme::Light => 1,
                Theme::Dark => 2,
            },
            enter_sends: self.preferences.enter_sends,
        };
        record(Table::Account, ME, &value)
    }

    fn read(value: &[u8]) -> Result<Self, WireError> {
        let me: MeRecord = from_slice(value)?;
        known(me.version)?;
        let theme = match me.theme {
            1 => Theme::Light,
            2 => Theme::Dark,
            _ => Theme::System,
        };
        Ok(Self {
            id: UserId(id16(me.id)),
            device: DeviceId(me.device.into()),
            client_id: me.client_id,
            handle: me.handle.map(Into::into),
            info: me.info.into(),
            counter: me.counter,
            server: me.server.into(),
            preferences: Preferences { theme, enter_sends: me.enter_sends },
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

pub(crate) fn write_welcome(welcome: &Welcome) -> Write {
    let value = WelcomeRecord {
        version: VERSION,
        name: welcome.name.as_ref().into(),
        handle: welcome.handle.as_ref().into(),
        server: ServerRecord::of(&welcome.server),
        invite: welcome.invite.as_ref().map(|invite| InviteRecord {
            from: invite.from.0.into(),
            name: invite.name.as_ref().into(),
            broker: invite.broker.as_ref().into(),
            root: invite.root.as_ref().into(),
        }),
    };
    record(Table::Account, WELCOME, &value)
}

pub(crate) fn delete_welcome() -> Write {
    Write::Delete(Table::Account, WELCOME.into())
}

fn read_welcome(value: &[u8]) -> Result<Welcome, WireError> {
    let welcome: WelcomeRecord = from_slice(value)?;
    known(welcome.version)?;
    Ok(Welcome {
        name: welcome.name.into(),
        handle: welcome.handle.into(),
        server: welcome.server.into(),
        invite: welcome.invite.map(|invite| Invite {
            from: UserId(id16(invite.from)),
            name: invite.name.into(),
            broker: invite.broker.into(),
            root: invite.root.into(),
        }),
    })
}

impl ServerRecord {
    fn of(server: &Server) -> Self {
        Self {
            address: server.address.as_ref().into(),
            user_name: server.user_name.as_ref().into(),
            password: server.password.as_ref().into(),
            root: server.root.as_ref().into(),
        }
    }
}

impl From<ServerRecord> for Server {
    fn from(stored: ServerRecord) -> Self {
        Self {
            address: stored.address.into(),
            user_name: stored.user_name.into(),
            password: stored.password.into(),
            root: stored.root.into(),
        }
    }
}
