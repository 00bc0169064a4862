//! JSON objects with texts, whole numbers, truth values and lists of texts in them: `config.json`, `info`, `isConnected`. One reader for
//! all of them; derived code for each would add to the download three times.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A JSON object.
#[derive(Debug)]
pub struct Object(Vec<(String, Value)>);

#[derive(Debug, PartialEq)]
enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Self>),
    Null,
    /// What no document of ours holds.
    Other,
}

/// Why a text is not the JSON that is asked for.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It is no JSON object.
    #[error(transparent)]
    Syntax(#[from] serde_json::Error),
    /// A member is missing, or of another kind.
    #[error("{0}: {1:?} is wanted")]
    Member(&'static str, Kind),
}

/// What a member has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
}

impl Value {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Flag(_) | Self::List(_) | Self::Null | Self::Other => None,
        }
    }
}

impl Object {
    /// Reads an object.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(json: &[u8]) -> Result<Self, JsonError> {
        Ok(serde_json::from_slice(json)?)
    }

    /// A text that may be missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, JsonError> {
        match self.find(name) {
            Some(Value::Text(text)) => Ok(Some(text)),
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(_) | Value::Flag(_) | Value::List(_) | Value::Other) => {
                Err(JsonError::Member(name, Kind::Text))
            }
        }
    }

    /// A list of texts that may be missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&self, name: &'static str) -> Result<Vec<&str>, JsonError> {
        let wrong = JsonError::Member(name, Kind::Texts);
        let list = match self.find(name) {
            Some(Value::List(list)) => list.as_slice(),
            None | Some(Value::Null) => &[],
            Some(Value::Text(_) | Value::Number(_) | Value::Flag(_) | Value::Other) => return Err(wrong),
        };
        list.iter().map(Value::text).collect::<Option<_>>().ok_or(wrong)
    }

    /// A whole number that must be there.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn number(&self, name: &'static str) -> Result<u64, JsonError> {
        match self.find(name) {
            Some(Value::Number(number)) => Ok(*number),
            _ => Err(JsonError::Member(name, Kind::Number)),
        }
    }

    /// A truth value that must be there.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn flag(&self, name: &'static str) -> Result<bool, JsonError> {
        match self.find(name) {
            Some(Value::Flag(flag)) => Ok(*flag),
            _ => Err(JsonError::Member(name, Kind::Flag)),
        }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(is, _)| is == name).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object: { ... }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Object(members))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn members_are_what_they_are() {
        let json = br#"{"t": "\u00e9\n", "n": 18446744073709551615, "f": true, "z": null, "l": [1, {"t": 2}], "m": {"t": 3}, "x": 1.0, "y": -1}"#;
        let object = Object::parse(json).unwrap();
        assert_eq!(object.text("t").unwrap(), Some("é\n"));
        assert_eq!(object.number("n").unwrap(), u64::MAX);
        assert!(object.flag("f").unwrap());
        assert_eq!(object.text("z").unwrap(), None);
        assert_eq!(object.text("missing").unwrap(), None);
        for name in ["n", "f", "l", "m", "x", "y"] {
            assert!(object.text(name).is_err(), "{name}");
        }
        for name in ["t", "f", "z", "l", "m", "x", "y", "missing"] {
            assert!(object.number(name).is_err(), "{name}");
        }
        for name in ["t", "n", "z", "missing"] {
            assert!(object.flag(name).is_err(), "{name}");
        }
        assert!(matches!(object.text("n"), Err(JsonError::Member("n", Kind::Text))));
    }

    #[test]
    fn a_list_of_texts_has_nothing_else_in_it() {
        let object =
            Object::parse(br#"{"l": ["a", "b"], "e": [], "z": null, "m": ["a", 1], "n": [["a"]], "t": "a"}"#);
        let object = object.unwrap();
        assert_eq!(object.texts("l").unwrap(), ["a", "b"]);
        for name in ["e", "z", "missing"] {
            assert!(object.texts(name).unwrap().is_empty(), "{name}");
        }
        for name in ["m", "n", "t"] {
            assert!(matches!(object.texts(name), Err(JsonError::Member(_, Kind::Texts))), "{name}");
        }
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for json in [
            "",
            "{",
            "[]",
            "[\"a\"]",
            "null",
            "1",
            "\"a\"",
            "{\"a\": 1}}",
            "{\"a\"}",
            "{a: 1}",
            "<!doctype html>",
        ] {
            assert!(Object::parse(json.as_bytes()).is_err(), "{json}");
        }
        let error = Object::parse(b"[]").unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid type: sequence, expected an object: { ... } at line 1 column 0"
        );
    }
}
