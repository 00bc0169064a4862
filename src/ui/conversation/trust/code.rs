//! A QR code, drawn.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcode::{Color, QrCode};

/// The margin that a reader needs, in modules (ISO/IEC 18004 section 6.3.8).
const QUIET: usize = 4;

/// The code of a text; nothing where it is too long for one.
#[component]
pub(super) fn Code(text: String, label: &'static str) -> impl IntoView {
    let drawn = draw(&text);
    drawn.map(|(side, path)| {
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
                <path class="qr-paper" d=format!("M0 0h{side}v{side}h-{side}z") />
                <path class="qr-ink" d=path />
            </svg>
        }
    })
}

/// The length of a side in modules, and the dark ones among them.
fn draw(text: &str) -> Option<(usize, String)> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, colour) in code.into_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            // A string takes whatever is written into it.
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    Some((width + 2 * QUIET, path))
}
