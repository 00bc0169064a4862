//! Keys: this person's own, whose others have, and the sessions. All but the keyrings are secret, and nothing else of
//! the core writes or reads a secret.

use litemap::LiteMap;

use super::{fields, key16, put, record};
use crate::cbor::Reader;
use crate::chat::holder::{Holder, Papers};
use crate::chat::id::{DeviceId, UserId};
use crate::chat::keyring::Keyring;
use crate::chat::keys::{self, Keys};
use crate::chat::record::{Record, Table, Write};
use crate::chat::wire::WireError;
use crate::e2ee::bundle::Bundle;
use crate::e2ee::device::Device;
use crate::e2ee::device_set::DeviceSet;
use crate::e2ee::document::Document;
use crate::e2ee::invite::{Invite, Secrets};
use crate::e2ee::key::{Fingerprint, UserKey};
use crate::e2ee::pairwise::Peer;
use crate::e2ee::seed::Seed;
use crate::e2ee::succession::Succession;
use crate::e2ee::trust::Pin;

/// The key of the recovery seed's record.
const SEED: &[u8] = b"seed";

/// The key of the device's record.
const DEVICE: &[u8] = b"device";

/// The key of the secrets of the invite that the welcome screen was opened with.
const FOLLOWED: &[u8] = b"followed";

/// What the keys of invites begin with: of those made here, by nonce, and of those followed, by inviter.
const MADE: &[u8] = b"made/";
const JOINING: &[u8] = b"joining/";

/// Names the sessions with one device: whose it is, and its Olm identity key.
pub(crate) type SessionsOf = (UserId, [u8; 32]);

pub(crate) fn write_seed(keys: &Keys) -> Write {
    let mut value = record(2);
    value.bytes(keys.seed.as_bytes());
    put(Table::Keys, SEED, value)
}

pub(crate) fn write_device(keys: &Keys) -> Write {
    let mut value = record(8);
    value.bytes(&keys.device.to_bytes()).number(keys.rev).maybe(keys.papers.as_ref(), |value, papers| {
        value.open(1 + papers.documents.len() as u64).text(&papers.root);
        papers.documents.iter().for_each(|document| {
            value.bytes(&document.encode());
        });
        value
    });
    value.flag(keys.is_revoked).open(keys.former.len() as u64);
    for device in &keys.former {
        value.bytes(&device.0);
    }
    value.number(keys.since).maybe(keys.succession.as_ref(), |value, succession| {
        value.open(2).bytes(&succession.certificate.encode()).bytes(&succession.signature)
    });
    put(Table::Keys, DEVICE, value)
}

/// This person's keys, where they have some.
pub(crate) fn read_keys(records: &[Record]) -> Result<Option<Keys>, WireError> {
    let find = |key: &[u8]| records.iter().find(|r| r.table == Table::Keys && r.key == key);
    let Some((seed, device)) = find(SEED).zip(find(DEVICE)) else { return Ok(None) };
    let seed = Seed::from_bytes(fields(&seed.value)?.id()?);
    let mut value = fields(&device.value)?;
    Ok(Some(Keys {
        identity: seed.identity(),
        seed,
        device: Device::from_bytes(value.bytes()?).map_err(malformed)?,
        rev: value.number()?,
        papers: value.maybe(|value| value.array(read_papers))?,
        is_revoked: value.maybe(Reader::flag)?.unwrap_or_default(),
        former: value.maybe(|value| value.list(|value| value.id().map(DeviceId)))?.unwrap_or_default(),
        since: value.maybe(Reader::number)?.unwrap_or_default(),
        succession: value.maybe(|value| value.array(read_succession))?,
    }))
}

fn read_succession(value: &mut Reader) -> Result<Succession, WireError> {
    let certificate = Document::decode(value.bytes()?).map_err(malformed)?;
    Ok(Succession { certificate, signature: value.id()? })
}

fn read_papers(value: &mut Reader) -> Result<keys::Papers, WireError> {
    let root = value.text()?.into();
    let document = |value: &mut Reader| Document::decode(value.bytes()?).map_err(malformed);
    Ok(keys::Papers { root, documents: [document(value)?, document(value)?, document(value)?] })
}

/// The secrets of the invite that somebody has opened before they began; none: there are none any more.
pub(crate) fn write_followed(secrets: Option<&Secrets>) -> Write {
    match secrets {
        Some(secrets) => write_secret(FOLLOWED.to_vec(), &secrets.to_bytes()),
        None => Write::Delete(Table::Keys, FOLLOWED.into()),
    }
}

pub(crate) fn read_followed(records: &[Record]) -> Option<Secrets> {
    let stored = records.iter().find(|r| r.table == Table::Keys && r.key == FOLLOWED)?;
    Secrets::from_bytes(fields(&stored.value).ok()?.bytes().ok()?).ok()
}

pub(crate) fn write_invite(invite: &Invite) -> Write {
    write_secret([MADE, &invite.secrets().nonce].concat(), &invite.to_bytes())
}

