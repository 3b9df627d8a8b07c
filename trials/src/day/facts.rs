//! What a day shows of the functions, for the checks of the template: the rights that they needed, the metrics that they
//! told, and the variables that they read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use sandbox::Sandbox;
use serde_json::{Value, json};
use shared::config::{Function, VARIABLES};

/// Writes it to a file, as JSON.
pub(super) fn write(sandbox: &Sandbox, file: &Path) -> anyhow::Result<()> {
    let mut metrics = BTreeSet::new();
    for function in sandbox::function::NAMES {
        let log = sandbox.lambda().logs().join(format!("{function}.log"));
        let text = fs::read_to_string(&log).with_context(|| format!("{}", log.display()))?;
        // In sandbox and Lambda alike, other lines stand among them.
        for line in text.lines().filter(|line| line.starts_with('{')) {
            if let Ok(line) = serde_json::from_str::<Value>(line) {
                metrics.extend(metrics_of(&line));
            }
        }
    }
    let facts = json!({
        "variables": VARIABLES.iter().map(variable).collect::<Vec<_>>(),
        "rights": sandbox.rights().needed(),
        "metrics": metrics.iter().filter_map(|text| serde_json::from_str(text).ok()).collect::<Vec<Value>>(),
    });
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(file, format!("{facts:#}\n")).with_context(|| format!("{}", file.display()))
}

/// Each metric of a line, once for each set of dimensions, as JSON text: a set cannot hold JSON itself.
fn metrics_of(line: &Value) -> Vec<String> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array();
    let mut found = Vec::new();
    for directive in directives.into_iter().flatten() {
        let metrics = directive["Metrics"].as_array().into_iter().flatten();
        for metric in metrics {
            let sets = directive["Dimensions"].as_array().into_iter().flatten();
            for dimensions in sets {
                let fact = json!({
                    "namespace": directive["Namespace"],
                    "name": metric["Name"],
                    "unit": metric["Unit"],
                    "dimensions": dimensions,
                    "function": line["FunctionName"],
                });
                found.push(fact.to_string());
            }
        }
    }
    found
}

fn variable(variable: &shared::config::Variable) -> Value {
    let readers = variable.readers.iter().map(|reader| match reader {
        Function::Associate => "associate",
        Function::Reaper => "reaper",
        Function::Audit => "audit",
    });
    json!({
        "name": variable.name,
        "default": variable.default,
        "readers": readers.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_a_fact_once_for_each_set_of_dimensions() {
        let line = json!({
            "FunctionName": "reaper",
            "_aws": { "CloudWatchMetrics": [{
                "Namespace": "N", "Dimensions": [["FunctionName"], ["Endpoint", "FunctionName"]],
                "Metrics": [{ "Name": "M", "Unit": "Count" }],
            }] },
        });
        assert_eq!(metrics_of(&line).len(), 2);
        assert!(metrics_of(&json!({ "message": "decided" })).is_empty());
    }
}
