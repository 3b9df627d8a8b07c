//! Carries out the steps and records the answers. All choices are in the plan.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use shared::ports::{ClientVpn, VpnError};

use super::plan::{CIDR, Setup, Step};
use super::record::{Entry, Record, Seen};
use crate::aws::Aws;
use crate::seen::{Answer, Network, chain};
use crate::time::{Interrupted, Time};

/// Why no further step was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    Interrupted,
    /// A step that the following ones depend on failed.
    Failed(String),
}

impl From<Interrupted> for Stop {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// What the operator is told during a run.
pub trait Progress: Send + Sync {
    fn begins(&self, step: Step, says: &str);

    fn says(&self, text: &str);

    /// The client profile to connect with.
    fn profile(&self, profile: &str);
}

/// What this run has made and has to take back, noted before the call that makes it.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// Associations that EC2 named.
    pub associations: BTreeMap<String, Association>,
    /// When an associate call was made whose outcome is not known.
    pub maybe_associated: Option<DateTime<Utc>>,
    /// Whether a route may have been made.
    pub routes: bool,
    /// The VPC and the groups as they were before others were applied.
    pub groups: Option<(String, BTreeSet<String>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    pub accepted_at: DateTime<Utc>,
    /// When a listing last had it.
    pub seen: Option<DateTime<Utc>>,
    /// Whether EC2 has accepted to disassociate it, or lists it as `disassociated`.
    pub is_going: bool,
}

impl Made {
    pub(super) fn saw(&mut self, networks: &[Network], now: DateTime<Utc>) {
        for network in networks {
            if let Some(association) = self.associations.get_mut(&network.association_id) {
                association.seen = Some(now);
                association.is_going |= network.status == "disassociated";
            }
        }
    }
}

pub struct Runner<'a> {
    pub aws: &'a Aws,
    /// What it works with.
    pub setup: &'a Setup,
    pub time: &'a Time,
    /// Tells the operator.
    pub progress: &'a dyn Progress,
    pub record: Record,
    /// What has to be taken back.
    pub made: Made,
}

