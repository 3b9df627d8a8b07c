//! The steps that read a listing again and again, until something holds or it has taken too long.

use std::time::Duration;

use chrono::TimeDelta;

use super::execute::{Runner, Stop};
use super::plan::{IDLE_FOR, Step, TIME_TO_CONNECT};
use super::record::{Entry, Seen};
use crate::seen::{Connection, Network};

/// Between two readings of a listing.
const POLL: Duration = Duration::from_secs(5);
/// How long an association may take before it is given up.
const UP_WITHIN: TimeDelta = TimeDelta::minutes(40);
/// How long a route may take. The functions wait five minutes and then go on without it.
const ROUTES_WITHIN: TimeDelta = TimeDelta::minutes(6);
/// How long the listing is watched for what is gone.
const DROPPED_WITHIN: TimeDelta = TimeDelta::minutes(10);

impl Runner<'_> {
    pub(super) async fn watch_up(&mut self) -> Result<(), Stop> {
        let awaited: Vec<String> = [Step::Associate, Step::AssociateSecond]
            .into_iter()
            .filter_map(|step| self.record.changed(step)?.as_ref().ok().cloned())
            .collect();
        let until = self.time.now() + UP_WITHIN;
        loop {
            let networks = self.networks(Step::WatchUp).await;
            let status = |id: &String| {
                networks
                    .iter()
                    .find(|network| network.association_id == *id)
            };
            let found: Vec<&Network> = awaited.iter().filter_map(status).collect();
            if found.len() == awaited.len()
                && found.iter().all(|network| network.status == "associated")
            {
                return Ok(());
            }
            if let Some(failed) = found
                .iter()
                .find(|network| network.status == "association-failed")
            {
                let message = failed.message.as_deref().unwrap_or("EC2 does not say why");
                let id = &failed.association_id;
                return Err(Stop::Failed(format!(
                    "{id} ended as `association-failed`: {message}"
                )));
            }
            if self.time.now() >= until {
                let minutes = UP_WITHIN.num_minutes();
                return Err(Stop::Failed(format!(
                    "not associated after {minutes} minutes"
                )));
            }
            self.time.wait(POLL).await?;
        }
    }

    /// Until the association of the small subnet has failed or come up.
    pub(super) async fn watch_small(&mut self) -> Result<(), Stop> {
        let Some(Ok(id)) = self.record.changed(Step::AssociateSmall).cloned() else {
            self.note(
                Step::WatchSmall,
                Seen::LeftOut("EC2 refused at once".to_owned()),
            );
            return Ok(());
        };
        let until = self.time.now() + UP_WITHIN;
        while self.time.now() < until {
            let networks = self.networks(Step::WatchSmall).await;
            let found = networks.iter().find(|network| network.association_id == id);
            if found.is_some_and(|network| network.status != "associating") {
                // Once more: does it stay listed?
                self.time.wait(Duration::from_mins(1)).await?;
                self.networks(Step::WatchSmall).await;
                return Ok(());
            }
            self.time.wait(POLL).await?;
        }
        Ok(())
    }

    pub(super) async fn watch_routes(&mut self) -> Result<(), Stop> {
        let until = self.time.now() + ROUTES_WITHIN;
        loop {
            let routes = self.aws.routes(&self.setup.endpoint.id).await;
            let active = routes.as_ref().map_or(0, |routes| {
                let ours = routes.iter().filter(|route| self.record.is_ours(route));
                ours.filter(|route| route.status == "active").count()
            });
            self.note(Step::WatchRoutes, Seen::Routes(routes));
            let asked = [Step::CreateRoute, Step::CreateLocalRoute].into_iter();
            let asked = asked.filter(|step| matches!(self.record.changed(*step), Some(Ok(_))));
            if active >= asked.count() || self.time.now() >= until {
                return Ok(());
            }
            self.time.wait(POLL).await?;
        }
    }

    pub(super) async fn await_connection(&mut self) -> Result<(), Stop> {
        let until = self.time.now() + TIME_TO_CONNECT;
        while self.time.now() < until {
            if self
                .connections(Step::AwaitConnection)
                .await
                .iter()
                .any(is_active)
            {
                return Ok(());
            }
            self.time.wait(POLL).await?;
        }
        self.note(
            Step::AwaitConnection,
            Seen::LeftOut("no client connected".to_owned()),
        );
        Ok(())
    }

    pub(super) async fn watch_idle(&mut self) -> Result<(), Stop> {
        let until = self.time.now() + IDLE_FOR;
        loop {
            if !self
                .connections(Step::WatchIdle)
                .await
                .iter()
                .any(is_active)
                || self.time.now() >= until
            {
                return Ok(());
            }
            self.time.wait(Duration::from_mins(1)).await?;
        }
    }

    pub(super) async fn watch_gone(&mut self, step: Step) -> Result<(), Stop> {
        let until = self.time.now() + UP_WITHIN;
        loop {
            if self.setup.connect {
                self.connections(step).await;
            }
            let routes = self.aws.routes(&self.setup.endpoint.id).await;
            self.note(step, Seen::Routes(routes));
            let networks = self.networks(step).await;
            let ours = networks
                .iter()
                .filter(|it| self.made.associations.contains_key(&it.association_id));
            let left = ours
                .filter(|network| network.status != "disassociated")
                .count();
            let listing_came = matches!(
                self.record.entries.last(),
                Some(Entry {
                    seen: Seen::Networks(Ok(_)),
                    ..
                })
            );
            if left == 0 && listing_came {
                return Ok(());
            }
            if self.time.now() >= until {
                let minutes = UP_WITHIN.num_minutes();
                return Err(Stop::Failed(format!("not gone after {minutes} minutes")));
            }
            self.time.wait(POLL).await?;
        }
    }

    pub(super) async fn watch_dropped(&mut self) -> Result<(), Stop> {
        let until = self.time.now() + DROPPED_WITHIN;
        loop {
            let networks = self.networks(Step::WatchDropped).await;
            let gone = |network: &Network| network.status == "disassociated";
            if !networks.iter().any(gone) || self.time.now() >= until {
                return Ok(());
            }
            self.time.wait(POLL).await?;
        }
    }

    /// Reads and notes the target networks: none, where they cannot be read.
    async fn networks(&mut self, step: Step) -> Vec<Network> {
        let answer = self.aws.networks(&self.setup.endpoint.id).await;
        let networks = answer.clone().unwrap_or_default();
        self.made.saw(&networks, self.time.now());
        self.note(step, Seen::Networks(answer));
        networks
    }

    async fn connections(&mut self, step: Step) -> Vec<Connection> {
        let answer = self.aws.connections(&self.setup.endpoint.id).await;
        let connections = answer.clone().unwrap_or_default();
        self.note(step, Seen::Connections(answer));
        connections
    }
}

fn is_active(connection: &Connection) -> bool {
    connection.status == "active"
}
