//! The tables, compared with what `template.yaml` makes.

use std::collections::BTreeSet;

use super::{Facts, Finding};
use crate::config::Config;
use crate::seen::{Answer, Table};

/// What the template makes of a table.
struct Expected {
    keys: [&'static str; 2],
    indexes: &'static [&'static str],
    stream: Option<&'static str>,
    is_protected: bool,
}

const LEASE: Expected = Expected {
    keys: ["endpoint_id HASH", "item RANGE"],
    indexes: &[],
    stream: None,
    is_protected: false,
};

const AUDIT: Expected = Expected {
    keys: ["endpoint_id HASH", "event_id RANGE"],
    indexes: &[
        "by-actor: actor HASH, event_id RANGE, ALL",
        "by-day: day HASH, event_id RANGE, ALL",
        "by-month: month HASH, event_id RANGE, ALL",
    ],
    stream: Some("NEW_AND_OLD_IMAGES"),
    is_protected: true,
};

pub(super) fn findings(config: &Config, facts: &Facts) -> Vec<Finding> {
    let (Some(names), Some([lease, audit])) = (&config.tables, &facts.tables) else {
        return Vec::new();
    };
    let lease = of_table(&names.lease, lease, &LEASE);
    lease
        .into_iter()
        .chain(of_table(&names.audit, audit, &AUDIT))
        .collect()
}

fn of_table(name: &str, found: &Answer<Table>, expected: &Expected) -> Vec<Finding> {
    let table = match found {
        Ok(table) => table,
        Err(refusal) => {
            return vec![Finding::wrong(
                format!("the table {name} cannot be described: {refusal}"),
                "the functions cannot work without it",
                "is it the name in the stack's outputs, is the region right, and may you call dynamodb:DescribeTable?",
            )];
        }
    };
    let wrong = differences(name, table, expected);
    if wrong.is_empty() {
        vec![Finding::Fine(format!(
            "the table {name} is as the template makes it"
        ))]
    } else {
        wrong
    }
}

fn differences(name: &str, table: &Table, expected: &Expected) -> Vec<Finding> {
    let mut wrong = Vec::new();
    let update = |option: &str| format!("`aws dynamodb update-table --table-name {name} {option}`");
    if table.keys != expected.keys {
        wrong.push(Finding::wrong(
            format!(
                "the keys of {name} are {:?}, not {:?}",
                table.keys, expected.keys
            ),
            "it is another table: nothing can be read or written",
            "set LEASE_TABLE and AUDIT_TABLE to the stack's outputs",
        ));
    }
    let indexes: BTreeSet<String> = expected
        .indexes
        .iter()
        .map(|&index| index.to_owned())
        .collect();
    let missing: Vec<&String> = indexes.difference(&table.indexes).collect();
    if !missing.is_empty() {
        wrong.push(Finding::wrong(
            format!("{name} lacks the indexes {missing:?}"),
            "records cannot be read by day or by actor",
            "deploy the stack again",
        ));
    }
    if table.time_to_live.as_deref() != Some("expires_at") {
        wrong.push(Finding::wrong(
            format!("{name} has no time to live on `expires_at`"),
            "nothing expires",
            format!(
                "`aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification \
                 Enabled=true,AttributeName=expires_at`"
            ),
        ));
    }
    if expected.stream.is_some() && table.stream.as_deref() != expected.stream {
        wrong.push(Finding::wrong(
            format!("{name} has no stream of new and old images"),
            "no alarm says when a record is changed or deleted",
            update("--stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"),
        ));
    }
    if expected.is_protected && !table.is_protected {
        wrong.push(Finding::wrong(
            format!("{name} has no deletion protection"),
            "one call deletes every record",
            update("--deletion-protection-enabled"),
        ));
    }
    if !table.is_recoverable {
        wrong.push(Finding::wrong(
            format!("{name} has no point-in-time recovery"),
            "what is overwritten or deleted cannot be restored",
            format!(
                "`aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification \
                 PointInTimeRecoveryEnabled=true`"
            ),
        ));
    }
    wrong
}
