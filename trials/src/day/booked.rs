//! What became of the bookings, from the records alone: when each was placed, how long its owner waited, what that saved,
//! and what it cost.

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;

use super::bill::{HOUR_PRICE_USD, SUBNETS};
use super::record::{actor, occurred_at};
use super::state::Day;
use super::timeline::{heading, wall};

/// A booking's ask, and what followed it.
struct Served {
    who: String,
    /// What was booked, as its record says it.
    reason: String,
    placed_at: DateTime<Utc>,
    started_at: DateTime<Utc>,
    ready_at: DateTime<Utc>,
    /// When its owner first connected.
    came_at: DateTime<Utc>,
}

impl Served {
    fn of(ask: &Record, records: &[Record]) -> anyhow::Result<Self> {
        let placed_at = occurred_at(ask)?;
        let first = |event: &str, who: Option<&str>| {
            let of_it = records.iter().filter(|record| {
                record.text("event") == event && who.is_none_or(|who| actor(record) == who)
            });
            let mut times = of_it.filter_map(|record| began_at(record).ok());
            let found = times.find(|at| *at >= placed_at);
            found.with_context(|| format!("no {event} after a booking was placed"))
        };
        let who = actor(ask);
        Ok(Self {
            placed_at,
            started_at: first("association.started", None)?,
            ready_at: first("association.completed", None)?,
            came_at: first("connection.ended", Some(&who))?,
            reason: ask.text("reason").to_owned(),
            who,
        })
    }

    /// How long the VPN took to come up: so long would its owner have waited after a click.
    fn start(&self) -> TimeDelta {
        self.ready_at - self.placed_at
    }

    /// How long it was up, and billed, before its owner came.
    fn early(&self) -> TimeDelta {
        self.came_at - self.started_at
    }

    fn waited(&self) -> TimeDelta {
        (self.ready_at - self.came_at).max(TimeDelta::zero())
    }
}

/// Prints who had booked, and checks that it was worth it.
pub(super) fn tell(day: &mut Day, records: &[Record]) -> anyhow::Result<()> {
    let asks = records.iter().filter(|record| {
        record.text("event") == "association.requested" && !record.text("booking_id").is_empty()
    });
    let served: Vec<Served> = asks
        .map(|ask| Served::of(ask, records))
        .collect::<anyhow::Result<_>>()?;
    let first = served.first().context("no booking was placed")?;
    let clicks = clicks_waited(records).context("no employee clicked")?;
    print(&served, first, clicks);

    let mut owners: Vec<&str> = served.iter().map(|it| it.who.as_str()).collect();
    owners.sort_unstable();
    day.checks.equal(
        &owners,
        &vec!["ren", "yuki"],
        "each booking is placed once, in its owner's name",
    );
    for it in &served {
        let who = &it.who;
        let ahead = day.at(24 + 8, 30) - it.placed_at;
        day.checks.that(
            ahead > TimeDelta::minutes(14) && ahead <= TimeDelta::minutes(15),
            format!("what {who} booked is placed within the minute in which it is due"),
        );
        day.checks.equal(
            &it.waited(),
            &TimeDelta::zero(),
            &format!("{who} did not wait"),
        );
    }
    day.checks.that(
        clicks >= TimeDelta::minutes(4) && first.start() >= TimeDelta::minutes(4),
        "who clicks waits as long as AWS takes, and who booked is spared that",
    );
    day.checks.that(
        first.early() <= TimeDelta::minutes(16),
        "it is up for no longer beforehand than a start may take",
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a morning has few seconds")]
fn print(served: &[Served], first: &Served, clicks: TimeDelta) {
    heading("Who had booked");
    for it in served {
        println!("  {}", it.reason);
        println!(
            "    placed at {}, ready at {}; {} came at {} and waited for {} minutes",
            wall(it.placed_at),
            wall(it.ready_at),
            it.who,
            wall(it.came_at),
            it.waited().num_minutes(),
        );
    }
    let saved: TimeDelta = served.iter().map(|it| it.start() - it.waited()).sum();
    let usd = first.early().num_seconds() as f64 / 3600.0 * SUBNETS * HOUR_PRICE_USD;
    println!(
        "\n  Who clicked on Monday morning waited for {} minutes. Had these two clicked, each would have waited for {}:",
        clicks.num_minutes(),
        first.start().num_minutes(),
    );
    println!(
        "  {} minutes of waiting are saved, for USD {usd:.2}: the VPN was up for {} minutes before they came.",
        saved.num_minutes(),
        first.early().num_minutes()
    );
}

/// When something began: a record of a connection is written when it is over.
fn began_at(record: &Record) -> anyhow::Result<DateTime<Utc>> {
    let at = occurred_at(record)?;
    if record.text("event") != "connection.ended" {
        return Ok(at);
    }
    let seconds: i64 = record.text("duration_seconds").parse()?;
    Ok(at - TimeDelta::seconds(seconds))
}

/// How long the first of those waited who clicked: from the request to ready.
fn clicks_waited(records: &[Record]) -> Option<TimeDelta> {
    let ready = records
        .iter()
        .filter(|record| record.text("event") == "association.completed");
    let mut waits = ready.filter_map(|record| record.text("duration_seconds").parse().ok());
    waits.next().map(TimeDelta::seconds)
}
