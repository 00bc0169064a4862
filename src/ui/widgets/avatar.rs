//! A person's picture, or initials on a colour of their own.

use std::sync::Arc;

use gloo::file::{Blob, ObjectUrl};
use leptos::prelude::*;

use crate::chat::id::UserId;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::live;

/// Decoration: the name stands beside it.
#[component]
pub(crate) fn Avatar(
    id: UserId,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] picture: Signal<Option<Arc<[u8]>>>,
    #[prop(optional)] large: bool,
) -> impl IntoView {
    let picture = Memo::new(move |_| picture.get());
    // Of a number there are none.
    let drawn = move || {
        let initials = initials(&name.read());
        if initials.is_empty() {
            icon(Icon::Person).into_any()
        } else {
            view! { <span>{initials}</span> }.into_any()
        }
    };
    view! {
        <span class="avatar" class:large=large data-hue=hue(id) aria-hidden="true">
            {live(move || match picture.with(|picture| picture.as_deref().and_then(url)) {
                Some(url) => {
                    let source = url.to_string();
                    // The address lives as long as this drawing of the picture.
                    StoredValue::new_local(url);
                    view! { <img src=source alt="" decoding="async" /> }.into_any()
                }
                None => drawn(),
            })}
        </span>
    }
}

/// One of twelve hues.
fn hue(id: UserId) -> String {
    (id.0.iter().fold(0_u32, |sum, byte| sum + u32::from(*byte)) % 12).to_string()
}

fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// An address for the bytes, where they are a picture of a known kind.
fn url(bytes: &[u8]) -> Option<ObjectUrl> {
    let kind = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return None,
    };
    Some(ObjectUrl::from(Blob::new_with_options(bytes, Some(kind))))
}
