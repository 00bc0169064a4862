//! Small line drawings for what is empty: ink-soft lines, one accent.

use leptos::prelude::*;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sketch {
    Chats,
    People,
    Hello,
    Tabs,
    Drawer,
}

impl Sketch {
    /// The lines, and the line in the accent.
    const fn paths(self) -> (&'static str, &'static str) {
        match self {
            Self::Chats => (
                "M22 30h44a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8H42L28 76V64h-6a8 8 0 0 1-8-8V38a8 8 0 0 1 8-8ZM80 46h16a8 8 0 0 1 8 8v16a8 8 0 0 1-8 8h-4v10L80 78H60",
                "M28 44h30M28 52h18",
            ),
            Self::People => (
                "M44 50a13 13 0 1 0 0-26 13 13 0 0 0 0 26ZM18 86c0-14 11-24 26-24s26 10 26 24M78 52a10 10 0 1 0-6-18M80 62c12 1 20 10 20 22",
                "M98 30v16M90 38h16",
            ),
            Self::Hello => (
                "M30 26h60a10 10 0 0 1 10 10v28a10 10 0 0 1-10 10H58L40 88V74H30a10 10 0 0 1-10-10V36a10 10 0 0 1 10-10Z",
                "M46 50c4 8 24 8 28 0M48 40v.1M72 40v.1",
            ),
            Self::Tabs => (
                "M34 74h-8a6 6 0 0 1-6-6V28a6 6 0 0 1 6-6h54a6 6 0 0 1 6 6v4M40 32h54a6 6 0 0 1 6 6v42a6 6 0 0 1-6 6H40a6 6 0 0 1-6-6V38a6 6 0 0 1 6-6ZM34 46h66",
                "M57 66h20M69 58l8 8-8 8",
            ),
            Self::Drawer => (
                "M24 28h72a6 6 0 0 1 6 6v46a6 6 0 0 1-6 6H24a6 6 0 0 1-6-6V34a6 6 0 0 1 6-6ZM18 57h84",
                "M50 43h20M50 71h20",
            ),
        }
    }
}

const MARK_TILE: &str = "M11 2h10a9 9 0 0 1 9 9v10a9 9 0 0 1-9 9H5a3 3 0 0 1-3-3V11a9 9 0 0 1 9-9Z";
const MARK_LETTER: &str = "M11.5 8.5v15M20.5 11.5l-9 7M15 16l6 7.5";

/// The app's own sign.
#[component]
pub(crate) fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <path class="mark-tile" d=MARK_TILE />
            <path class="mark-letter" d=MARK_LETTER />
        </svg>
    }
}

/// A drawing: decoration above a sentence.
#[component]
pub(crate) fn Drawing(sketch: Sketch) -> impl IntoView {
    let (lines, accent) = sketch.paths();
    view! {
        <svg class="drawing" viewBox="0 0 120 104" aria-hidden="true">
            <path d=lines />
            <path class="drawing-accent" d=accent />
        </svg>
    }
}
