//! What both functions act on: the sandbox's EC2 and an embedded DynamoDB behind the real adapters, and a clock that only
//! tests move.

use std::collections::BTreeMap;
use std::ops::Deref;

use sandbox::dynamo::{Record, TableFault};
use sandbox::embedded::{Embedded, Options};
use testkit::ec2::{Action, Client, Fault, FaultKind};
use testkit::example;

pub struct Stage(Embedded);

impl Deref for Stage {
    type Target = Embedded;

    fn deref(&self) -> &Embedded {
        &self.0
    }
}

impl Stage {
    /// A Monday morning in Tokyo; nothing is associated or was ever asked for.
    pub async fn set() -> Self {
        let options = Options::at("2026-11-23T01:31:01Z".parse().unwrap());
        Self(Embedded::start(options).await.unwrap())
    }

    /// From now on EC2 answers these calls with an error.
    pub fn ec2_fails(&self, action: Action, code: &str) {
        let fault = Fault::always(action, FaultKind::error(code));
        self.ec2.change(|world, _| world.inject(fault)).unwrap();
    }

    /// From now on DynamoDB answers these calls with an error; `None`: all calls.
    pub fn tables_fail(&self, operation: Option<&str>, code: &str) {
        let fault = TableFault::Error(code.to_owned());
        self.dynamo.inject(operation, fault, u32::MAX);
    }

    /// Connects a client to Tokyo.
    pub fn connect(&self, user: &str) {
        let endpoint = example::TOKYO.parse().unwrap();
        let client = Client::User(user.to_owned());
        self.ec2
            .change(|world, now| world.connect(now, &endpoint, client))
            .unwrap();
    }

    /// What was called since the last look.
    pub fn take_calls(&self) -> Vec<String> {
        let ec2 = self.ec2.calls();
        let ec2 = ec2.iter().map(|call| call.action.as_str().to_owned());
        let calls = ec2.chain(self.dynamo.calls()).collect();
        self.ec2.reset_calls();
        self.dynamo.reset_calls();
        calls
    }

    /// The audit records, oldest first.
    pub async fn records(&self) -> Vec<Record> {
        let records = self.0.records().await.unwrap();
        self.dynamo.reset_calls();
        records
    }

    /// The events on record, oldest first.
    pub async fn events(&self) -> Vec<String> {
        self.0.events().await.unwrap()
    }

    /// All that the lease table holds.
    pub async fn lease_items(&self) -> Vec<Record> {
        self.dynamo.items(example::LEASE_TABLE).await.unwrap()
    }

    /// When a lease ends, if there is one.
    pub async fn lease_until(&self, email: &str) -> Option<String> {
        let items = self.lease_items().await;
        let key = format!("lease#{email}");
        let lease = items.into_iter().find(|item| item.text("item") == key)?;
        Some(lease.text("until").to_owned())
    }
}

/// The configuration of the sandbox's functions, with these variables changed.
pub fn variables(changes: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let changes: BTreeMap<String, String> = changes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    move |name| {
        let set = changes.get(name).cloned();
        set.or_else(|| example::variable(name).map(str::to_owned))
    }
}
