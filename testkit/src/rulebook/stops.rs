//! When the VPN is taken away.

use chrono::{DateTime, TimeDelta, Utc};

use super::usage::{idle_time, is_certainly_in_use, last_use};
use super::{Invariant, Rulebook};
use crate::ec2::Connection;

/// A listing may be this old when it is judged, in a storm, and the judging takes a moment.
pub(super) const READ_WITHIN: TimeDelta = TimeDelta::seconds(75);

impl Rulebook {
    /// Who connects after the last look is cut off, and nothing can help it (DESIGN 5). `seen`: the connections that
    /// there were at the last look, which showed EC2 `as_of` then.
    pub fn no_client_is_cut_off<'a>(
        &mut self,
        now: DateTime<Utc>,
        as_of: DateTime<Utc>,
        mut seen: impl Iterator<Item = &'a Connection>,
    ) {
        let slack = self.tolerance() + READ_WITHIN;
        let rules = &self.terms.rules;
        let used = seen.find(|connection| is_certainly_in_use(connection, rules, as_of, slack));
        let used = used.map(|connection| connection.id.to_string());
        self.holds(Invariant::CutOff, now, used.is_none(), || {
            format!("a stop, and {used:?} was in use at {as_of}")
        });
    }

    /// No lease runs that an employee relies on.
    pub fn no_lease_runs(&mut self, now: DateTime<Utc>) {
        let tolerance = self.tolerance();
        let mut promises = self.history.promises.iter();
        let running = promises.find(|promise| {
            promise.from <= now && promise.until > now + tolerance && promise.stands(now)
        });
        let running = running.map(|it| format!("{}'s lease runs until {}", it.email, it.until));
        self.holds(Invariant::LeaseBroken, now, running.is_none(), || {
            format!("a stop, and {}", running.unwrap_or_default())
        });
    }

    /// The grace after "ready" and the idle time, unless each employee who held a lease gave it back.
    pub fn time_has_passed<'a>(
        &mut self,
        now: DateTime<Utc>,
        ready: DateTime<Utc>,
        as_of: DateTime<Utc>,
        seen: impl Iterator<Item = &'a Connection>,
    ) {
        let connections: Vec<_> = seen.filter(|it| it.established_at <= as_of).collect();
        let connected = connections
            .iter()
            .any(|it| it.ended_at.is_none_or(|end| end > as_of));
        if !self.history.is_held(now) && !connected {
            return;
        }
        let tolerance = self.tolerance() + self.terms.skew;
        let rules = &self.terms.rules;
        let grace_over = ready + rules.first_connection_grace;
        let used = connections
            .iter()
            .map(|connection| last_use(connection, rules, as_of))
            .filter(|used| *used >= ready)
            .max();
        // By a clock that may be ahead, the night may have begun.
        let idle = idle_time(rules, now)
            .min(idle_time(rules, now + tolerance))
            .min(idle_time(rules, now - tolerance - TimeDelta::seconds(30)));
        let idle_over = used.map(|used| used + idle);
        let over = idle_over.max(Some(grace_over)).unwrap_or(grace_over);
        let fair = over <= now + tolerance;
        self.holds(Invariant::StoppedEarly, now, fair, || {
            format!("a stop, ready since {ready}, last used {used:?}: due at {over}")
        });
    }
}