impl Runner<'_> {
    pub async fn take(&mut self, plan: &[Step]) -> Result<(), Stop> {
        for step in plan {
            self.progress.begins(*step, &self.setup.says(*step));
            self.time.go_on()?;
            self.step(*step).await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: Step) -> Result<(), Stop> {
        let id = self.setup.endpoint.id.clone();
        let (first, second) = (
            self.setup.first().to_owned(),
            self.setup.second().unwrap_or_default().to_owned(),
        );
        let small = self.setup.small().to_owned();
        match step {
            Step::ReadEmptyListing => {
                let text = self.aws.connections_text(&id).await;
                self.note(step, Seen::Text(text));
                let read = self.aws.vpn.connections(&id).await;
                self.note(step, adapter("connections", read, Vec::len));
            }
            Step::Collide => {
                let table = self.setup.lease_table.clone().unwrap_or_default();
                let seen = self.aws.collide(&table, self.time.now()).await;
                self.note(step, Seen::Collisions(seen));
            }
            Step::AssociateSmall => drop(self.associate(step, &small, "small").await),
            Step::WatchSmall => self.watch_small().await?,
            Step::DisassociateSmall => self.disassociate(step, Step::AssociateSmall).await,
            Step::Associate => self.associate_or_stop(step, &first, "first").await?,
            Step::AssociateAgain | Step::AssociateWhenGone => {
                drop(self.associate(step, &first, "first").await);
            }
            Step::AssociateTwice => drop(self.associate(step, &first, "other").await),
            Step::AssociateSecond => self.associate_or_stop(step, &second, "second").await?,
            Step::WatchUp => self.watch_up().await?,
            Step::CreateRoute => self.create_route(step, CIDR, &first).await,
            Step::CreateLocalRoute => {
                let cidr = self.record.client_cidr.clone();
                self.create_route(step, &cidr, "local").await;
            }
            Step::WatchRoutes => self.watch_routes().await?,
            Step::ReadByAdapters => self.read_by_adapters().await,
            Step::ExportProfile => self.export_profile().await,
            Step::AwaitConnection => self.await_connection().await?,
            Step::WatchIdle => self.watch_idle().await?,
            Step::ApplyGroups => self.apply_groups().await,
            Step::Disassociate | Step::DisassociateAgain | Step::DisassociateGone => {
                self.disassociate(step, Step::Associate).await;
            }
            Step::DisassociateSecond => self.disassociate(step, Step::AssociateSecond).await,
            Step::WatchGone | Step::WatchSmallGone => self.watch_gone(step).await?,
            Step::WatchDropped => self.watch_dropped().await?,
            Step::ReadGroups => {
                let seen = self.aws.endpoint(&id).await;
                self.note(step, Seen::Endpoint(seen));
            }
        }
        Ok(())
    }

    async fn associate_or_stop(
        &mut self,
        step: Step,
        subnet: &str,
        token: &str,
    ) -> Result<(), Stop> {
        match self.associate(step, subnet, token).await {
            Ok(_) => Ok(()),
            Err(refusal) => Err(Stop::Failed(format!(
                "{subnet} cannot be associated: {refusal}"
            ))),
        }
    }

    async fn associate(&mut self, step: Step, subnet: &str, token: &str) -> Answer<String> {
        let token = format!("prove-{}-{token}", self.setup.run_id);
        let answer = self
            .aws
            .associate(&self.setup.endpoint.id, subnet, &token)
            .await;
        let now = self.time.now();
        match &answer {
            Ok(id) => {
                let fresh = Association {
                    accepted_at: now,
                    seen: None,
                    is_going: false,
                };
                self.made.associations.entry(id.clone()).or_insert(fresh);
            }
            Err(refusal) if refusal.code.is_none() => self.made.maybe_associated = Some(now),
            Err(_) => {}
        }
        self.note(step, Seen::Changed(answer.clone()));
        answer
    }

    /// Asks EC2 to disassociate, and remembers that it has accepted.
    pub(super) async fn disassociate_ours(&mut self, id: &str) -> Answer<String> {
        let answer = self.aws.disassociate(&self.setup.endpoint.id, id).await;
        if let (Ok(_), Some(association)) = (&answer, self.made.associations.get_mut(id)) {
            association.is_going = true;
        }
        answer
    }

    /// Disassociates what another step has associated.
    async fn disassociate(&mut self, step: Step, associated_by: Step) {
        let Some(Ok(id)) = self.record.changed(associated_by).cloned() else {
            self.note(step, Seen::LeftOut("nothing was associated".to_owned()));
            return;
        };
        let answer = self.disassociate_ours(&id).await;
        self.note(step, Seen::Changed(answer));
    }

    async fn create_route(&mut self, step: Step, cidr: &str, target: &str) {
        self.made.routes = true;
        let token = format!("prove-{}-route-{target}", self.setup.run_id);
        let token: String = token.chars().take(64).collect();
        let answer = self
            .aws
            .create_route(&self.setup.endpoint.id, cidr, target, &token)
            .await;
        self.note(step, Seen::Changed(answer));
    }

    async fn read_by_adapters(&mut self) {
        let (id, vpn) = (self.setup.endpoint.id.clone(), self.aws.vpn.clone());
        let step = Step::ReadByAdapters;
        let networks = vpn.target_networks(&id).await;
        self.note(step, adapter("target networks", networks, Vec::len));
        let routes = vpn.routes(&id).await;
        let locals = routes.as_ref().map_or(0, |routes| {
            routes
                .iter()
                .filter(|it| it.key.cidr == self.record.client_cidr && it.key.is_local())
                .count()
        });
        self.note(step, adapter("routes", routes, Vec::len));
        self.note(
            step,
            Seen::Adapter("local routes to the clients", Ok(locals.to_string())),
        );
        // Without a connection there is the row `empty-listing`.
        if self.setup.connect {
            let connections = vpn.connections(&id).await;
            self.note(step, adapter("connections", connections, Vec::len));
        }
        let facts = vpn.endpoint(&id).await;
        self.note(
            step,
            adapter("the endpoint", facts, |facts| {
                facts.security_group_ids.len()
            }),
        );
    }

    async fn export_profile(&mut self) {
        let answer = self.aws.vpn.export_profile(&self.setup.endpoint.id).await;
        if let Ok(profile) = &answer {
            self.progress.profile(profile);
        }
        let says = |profile: &String| {
            // The rest is certificates.
            let remote = profile.lines().find(|line| line.starts_with("remote "));
            format!(
                "{} lines, `{}`",
                profile.lines().count(),
                remote.unwrap_or("no remote")
            )
        };
        self.note(Step::ExportProfile, adapter("profile", answer, says));
    }

    /// Applies other groups than those in force: without one where there are several, else with another of the VPC's.
    async fn apply_groups(&mut self) {
        let (id, step) = (self.setup.endpoint.id.clone(), Step::ApplyGroups);
        let endpoint = self.aws.endpoint(&id).await;
        self.note(step, Seen::Endpoint(endpoint.clone()));
        let Ok(endpoint) = endpoint else { return };
        let Some(vpc) = endpoint.vpc_id else {
            self.note(step, Seen::LeftOut("the endpoint names no VPC".to_owned()));
            return;
        };
        let now = endpoint.security_group_ids;
        let there_are = self.aws.groups_of(&vpc).await.unwrap_or_default();
        let other = there_are.into_iter().find(|group| !now.contains(group));
        let wanted: Vec<String> = match (now.len(), other) {
            (2.., _) => now.iter().skip(1).cloned().collect(),
            (0 | 1, Some(other)) => now.iter().cloned().chain([other]).collect(),
            (0 | 1, None) => {
                self.note(
                    step,
                    Seen::LeftOut(format!("{vpc} has no other security group")),
                );
                return;
            }
        };
        self.made.groups = Some((vpc.clone(), now));
        let answer = self.aws.apply_groups(&id, &vpc, wanted.clone()).await;
        self.note(step, Seen::Changed(answer.map(|()| wanted.join(", "))));
    }

    /// Records an answer, and tells the operator where it differs from the last of its kind.
    pub(super) fn note(&mut self, step: Step, seen: Seen) {
        let entry = Entry {
            at: self.time.now(),
            step,
            seen,
        };
        let kind = std::mem::discriminant(&entry.seen);
        let before = self.record.of(step);
        let last = before
            .filter(|other| std::mem::discriminant(&other.seen) == kind)
            .last();
        if last.is_none_or(|last| last.seen != entry.seen) {
            self.progress.says(&entry.says());
        }
        self.record.entries.push(entry);
    }
}

fn adapter<T, S: ToString>(
    listing: &'static str,
    read: Result<T, VpnError>,
    says: impl Fn(&T) -> S,
) -> Seen {
    Seen::Adapter(
        listing,
        read.map(|found| says(&found).to_string())
            .map_err(|error| chain(&error)),
    )
}
