//! Cleaning of what people write, before anybody sees it.

use std::sync::Arc;

/// The longest name, in characters.
pub const MAX_NAME: usize = 64;
/// The longest "about", in characters.
pub const MAX_ABOUT: usize = 280;
/// The longest status, in characters.
pub const MAX_STATUS: usize = 80;

/// How many combining marks may follow one character.
const MAX_MARKS: usize = 4;

/// One line without control and direction characters, without stacks of combining marks, white space folded, cut at
/// `limit` characters.
pub(crate) fn clean_line(text: &str, limit: usize) -> Arc<str> {
    let mut clean = String::new();
    let mut marks = 0;
    let mut length = 0;
    let words = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    for character in words.filter(|c| !is_hidden(*c)) {
        if length == limit {
            break;
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        let doubled = character == ' ' && (clean.is_empty() || clean.ends_with(' '));
        if marks <= MAX_MARKS && !doubled {
            clean.push(character);
            length += 1;
        }
    }
    clean.trim_end().into()
}

/// A message's text: control characters other than line breaks and tabs go, and so do the characters that turn the
/// direction of what follows (U+202A–U+202E, U+2066–U+2069), for they would reach beyond their message.
pub(crate) fn clean_text(text: &str) -> Arc<str> {
    let kept = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_direction(*c));
    if text.chars().all(|c| kept(&c)) {
        return text.into();
    }
    text.chars().filter(kept).collect::<String>().into()
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character shows nothing but could make one name pass for another.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || is_direction(c)
        || matches!(
            c,
            '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{061C}'
                | '\u{2060}'
                | '\u{FEFF}'
                | '\u{00AD}'
                | '\u{180E}'
                | '\u{3164}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_what_cannot_be_seen() {
        assert_eq!(&*clean_line("  An\u{202E}na\u{0}\n  B. \u{200B}", 64), "Anna B.");
        assert_eq!(&*clean_line(&"x".repeat(10_000), MAX_NAME), "x".repeat(64));
        assert_eq!(
            &*clean_line(&format!("e{}", "\u{0301}".repeat(50)), 64),
            format!("e{}", "\u{0301}".repeat(4))
        );
        assert_eq!(&*clean_line("<script>alert(1)</script>", 64), "<script>alert(1)</script>");
    }

    #[test]
    fn a_text_keeps_its_lines_and_loses_direction_overrides() {
        assert_eq!(&*clean_text("a\n\tb\u{202E}c\u{7}"), "a\n\tbc");
    }
}
