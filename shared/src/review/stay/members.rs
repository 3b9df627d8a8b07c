//! Which of the records around one belong to its stay, and whether enough of them were read to know.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::WANTED_FOR;
use crate::model::audit::Event;
use crate::model::item::Item;
use crate::review::record::{event, event_id, occurred_at, stay, text};

/// What was read around a record, in the order of ids.
pub(super) struct Around<'a> {
    pub(super) records: &'a [&'a Item],
    /// Which of them it is about.
    pub(super) target: usize,
    /// Whether there is nothing before them, and nothing behind.
    pub(super) is_from_start: bool,
    pub(super) is_to_end: bool,
}

/// The records of a stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Members {
    pub(super) stay: Option<u64>,
    /// Their places among those that were read.
    pub(super) places: Vec<usize>,
    /// The place of the record that ends it.
    pub(super) end: Option<usize>,
    pub(super) has_beginning: bool,
    pub(super) has_end: bool,
}

/// To which stay a record belongs.
enum Belongs {
    To(u64),
    ToNone,
    /// That stands before, or behind, what was read.
    NeedsBefore,
    NeedsBehind,
}

/// What of a record matters here.
struct Mark {
    /// The stay that a change of the endpoint names. Others name the last one, whether or not it was over.
    changed: Option<u64>,
    stay: Option<u64>,
    event: Option<Event>,
    is_closing: bool,
    at: Option<DateTime<Utc>>,
}

impl Mark {
    fn of(item: &Item) -> Self {
        let event = event(item);
        let stay = stay(item).filter(|stay| *stay > 0);
        Self {
            changed: stay.filter(|_| event.is_some_and(changes_endpoint)),
            stay,
            event,
            is_closing: !text(item, "month").is_empty(),
            at: event_id(item).map(|id| id.time()).or(occurred_at(item)),
        }
    }

    /// A stay that nothing of may be left: records from before there were closing records do not say.
    fn is_end(&self) -> bool {
        use Event::{DisassociationCompleted, DisassociationExternal};
        matches!(
            self.event,
            Some(DisassociationCompleted | DisassociationExternal)
        )
    }

    fn is_stop(&self) -> bool {
        self.event == Some(Event::DisassociationStarted)
    }

    fn is_failure(&self) -> bool {
        self.event == Some(Event::AssociationFailed)
    }

    /// Whether it may be a reason for a start.
    fn is_ask(&self) -> bool {
        matches!(
            self.event,
            Some(Event::AssociationRequested | Event::LeaseExtended | Event::ModeChanged)
        )
    }
}

impl Members {
    pub(super) fn of(around: &Around<'_>) -> Self {
        let marks: Vec<Mark> = around.records.iter().map(|item| Mark::of(item)).collect();
        let timeline = Timeline { around, marks };
        match timeline.stay() {
            Belongs::To(stay) => timeline.members(stay),
            Belongs::ToNone => Self {
                places: vec![around.target],
                has_beginning: true,
                has_end: true,
                ..Self::default()
            },
            Belongs::NeedsBefore => Self {
                places: vec![around.target],
                has_end: true,
                ..Self::default()
            },
            Belongs::NeedsBehind => Self {
                places: vec![around.target],
                has_beginning: true,
                ..Self::default()
            },
        }
    }
}

struct Timeline<'a> {
    around: &'a Around<'a>,
    marks: Vec<Mark>,
}

