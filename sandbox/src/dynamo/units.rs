//! What a call consumes: the read and write units that `DynamoDB` bills
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>).
//!
//! `dynoxide` counts as AWS does: a read by steps of 4 KB, half of it where eventual consistency will do, a query by the
//! sum of its items, a write by steps of 1 KB of the larger of before and after, each index that changes apart, and in a
//! transaction twice for the table. What it does not tell is what a refused write costs: that is counted here.

use std::ops::AddAssign;

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// What a request asks with, and what an answer tells with.
const ASK: &str = "ReturnConsumedCapacity";
const TOLD: &str = "ConsumedCapacity";

/// Read and write units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// An eventually consistent read of up to 4 KB is half a unit.
    pub read: f64,
    /// A write of up to 1 KB is one.
    pub write: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.write += other.write;
    }
}

/// The units of an eventually consistent read of so many bytes.
pub fn eventual_read_units(bytes: usize) -> f64 {
    steps(bytes, 4096) / 2.0
}

/// The units of a write of so many bytes.
pub(super) fn write_units(bytes: usize) -> f64 {
    steps(bytes, 1024)
}

fn steps(bytes: usize, step: usize) -> f64 {
    f64::from(u32::try_from(bytes.div_ceil(step).max(1)).unwrap_or(u32::MAX))
}

/// The size of an item as it travels, a little more rather than less
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
pub(super) fn item_size(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else {
        return 1;
    };
    let texts = || value.as_array().into_iter().flatten();
    match kind.as_str() {
        "N" => value.as_str().map_or(0, str::len) / 2 + 2,
        "SS" => texts().filter_map(Value::as_str).map(str::len).sum(),
        "L" => 3 + texts().map(|value| 1 + value_size(value)).sum::<usize>(),
        "M" => 3 + item_size(value) + value.as_object().map_or(0, Map::len),
        "BOOL" | "NULL" => 1,
        _ => value.as_str().map_or(0, str::len),
    }
}

/// A request that also asks what it consumes; `None` where it need not be changed.
pub(super) fn asking(operation: &str, body: &[u8]) -> Option<Bytes> {
    if !tells(operation) {
        return None;
    }
    let mut request: Map<String, Value> = serde_json::from_slice(body).ok()?;
    if request.contains_key(ASK) {
        return None;
    }
    request.insert(ASK.to_owned(), json!("TOTAL"));
    Some(Value::Object(request).to_string().into())
}

fn tells(operation: &str) -> bool {
    reads(operation)
        || matches!(
            operation,
            "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
        )
}

fn reads(operation: &str) -> bool {
    matches!(
        operation,
        "GetItem" | "Query" | "Scan" | "BatchGetItem" | "TransactGetItems"
    )
}

/// What an answer says was consumed.
pub(super) fn told(operation: &str, answer: &Value) -> Units {
    let told = &answer[TOLD];
    // Of a transaction, one for each table.
    let tables = told
        .as_array()
        .map_or(std::slice::from_ref(told), Vec::as_slice);
    let mut units = Units::default();
    for table in tables {
        let consumed = table["CapacityUnits"].as_f64().unwrap_or_default();
        // A transaction that is sent again is only read.
        if reads(operation) || table["ReadCapacityUnits"].as_f64().is_some() {
            units.read += consumed;
        } else {
            units.write += consumed;
        }
    }
    units
}

/// An answer as it would have been, had its client not been made to ask.
pub(super) fn without(mut answer: Value) -> Bytes {
    if let Some(answer) = answer.as_object_mut() {
        answer.remove(TOLD);
    }
    answer.to_string().into()
}

/// A write whose condition did not hold is billed by the item that was there, in a transaction twice: which items those
/// are, as requests to get them, and how often each counts.
pub(super) fn refused(operation: &str, request: &[u8], answer: &Value) -> (Vec<Value>, f64) {
    let error = answer["__type"].as_str().unwrap_or_default();
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    if error.ends_with("#ConditionalCheckFailedException") {
        return (vec![get(&request)], 1.0);
    }
    if operation == "TransactWriteItems" && error.ends_with("#TransactionCanceledException") {
        let parts = request["TransactItems"].as_array().into_iter().flatten();
        let writes = parts.filter_map(|part| part.as_object()?.values().next());
        return (writes.map(get).collect(), 2.0);
    }
    (Vec::new(), 0.0)
}

/// The request for the item that a write is about. The keys are those that the two tables have.
fn get(write: &Value) -> Value {
    let named = if write["Key"].is_null() {
        &write["Item"]
    } else {
        &write["Key"]
    };
    let sort = if named["event_id"].is_null() {
        "item"
    } else {
        "event_id"
    };
    let key = json!({ "endpoint_id": named["endpoint_id"], sort: named[sort] });
    json!({ "TableName": write["TableName"], "Key": key, "ConsistentRead": true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eventual(bytes: usize) -> Units {
        Units {
            read: eventual_read_units(bytes),
            write: write_units(bytes),
        }
    }

    #[test]
    fn reads_go_by_four_kilobytes_and_writes_by_one() {
        for (bytes, read, write) in [
            (0, 0.5, 1.0),
            (1, 0.5, 1.0),
            (1024, 0.5, 1.0),
            (1025, 0.5, 2.0),
            (4096, 0.5, 4.0),
            (4097, 1.0, 5.0),
        ] {
            assert_eq!(eventual(bytes), Units { read, write }, "{bytes}");
        }
    }

    #[test]
    fn an_item_is_as_large_as_its_names_and_values() {
        for (item, size) in [
            (json!({ "name": { "S": "four" } }), 8),
            (json!({ "n": { "N": "1234" } }), 5),
            (json!({ "b": { "BOOL": true } }), 2),
            (json!({ "s": { "SS": ["ab", "c"] } }), 4),
            (json!({ "l": { "L": [{ "S": "ab" }] } }), 7),
            (json!({ "m": { "M": { "k": { "S": "v" } } } }), 7),
        ] {
            assert_eq!(item_size(&item), size, "{item}");
        }
    }

    #[test]
    fn a_request_that_asks_already_is_left_as_it_is() {
        let asks = br#"{"TableName":"t","ReturnConsumedCapacity":"NONE"}"#;
        assert_eq!(asking("GetItem", asks), None);
        assert_eq!(asking("DescribeTable", b"{}"), None);
        assert_eq!(asking("GetItem", b"not json"), None);
        let asking = asking("GetItem", br#"{"TableName":"t"}"#).unwrap();
        let asking: Value = serde_json::from_slice(&asking).unwrap();
        assert_eq!(asking[ASK], "TOTAL");
    }
}
