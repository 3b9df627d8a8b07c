//! Use and cost of a month or a range of days.

mod money;
mod overview;

use askama::Template;
use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use page::{Frame, Language, When, render};
use shared::model::DailyWindow;
use shared::review::usage::{EndpointUse, UseReport};

use crate::day_table::{DayRow, day_rows};
use crate::frame::{Part, Site};
use crate::numbers::{Tenths, grouped};
use crate::pictures::bars::Bars;
use crate::pictures::calendar::Calendar;
use crate::pictures::{begun, clock_change, hours_between};
use crate::shown::in_a_row;
use crate::texts::{Texts, UseTexts};

use money::Money;
use overview::Overview;

/// How many days pictures are drawn of, over all endpoints: five of them for 13 months. An answer is below 1 MB.
const DRAWN_DAYS: usize = 2_000;
/// How many people are named for each endpoint.
const NAMED: usize = 200;

/// The page "Use and cost".
#[derive(Debug)]
pub struct UsePage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub report: &'a UseReport,
    /// What the comparison with office hours is by.
    pub office_hours: DailyWindow,
    /// Of an association hour, as it is configured now.
    pub price_usd: f64,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "use.html")]
struct Page {
    frame: Frame,
    t: &'static UseTexts,
    title: &'static str,
    heading: String,
    until_now: Option<String>,
    months: MonthLinks,
    from: String,
    to: String,
    notes: Vec<String>,
    /// Where there are several endpoints.
    overview: Option<Overview>,
    endpoints: Vec<Endpoint>,
    /// What a strip of a calendar is.
    calendar_text: String,
    bill_query: String,
}

/// The month shown and those beside it; from a range, the way back to this month.
struct MonthLinks {
    chosen: Option<String>,
    latest: String,
    before: Option<MonthLink>,
    after: Option<MonthLink>,
    current: Option<MonthLink>,
}

struct MonthLink {
    value: String,
    label: String,
}

struct Endpoint {
    id: String,
    name: String,
    is_up: bool,
    up_now: Option<String>,
    hours: String,
    requests: String,
    people: String,
    names: Vec<String>,
    more_names: Option<String>,
    starts: Option<[String; 3]>,
    stays: String,
    unused: String,
    money: Money,
    drawn: Option<Drawn>,
}

/// Pictures, and the table that says the same.
struct Drawn {
    calendar: String,
    odd_days: Vec<String>,
    bars: String,
    rows: Vec<DayRow>,
}

