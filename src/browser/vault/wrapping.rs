//! A key that the browser uses and does not give away: AES-GCM by WebCrypto, not extractable. It stops whoever copies
//! the stored data by a script, not whoever has the disk: the browser itself keeps it there, unprotected.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::wasm_bindgen::{JsCast, JsValue};

use crate::browser::js::{self, SubtleCrypto};
use crate::browser::random_bytes;

const LABEL: &[u8] = b"kith/1/vault";

/// Bytes that only this browser can unwrap.
pub(super) struct Wrapped {
    pub(super) wrapping: JsValue,
    pub(super) nonce: [u8; 12],
    pub(super) bytes: Vec<u8>,
}

/// Wraps bytes with a new key; none where the browser has no such keys: on origins that are not secure
/// (`http://192.168.…`), as there are no Web Locks there.
pub(super) async fn wrap(bytes: &[u8]) -> Result<Option<Wrapped>, JsValue> {
    let Some(subtle) = subtle() else { return Ok(None) };
    let algorithm = js::object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let wrapping = JsFuture::from(subtle.generate_key(&algorithm, false, &usages)?).await?;
    let nonce = random_bytes();
    let wrapped = subtle.encrypt(&sealing(&nonce), &wrapping, &Uint8Array::from(bytes))?;
    let bytes = Uint8Array::new(&JsFuture::from(wrapped).await?).to_vec();
    Ok(Some(Wrapped { wrapping, nonce, bytes }))
}

/// Unwraps; none where that cannot be done: the bytes were altered, or wrapped with another key.
pub(super) async fn unwrap(wrapped: &Wrapped) -> Option<Vec<u8>> {
    let data = Uint8Array::from(wrapped.bytes.as_slice());
    let bytes = subtle()?.decrypt(&sealing(&wrapped.nonce), &wrapped.wrapping, &data).ok()?;
    Some(Uint8Array::new(&JsFuture::from(bytes).await.ok()?).to_vec())
}

fn sealing(nonce: &[u8; 12]) -> Object {
    js::object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(nonce.as_slice()).into()),
        ("additionalData", Uint8Array::from(LABEL).into()),
    ])
}

fn subtle() -> Option<SubtleCrypto> {
    let crypto = js::window().crypto().ok()?;
    js::property(&crypto, "subtle").map(JsCast::unchecked_into)
}
