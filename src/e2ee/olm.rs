//! Olm, for all of `e2ee`: vodozemac's. A simulation with model crypto has a stand-in here.

#[cfg(not(feature = "model-crypto"))]
pub(super) use vodozemac::olm::{
    Account, AccountPickle, DecryptionError, Message, OlmMessage, Session, SessionConfig,
    SessionCreationError, SessionPickle,
};

#[cfg(not(feature = "model-crypto"))]
pub use vodozemac::olm::PreKeyMessage;

#[cfg(feature = "model-crypto")]
pub(super) use super::model::olm::{
    Account, AccountPickle, DecryptionError, Message, OlmMessage, Session, SessionConfig,
    SessionCreationError, SessionPickle,
};

#[cfg(feature = "model-crypto")]
pub use super::model::olm::PreKeyMessage;
