//! Looks at all that is billed, before and after an action.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::redirect::Policy;
use sandbox::Sandbox;
use serde_json::Value;
use shared::clock::Clock;

use super::model::{Action, Consumption};
use crate::browser::Browser;

/// What `CloudWatch` adds to each line.
const LINE_OVERHEAD: u64 = 26;
/// Lambda's own lines of a request, with JSON as log format and tracing on, as the template has it
/// (<https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>).
const LAMBDA_LINES: [&str; 2] = [
    r#"{"time":"2026-11-27T08:30:00.000Z","type":"platform.start","record":{"requestId":"459921b5-681c-4a96-beb0-81e0aa586026","functionArn":"arn:aws:lambda:ap-northeast-1:123456789012:function:self-service-vpn-associate","version":"$LATEST"}}"#,
    r#"{"time":"2026-11-27T08:30:00.000Z","type":"platform.report","record":{"requestId":"459921b5-681c-4a96-beb0-81e0aa586026","metrics":{"durationMs":215.43,"billedDurationMs":233,"memorySizeMB":128,"maxMemoryUsedMB":20,"initDurationMs":16.52},"tracing":{"spanId":"24cd7d670fa455f0","type":"X-Amzn-Trace-Id","value":"Root=1-6352a70e-1e2c502e358361800241fd45;Parent=35465b3a9e2f7c6a;Sampled=1"},"status":"success"}}"#,
];

/// A sandbox, and what each action used there.
pub(super) struct Meter {
    pub(super) sandbox: Sandbox,
    pub(super) used: BTreeMap<Action, Consumption>,
    log_ends: BTreeMap<&'static str, usize>,
    records: BTreeSet<String>,
}

impl Meter {
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self {
            sandbox,
            used: BTreeMap::new(),
            log_ends: BTreeMap::new(),
            records: BTreeSet::new(),
        }
    }

    pub(super) fn person(&self, name: &str) -> anyhow::Result<Browser> {
        let clock = self.sandbox.clock().clone();
        Browser::new(name, self.sandbox.url(), clock, Policy::default())
    }

    pub(super) fn advance(&self, by: TimeDelta) -> anyhow::Result<()> {
        Ok(self.sandbox.clock().advance(by)?)
    }

    /// A minute later, a sweep.
    pub(super) async fn minute(&self) -> anyhow::Result<()> {
        let now: DateTime<Utc> = self.sandbox.clock().now();
        self.advance(TimeDelta::seconds(60 - now.timestamp().rem_euclid(60)))?;
        self.sandbox.sweep().await?;
        Ok(())
    }

    /// Begins half a minute after whatever happened: what was read of EC2 is no longer fresh, as for most people who come.
    pub(super) async fn later(&mut self) -> anyhow::Result<()> {
        self.advance(TimeDelta::seconds(30))?;
        self.begin().await
    }

    pub(super) async fn begin(&mut self) -> anyhow::Result<()> {
        for function in sandbox::function::NAMES {
            self.log_ends.insert(function, self.log(function)?.len());
        }
        let records = self.sandbox.dynamo().records().await?;
        let ids = records.iter().map(|it| it.text("event_id").to_owned());
        self.records = ids.collect();
        self.sandbox.ec2().reset_calls();
        self.sandbox.dynamo().reset_calls();
        Ok(())
    }

    pub(super) async fn end(&mut self, action: Action, sent_bytes: u64) -> anyhow::Result<()> {
        let traffic = self.sandbox.dynamo().traffic();
        let units = traffic.all_units();
        let ec2_calls = u64::try_from(self.sandbox.ec2().calls().len())?;
        let log = self.log(action.function())?;
        let begun = self.log_ends.get(action.function()).copied();
        let said = Said::of(log.get(begun.unwrap_or(0)..).unwrap_or_default());
        ensure!(said.requests > 0, "{} reached no function", action.name());
        let consumption = Consumption {
            requests: said.requests,
            ec2_calls,
            table_calls: traffic.all_calls(),
            reads: units.read,
            writes: units.write,
            log_bytes: said.bytes,
            sent_bytes,
            kept_bytes: self.kept().await?,
            metrics: u64::try_from(said.metrics.len())?,
        };
        self.used.insert(action, consumption);
        Ok(())
    }

    /// New records, once for the table and once for each index that has them, with 100 bytes for each
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ProvisionedThroughput.Manual.html>).
    async fn kept(&self) -> anyhow::Result<u64> {
        let records = self.sandbox.dynamo().records().await?;
        let new = records
            .iter()
            .filter(|it| !self.records.contains(it.text("event_id")));
        let bytes = new.map(|record| {
            let indexes = ["actor", "day", "month"];
            let copies = indexes.iter().filter(|it| !record.text(it).is_empty());
            (record.size() + 100) * (1 + copies.count())
        });
        Ok(u64::try_from(bytes.sum::<usize>())?)
    }

    fn log(&self, function: &str) -> anyhow::Result<String> {
        let file = self.sandbox.lambda().logs().join(format!("{function}.log"));
        fs::read_to_string(&file).with_context(|| format!("{}", file.display()))
    }
}

/// What a function's log says of its requests.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    requests: u64,
    bytes: u64,
    metrics: BTreeSet<String>,
}

impl Said {
    fn of(log: &str) -> Self {
        let mut said = Self::default();
        for line in log.lines() {
            if line.starts_with("START RequestId: ") {
                said.requests += 1;
                for own in LAMBDA_LINES {
                    said.bytes += size(own);
                }
            } else if !line.starts_with("REPORT RequestId: ") {
                said.bytes += size(line);
                said.metrics.extend(metrics(line));
            }
        }
        said
    }
}

fn size(line: &str) -> u64 {
    u64::try_from(line.len()).unwrap_or(u64::MAX) + LINE_OVERHEAD
}

/// Each metric of a line in the embedded format, once for each set of dimensions.
fn metrics(line: &str) -> Vec<String> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let directives = line["_aws"]["CloudWatchMetrics"].as_array();
    let mut found = Vec::new();
    for directive in directives.into_iter().flatten() {
        let sets = directive["Dimensions"].as_array();
        for dimensions in sets.into_iter().flatten() {
            let metrics = directive["Metrics"].as_array().into_iter().flatten();
            found.extend(metrics.map(|metric| format!("{} {dimensions}", metric["Name"])));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_own_lines_count_and_the_sandboxs_do_not() {
        let metric = r#"{"Sweeps":1.0,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["F"],["E","F"]],"Metrics":[{"Name":"A"}]}]}}"#;
        let log =
            format!("START RequestId: 1\n{metric}\nwords\nREPORT RequestId: 1 Duration: 2 ms\n");
        let said = Said::of(&log);
        let own: u64 = LAMBDA_LINES.iter().map(|line| size(line)).sum();
        assert_eq!(said.requests, 1);
        assert_eq!(said.metrics.len(), 2);
        assert_eq!(said.bytes, own + size(metric) + size("words"));
    }
}
