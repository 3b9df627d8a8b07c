//! Writes that meet on one item. In `DynamoDB` a transaction that meets another write is cancelled, and a plain write that
//! meets a transaction is refused
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling>).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::fault;
use crate::lock::lock;

/// What a conflict is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConflictCodes {
    /// The reason for which a transaction is cancelled.
    pub transaction: &'static str,
    /// The error of a plain write.
    pub write: &'static str,
}

impl ConflictCodes {
    /// As `DynamoDB`'s guide has them.
    pub const DOCUMENTED: Self = Self {
        transaction: "TransactionConflict",
        write: "TransactionConflictException",
    };
}

/// A write: which items it touches, and whether it is a transaction.
#[derive(Debug)]
pub(super) struct Write {
    is_transaction: bool,
    items: Vec<String>,
}

/// A write that was taken up; it is over when this is dropped, even if its client has gone.
#[derive(Debug)]
pub(super) struct UnderWay {
    conflicts: Arc<Mutex<Conflicts>>,
    write: Write,
}

impl UnderWay {
    /// Takes a write up; the answer to it where it conflicts with another.
    pub(super) fn begin(
        conflicts: &Arc<Mutex<Conflicts>>,
        write: Write,
        body: &[u8],
    ) -> Result<Self, (u16, Value)> {
        match lock(conflicts).begin(&write, body) {
            Some(conflict) => Err(conflict),
            None => Ok(Self {
                conflicts: conflicts.clone(),
                write,
            }),
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        lock(&self.conflicts).end(&self.write);
    }
}

/// The writes under way on each item: transactions, and plain ones.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    codes: Option<ConflictCodes>,
    under_way: BTreeMap<String, (usize, usize)>,
}

impl Write {
    /// What a request writes; `None` where it writes nothing.
    pub(super) fn of(operation: &str, body: &[u8]) -> Option<Self> {
        let request: Value = serde_json::from_slice(body).ok()?;
        match operation {
            "TransactWriteItems" => {
                let parts = request["TransactItems"].as_array()?.iter();
                let writes = parts.filter_map(|part| part.as_object()?.values().next());
                Some(Self {
                    is_transaction: true,
                    items: writes.map(item).collect(),
                })
            }
            "PutItem" | "UpdateItem" | "DeleteItem" => Some(Self {
                is_transaction: false,
                items: vec![item(&request)],
            }),
            _ => None,
        }
    }
}

/// The item's name: its table and the keys that the two tables have.
fn item(write: &Value) -> String {
    let keys = if write["Key"].is_null() {
        &write["Item"]
    } else {
        &write["Key"]
    };
    let key = |name: &str| keys[name]["S"].as_str().unwrap_or_default().to_owned();
    [
        write["TableName"].as_str().unwrap_or_default().to_owned(),
        key("endpoint_id"),
        key("item"),
        key("event_id"),
    ]
    .join("\n")
}

impl Conflicts {
    pub(super) fn answer_with(&mut self, codes: ConflictCodes) {
        self.codes = Some(codes);
    }

    /// Takes a write up, or answers that it conflicts with one under way.
    fn begin(&mut self, write: &Write, body: &[u8]) -> Option<(u16, Value)> {
        let meets = |item: &String| {
            let (transactions, plain) = self.under_way.get(item).copied().unwrap_or_default();
            transactions > 0 || (write.is_transaction && plain > 0)
        };
        if let Some(codes) = self.codes
            && write.items.iter().any(meets)
        {
            return Some(if write.is_transaction {
                fault::transaction_cancelled(body, codes.transaction)
            } else {
                fault::error(codes.write)
            });
        }
        for item in &write.items {
            *self.count(write.is_transaction, item) += 1;
        }
        None
    }

    /// A write that was taken up is over.
    fn end(&mut self, write: &Write) {
        for item in &write.items {
            *self.count(write.is_transaction, item) -= 1;
        }
        self.under_way.retain(|_, counts| *counts != (0, 0));
    }

    fn count(&mut self, is_transaction: bool, item: &str) -> &mut usize {
        let counts = self.under_way.entry(item.to_owned()).or_default();
        if is_transaction {
            &mut counts.0
        } else {
            &mut counts.1
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain() -> Value {
        json!({ "TableName": "t", "Key": { "endpoint_id": { "S": "e" }, "item": { "S": "state" } } })
    }

    fn transaction() -> Value {
        json!({ "TransactItems": [{ "Update": plain() }] })
    }

    #[test]
    fn two_plain_writes_never_conflict_and_a_transaction_always_does() {
        let mut conflicts = Conflicts::default();
        conflicts.answer_with(ConflictCodes::DOCUMENTED);
        let (plain, transaction) = (plain().to_string(), transaction().to_string());
        let write = Write::of("UpdateItem", plain.as_bytes()).unwrap();
        let whole = Write::of("TransactWriteItems", transaction.as_bytes()).unwrap();
        assert_eq!(conflicts.begin(&write, plain.as_bytes()), None);
        assert_eq!(conflicts.begin(&write, plain.as_bytes()), None);
        let (_, refused) = conflicts.begin(&whole, transaction.as_bytes()).unwrap();
        assert_eq!(
            refused["CancellationReasons"][0]["Code"],
            "TransactionConflict"
        );
        conflicts.end(&write);
        conflicts.end(&write);
        assert_eq!(conflicts.begin(&whole, transaction.as_bytes()), None);
        let (_, refused) = conflicts.begin(&write, plain.as_bytes()).unwrap();
        assert!(
            refused["__type"]
                .as_str()
                .unwrap()
                .ends_with("#TransactionConflictException")
        );
        conflicts.end(&whole);
        assert!(conflicts.under_way.is_empty());
    }
}