pub(crate) fn delete_invite(invite: &Invite) -> Write {
    Write::Delete(Table::Keys, [MADE, &invite.secrets().nonce].concat())
}

pub(crate) fn write_joining(from: UserId, secrets: &Secrets) -> Write {
    write_secret([JOINING, &from.0].concat(), &secrets.to_bytes())
}

pub(crate) fn delete_joining(from: UserId) -> Write {
    Write::Delete(Table::Keys, [JOINING, &from.0].concat())
}

fn write_secret(key: Vec<u8>, secret: &[u8]) -> Write {
    let mut value = record(2);
    value.bytes(secret);
    put(Table::Keys, key, value)
}

/// An invite that a record of the keys holds, if it holds one.
pub(crate) enum StoredInvite {
    Made(Invite),
    Joining(UserId, Secrets),
}

pub(crate) fn read_invite(stored: &Record) -> Result<Option<StoredInvite>, WireError> {
    if stored.key.starts_with(MADE) {
        let invite = Invite::from_bytes(fields(&stored.value)?.bytes()?).map_err(malformed)?;
        return Ok(Some(StoredInvite::Made(invite)));
    }
    let Some(from) = stored.key.strip_prefix(JOINING) else { return Ok(None) };
    let secrets = Secrets::from_bytes(fields(&stored.value)?.bytes()?).map_err(malformed)?;
    Ok(Some(StoredInvite::Joining(UserId(key16(from)?), secrets)))
}

pub(crate) fn write_sessions((id, identity): SessionsOf, peer: &Peer) -> Write {
    let mut value = record(2);
    value.bytes(&peer.to_bytes());
    put(Table::Sessions, [&id.0[..], &identity].concat(), value)
}

pub(crate) fn delete_sessions((id, identity): SessionsOf) -> Write {
    Write::Delete(Table::Sessions, [&id.0[..], &identity].concat())
}

pub(crate) fn read_sessions(stored: &Record) -> Result<(SessionsOf, Peer), WireError> {
    let (id, identity) = stored.key.split_at_checked(16).ok_or(WireError::Malformed)?;
    let identity = identity.try_into().map_err(malformed)?;
    let peer = Peer::from_bytes(fields(&stored.value)?.bytes()?).map_err(malformed)?;
    Ok(((UserId(key16(id)?), identity), peer))
}

pub(crate) fn write_keyring(id: UserId, keyring: &Keyring) -> Write {
    let mut value = record(5);
    value.maybe(keyring.pin, |value, pin| value.bytes(&pin.to_bytes()));
    value.maybe(keyring.wanted, |value, key| value.bytes(&key.0));
    value.open(keyring.holders.len() as u64);
    for holder in &keyring.holders {
        value.open(4).bytes(holder.key.as_bytes()).number(holder.claim).bytes(&holder.set.to_bytes());
        value.open(holder.devices.len() as u64);
        for (device, papers) in &holder.devices {
            value
                .open(6)
                .bytes(&device.0)
                .number(papers.certificate)
                .number(papers.rev)
                .number(papers.version);
            value.maybe(papers.bundle.as_ref(), |value, bundle| value.bytes(&bundle.to_bytes()));
            value.flag(papers.held);
        }
    }
    value.open(keyring.refused.len() as u64);
    for key in &keyring.refused {
        value.bytes(&key.0);
    }
    put(Table::Keyrings, id.0, value)
}

pub(crate) fn delete_keyring(id: UserId) -> Write {
    Write::Delete(Table::Keyrings, id.0.into())
}

pub(crate) fn read_keyring(stored: &Record) -> Result<(UserId, Keyring), WireError> {
    let mut value = fields(&stored.value)?;
    let pin = value.maybe(Reader::bytes)?.map(Pin::from_bytes).transpose().map_err(malformed)?;
    let wanted = value.maybe(Reader::id)?.map(Fingerprint);
    let holders = value.list(|value| value.array(read_holder))?;
    let refused = value.maybe(|value| value.list(Reader::id))?.unwrap_or_default();
    let refused = refused.into_iter().map(Fingerprint).collect();
    Ok((UserId(key16(&stored.key)?), Keyring { pin, wanted, holders, refused }))
}

fn read_holder(value: &mut Reader) -> Result<Holder, WireError> {
    Ok(Holder {
        name: "".into(),
        key: UserKey::from_bytes(&value.id()?).map_err(malformed)?,
        claim: value.number()?,
        set: DeviceSet::from_bytes(value.bytes()?).map_err(malformed)?,
        devices: value.list(|value| value.array(read_device))?.into_iter().collect::<LiteMap<_, _>>(),
    })
}

fn read_device(value: &mut Reader) -> Result<(DeviceId, Papers), WireError> {
    let device = DeviceId(value.id()?);
    let (certificate, rev, version) = (value.number()?, value.number()?, value.number()?);
    let bundle = value.maybe(Reader::bytes)?.map(Bundle::from_bytes).transpose().map_err(malformed)?;
    Ok((device, Papers { certificate, rev, version, bundle, held: value.flag()? }))
}

fn malformed<E>(_: E) -> WireError {
    WireError::Malformed
}
