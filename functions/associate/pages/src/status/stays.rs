//! Until when the VPN stays, and the notice shortly before it goes.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::item::rfc3339;
use shared::policy::{Phase, Reason};

use super::StatusPage;
use crate::When;
use crate::texts::Texts;

/// An employee who is told so long before has time to come back from the coffee machine.
const TOLD_BEFORE: TimeDelta = TimeDelta::minutes(10);
/// What one click on the notice adds, in minutes.
const KEPT_MINUTES: i64 = 60;

pub(super) struct Stays {
    /// For machines; `None`: while it is in use.
    pub(super) machine: Option<String>,
    pub(super) text: String,
}

impl Stays {
    pub(super) fn of(page: &StatusPage<'_>, t: &'static Texts, when: &When) -> Option<Self> {
        if let Some(until) = goes_at(page) {
            return Some(Self {
                machine: Some(rfc3339(until)),
                text: (t.until)(&when.at(until)),
            });
        }
        let in_use = matches!(page.standing.particulars.reason, Reason::InUse { .. });
        in_use.then(|| Self {
            machine: None,
            text: t.while_in_use.to_owned(),
        })
    }
}

fn goes_at(page: &StatusPage<'_>) -> Option<DateTime<Utc>> {
    let until = page.standing.keep_until;
    until.filter(|until| *until > page.now)
}

/// The notice that the VPN goes, for whoever uses it.
pub(super) struct Going {
    /// From when on the notice is due.
    pub(super) from: String,
    pub(super) is_due: bool,
    pub(super) text: String,
    /// The button that keeps it; `None`: nothing can be kept longer here.
    pub(super) keep: Option<Keep>,
}

pub(super) struct Keep {
    pub(super) minutes: i64,
    pub(super) label: String,
}

impl Going {
    /// `None`: it does not go, or the viewer has no part in it.
    pub(super) fn of(page: &StatusPage<'_>, t: &'static Texts, when: &When) -> Option<Self> {
        let reason = &page.standing.particulars.reason;
        let at = goes_at(page).filter(|_| matches!(reason, Reason::Kept { .. }));
        let (from, text) = if let Some(at) = at {
            (at - TOLD_BEFORE, (t.goes_at)(&when.clock(at)))
        } else if matches!(reason, Reason::Due { .. }) {
            (page.now, t.goes_now.to_owned())
        } else {
            return None;
        };
        let concerns_viewer = page.is_up() && page.is_users() && !page.site.is_dry_run;
        let longest = page.site.rules.max_extension.num_minutes();
        let minutes = KEPT_MINUTES.min(longest);
        concerns_viewer.then(|| Self {
            from: rfc3339(from),
            is_due: page.now >= from,
            text,
            keep: (minutes > 0).then(|| Keep {
                minutes,
                label: (t.keep)(&(t.extend_by)(minutes)),
            }),
        })
    }
}

impl StatusPage<'_> {
    pub(super) fn is_up(&self) -> bool {
        self.standing.phase == Phase::Ready
    }

    /// Whether the viewer asked for the VPN and is not done with it, or is connected.
    pub(super) fn is_users(&self) -> bool {
        self.is_connected() || self.standing.particulars.holders.contains(self.viewer)
    }
}
