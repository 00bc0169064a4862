//! How well the other's key is known, and how to know it better.

mod badge;
mod code;
mod dialog;
mod emoji;

pub(crate) use badge::{Badge, Unproved, trust, undecided};
pub(super) use dialog::VerifyDialog;
pub(crate) use emoji::{EmojiDialog, EmojiNote};
