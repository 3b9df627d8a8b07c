//! The tables' items as plain values: what DynamoDB holds, without a type of its SDK.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

/// An item: attribute names and their values.
pub type Item = BTreeMap<String, Value>;

/// An attribute's value, of the kinds that we use.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    S(String),
    /// A number, as DynamoDB writes it.
    N(String),
    /// A set of strings; never empty in a table.
    Ss(BTreeSet<String>),
    L(Vec<Value>),
    M(Item),
    Bool(bool),
    /// Nothing, written down: read as an attribute that is missing.
    Null,
    /// Of a kind that we do not use. It is kept, so that nobody takes it for an attribute that is missing.
    Foreign,
}

impl Value {
    fn as_text(&self) -> Option<&str> {
        if let Self::S(text) = self {
            Some(text)
        } else {
            None
        }
    }

    fn as_count(&self) -> Option<u64> {
        if let Self::N(number) = self {
            number.parse().ok()
        } else {
            None
        }
    }

    pub(super) fn as_set(&self) -> Option<&BTreeSet<String>> {
        if let Self::Ss(texts) = self {
            Some(texts)
        } else {
            None
        }
    }

    fn as_list(&self) -> Option<&[Self]> {
        if let Self::L(values) = self {
            Some(values)
        } else {
            None
        }
    }

    fn as_map(&self) -> Option<Reader<'_>> {
        if let Self::M(map) = self {
            Some(Reader(map))
        } else {
            None
        }
    }
}

/// An attribute that is not of the kind or shape that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the attribute `{attribute}` is not {expected}")]
pub struct Malformed {
    pub attribute: String,
    /// What stands there where all is well.
    pub expected: &'static str,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::S(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::S(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::N(number.to_string())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::N(number.to_string())
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::S(rfc3339(time))
    }
}

impl<T: ToString> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self::Ss(texts.into_iter().map(|text| text.to_string()).collect())
    }
}

/// A time as the tables and the API write it: RFC 3339 in UTC to the second.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time by a name, as an element of a set.
pub fn named_time(name: &impl std::fmt::Display, time: DateTime<Utc>) -> String {
    format!("{name} {}", rfc3339(time))
}

/// A time as it will be read back from a table.
pub fn whole_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}

/// Reads attributes of an item; a missing one is `None`, a wrong one an error that names it.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(pub &'a Item);

impl<'a> Reader<'a> {
    fn read<T>(
        self,
        attribute: &str,
        expected: &'static str,
        parse: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        self.0
            .get(attribute)
            .filter(|value| **value != Value::Null)
            .map(|value| {
                parse(value).ok_or(Malformed {
                    attribute: attribute.to_owned(),
                    expected,
                })
            })
            .transpose()
    }

    pub fn text(self, attribute: &str) -> Result<Option<&'a str>, Malformed> {
        self.read(attribute, "a string", Value::as_text)
    }

    pub fn count(self, attribute: &str) -> Result<Option<u64>, Malformed> {
        self.read(attribute, "a whole number", Value::as_count)
    }

    pub fn time(self, attribute: &str) -> Result<Option<DateTime<Utc>>, Malformed> {
        self.read(attribute, "an RFC 3339 time", |value| {
            DateTime::parse_from_rfc3339(value.as_text()?)
                .ok()
                .map(|time| time.to_utc())
        })
    }

    /// Times by name, as [`named_time`] writes each; missing is empty.
    pub fn named_times<K: Ord>(
        self,
        attribute: &str,
        make: impl Fn(&str) -> K,
    ) -> Result<BTreeMap<K, DateTime<Utc>>, Malformed> {
        let parse = |text: &String| {
            let (name, time) = text.split_once(' ')?;
            let time = DateTime::parse_from_rfc3339(time).ok()?;
            Some((make(name), time.to_utc()))
        };
        let texts = self.set(attribute, |text| text)?;
        let times: Option<_> = texts.iter().map(parse).collect();
        times.ok_or(Malformed {
            attribute: attribute.to_owned(),
            expected: "a set of names and times",
        })
    }

    /// A set of strings; missing is empty.
    pub fn set<T: Ord>(
        self,
        attribute: &str,
        make: impl Fn(String) -> T,
    ) -> Result<BTreeSet<T>, Malformed> {
        let set = self.read(attribute, "a set of strings", Value::as_set)?;
        Ok(set.into_iter().flatten().cloned().map(make).collect())
    }

    /// A list of numbers; missing is empty.
    pub fn counts(self, attribute: &str) -> Result<Vec<u64>, Malformed> {
        let counts = self.read(attribute, "a list of numbers", |value| {
            value.as_list()?.iter().map(Value::as_count).collect()
        })?;
        Ok(counts.unwrap_or_default())
    }

    /// A list of maps; missing is empty.
    pub fn maps(self, attribute: &str) -> Result<Vec<Reader<'a>>, Malformed> {
        let maps = self.read(attribute, "a list of maps", |value| {
            value.as_list()?.iter().map(Value::as_map).collect()
        })?;
        Ok(maps.unwrap_or_default())
    }

    /// A string that holds JSON of `T`.
    pub fn json<T: serde::de::DeserializeOwned>(
        self,
        attribute: &str,
    ) -> Result<Option<T>, Malformed> {
        self.read(attribute, "JSON of our making", |value| {
            serde_json::from_str(value.as_text()?).ok()
        })
    }
}

/// An attribute that every item of its kind has.
pub fn required<T>(attribute: &str, value: Option<T>) -> Result<T, Malformed> {
    value.ok_or(Malformed {
        attribute: attribute.to_owned(),
        expected: "there",
    })
}
