//! What a run is made of, drawn from its seed: people with their habits, an administrator's deeds, storms. A plan can be
//! cut down to a part of itself, which is how a failure shrinks to a short story.

mod bookings;

use std::fmt;

use chrono::{
    DateTime, Datelike, Days, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc, Weekday,
};
use chrono_tz::Tz;
use shared::model::LISTING_LAG;
use testkit::ec2::Delay;
use testkit::people::{BookingDeed, Deed, Leaves, Order, Visit, pick};

use crate::weather::Weather;

/// What happens in a run, beside what the system does.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// Everything that the plan leaves open follows from it too.
    pub seed: u64,
    /// The first instant.
    pub start: DateTime<Utc>,
    /// How many days people work.
    pub days: u32,
    /// The company's time zone.
    pub zone: Tz,
    /// How often the schedule sweeps.
    pub sweep_every: TimeDelta,
    /// How far apart the clocks of two processes may be.
    pub skew: TimeDelta,
    /// How the company has configured it.
    pub variables: Vec<(&'static str, String)>,
    /// How long EC2 takes to associate, and to disassociate.
    pub associating: Delay,
    /// Whether security groups are lost with the last association, of which AWS says nothing.
    pub forget_security_groups: bool,
    /// Whether EC2 fails to terminate connections, which then go on as `failed-to-terminate`.
    pub terminations_fail: bool,
    /// Whether `local` routes are listed without a target, of which AWS says nothing.
    pub local_routes_without_target: bool,
    /// The seed of what comes between when a sweep is about to stop or to start; `None`: chance alone decides.
    pub aim: Option<u64>,
    /// What happens, in the order of time.
    pub events: Vec<Event>,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An employee wants to use the VPN.
    Visit(Visit),
    /// An employee books, or does something about bookings.
    Books(BookingDeed),
    /// The administrator does something by hand.
    Deed(Deed),
    /// The schedule does not sweep for so long.
    NoSweeps(TimeDelta),
    /// For so long, this goes wrong.
    Storm(Weather, TimeDelta),
    /// The schedule delivers twice, as it may.
    ExtraSweep,
    /// Lambda ends all idle instances.
    Recycle,
}

impl RunPlan {
    /// The plan of a seed, over so many days.
    pub fn draw(seed: u64, days: u32) -> Self {
        let mut plan = Self::plain(seed, days);
        plan.choose_rare_moments();
        plan.draw_bookings();
        plan.keep_apart_what_cannot_be_told_apart();
        plan.events.sort_by_key(|event| event.at);
        plan
    }

    /// The same, without the rare moments and without bookings.
    pub fn plain(seed: u64, days: u32) -> Self {
        let mut chance = fastrand::Rng::with_seed(seed);
        let zone = *pick(
            &mut chance,
            &[
                chrono_tz::Asia::Tokyo,
                chrono_tz::Europe::Berlin,
                chrono_tz::America::New_York,
                chrono_tz::Australia::Lord_Howe,
                chrono_tz::Pacific::Apia,
            ],
        );
        let start = first_day(&mut chance, zone, days);
        let variables = variables(&mut chance, zone);
        let slow = chance.u8(..8) == 0;
        let mut plan = Self {
            seed,
            start,
            days,
            zone,
            sweep_every: TimeDelta::minutes(*pick(&mut chance, &[1, 1, 1, 2, 5])),
            skew: TimeDelta::seconds(*pick(&mut chance, &[0, 0, 0, 20, 120])),
            variables,
            associating: if slow {
                Delay::between(600, 1_500)
            } else {
                Delay::between(240, 600)
            },
            forget_security_groups: chance.bool(),
            terminations_fail: false,
            local_routes_without_target: false,
            aim: None,
            events: Vec::new(),
        };
        let stormy = chance.u8(..4) != 0;
        let administered = chance.bool();
        for day in 0..days {
            plan.draw_day(&mut chance, day, stormy, administered);
        }
        plan.events.sort_by_key(|event| event.at);
        // Drawn last, so that all that is drawn before stays as it is.
        plan.terminations_fail = chance.bool();
        plan.local_routes_without_target = chance.bool();
        plan
    }

