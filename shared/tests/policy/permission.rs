//! Who may take which action.

use std::collections::BTreeSet;

use shared::model::{Failure, Snapshot};
use shared::policy::{Action, Executor, is_permitted};

use crate::world::{names, noon};

fn actions() -> Vec<Action> {
    let failure = Failure {
        code: "Code".to_owned(),
        message: "a sentence".to_owned(),
    };
    vec![
        Action::NoteMode,
        Action::RecordGone {
            ids: BTreeSet::new(),
            all: true,
        },
        Action::RecordFailed {
            ids: BTreeSet::new(),
            failure: failure.clone(),
        },
        Action::Adopt {
            ids: BTreeSet::new(),
        },
        Action::MarkReady {
            outstanding: BTreeSet::new(),
            snapshot: None,
        },
        Action::Start {
            subnet_ids: Vec::new(),
            new_stay: true,
        },
        Action::RefuseStart {
            failure,
            new_stay: true,
        },
        Action::FinishStart {
            subnet_ids: Vec::new(),
        },
        Action::Restore {
            missing: BTreeSet::new(),
        },
        Action::RemoveFailed {
            ids: BTreeSet::new(),
            within_start: true,
        },
        Action::RecordRestored {
            restored: BTreeSet::new(),
        },
        Action::AbandonStop,
        Action::RemoveFailed {
            ids: BTreeSet::new(),
            within_start: false,
        },
        Action::TakeSnapshot(Snapshot {
            routes: [].into(),
            security_group_ids: [].into(),
            taken_at: noon(),
        }),
        Action::Stop { resumed: false },
    ]
}

/// The list begins with what all may do and ends with what only sweeps may.
#[test]
fn followers_may_do_least_and_sweeps_all() {
    for (executor, permitted) in [
        (Executor::Follower, 7),
        (Executor::Reader, 10),
        (Executor::Sweep, 15),
    ] {
        let is_permitted = |action: &Action| is_permitted(action, executor);
        let flags: Vec<bool> = actions().iter().map(is_permitted).collect();
        let expected: Vec<bool> = (0..15).map(|number| number < permitted).collect();
        assert_eq!(flags, expected, "{executor:?}");
    }
}

#[test]
fn a_dry_sweep_only_puts_on_record_what_is_so() {
    let mut permitted = actions();
    permitted.retain(|action| is_permitted(action, Executor::DrySweep));
    assert_eq!(
        names(&permitted),
        [
            "NoteMode",
            "RecordGone",
            "RecordFailed",
            "Adopt",
            "MarkReady",
            "RecordRestored",
            "AbandonStop",
        ]
    );
}