impl Timeline<'_> {
    fn stay(&self) -> Belongs {
        let target = &self.marks[self.around.target];
        if let Some(stay) = target.stay {
            return Belongs::To(stay);
        }
        // A booking is of other days than the one on which it is made or ends, and what was missed led to no stay.
        if target.event.is_some_and(is_of_booking) {
            return Belongs::ToNone;
        }
        let before = self.first_change((0..self.around.target).rev());
        let Some((_, last)) = before else {
            return if !self.around.is_from_start {
                Belongs::NeedsBefore
            } else if target.is_ask() {
                self.asked_for(0)
            } else {
                Belongs::ToNone
            };
        };
        let last_stay = last.changed.unwrap_or(0);
        if last.is_end() && !target.is_ask() {
            return Belongs::ToNone;
        }
        // Who asks while it goes, or once its start may have been given up, wants the next one, if that comes.
        let may_want_next = last.is_end() || last.is_stop() || last.is_failure();
        if !target.is_ask() || !may_want_next {
            return Belongs::To(last_stay);
        }
        let behind = self.first_change(self.around.target + 1..self.marks.len());
        let goes_on = behind.is_some_and(|(_, next)| next.changed == Some(last_stay));
        if last.is_failure() && goes_on {
            return Belongs::To(last_stay);
        }
        match self.asked_for(last_stay) {
            Belongs::ToNone if !last.is_end() => Belongs::To(last_stay),
            other @ (Belongs::To(_)
            | Belongs::ToNone
            | Belongs::NeedsBefore
            | Belongs::NeedsBehind) => other,
        }
    }

    /// The next stay after this one, if the target can have led to it.
    fn asked_for(&self, last_stay: u64) -> Belongs {
        let mut wanted = self.marks[self.around.target].at;
        let behind = self.around.target + 1..self.marks.len();
        for mark in &self.marks[behind] {
            if !is_within(wanted, mark.at) {
                return Belongs::ToNone;
            }
            if let Some(stay) = mark.changed.filter(|stay| *stay > last_stay) {
                return Belongs::To(stay);
            }
            if mark.is_ask() {
                wanted = mark.at;
            }
        }
        if self.around.is_to_end {
            Belongs::ToNone
        } else {
            Belongs::NeedsBehind
        }
    }

    fn members(&self, stay: u64) -> Members {
        let of_stay = |mark: &Mark| mark.changed == Some(stay);
        let first = self.marks.iter().position(of_stay);
        let closing = |mark: &Mark| mark.stay == Some(stay) && mark.is_closing;
        let closing = self.marks.iter().rposition(closing);
        let later = |mark: &Mark| mark.changed.is_some_and(|other| other > stay);
        let is_over = self.marks.iter().any(later);
        let end = closing.or_else(|| {
            let end = |mark: &Mark| of_stay(mark) && mark.is_end();
            self.marks.iter().rposition(end).filter(|_| is_over)
        });
        let (asks, has_beginning) = self.asks_before(stay, first.unwrap_or(self.around.target));
        // A start that was given up has no end.
        let last = end.or_else(|| self.marks.iter().rposition(of_stay).filter(|_| is_over));
        let last = last.unwrap_or(self.marks.len().saturating_sub(1));
        let is_member = |place: &usize| {
            let mark = &self.marks[*place];
            let is_asked = first.is_some_and(|first| *place > first) && mark.stay.is_none();
            let is_of_stay = mark.stay == Some(stay) || is_asked && mark.is_ask();
            *place == self.around.target || *place <= last && is_of_stay
        };
        let rest = (0..self.marks.len()).filter(is_member);
        let mut places: Vec<usize> = asks.into_iter().chain(rest).collect();
        places.sort_unstable();
        places.dedup();
        Members {
            stay: Some(stay),
            places,
            end,
            has_beginning,
            has_end: end.is_some() || is_over || self.around.is_to_end,
        }
    }

    /// The asks that led to a stay whose first known record stands there, and whether all before it was read.
    fn asks_before(&self, stay: u64, first: usize) -> (Vec<usize>, bool) {
        let mut asks = Vec::new();
        let mut wanted = self.marks[first].at;
        let mut is_kept = true;
        // The stay before whose end was met, and whose stop was not yet.
        let mut ended = None;
        for place in (0..first).rev() {
            let mark = &self.marks[place];
            if let Some(other) = mark.changed.filter(|other| *other != stay) {
                // Asks that met our stop are asks for the stay after it.
                let is_our_end = mark.event == Some(Event::DisassociationCompleted);
                if !is_our_end || ended.is_some_and(|ended| ended != other) {
                    return (asks, true);
                }
                ended = Some(other);
            }
            if mark.is_ask() {
                is_kept &= is_within(mark.at, wanted);
                if is_kept {
                    asks.push(place);
                    wanted = mark.at;
                }
            }
        }
        (asks, self.around.is_from_start)
    }

    fn first_change(&self, places: impl Iterator<Item = usize>) -> Option<(usize, &Mark)> {
        let mut marks = places.map(|place| (place, &self.marks[place]));
        marks.find(|(_, mark)| mark.changed.is_some())
    }
}

/// Whether an ask was kept long enough. Of what has no time it is not known, and so it was.
fn is_within(asked_at: Option<DateTime<Utc>>, at: Option<DateTime<Utc>>) -> bool {
    let waited = at.zip(asked_at).map(|(at, asked)| at - asked);
    waited.is_none_or(|waited| waited <= WANTED_FOR + SLACK)
}

/// Ids made of facts are back-dated a little, and clocks differ.
const SLACK: TimeDelta = TimeDelta::minutes(10);

fn is_of_booking(event: Event) -> bool {
    matches!(
        event,
        Event::BookingMade | Event::BookingCancelled | Event::BookingLapsed | Event::BookingMissed
    )
}

/// Whether it is a change of the endpoint, which names the stay that it is of.
fn changes_endpoint(event: Event) -> bool {
    match event {
        Event::AssociationStarted
        | Event::AssociationCompleted
        | Event::AssociationFailed
        | Event::AssociationAdopted
        | Event::RoutesRestored
        | Event::RoutesChanged
        | Event::DisassociationStarted
        | Event::DisassociationCompleted
        | Event::DisassociationFailed
        | Event::DisassociationExternal => true,
        Event::BookingMade
        | Event::BookingCancelled
        | Event::BookingLapsed
        | Event::BookingMissed
        | Event::AssociationRequested
        | Event::LeaseExtended
        | Event::LeaseReleased
        | Event::ModeChanged
        | Event::ConfigChanged
        | Event::ConnectionEnded
        | Event::ProfileDownloaded
        | Event::AccessDenied
        | Event::AuditExported => false,
    }
}
