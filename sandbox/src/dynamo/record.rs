//! Items as tests and pages read them.

use serde_json::Value;

/// An item in DynamoDB's JSON: an audit record, or one of the lease table.
#[derive(Debug, Clone, PartialEq)]
pub struct Record(Value);

impl Record {
    /// The item, in DynamoDB's JSON.
    pub fn new(item: Value) -> Self {
        Self(item)
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
