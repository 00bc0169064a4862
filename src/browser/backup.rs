//! Backup files: Argon2id and the cipher, which hold the page up for some tenths of a second, and the way to the disk.

use std::sync::Arc;

use gloo::timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen_futures::spawn_local;
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::{Inputs, js};
use crate::chat::Input;
use crate::chat::id::Ticket;
use crate::chat::secret::{Content, NoBackup, Passphrase};
use crate::e2ee::vault::{self, Cost};

/// How long the browser may take to read a file that it was handed, in milliseconds.
const HANDED: u32 = 60_000;

/// Carries out `Effect::SealBackup`.
pub(super) fn seal(
    inputs: &Inputs,
    ticket: Ticket,
    name: Arc<str>,
    content: Content,
    passphrase: Passphrase,
) {
    let inputs = inputs.clone();
    spawn_local(async move {
        js::drawn().await;
        let sealed = vault::seal_backup(content.as_bytes(), passphrase.as_str(), Cost::default());
        let hand_out = |file: Vec<u8>| hand_out(&name, &file).map_err(|_| NoBackup::NotHandedOut);
        inputs.push(Input::BackupMade(ticket, sealed.map_err(NoBackup::from).and_then(hand_out)));
    });
}

/// Carries out `Effect::OpenBackup`.
pub(super) fn open(inputs: &Inputs, ticket: Ticket, file: Arc<[u8]>, passphrase: Passphrase) {
    let inputs = inputs.clone();
    spawn_local(async move {
        js::drawn().await;
        let opened = vault::open_backup(&file, passphrase.as_str());
        inputs.push(Input::BackupOpened(ticket, opened.map(Content::new)));
    });
}

/// Offers bytes as a file to be saved.
fn hand_out(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = js::window().document().ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Timeout::new(HANDED, move || drop(Url::revoke_object_url(&address))).forget();
    Ok(())
}
