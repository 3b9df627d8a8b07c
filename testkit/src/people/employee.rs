//! What an employee does, from the first click to the end of work.

use chrono::TimeDelta;

/// How many employees there are.
pub(super) const PEOPLE: u8 = 5;

/// An employee's visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Which employee.
    pub person: u8,
    /// How often they click, at once.
    pub clicks: u8,
    /// Whether they keep the page open until it says "ready"; else they come back after some minutes.
    pub stays_on_page: bool,
    /// How long they work, once connected; `None`: they never connect.
    pub works: Option<TimeDelta>,
    /// How they leave.
    pub leaves: Leaves,
    /// They want it longer, so many minutes from then.
    pub extends: Option<i64>,
    /// They fetch the profile first.
    pub fetches_profile: bool,
}

/// How an employee leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// Disconnects.
    Disconnects,
    /// Disconnects and says "I'm done".
    SaysDone,
    /// Says "I'm done" and disconnects only later.
    SaysDoneFirst,
    /// Leaves the laptop on, which moves little but keepalive packets from then on.
    LeavesItOn,
}

impl Visit {
    /// A visit, as chance has it.
    pub fn draw(chance: &mut fastrand::Rng) -> Self {
        let works = match chance.u8(..10) {
            0 | 1 => None,
            2 => Some(TimeDelta::seconds(chance.i64(5..120))),
            3 => Some(TimeDelta::hours(chance.i64(6..30))),
            _ => Some(TimeDelta::minutes(chance.i64(2..240))),
        };
        let leaves = match chance.u8(..8) {
            0 | 1 => Leaves::SaysDone,
            2 => Leaves::SaysDoneFirst,
            3 => Leaves::LeavesItOn,
            _ => Leaves::Disconnects,
        };
        Self {
            person: chance.u8(..PEOPLE),
            clicks: if chance.u8(..4) == 0 { 2 } else { 1 },
            stays_on_page: chance.u8(..4) != 0,
            works,
            leaves,
            extends: (chance.u8(..5) == 0).then(|| *super::pick(chance, &[1, 30, 60, 180, 700])),
            fetches_profile: chance.u8(..10) == 0,
        }
    }
}
