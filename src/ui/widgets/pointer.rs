//! What the person points with.

use leptos::prelude::*;

/// Whether it is a finger and nothing else: then the keyboard is on the screen, too.
pub(crate) fn is_touch() -> bool {
    let query = window().match_media("(hover: none) and (pointer: coarse)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
