//! Use of a company's VPNs, made up: people come on workdays, sometimes late, sometimes not at all.

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    dead_code,
    unreachable_pub,
    reason = "a helper of tests; not each of them uses all of it"
)]

pub mod now;

use std::collections::BTreeSet;

use audit_pages::{Language, Site, UsePage};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::model::ManagedEndpoint;
use shared::policy::first_instant;
use shared::review::usage::{DayUse, EndpointUse, StartSeconds, UpNow, UseReport};

pub const PRICE: f64 = 0.15;

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 17:20 in Tokyo, a Thursday.
pub fn now() -> DateTime<Utc> {
    at("2026-11-26T08:20:31Z")
}

pub fn managed(name: &str, subnets: usize) -> ManagedEndpoint {
    let id = name
        .bytes()
        .fold(7_u64, |sum, byte| sum * 31 % 0xfff_fff7 + u64::from(byte));
    ManagedEndpoint {
        name: name.parse().unwrap(),
        id: format!("cvpn-endpoint-{id:017x}").parse().unwrap(),
        subnets: (0..subnets)
            .map(|n| format!("subnet-{n:017x}").parse().unwrap())
            .collect(),
    }
}

/// A day with these times up, cut at its ends and at now.
pub fn day(
    zone: Tz,
    date: NaiveDate,
    up: &[(DateTime<Utc>, DateTime<Utc>)],
    subnets: usize,
) -> DayUse {
    let begins = first_instant(zone, date.and_time(NaiveTime::MIN)).unwrap();
    let next = date.succ_opt().unwrap();
    let ends = first_instant(zone, next.and_time(NaiveTime::MIN)).unwrap();
    let up: Vec<_> = up
        .iter()
        .map(|(from, to)| ((*from).max(begins), (*to).min(ends)))
        .filter(|(from, to)| from < to)
        .collect();
    let seconds: i64 = up
        .iter()
        .map(|(from, to)| (*to - *from).num_seconds())
        .sum();
    DayUse {
        date,
        begins,
        ends,
        up,
        hours: seconds as f64 / 3600.0 * subnets as f64,
    }
}

/// When people used it on a day, by minutes of the wall clock; a number for each endpoint makes it another one.
fn used(date: NaiveDate, salt: u64) -> Vec<[i64; 2]> {
    let days = u64::try_from(date.num_days_from_ce()).unwrap();
    let dice = |sides: u64, n: u64| {
        let mixed =
            (days * 2_654_435_761 + salt * 40_503 + n * 97_003) % 1_000_003 * 48_271 % 1_000_003;
        i64::try_from(mixed % sides).unwrap()
    };
    let is_weekend = date.weekday().num_days_from_monday() > 4;
    match dice(12, 1) {
        _ if is_weekend && dice(9, 2) > 0 => Vec::new(),
        0 => Vec::new(),
        // Late, over midnight.
        1 => vec![
            [520 + dice(60, 3), 760 + dice(60, 4)],
            [1210 + dice(60, 5), 1475 + dice(40, 6)],
        ],
        2..=5 => vec![
            [500 + dice(60, 3), 740 + dice(60, 4)],
            [850 + dice(90, 5), 1120 + dice(100, 6)],
        ],
        _ => vec![[490 + dice(80, 3), 1080 + dice(160, 4)]],
    }
}

/// The use of one endpoint. `is_up_now` keeps the last stay up.
pub fn endpoint_use(
    managed: ManagedEndpoint,
    zone: Tz,
    [from, to]: [NaiveDate; 2],
    now: DateTime<Utc>,
    salt: u64,
) -> EndpointUse {
    let subnets = managed.subnets.len().max(1);
    let dates = || from.iter_days().take_while(|date| *date <= to);
    let mut stays: Vec<(DateTime<Utc>, DateTime<Utc>)> = dates()
        .flat_map(|date| {
            let midnight = first_instant(zone, date.and_time(NaiveTime::MIN)).unwrap();
            used(date, salt)
                .into_iter()
                .map(move |span| span.map(|at| midnight + TimeDelta::minutes(at)))
        })
        .map(|[from, to]| (from, to.min(now)))
        .filter(|(from, to)| from < to)
        .collect();
    stays.sort();
    let up_now = stays
        .last()
        .filter(|(_, to)| *to == now)
        .map(|(since, _)| UpNow {
            since: *since,
            association_seconds: u64::try_from((now - *since).num_seconds()).unwrap()
                * subnets as u64,
        });
    let days: Vec<DayUse> = dates()
        .map(|date| day(zone, date, &stays, subnets))
        .collect();
    let hours: f64 = days.iter().map(|day| day.hours).sum();
    let passed: f64 = days
        .iter()
        .map(|day| (now.clamp(day.begins, day.ends) - day.begins).num_seconds() as f64 / 3600.0)
        .sum();
    let workdays = days
        .iter()
        .filter(|day| day.begins < now && day.date.weekday().num_days_from_monday() < 5);
    let office_hours = workdays.count() as f64 * 9.0;
    let price = PRICE * managed.subnets.len() as f64;
    let people = ["hana", "ken", "yuki", "ren", "sora", "mei", "aoi", "riku"];
    let number = stays.len() as u64;
    EndpointUse {
        endpoint: managed,
        hours,
        requests: number * 2,
        people: people[..people.len().min(stays.len())]
            .iter()
            .map(|name| format!("{name}@example.com"))
            .collect(),
        start_seconds: (number > 0).then_some(StartSeconds {
            median: 372,
            p90: 561,
            longest: 903,
        }),
        stays: number,
        unused_stays: number / 9,
        cost_usd: hours * PRICE,
        always_on_usd: passed * price,
        office_hours_usd: office_hours * price,
        saved_usd: passed * price - hours * PRICE,
        days,
        up_now,
    }
}

pub fn report(zone: Tz, range: [NaiveDate; 2], now: DateTime<Utc>) -> UseReport {
    let endpoints = [("tokyo", 2), ("osaka", 1)].into_iter().zip(0..);
    UseReport {
        from: range[0],
        to: range[1],
        endpoints: endpoints
            .map(|((name, subnets), salt)| {
                endpoint_use(managed(name, subnets), zone, range, now, salt)
            })
            .collect(),
        read_back_to: None,
        known_since: None,
        unreadable: 0,
    }
}

pub fn november() -> [NaiveDate; 2] {
    ["2026-11-01", "2026-11-30"].map(date)
}

pub fn site(zone: Tz) -> Site {
    Site {
        endpoints: ["tokyo", "osaka", "nagoya"]
            .map(|name| name.parse().unwrap())
            .into(),
        zone,
        has_sign_out: true,
        viewer: Some("admin@example.com".to_owned()),
        is_administrator: true,
    }
}

pub fn use_page(language: Language, zone: Tz, report: &UseReport, now: DateTime<Utc>) -> String {
    UsePage {
        site: &site(zone),
        language,
        report,
        office_hours: "09:00-18:00".parse().unwrap(),
        price_usd: PRICE,
        now,
    }
    .html()
}

pub fn names(people: &[&str]) -> BTreeSet<String> {
    people.iter().map(|name| (*name).to_owned()).collect()
}
