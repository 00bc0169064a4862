//! Phone numbers, read by a worker of their own: its rules are large, so they are loaded when the first number is to be
//! read.

use std::sync::Arc;

use web_sys::wasm_bindgen::JsValue;

use super::answerer::Answerer;
use super::{Inputs, js};
use crate::chat::Input;
use crate::chat::id::Ticket;
use crate::chat::input::PhoneError;

/// The worker's script, relative to the page.
pub const SCRIPT: &str = "./kith-phone_loader.js";

/// The reader of phone numbers. Asked `{text, region}`, the worker answers `{number}` or `{error}`.
pub struct Phone {
    worker: Answerer,
    inputs: Inputs,
}

impl Phone {
    /// A reader whose worker runs this script; nothing is loaded yet.
    #[must_use]
    pub fn new(script: &str, inputs: &Inputs) -> Self {
        Self { worker: Answerer::new(script), inputs: inputs.clone() }
    }

    /// Carries out `Effect::ParsePhone`.
    pub fn parse(&self, ticket: Ticket, text: &str, region: &str) {
        let inputs = self.inputs.clone();
        self.worker.ask(&[("text", text.into()), ("region", region.into())], move |answer| {
            let number = answer.as_ref().and_then(read).unwrap_or(Err(PhoneError::Unavailable));
            inputs.push(Input::Phone(ticket, number));
        });
    }
}

fn read(answer: &JsValue) -> Option<Result<Arc<str>, PhoneError>> {
    if let Some(number) = js::property(answer, "number") {
        return Some(Ok(number.as_string()?.into()));
    }
    Some(Err(phone_error(&js::property(answer, "error")?.as_string()?)))
}

fn phone_error(name: &str) -> PhoneError {
    match name {
        "not-a-number" => PhoneError::NotANumber,
        "no-country" => PhoneError::NoCountry,
        "unknown-country" => PhoneError::UnknownCountry,
        "too-short" => PhoneError::TooShort,
        "too-long" => PhoneError::TooLong,
        "invalid" => PhoneError::Invalid,
        _ => PhoneError::Unavailable,
    }
}
