//! The text of a message: links become links, everything else stays text.

use leptos::prelude::*;
use web_sys::Url;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Link(&'a str),
}

/// A text as elements; never as markup.
pub(super) fn words(text: &str) -> impl IntoView + use<> {
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Plain(text) => text.to_owned().into_any(),
        Piece::Link(address) => {
            let href = href(address);
            let shown = shown(address, &href);
            view! { <a href=href target="_blank" rel="noopener noreferrer">{shown}</a> }.into_any()
        }
    });
    pieces.collect_view()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = link_start(rest) {
        let length = link_length(&rest[start..]);
        let (before, link) = (&rest[..start], &rest[start..start + length]);
        if !before.is_empty() {
            pieces.push(Piece::Plain(before));
        }
        pieces.push(if is_whole(link) { Piece::Link(link) } else { Piece::Plain(link) });
        rest = &rest[start + length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    pieces
}

fn link_start(text: &str) -> Option<usize> {
    let found = |beginning| text.match_indices(beginning).map(|(at, _)| at);
    let is_start = |at: &usize| !text[..*at].ends_with(continues_word) && scheme(&text[*at..]).is_some();
    found("http").find(is_start).into_iter().chain(found("www.").find(is_start)).min()
}

/// Whether it goes on with what stands before it: `mailto:a@www.example.org` and `//www.example.org` are no beginnings.
fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || "@/.-_".contains(c)
}

/// How a link begins. Without a scheme it is one of the web where it says so.
fn scheme(text: &str) -> Option<&str> {
    ["https://", "http://", "www."].into_iter().find(|scheme| text.starts_with(scheme))
}

/// Where a link leads.
fn href(link: &str) -> String {
    if link.starts_with("www.") { format!("https://{link}") } else { link.to_owned() }
}

/// Up to a space or quotation mark, without the punctuation that belongs to the sentence around it.
fn link_length(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"“”«»".contains(c))
        .unwrap_or(text.len());
    let mut link = &text[..end];
    while let Some(last) = link.chars().next_back() {
        let is_closing = |open: char, close: char| {
            last == close && link.matches(open).count() < link.matches(close).count()
        };
        let is_outside = ".,;:!?'…*_".contains(last) || is_closing('(', ')') || is_closing('[', ']');
        if !is_outside {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    // At least the scheme, so that the search goes on behind it.
    link.len().max(scheme(text).map_or(1, str::len))
}

/// Whether it names a host, and nothing before it that could be taken for one: `https://bank.example@evil.example`.
fn is_whole(link: &str) -> bool {
    let is_name = |host: &str| host.starts_with(char::is_alphanumeric) && !host.contains(['@', '\\']);
    // Without a scheme it is a sentence's "www.hm" sooner than a host without a dot.
    host(link).is_some_and(|host| is_name(host) && (!link.starts_with("www.") || host.contains('.')))
}

/// What stands before the path, with name and password if there are any.
fn host(link: &str) -> Option<&str> {
    link[scheme(link)?.len()..].split(['/', '?', '#']).next()
}

/// An address as it is read: a host in other letters than ASCII can look like another one, so its real name is shown.
fn shown(address: &str, href: &str) -> String {
    let plain = host(address).is_some_and(str::is_ascii);
    let real = if plain { None } else { Url::new(href).ok().map(|url| url.href()) };
    real.unwrap_or_else(|| address.to_owned())
}

/// Whether a text is a few emoji and nothing else: these are drawn larger.
pub(super) fn is_emoji_only(text: &str) -> bool {
    let mut pictures = 0;
    for c in text.chars() {
        match u32::from(c) {
            0x1_f000..=0x1_faff | 0x2600..=0x27bf | 0x2b50 | 0x2b55 | 0x231a..=0x231b | 0x23e9..=0x23f3 => {
                pictures += 1
            }
            // Joiner, variation selector, keycap, tags, spaces.
            0x200d | 0xfe0f | 0x20e3 | 0xe_0020..=0xe_007f | 0x20 => {}
            _ => return false,
        }
    }
    (1..=8).contains(&pictures)
}
