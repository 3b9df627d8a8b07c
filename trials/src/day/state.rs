//! The day: the sandbox, the time, and what was told so far.

use std::collections::BTreeSet;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::Sandbox;
use sandbox::ec2::Ec2;
use shared::clock::Clock;
use shared::model::{ConnectionId, EndpointId};
use testkit::ec2;
use testkit::example;

use super::record::{actor, occurred_at, sentence};
use super::timeline;
use crate::checks::Checks;

/// The sandbox, and the story so far.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) sandbox: Sandbox,
    pub(super) checks: Checks,
    pub(super) endpoint: EndpointId,
    /// When the story began: midnight before it is the day's zero.
    start: DateTime<Utc>,
    told: BTreeSet<String>,
    sweeps: usize,
}

impl Day {
    pub(super) fn new(sandbox: Sandbox, start: DateTime<Utc>) -> anyhow::Result<Self> {
        let endpoint = example::TOKYO.parse()?;
        let told = BTreeSet::new();
        Ok(Self {
            sandbox,
            checks: Checks::default(),
            endpoint,
            start,
            told,
            sweeps: 0,
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.sandbox.clock().now()
    }

    pub(super) fn ec2(&self) -> &Ec2 {
        self.sandbox.ec2()
    }

    /// How long the story has lasted.
    pub(super) fn lasted(&self) -> TimeDelta {
        self.now() - self.start
    }

    pub(super) fn sweeps(&self) -> usize {
        self.sweeps
    }

    /// The instant at a time on Tokyo's wall; after midnight the hours go on: 24:10, 25:00.
    pub(super) fn at(&self, hours: i64, minutes: i64) -> DateTime<Utc> {
        let seven = TimeDelta::hours(7);
        self.start - seven + TimeDelta::hours(hours) + TimeDelta::minutes(minutes)
    }

    pub(super) fn say(&self, who: &str, what: &str) {
        timeline::line(self.now(), who, what);
    }

    /// Lets time pass until an instant, with a sweep in each minute.
    pub(super) async fn until(&mut self, instant: DateTime<Utc>) -> anyhow::Result<()> {
        while self.now() < instant {
            let next_minute =
                self.now() + TimeDelta::seconds(60 - self.now().timestamp().rem_euclid(60));
            self.jump_to(next_minute.min(instant))?;
            if self.now() >= next_minute {
                self.sweep().await?;
            }
        }
        Ok(())
    }

    /// Sweeps each minute until something holds, at most for so long; whether it does.
    pub(super) async fn until_so(
        &mut self,
        at_most: TimeDelta,
        holds: impl Fn(&Self) -> bool,
    ) -> anyhow::Result<bool> {
        let end = self.now() + at_most;
        while self.now() < end {
            if holds(self) {
                return Ok(true);
            }
            let next = self.now() + TimeDelta::minutes(1);
            self.until(next).await?;
        }
        Ok(holds(self))
    }

    /// A moment later, without a sweep.
    pub(super) fn a_moment_later(&self, seconds: i64) -> anyhow::Result<()> {
        self.jump_to(self.now() + TimeDelta::seconds(seconds))
    }

    fn jump_to(&self, instant: DateTime<Utc>) -> anyhow::Result<()> {
        let by = instant - self.now();
        self.sandbox
            .clock()
            .advance(by)
            .context("the clock cannot be moved")
    }

    async fn sweep(&mut self) -> anyhow::Result<()> {
        self.sweeps += 1;
        if let Err(error) = self.sandbox.sweep().await {
            self.checks
                .that(false, format!("each sweep succeeds: {error}"));
        }
        self.tell_news().await
    }

    /// Tells what came on record since.
    pub(super) async fn tell_news(&mut self) -> anyhow::Result<()> {
        for record in self.sandbox.dynamo().records().await? {
            if self.told.insert(record.text("event_id").to_owned()) {
                timeline::line(occurred_at(&record)?, &actor(&record), &sentence(&record));
            }
        }
        Ok(())
    }

    /// The statuses of the endpoint's target networks in EC2, as EC2 calls them.
    pub(super) fn networks(&self) -> Vec<&'static str> {
        self.ec2().read(|world| {
            let endpoint = world.endpoint(&self.endpoint);
            endpoint
                .map(|e| e.networks.values().map(|n| n.status.as_str()).collect())
                .unwrap_or_default()
        })
    }

    /// Whether any target network is associated or on its way there.
    pub(super) fn is_up(&self) -> bool {
        self.networks()
            .iter()
            .any(|status| matches!(*status, "associating" | "associated"))
    }

    /// What EC2 would bill so far: the seconds of all associations that are over.
    pub(super) fn billed_seconds(&self) -> i64 {
        self.ec2().read(|world| {
            world
                .endpoint(&self.endpoint)
                .map_or(0, |e| e.billed_seconds)
        })
    }

    /// The routes that people made and that are in force: destination and target.
    pub(super) fn manual_routes(&self) -> BTreeSet<String> {
        self.ec2().read(|world| {
            let routes = world
                .endpoint(&self.endpoint)
                .map(|endpoint| endpoint.routes.values());
            let manual = routes.into_iter().flatten().filter(|route| {
                route.origin.as_str() == "add-route" && route.status.as_str() == "active"
            });
            manual
                .map(|route| format!("{} via {}", route.cidr, route.target))
                .collect()
        })
    }

    pub(super) fn connect(&self, who: &str) -> anyhow::Result<ConnectionId> {
        let client = ec2::Client::User(who.to_owned());
        let connected = self
            .ec2()
            .change(|world, now| world.connect(now, &self.endpoint, client));
        self.say(who, "connects with the VPN client");
        Ok(connected?)
    }

    pub(super) fn disconnect(&self, who: &str, connection: &ConnectionId) -> anyhow::Result<()> {
        self.ec2().change(|world, now| world.end(now, connection))?;
        self.say(who, "disconnects");
        Ok(())
    }
}