    /// What chance alone would hardly ever draw, in some of the runs. It has chance of its own, so that all else in a seed
    /// stays as it is.
    fn choose_rare_moments(&mut self) {
        let mut chance = fastrand::Rng::with_seed(!self.seed);
        if chance.u8(..4) == 0 {
            // What two kinds of fault hide from each other shows with one alone.
            let kind = chance.usize(..Weather::KINDS);
            for event in &mut self.events {
                if let What::Storm(weather, _) = &mut event.what {
                    weather.keep_only(kind);
                }
            }
        }
        if chance.bool() {
            return;
        }
        self.aim = Some(chance.u64(..));
        let visits = self
            .events
            .iter()
            .filter(|event| matches!(event.what, What::Visit(_)));
        let modes = visits.filter_map(|event| {
            let at = event.at + TimeDelta::milliseconds(chance.i64(0..90_000));
            let word = pick(&mut chance, &["on", "hold"]);
            let deed = if chance.bool() {
                Deed::Mode(word, 20)
            } else {
                Deed::Order(Order {
                    minutes: 20,
                    ..Order::draw(&mut chance)
                })
            };
            (chance.u8(..12) == 0).then_some(Event {
                at,
                what: What::Deed(deed),
            })
        });
        let modes: Vec<_> = modes.collect();
        self.events.extend(modes);
        let night = self.clocks_change().map(|change| {
            [-30, 30].map(|minutes| {
                let visit = Visit {
                    works: Some(TimeDelta::minutes(chance.i64(5..30))),
                    leaves: Leaves::Disconnects,
                    extends: None,
                    ..Visit::draw(&mut chance)
                };
                let at = change + TimeDelta::minutes(minutes);
                Event {
                    at,
                    what: What::Visit(visit),
                }
            })
        });
        self.events.extend(night.into_iter().flatten());
        if chance.u8(..4) == 0 {
            let failures = Weather {
                failing_associations: 1_000,
                ..Weather::calm()
            };
            let at = self.start + TimeDelta::hours(chance.i64(7..24));
            let what = What::Storm(failures, TimeDelta::hours(2));
            self.events.push(Event { at, what });
        }
    }

    /// What is not listed for two minutes is gone (DESIGN 5): a listing that lags and clocks that are apart have to fit in there
    /// together.
    fn keep_apart_what_cannot_be_told_apart(&mut self) {
        for event in &mut self.events {
            if let What::Storm(weather, _) = &mut event.what {
                let lags = TimeDelta::seconds(weather.listing_lag_seconds.into());
                if lags + self.skew >= LISTING_LAG {
                    weather.listing_lag_seconds = 0;
                }
            }
        }
    }

    /// When the clocks change, to the hour.
    fn clocks_change(&self) -> Option<DateTime<Utc>> {
        let offset = |at: DateTime<Utc>| at.with_timezone(&self.zone).offset().fix();
        let hours = (0..i64::from(self.days) * 24).map(|hour| self.start + TimeDelta::hours(hour));
        hours
            .into_iter()
            .find(|at| offset(*at) != offset(*at + TimeDelta::hours(1)))
    }

    /// When people have gone home for good.
    pub fn end(&self) -> DateTime<Utc> {
        self.start + TimeDelta::days(self.days.into())
    }

