//! Use and cost of a range of days.

use audit_pages::UsePage;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use shared::review::usage::{self, EndpointUse, UseReport};
use web::Reply;

use super::{json, shown};
use crate::app::{App, Call};
use crate::input::UseQuery;
use crate::refusal::Refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Use<'a> {
    from: NaiveDate,
    to: NaiveDate,
    endpoints: Vec<OfEndpoint<'a>>,
    /// Nothing is known of stays that ended before.
    known_since: Option<String>,
    /// Not all closing records could be read: only those since then.
    read_back_to: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfEndpoint<'a> {
    endpoint: &'a str,
    hours: f64,
    requests: u64,
    people: usize,
    start_seconds: Option<StartSeconds>,
    stays: u64,
    unused_stays: u64,
    cost_usd: f64,
    always_on_usd: f64,
    office_hours_usd: f64,
    saved_usd: f64,
    days: Vec<Day>,
    /// What is up still, and since when.
    up_since: Option<String>,
}

#[derive(Serialize)]
struct StartSeconds {
    median: u64,
    p90: u64,
    longest: u64,
}

#[derive(Serialize)]
struct Day {
    date: NaiveDate,
    hours: f64,
    up: Vec<[Option<String>; 2]>,
}

impl<'a> Use<'a> {
    fn of(report: &'a UseReport, now: DateTime<Utc>) -> Self {
        Self {
            from: report.from,
            to: report.to,
            endpoints: report
                .endpoints
                .iter()
                .map(|it| of_endpoint(it, now))
                .collect(),
            known_since: json::time(report.known_since),
            read_back_to: json::time(report.read_back_to),
        }
    }
}

fn of_endpoint(used: &EndpointUse, now: DateTime<Utc>) -> OfEndpoint<'_> {
    let days = used.days.iter().filter(|day| day.begins <= now);
    let days = days.map(|day| Day {
        date: day.date,
        hours: rounded(day.hours),
        up: day
            .up
            .iter()
            .map(|(from, to)| [*from, *to].map(|at| json::time(Some(at))))
            .collect(),
    });
    OfEndpoint {
        endpoint: used.endpoint.name.as_str(),
        hours: rounded(used.hours),
        requests: used.requests,
        people: used.people.len(),
        start_seconds: used.start_seconds.map(|starts| StartSeconds {
            median: starts.median,
            p90: starts.p90,
            longest: starts.longest,
        }),
        stays: used.stays,
        unused_stays: used.unused_stays,
        cost_usd: rounded(used.cost_usd),
        always_on_usd: rounded(used.always_on_usd),
        office_hours_usd: rounded(used.office_hours_usd),
        saved_usd: rounded(used.saved_usd),
        days: days.collect(),
        up_since: json::time(used.up_now.as_ref().map(|up| up.since)),
    }
}

/// To a hundredth of a cent, or of a hundredth of an hour.
fn rounded(figure: f64) -> f64 {
    (figure * 10_000.0).round() / 10_000.0
}

impl App {
    pub(super) async fn usage(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let settings = &self.common.settings;
        let zone = settings.rules.time_zone;
        let today = call.now.with_timezone(&zone).date_naive();
        let UseQuery { from, to } = UseQuery::read(call.query, today)?;
        let price = settings.association_hour_price_usd;
        let report = usage::report(
            self.reader.as_ref(),
            &self.common.endpoints,
            from,
            to,
            zone,
            price,
            self.office_hours,
            call.now,
        );
        let report = report.await?;
        let html = || {
            let page = UsePage {
                site: &self.site_of(call),
                language: call.language,
                report: &report,
                office_hours: self.office_hours,
                price_usd: price,
                now: call.now,
            };
            page.html()
        };
        Ok(shown(call, html, || Use::of(&report, call.now)))
    }
}
