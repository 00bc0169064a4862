//! Signed presence. A will is fixed before the connection begins, so *offline* is signed in advance and means one
//! connection only; *online* dies by itself when it is not said again.

use super::certificate::DeviceCertificate;
use super::device::Device;
use super::document::{Document, DocumentError, Draft, Expected, Kind};
use super::place::Owner;
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

const VERSION: u64 = 1;

/// Says that the device is online by this connection; to be said again after half of ten minutes.
#[must_use]
pub fn online(
    device: &Device,
    connection: &[u8; 8],
    owner: &Owner<'_>,
    rev: u64,
    now: Timestamp,
) -> Document {
    issue(Kind::Online, device, connection, owner, rev, now)
}

/// Says that this connection of the device is over: for a will, and for a goodbye.
#[must_use]
pub fn offline(
    device: &Device,
    connection: &[u8; 8],
    owner: &Owner<'_>,
    rev: u64,
    now: Timestamp,
) -> Document {
    issue(Kind::Offline, device, connection, owner, rev, now)
}

fn issue(
    kind: Kind,
    device: &Device,
    connection: &[u8; 8],
    owner: &Owner<'_>,
    rev: u64,
    now: Timestamp,
) -> Document {
    let mut body = Writer::array(2);
    body.bytes(device.id()).bytes(connection);
    let draft = Draft::new(kind, owner.key, rev, now, body.into_bytes());
    draft.sign(&owner.presence(device.id()), device)
}

/// What is known of a device's presence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The newest connection that was said to be online, and until when that holds; none when it is over.
    online: Option<([u8; 8], Timestamp)>,
    newest_online: Option<u64>,
    newest_offline: Option<u64>,
}

impl Presence {
    /// Whether the device is online, by what is known.
    #[must_use]
    pub fn is_online(&self, now: Timestamp) -> bool {
        self.online.is_some_and(|(_, until)| now < until)
    }

    /// When that stops being true unless it is said again.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.online.map(|(_, until)| until)
    }

    /// Takes in a document that was found at the device's place. Clocks differ: what is said this moment (`live`) holds for
    /// its time from now on, whatever either clock says. (Its number is new, so nobody can bring back what was seen; a broker
    /// that held one back can make somebody seem online for these ten minutes, once for each that it held.) What the broker
    /// has kept holds until its end by the clock, and no longer than its time from now on.
    ///
    /// # Errors
    /// When it is not believed, or says of an earlier connection than the newest that it is over.
    pub fn apply(
        &mut self,
        document: &Document,
        owner: &Owner<'_>,
        certificate: &DeviceCertificate,
        live: bool,
        now: Timestamp,
    ) -> Result<(), DocumentError> {
        let online = document.kind() == Kind::Online;
        let expected = Expected {
            place: &owner.presence(&certificate.device),
            kind: if online { Kind::Online } else { Kind::Offline },
            signer: owner.key,
            key: &certificate.ed25519,
            newest: if online { self.newest_online } else { self.newest_offline },
            now: if live { document.iat() } else { now },
        };
        let mut reader = Reader::new(document.verify(&expected)?)?;
        let (device, connection): ([u8; 8], [u8; 8]) = (reader.id()?, reader.id()?);
        if device != certificate.device {
            return Err(DocumentError::Signer);
        }
        if online {
            let until = now + document.exp().since(document.iat());
            let until = if live { until } else { until.min(document.exp()) };
            (self.online, self.newest_online) = (Some((connection, until)), Some(document.rev()));
        } else if self.online.is_some_and(|(newest, _)| newest == connection)
            || self.newest_online.is_none_or(|newest| newest < document.rev())
        {
            // Of a connection that was never seen online: what it said before is over as well.
            let over = Some(document.rev());
            *self = Self { online: None, newest_online: self.newest_online.max(over), newest_offline: over };
        } else {
            return Err(DocumentError::Rollback);
        }
        Ok(())
    }

    /// What is known, for storage: what was said to be over must not come back with the next start.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::array(4);
        writer.number(VERSION).maybe(self.online, |writer, (connection, until)| {
            writer.open(2).bytes(&connection).number(until.0)
        });
        writer.maybe(self.newest_online, Writer::number).maybe(self.newest_offline, Writer::number);
        writer.into_bytes()
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredPresenceError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredPresenceError);
        }
        let online = |reader: &mut Reader<'_>| Ok((reader.id()?, Timestamp(reader.number()?)));
        Ok(Self {
            online: reader.maybe(|reader| reader.array(online))?,
            newest_online: reader.maybe(Reader::number)?,
            newest_offline: reader.maybe(Reader::number)?,
        })
    }
}

/// A stored presence cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored presence is broken or of a later version")]
pub struct StoredPresenceError;

impl From<WireError> for StoredPresenceError {
    fn from(_: WireError) -> Self {
        Self
    }
}
