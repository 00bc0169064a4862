//! Topic Names and Topic Filters: parsed once, valid from then on.

use std::fmt;

/// Why a text is no Topic Name or Topic Filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// \[MQTT-4.7.3-1\]
    #[error("a topic needs at least one character")]
    Empty,
    /// \[MQTT-4.7.3-3\]
    #[error("a topic may not be longer than 65535 bytes")]
    TooLong,
    /// \[MQTT-4.7.3-2\]
    #[error("a topic may not contain the character U+0000")]
    Nul,
    /// \[MQTT-3.3.2-2\], \[MQTT-4.7.1-2\], \[MQTT-4.7.1-3\]
    #[error("a wildcard stands where none may")]
    Wildcard,
}

/// The topic of one PUBLISH: no wildcards.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(String);

/// What a SUBSCRIBE asks for: `+` stands for one level, a last `#` for all that follow.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicFilter(String);

impl TopicName {
    /// Checks a Topic Name.
    ///
    /// # Errors
    /// Tells which rule of MQTT 3.1.1 section 4.7 the text breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, TopicError> {
        let text = text.into();
        check(&text)?;
        if text.contains(['#', '+']) {
            return Err(TopicError::Wildcard);
        }
        Ok(Self(text))
    }

    /// The topic's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TopicFilter {
    /// Checks a Topic Filter.
    ///
    /// # Errors
    /// Tells which rule of MQTT 3.1.1 section 4.7 the text breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, TopicError> {
        let text = text.into();
        check(&text)?;
        let last = text.split('/').count() - 1;
        let misplaced = text.split('/').enumerate().any(|(at, level)| {
            (level.contains('#') && (level.len() > 1 || at != last))
                || (level.contains('+') && level.len() > 1)
        });
        if misplaced {
            return Err(TopicError::Wildcard);
        }
        Ok(Self(text))
    }

    /// The filter's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a publish to `topic` is for this filter; a leading wildcard leaves out topics that begin with `$`
    /// \[MQTT-4.7.2-1\].
    #[must_use]
    pub fn matches(&self, topic: &TopicName) -> bool {
        if topic.0.starts_with('$') && self.0.starts_with(['#', '+']) {
            return false;
        }
        let mut levels = topic.0.split('/');
        for wanted in self.0.split('/') {
            match (wanted, levels.next()) {
                ("#", _) => return true,
                ("+", Some(_)) => {}
                (_, Some(level)) if level == wanted => {}
                _ => return false,
            }
        }
        levels.next().is_none()
    }
}

fn check(text: &str) -> Result<(), TopicError> {
    if text.is_empty() {
        return Err(TopicError::Empty);
    }
    if text.len() > usize::from(u16::MAX) {
        return Err(TopicError::TooLong);
    }
    if text.contains('\0') {
        return Err(TopicError::Nul);
    }
    Ok(())
}

impl fmt::Debug for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
