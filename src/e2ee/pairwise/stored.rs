//! A peer in storage: its sessions as vodozemac's pickles.

use vodozemac::Curve25519PublicKey;
use zeroize::Zeroizing;

use super::{Live, Peer, SessionId};
use crate::cbor::{Reader, WireError, Writer};
use crate::e2ee::olm::{Session, SessionPickle};
use crate::time::Timestamp;

const VERSION: u64 = 1;

/// A stored peer cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored sessions are broken or of a later version")]
pub struct StoredPeerError;

impl From<WireError> for StoredPeerError {
    fn from(_: WireError) -> Self {
        Self
    }
}

impl Peer {
    /// The peer for storage. Plain: it must be sealed there.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a session always has a JSON form")]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::array(7);
        writer.number(VERSION).bytes(self.identity.as_bytes()).number(self.counter);
        for nak in [self.nak_sent, self.nak_taken] {
            writer.maybe(nak, |writer, at| writer.number(at.0));
        }
        writer.number(self.naks.into()).open(self.sessions.len() as u64);
        for live in &self.sessions {
            let pickle = serde_json::to_vec(&live.session.pickle()).expect("a session has a JSON form");
            writer.open(4).bytes(&Zeroizing::new(pickle));
            writer.maybe(live.seal, |writer, seal| writer.bytes(seal.as_bytes()));
            writer.number(live.recency).number(live.unanswered.into());
        }
        Zeroizing::new(writer.into_bytes())
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredPeerError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredPeerError);
        }
        Ok(Self {
            identity: Curve25519PublicKey::from_bytes(reader.id()?),
            counter: reader.number()?,
            nak_sent: reader.maybe(Reader::number)?.map(Timestamp),
            nak_taken: reader.maybe(Reader::number)?.map(Timestamp),
            naks: reader.small()?,
            sessions: reader.list(|reader| reader.array(read_session))?,
        })
    }
}

fn read_session(reader: &mut Reader<'_>) -> Result<Live, WireError> {
    let pickle: SessionPickle = serde_json::from_slice(reader.bytes()?).map_err(|_| WireError::Malformed)?;
    let session = Session::from_pickle(pickle);
    Ok(Live {
        id: SessionId::of(&session),
        session,
        seal: reader.maybe(Reader::id)?.map(Curve25519PublicKey::from_bytes),
        recency: reader.number()?,
        unanswered: reader.small()?,
    })
}
