//! `config.json`: what whoever put the app on a server wants it to begin with.

use std::sync::Arc;

use wasm_bindgen_futures::JsFuture;
use web_sys::wasm_bindgen::JsCast;
use web_sys::{RequestCache, RequestInit, Response};

use super::js;
use crate::chat::account::{ConfigError, Defaults};
use crate::chat::json::Object;

/// Where it lies, relative to the page.
const FILE: &str = "./config.json";

/// Where the page came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Whether it came by https.
    pub secure: bool,
    /// Host and, where it is not the usual one, port.
    pub host: String,
    /// The host alone.
    pub hostname: String,
    /// The whole address, without query and fragment.
    pub address: String,
}

/// Loads and parses it.
///
/// # Errors
/// When it cannot be loaded or is malformed.
pub async fn load() -> Result<Defaults, ConfigError> {
    let page = page().ok_or(ConfigError::Unreachable)?;
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoCache);
    let asked = js::window().fetch_with_str_and_init(FILE, &init);
    let response: Response =
        JsFuture::from(asked).await.map_err(|_| ConfigError::Unreachable)?.unchecked_into();
    if !response.ok() {
        return Err(ConfigError::Status(response.status()));
    }
    let text = JsFuture::from(response.text().map_err(|_| ConfigError::Unreachable)?).await;
    let text = text.ok().and_then(|text| text.as_string()).ok_or(ConfigError::Unreachable)?;
    let file = object(&text)?;
    // The tab has its name also where something else is wrong.
    let name = brand(&file)?;
    js::window().document().into_iter().for_each(|page| page.set_title(&name));
    defaults(&file, &page)
}

/// Parses it. The broker is an address, or a port and path on the page's host, or empty: `/mqtt` where the page is.
///
/// # Errors
/// When it is malformed.
pub fn parse(text: &str, page: &Page) -> Result<Defaults, ConfigError> {
    defaults(&object(text)?, page)
}

fn object(text: &str) -> Result<Object, ConfigError> {
    Ok(Object::parse(text.trim_start_matches('\u{feff}').as_bytes())?)
}

fn brand(file: &Object) -> Result<Arc<str>, ConfigError> {
    Ok(file.text("brand")?.unwrap_or("Kith").trim().into())
}

fn defaults(file: &Object, page: &Page) -> Result<Defaults, ConfigError> {
    let text = |name, default| file.text(name).map(|text| text.unwrap_or(default).trim());
    let first = text("broker", "")?;
    // Whoever may choose may also choose what the page begins with.
    let servers = [first].into_iter().chain(file.texts("servers")?.into_iter().map(str::trim));
    let presets =
        servers.map(|server| broker(server, page).map(Arc::from)).collect::<Result<Arc<[Arc<str>]>, _>>()?;
    Ok(Defaults {
        broker: presets[0].clone(),
        presets,
        root: text("root", "kith")?.into(),
        region: text("region", "")?.to_ascii_uppercase().into(),
        brand: brand(file)?,
        secure_page: page.secure,
        page: page.address.as_str().into(),
    })
}

fn broker(broker: &str, page: &Page) -> Result<String, ConfigError> {
    let scheme = if page.secure { "wss" } else { "ws" };
    if broker.is_empty() {
        return Ok(format!("{scheme}://{}/mqtt", page.host));
    }
    if let Some(port) = broker.strip_prefix(':') {
        let digits = port.split('/').next().unwrap_or_default();
        return match digits.parse::<u16>() {
            Ok(1..) => Ok(format!("{scheme}://{}{broker}", page.hostname)),
            Ok(0) | Err(_) => Err(ConfigError::Broker(broker.to_owned())),
        };
    }
    if broker.starts_with("ws://") || broker.starts_with("wss://") {
        return Ok(broker.to_owned());
    }
    Err(ConfigError::Broker(broker.to_owned()))
}

fn page() -> Option<Page> {
    let location = js::window().location();
    let address = format!("{}{}", location.origin().ok()?, location.pathname().ok()?);
    Some(Page {
        secure: location.protocol().ok()? == "https:",
        host: location.host().ok()?,
        hostname: location.hostname().ok()?,
        address,
    })
}
