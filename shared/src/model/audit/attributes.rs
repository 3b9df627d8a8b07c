//! A record's attributes, written and read.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;

use crate::model::item::{Item, Malformed, Value};

/// An item in the making.
pub(super) struct Attributes(pub(super) Item);

impl Attributes {
    pub(super) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    pub(super) fn set_all<T: fmt::Display>(&mut self, name: &str, values: &BTreeSet<T>) {
        if !values.is_empty() {
            self.0.insert(name.to_owned(), values.iter().collect());
        }
    }
}

pub(super) fn number<T: FromStr>(item: &Item, attribute: &str) -> Result<Option<T>, Malformed> {
    let Some(value) = item.get(attribute) else {
        return Ok(None);
    };
    if let Value::N(number) = value {
        parsed(attribute, number).map(Some)
    } else {
        Err(malformed(attribute))
    }
}

/// A number of seconds; more than a duration can hold is malformed.
pub(super) fn seconds(item: &Item, attribute: &str) -> Result<Option<TimeDelta>, Malformed> {
    let Some(seconds) = number(item, attribute)? else {
        return Ok(None);
    };
    let seconds = TimeDelta::try_seconds(seconds);
    seconds.map(Some).ok_or_else(|| malformed(attribute))
}

pub(super) fn parsed<T: FromStr>(attribute: &str, text: &str) -> Result<T, Malformed> {
    text.parse().map_err(|_| malformed(attribute))
}

pub(super) fn malformed(attribute: &str) -> Malformed {
    Malformed {
        attribute: attribute.to_owned(),
        expected: "as it is written",
    }
}
