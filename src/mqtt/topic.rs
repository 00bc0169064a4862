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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop")]

    use super::*;

    #[test]
    fn mqtt_4_7_1_1_to_3_wildcards_stand_where_they_may() {
        let filter = |text: &str| TopicFilter::parse(text).map(|_| ());
        for good in ["#", "+", "a/#", "a/+/b", "/", "+/+", "/#", "$SYS/#", "a//b"] {
            assert_eq!(filter(good), Ok(()), "{good}");
        }
        for bad in ["a#", "#/a", "a/#/b", "a+", "+a/b", "a/b+/c", "##"] {
            assert_eq!(filter(bad), Err(TopicError::Wildcard), "{bad}");
        }
        for bad in ["#", "+", "a/+/b", "a#"] {
            assert_eq!(TopicName::parse(bad), Err(TopicError::Wildcard), "{bad}");
        }
    }

    #[test]
    fn mqtt_4_7_2_1_a_leading_wildcard_leaves_out_dollar_topics() {
        let check = |filter: &str, topic: &str, expected| {
            let filter = TopicFilter::parse(filter).unwrap();
            let topic = TopicName::parse(topic).unwrap();
            assert_eq!(filter.matches(&topic), expected, "{filter:?} {topic:?}");
        };
        check("#", "$SYS/a", false);
        check("+/a", "$SYS/a", false);
        check("$SYS/#", "$SYS/a", true);
        check("$SYS/+", "$SYS/a", true);
        check("#", "a/$b", true);
        check("a/#", "a", true);
        check("a/#", "a/b/c", true);
        check("a/#", "ab", false);
        check("a/+", "a/", true);
        check("a/+", "a", false);
        check("+/+", "/a", true);
        check("/+", "/a", true);
        check("+", "/a", false);
        check("a/b", "a/b", true);
        check("a/b", "a/b/", false);
        check("a/b", "A/b", false);
    }

    #[test]
    fn mqtt_4_7_3_1_to_3_topics_have_1_to_65535_bytes_and_no_nul() {
        let longest = "ä".repeat(32_767) + "a";
        assert!(TopicName::parse(longest.clone()).is_ok());
        assert!(TopicFilter::parse(longest.clone()).is_ok());
        for (text, error) in [
            (String::new(), TopicError::Empty),
            (longest + "a", TopicError::TooLong),
            ("a\0b".into(), TopicError::Nul),
        ] {
            assert_eq!(TopicName::parse(text.clone()), Err(error));
            assert_eq!(TopicFilter::parse(text), Err(error));
        }
    }
}
