//! Proof that a device goes on from another one, whose keys it had: storage that is older than what was written there
//! last still holds them, and a new device is made in its place. Others may tell it what they had told the former one.
//! Whoever has the person's words alone cannot make one.

use super::certificate::{CertificateError, DeviceCertificate};
use super::device::Device;
use super::document::Document;
use super::key::{Signature, Signer, is_signed};
use super::place::Owner;
use crate::time::Timestamp;

/// What is signed.
const PURPOSE: &str = "succession";

/// The former device's certificate, and its word that another one goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// As it was last published.
    pub certificate: Document,
    /// By the former device, at its place, over the id of the one that follows it.
    pub signature: Signature,
}

impl Succession {
    /// Made while the former device's keys are here for the last time.
    #[must_use]
    pub fn of(former: &Device, certificate: Document, successor: &[u8; 8], owner: &Owner<'_>) -> Self {
        let signature = former.sign(&owner.certificate(former.id()).bind(PURPOSE, successor));
        Self { certificate, signature }
    }

    /// Believes that a device goes on from another, or not: gives that one's id.
    ///
    /// # Errors
    /// Says why not.
    pub fn verify(
        &self,
        owner: &Owner<'_>,
        successor: &[u8; 8],
        now: Timestamp,
    ) -> Result<[u8; 8], CertificateError> {
        let former = DeviceCertificate::named_device(&self.certificate)?;
        let certificate = DeviceCertificate::verify(&self.certificate, owner, &former, None, now)?;
        let signed = owner.certificate(&former).bind(PURPOSE, successor);
        if is_signed(&certificate.ed25519, &signed, &self.signature) {
            Ok(former)
        } else {
            Err(CertificateError::Countersignature)
        }
    }
}
