//! Pieces that every screen uses. They are given data and know nothing of the app.

pub(crate) mod avatar;
pub(crate) mod clipboard;
pub(crate) mod clock;
pub(crate) mod copy_field;
pub(crate) mod drawing;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod live;
pub(crate) mod menu;
pub(crate) mod modal;
pub(crate) mod pointer;
pub(crate) mod watch;
