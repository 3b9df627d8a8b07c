//! What routes and security groups are expected.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::SecurityGroupId;

/// What the administrator wants, as far as a sweep could know it.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    /// CIDR and subnet of each route made by hand; whether it is certain that the system could learn of it.
    pub(super) routes: BTreeMap<(String, String), Certainty>,
    pub(super) groups: Option<BTreeSet<SecurityGroupId>>,
    pub(super) groups_certain: bool,
    /// When the administrator last changed something here.
    pub(super) changed_at: Option<DateTime<Utc>>,
    /// Whether the first ready has been.
    pub(super) known: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    Certain,
    /// Changed so shortly before it all went that it may be either way.
    EitherWay,
}

/// A change that is this old when things go was there to be seen.
const SEEN_WITHIN: TimeDelta = TimeDelta::seconds(60);

impl Expected {
    /// The administrator made a route, or deleted it (`there` is false).
    pub(super) fn changed(&mut self, now: DateTime<Utc>, route: (String, String), there: bool) {
        self.changed_at = Some(now);
        if there {
            self.routes.insert(route, Certainty::Certain);
        } else {
            self.routes.remove(&route);
        }
    }

    /// Something is disassociated: what was changed just before may be lost or not.
    pub(super) fn goes(&mut self, now: DateTime<Utc>) {
        if self.changed_at.is_some_and(|at| now - at < SEEN_WITHIN) {
            self.groups_certain = false;
            for certainty in self.routes.values_mut() {
                *certainty = Certainty::EitherWay;
            }
        }
    }
}
