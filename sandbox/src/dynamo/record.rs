//! Items as tests and pages read them.

use serde_json::Value;
use shared::model::item::{self, Item};

use super::units::item_size;

/// An item in DynamoDB's JSON: an audit record, or one of the lease table.
#[derive(Debug, Clone, PartialEq)]
pub struct Record(Value);

impl Record {
    /// The item, in DynamoDB's JSON.
    pub fn new(item: Value) -> Self {
        Self(item)
    }

    /// Its size as DynamoDB counts it, a little more rather than less.
    pub fn size(&self) -> usize {
        item_size(&self.0)
    }

    /// The same as our plain values; a kind of value that audit records do not have is foreign.
    pub fn item(&self) -> Item {
        let attributes = self.0.as_object().into_iter().flatten();
        let value = |json: &Value| {
            let text = |kind: &str| json[kind].as_str().map(str::to_owned);
            let set = json["SS"].as_array();
            let set = set.map(|set| set.iter().filter_map(Value::as_str).collect());
            let number = text("N").map(item::Value::N);
            let text = text("S").map(item::Value::S);
            text.or(number).or(set).unwrap_or(item::Value::Foreign)
        };
        attributes
            .map(|(name, json)| (name.clone(), value(json)))
            .collect()
    }

    /// A string or a number as DynamoDB writes it; empty: there is none.
    pub fn text(&self, attribute: &str) -> &str {
        let value = &self.0[attribute];
        value["S"]
            .as_str()
            .or_else(|| value["N"].as_str())
            .unwrap_or_default()
    }

    /// A number; not a number: there is none.
    pub fn number(&self, attribute: &str) -> f64 {
        self.text(attribute).parse().unwrap_or(f64::NAN)
    }

    /// A set of strings; empty: there is none.
    pub fn set(&self, attribute: &str) -> Vec<&str> {
        let set = self.0[attribute]["SS"].as_array();
        set.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}
