//! The two tables, as `template.yaml` makes them.

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::update_time_to_live::UpdateTimeToLiveRequest;
use dynoxide::errors::DynoxideError;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use testkit::example::{AUDIT_TABLE, LEASE_TABLE};

/// Makes the tables that are not there yet.
pub(super) fn make(database: &Database) -> Result<(), String> {
    for table in [lease_table(), audit_table()] {
        match database.create_table(request::<CreateTableRequest>(&table)?) {
            Ok(_) => {
                let ttl = json!({
                    "TableName": table["TableName"],
                    "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true },
                });
                let enabled =
                    database.update_time_to_live(request::<UpdateTimeToLiveRequest>(&ttl)?);
                enabled.map_err(|error| error.to_string())?;
            }
            Err(DynoxideError::ResourceInUseException(_)) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

fn request<T: DeserializeOwned>(json: &Value) -> Result<T, String> {
    serde_json::from_value(json.clone()).map_err(|error| error.to_string())
}

fn lease_table() -> Value {
    json!({
        "TableName": LEASE_TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": strings(&["endpoint_id", "item"]),
        "KeySchema": key("endpoint_id", "item"),
    })
}

fn audit_table() -> Value {
    json!({
        "TableName": AUDIT_TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": strings(&["endpoint_id", "event_id", "actor", "day", "month"]),
        "KeySchema": key("endpoint_id", "event_id"),
        "DeletionProtectionEnabled": true,
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
        "GlobalSecondaryIndexes": [
            index("by-actor", "actor"),
            index("by-day", "day"),
            index("by-month", "month"),
        ],
    })
}

fn strings(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect()
}

fn key(partition: &str, sort: &str) -> Value {
    json!([
        { "AttributeName": partition, "KeyType": "HASH" },
        { "AttributeName": sort, "KeyType": "RANGE" },
    ])
}

fn index(name: &str, partition: &str) -> Value {
    json!({
        "IndexName": name,
        "KeySchema": key(partition, "event_id"),
        "Projection": { "ProjectionType": "ALL" },
    })
}
