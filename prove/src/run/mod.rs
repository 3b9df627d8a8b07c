//! `cargo prove -- run`: changes one endpoint that is off, records what AWS does, and leaves it as it was.
//!
//! [`Setup::plan`] holds every step, [`Runner`] carries them out and records the answers, [`ROWS`] judge the record. Whatever
//! happens, [`Runner::clean_up`] follows.

mod clean_up;
mod execute;
mod plan;
mod preflight;
mod record;
mod report;
mod rows;
mod watch;

use shared::ports::Store;

use crate::aws::Aws;
use crate::seen::chain;
use crate::time::Time;

pub use clean_up::Left;
pub use execute::{Made, Progress, Runner, Stop};
pub use plan::{CIDR, IDLE_FOR, Setup, Step, TIME_TO_CONNECT};
pub use preflight::{Found, Objections};
pub use record::{Entry, Record, Seen};
pub use report::{Heading, by_hand, report};
pub use rows::{Judged, ROWS, Row, Verdict, judge};

/// The outcome of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub record: Record,
    pub rows: Vec<Judged>,
    /// Why not every step was taken.
    pub stop: Option<Stop>,
    /// What could not be taken back.
    pub left: Vec<Left>,
}

impl Outcome {
    /// Whether every step was taken, nothing differs, and nothing is left.
    pub fn is_fine(&self) -> bool {
        let differs = |row: &Judged| row.verdict == Verdict::Different;
        self.stop.is_none() && self.left.is_empty() && !self.rows.iter().any(differs)
    }
}

/// Takes all steps on an endpoint that was found to be off, and cleans up.
///
/// # Errors
/// When the endpoint was not read: then nothing is changed.
pub async fn run(
    aws: &Aws,
    setup: &Setup,
    found: &Found,
    time: &Time,
    progress: &dyn Progress,
) -> Result<Outcome, crate::seen::Refusal> {
    let before = found.endpoint.clone()?;
    let networks_before = found.networks.clone()?;
    let mut runner = Runner {
        aws,
        setup,
        time,
        progress,
        record: Record {
            client_cidr: before.client_cidr.clone(),
            ..Record::default()
        },
        made: Made::default(),
    };
    let stop = runner.take(&setup.plan()).await.err();
    progress.says("Cleaning up: everything is set back to how it was found.");
    let mut left = runner.clean_up(&before, &networks_before).await;
    left.extend(remembered(aws, setup).await);
    Ok(Outcome {
        rows: judge(&runner.record),
        record: runner.record,
        stop,
        left,
    })
}

/// A pass that saw this run's routes may have put them into the snapshot; then each start would make them.
async fn remembered(aws: &Aws, setup: &Setup) -> Option<Left> {
    let id = &setup.endpoint.id;
    let state = match aws.store.as_ref()?.load(id).await {
        Ok(state) => state,
        Err(error) => {
            return Some(Left {
                what: format!(
                    "possibly something in the lease table, which cannot be read: {}",
                    chain(&error)
                ),
                command: "cargo prove -- check".to_owned(),
            });
        }
    };
    let snapshot = state.snapshot?;
    let is_ours = snapshot.routes.iter().any(|(key, _)| key.cidr == CIDR);
    is_ours.then(|| Left {
        what: format!("the route {CIDR} in the snapshot: a pass saw it during the run, so each start would make it"),
        command: format!(
            "when it is next up: aws ec2 delete-client-vpn-route --client-vpn-endpoint-id {id} --destination-cidr-block {CIDR} \
             --target-vpc-subnet-id {} (the snapshot follows)",
            setup.first()
        ),
    })
}
