//! JSON in which no object says anything twice.
//!
//! Of two `email`s serde would take the last and another reader the first. In a token that disagreement is an
//! attack, so it is found at any depth, after escapes are resolved.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a text is not an object with unique names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum InvalidObject {
    NotAnObject,
    RepeatedName,
}

/// The JSON object that these bytes are.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, InvalidObject> {
    let parsed: Parsed = serde_json::from_slice(bytes).map_err(|_| InvalidObject::NotAnObject)?;
    match parsed.value {
        Value::Object(_) if parsed.repeats => Err(InvalidObject::RepeatedName),
        Value::Object(object) => Ok(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(InvalidObject::NotAnObject)
        }
    }
}

/// A value, and whether an object in it has a name twice.
struct Parsed {
    value: Value,
    repeats: bool,
}

impl Parsed {
    fn plain(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            repeats: false,
        }
    }
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParsedVisitor)
    }
}

struct ParsedVisitor;

impl<'de> Visitor<'de> for ParsedVisitor {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Parsed, A::Error> {
        let mut object = Map::new();
        let mut repeats = false;
        while let Some((name, entry)) = entries.next_entry::<String, Parsed>()? {
            repeats |= entry.repeats;
            repeats |= object.insert(name, entry.value).is_some();
        }
        Ok(Parsed {
            value: Value::Object(object),
            repeats,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Parsed, A::Error> {
        let mut array = Vec::new();
        let mut repeats = false;
        while let Some(element) = elements.next_element::<Parsed>()? {
            repeats |= element.repeats;
            array.push(element.value);
        }
        Ok(Parsed {
            value: Value::Array(array),
            repeats,
        })
    }

    fn visit_bool<E>(self, value: bool) -> Result<Parsed, E> {
        Ok(Parsed::plain(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Parsed, E> {
        Ok(Parsed::plain(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Parsed, E> {
        Ok(Parsed::plain(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Parsed, E> {
        Ok(Parsed::plain(
            Number::from_f64(value).map_or(Value::Null, Value::Number),
        ))
    }

    fn visit_str<E>(self, value: &str) -> Result<Parsed, E> {
        Ok(Parsed::plain(value))
    }

    fn visit_unit<E>(self) -> Result<Parsed, E> {
        Ok(Parsed::plain(Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_reads_as_serde_reads_it() {
        let text = r#"{"a": [1, -2, 2.5, true, null, {"a": "x"}], "b": {"a": "é"}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(object(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn a_name_may_stand_once_in_each_object() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":null}"#,
            r#"{"email":1,"em\u0061il":2}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[[{"b":1,"b":1}]]}"#,
        ] {
            assert_eq!(
                object(text.as_bytes()),
                Err(InvalidObject::RepeatedName),
                "{text}"
            );
        }
    }

    #[test]
    fn only_a_whole_object_counts() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        for text in [
            "",
            "[]",
            "null",
            "\"a\"",
            "1",
            "{",
            "{}{}",
            "{a:1}",
            "{'a':1}",
            "\u{feff}{}",
            &deep,
        ] {
            assert_eq!(
                object(text.as_bytes()),
                Err(InvalidObject::NotAnObject),
                "{text}"
            );
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}"), Err(InvalidObject::NotAnObject));
    }
}