impl UsePage<'_> {
    pub fn html(&self) -> String {
        let t = UseTexts::of(self.language);
        let UseReport { from, to, .. } = *self.report;
        let when = self.site.when(self.language, self.now);
        let is_month = is_whole_month(from, to);
        let heading = if is_month {
            (t.month)(from)
        } else {
            (t.range)(from, to)
        };
        let today = self.now.with_timezone(&when.zone).date_naive();
        let drawn = self.drawn();
        let title = Texts::of(self.language).use_and_cost;
        render(&Page {
            frame: self.site.frame(
                self.language,
                Some(Part::Use),
                &format!("{title} – {heading}"),
            ),
            t,
            title,
            until_now: (to >= today).then(|| (t.until_now)(&when.at(self.now))),
            months: months(t, from, is_month, today),
            from: from.to_string(),
            to: to.to_string(),
            notes: self.notes(t, &when, drawn),
            overview: (self.report.endpoints.len() > 1).then(|| self.overview(t)),
            endpoints: self
                .report
                .endpoints
                .iter()
                .enumerate()
                .map(|(at, used)| self.endpoint(t, &when, at, used, at < drawn))
                .collect(),
            calendar_text: (t.calendar_text)(when.zone.name()),
            bill_query: bill_query(from, to),
            heading,
        })
    }

    /// How many endpoints there is room to draw.
    fn drawn(&self) -> usize {
        let mut days = 0;
        let fits = |used: &&EndpointUse| {
            days += used.days.len();
            days <= DRAWN_DAYS
        };
        // The first is always drawn: a range has 13 months at most.
        self.report.endpoints.iter().take_while(fits).count().max(1)
    }

    fn notes(&self, t: &UseTexts, when: &When, drawn: usize) -> Vec<String> {
        let day = |at: DateTime<Utc>| (t.date)(at.with_timezone(&when.zone).date_naive());
        let all = self.report.endpoints.len();
        let begins = self
            .report
            .endpoints
            .first()
            .and_then(|used| Some(used.days.first()?.begins));
        // What is known from before the range began needs no words.
        let known_since = self
            .report
            .known_since
            .filter(|at| begins.is_none_or(|begins| *at > begins));
        [
            known_since.map(|at| (t.known_since)(&day(at))),
            self.report
                .read_back_to
                .map(|at| (t.read_back_to)(&day(at))),
            (self.report.unreadable > 0).then(|| (t.unreadable)(self.report.unreadable)),
            (drawn < all).then(|| (t.drawn)(drawn, all)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn endpoint(
        &self,
        t: &'static UseTexts,
        when: &When,
        at: usize,
        used: &EndpointUse,
        is_drawn: bool,
    ) -> Endpoint {
        let most = if is_drawn { NAMED } else { 0 };
        let names: Vec<String> = used
            .people
            .iter()
            .take(most)
            .map(|name| in_a_row(name))
            .collect();
        let more = used.people.len() - names.len();
        let is_up = used.stays > 0 || used.hours > 0.0 || used.up_now.is_some();
        let id = format!("vpn-{at}");
        Endpoint {
            name: used.endpoint.name.to_string(),
            is_up,
            up_now: used.up_now.as_ref().map(|up| {
                let hours = seconds_as_hours(up.association_seconds);
                (t.up_now)(
                    &when.at(up.since),
                    &(t.hours_unit)(&Tenths::of(hours).amount()),
                )
            }),
            hours: (t.hours_unit)(&Tenths::of(used.hours).amount()),
            requests: grouped(used.requests),
            people: count(used.people.len()),
            more_names: (is_drawn && more > 0).then(|| (t.people_more)(more)),
            names,
            starts: used
                .start_seconds
                .map(|starts| [starts.median, starts.p90, starts.longest].map(t.span)),
            stays: grouped(used.stays),
            unused: grouped(used.unused_stays),
            money: self.money(t, when, used),
            drawn: (is_drawn && is_up).then(|| self.draw(t, when, &id, used)),
            id,
        }
    }

    fn draw(&self, t: &'static UseTexts, when: &When, id: &str, used: &EndpointUse) -> Drawn {
        let (days, zone) = (&used.days, when.zone);
        let endpoint = used.endpoint.name.as_str();
        let hours = |hours| Tenths::of(hours).amount();
        let odd_days = begun(days, self.now)
            .iter()
            .filter(|day| clock_change(day, zone).is_some());
        Drawn {
            calendar: Calendar {
                id: &format!("{id}-calendar"),
                endpoint,
                days,
                zone,
                now: self.now,
                t: &t.pictures,
                hours: &hours,
            }
            .svg(),
            odd_days: odd_days
                .map(|day| {
                    let length = hours_between(day.begins, day.ends);
                    (t.odd_day)(&(t.date)(day.date), &(t.hours_unit)(&length.to_string()))
                })
                .collect(),
            bars: Bars {
                id: &format!("{id}-bars"),
                endpoint,
                days,
                subnets: used.endpoint.subnets.len(),
                now: self.now,
                t: &t.pictures,
            }
            .svg(),
            rows: day_rows(t, zone, days, self.now),
        }
    }
}

fn is_whole_month(from: NaiveDate, to: NaiveDate) -> bool {
    from.day() == 1
        && from
            .checked_add_months(Months::new(1))
            .is_some_and(|next| next.pred_opt() == Some(to))
}

fn months(t: &UseTexts, from: NaiveDate, is_month: bool, today: NaiveDate) -> MonthLinks {
    let first = from.with_day(1).unwrap_or(from);
    let value = |date: NaiveDate| date.format("%Y-%m").to_string();
    let link = |date: NaiveDate| MonthLink {
        value: value(date),
        label: (t.month)(date),
    };
    let one = Months::new(1);
    let after = first.checked_add_months(one).filter(|next| *next <= today);
    MonthLinks {
        chosen: is_month.then(|| value(first)),
        latest: value(today),
        before: first.checked_sub_months(one).filter(|_| is_month).map(link),
        after: after.filter(|_| is_month).map(link),
        current: (!is_month).then(|| link(today)),
    }
}

/// Cost Explorer's end is not included.
fn bill_query(from: NaiveDate, to: NaiveDate) -> String {
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    format!(
        "aws ce get-cost-and-usage --time-period Start={from},End={end} --granularity MONTHLY \\\n \
         --metrics UsageQuantity UnblendedCost --group-by Type=DIMENSION,Key=USAGE_TYPE \\\n \
         --query \"ResultsByTime[].Groups[?contains(Keys[0], 'ClientVPN')][]\""
    )
}

fn count(number: usize) -> String {
    grouped(u64::try_from(number).unwrap_or(u64::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "some years of seconds")]
fn seconds_as_hours(seconds: u64) -> f64 {
    seconds as f64 / 3600.0
}