    fn draw_day(&mut self, chance: &mut fastrand::Rng, day: u32, stormy: bool, administered: bool) {
        let midnight = self.start + TimeDelta::days(day.into());
        let weekend = matches!(
            midnight.with_timezone(&self.zone).weekday(),
            Weekday::Sat | Weekday::Sun
        );
        let mut add = |at: DateTime<Utc>, what| self.events.push(Event { at, what });
        let visits = if weekend {
            chance.u8(..2)
        } else {
            chance.u8(..7)
        };
        for _ in 0..visits {
            let minute = if chance.u8(..5) == 0 {
                chance.i64(0..24 * 60)
            } else {
                chance.i64(7 * 60..23 * 60)
            };
            let at = midnight + TimeDelta::milliseconds(minute * 60_000 + chance.i64(0..60_000));
            let visit = Visit::draw(chance);
            if chance.u8(..4) == 0 {
                // A colleague in the same moment.
                let later = TimeDelta::milliseconds(chance.i64(0..2_000));
                add(at + later, What::Visit(Visit::draw(chance)));
            }
            add(at, What::Visit(visit));
        }
        let mut any_time = || midnight + TimeDelta::milliseconds(chance.i64(0..86_400_000));
        let times: Vec<_> = (0..6).map(|_| any_time()).collect();
        for at in [times[0], times[5]] {
            if stormy && chance.bool() {
                let lasts = TimeDelta::minutes(chance.i64(1..240));
                add(at, What::Storm(Weather::storm(chance), lasts));
            }
        }
        if administered && chance.u8(..3) == 0 {
            add(times[1], What::Deed(Deed::draw(chance)));
            if chance.bool() {
                add(times[2], What::Deed(Deed::draw(chance)));
            }
        }
        if chance.u8(..3) == 0 {
            add(times[3], What::ExtraSweep);
        }
        if chance.u8(..3) == 0 {
            add(times[4], What::Recycle);
        }
    }
}

/// A midnight: often one shortly before the clocks change, before a leap day, or at the turn of a year.
fn first_day(chance: &mut fastrand::Rng, zone: Tz, days: u32) -> DateTime<Utc> {
    let notable = [
        (2027, 3, 12),
        (2027, 3, 26),
        (2027, 10, 1),
        (2027, 10, 29),
        (2027, 11, 5),
        (2028, 2, 27),
        (2027, 12, 30),
    ];
    let (year, month, day) = if days < 60 && chance.bool() {
        *pick(chance, &notable)
    } else {
        (2027, chance.u32(1..=12), chance.u32(1..=28))
    };
    let date = chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    // Midnight may not exist on a day when clocks change; the noon before always does.
    let noon = date
        .checked_sub_days(Days::new(1))
        .unwrap_or(date)
        .and_time(NaiveTime::MIN + TimeDelta::hours(12));
    let noon = zone.from_local_datetime(&noon).earliest();
    noon.map_or_else(
        || date.and_time(NaiveTime::MIN).and_utc(),
        |noon| noon.to_utc() + TimeDelta::hours(12),
    )
}

fn variables(chance: &mut fastrand::Rng, zone: Tz) -> Vec<(&'static str, String)> {
    let mut choose = |name, values: &[&str]| (name, (*pick(chance, values)).to_owned());
    let mut variables = vec![
        choose("IDLE_TIMEOUT_MINUTES", &["60", "60", "15", "90"]),
        choose("FIRST_CONNECTION_GRACE_MINUTES", &["30", "30", "10"]),
        choose(
            "OVERNIGHT_WINDOW",
            &["22:00-07:00", "22:00-07:00", "01:30-03:30", ""],
        ),
        choose("OVERNIGHT_IDLE_TIMEOUT_MINUTES", &["10", "10", "90"]),
        choose("STALE_CONNECTION_MINUTES", &["0", "0", "45"]),
        choose("OVERNIGHT_STALE_CONNECTION_MINUTES", &["120", "30", "0"]),
        choose("ROUTES", &["", "", "203.0.113.0/24"]),
    ];
    variables.push(("TIME_ZONE", zone.name().to_owned()));
    variables
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.at.format("%Y-%m-%d %H:%M:%S"))?;
        match &self.what {
            What::Visit(visit) => write!(f, "{visit:?}"),
            What::Books(deed) => write!(f, "{deed:?}"),
            What::Deed(deed) => write!(f, "administrator: {deed:?}"),
            What::NoSweeps(lasts) => write!(f, "no sweep for {} min", lasts.num_minutes()),
            What::Storm(weather, lasts) => {
                write!(f, "storm for {} min: {weather:?}", lasts.num_minutes())
            }
            What::ExtraSweep => f.write_str("an extra sweep"),
            What::Recycle => f.write_str("all idle instances end"),
        }
    }
}
