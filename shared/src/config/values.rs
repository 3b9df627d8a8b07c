//! Texts to values: what a number, a switch, a URL, a list looks like.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::reader::Parsed;
use crate::identity::AlbArn;
use crate::model::{Cidr, DailyWindow, Email, Holidays};

/// More than any price of AWS's; a comma in the wrong place is more likely.
const MAX_HOUR_PRICE_USD: f64 = 100.0;

/// A sentence about a text that is not what it should be. Long mistakes are cut, odd characters shown.
pub(super) fn wrong(found: &str, expected: impl Display) -> String {
    let shown: String = found.chars().take(100).collect();
    format!("`{}` is not {expected}", shown.escape_debug())
}

fn parse_or<T>(parsed: Option<T>, found: &str, expected: impl Display) -> Parsed<T> {
    parsed.ok_or_else(|| vec![wrong(found, expected)])
}

/// Parses each of the texts; all the values, or all the problems.
pub(super) fn each<'a, T>(
    texts: impl Iterator<Item = &'a str>,
    parse: impl Fn(&str) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for text in texts {
        match parse(text) {
            Ok(value) => values.push(value),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(problems)
    }
}

/// Items between commas; space around them does not count. Nothing at all is an empty list.
fn list<T>(text: &str, parse: impl Fn(&str) -> Parsed<T>) -> Parsed<Vec<T>> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    each(text.split(',').map(str::trim), parse)
}

/// A sentence about each item that stands there again.
pub(super) fn repeated<T: Ord + Display>(items: &[T]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    items
        .iter()
        .filter(|item| !seen.insert(*item))
        .map(|item| format!("`{item}` stands there twice"))
        .collect()
}

fn whole_number(text: &str, range: &RangeInclusive<u32>) -> Parsed<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|n| digits && range.contains(n));
    let (least, most) = (range.start(), range.end());
    parse_or(
        number,
        text,
        format_args!("a whole number from {least} to {most}"),
    )
}

/// At least one, for zero would never call anything silent, which the stale rules say plainly; at most a GiB.
pub(super) fn kib_per_hour(text: &str) -> Parsed<u32> {
    whole_number(text, &(1..=1024 * 1024))
}

pub(super) fn minutes(range: RangeInclusive<u32>) -> impl Fn(&str) -> Parsed<TimeDelta> {
    move |text| Ok(TimeDelta::minutes(whole_number(text, &range)?.into()))
}

pub(super) fn hours(range: RangeInclusive<u32>) -> impl Fn(&str) -> Parsed<TimeDelta> {
    move |text| Ok(TimeDelta::hours(whole_number(text, &range)?.into()))
}

pub(super) fn days(range: RangeInclusive<u32>) -> impl Fn(&str) -> Parsed<TimeDelta> {
    move |text| Ok(TimeDelta::days(whole_number(text, &range)?.into()))
}

/// Zero stands for "never" or "for ever".
pub(super) fn zero_is_none(
    parse: impl Fn(&str) -> Parsed<TimeDelta>,
) -> impl Fn(&str) -> Parsed<Option<TimeDelta>> {
    move |text| Ok(Some(parse(text)?).filter(|time| !time.is_zero()))
}

/// Empty stands for "none".
pub(super) fn empty_is_none<T>(
    parse: impl Fn(&str) -> Parsed<T>,
) -> impl Fn(&str) -> Parsed<Option<T>> {
    move |text| {
        if text.is_empty() {
            Ok(None)
        } else {
            parse(text).map(Some)
        }
    }
}

pub(super) fn hour_price_usd(text: &str) -> Parsed<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let price = text
        .parse()
        .ok()
        .filter(|price| plain && (0.0..=MAX_HOUR_PRICE_USD).contains(price));
    parse_or(
        price,
        text,
        format_args!("an amount such as `0.15`, from 0 to {MAX_HOUR_PRICE_USD}"),
    )
}

pub(super) fn switch(text: &str) -> Parsed<bool> {
    parse_or(text.parse().ok(), text, "`true` or `false`")
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
pub(super) fn table_name(text: &str) -> Parsed<String> {
    let valid = matches!(text.len(), 3..=255)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    parse_or(
        valid.then(|| text.to_owned()),
        text,
        "a table's name (3 to 255 of letters, digits, `_`, `-` and `.`)",
    )
}

pub(super) fn time_zone(text: &str) -> Parsed<Tz> {
    parse_or(
        text.parse().ok(),
        text,
        "an IANA time zone such as `Asia/Tokyo`",
    )
}

pub(super) fn overnight_window(text: &str) -> Parsed<DailyWindow> {
    text.parse()
        .map_err(|error| vec![wrong(text, format_args!("a window: {error}"))])
}

pub(super) fn office_hours(text: &str) -> Parsed<DailyWindow> {
    let hours = overnight_window(text)?;
    parse_or(
        Some(hours).filter(|hours| hours.from() < hours.to()),
        text,
        "hours of one day: they cross midnight",
    )
}

pub(super) fn routes(text: &str) -> Parsed<Vec<Cidr>> {
    let routes: Vec<Cidr> = list(text, |item| {
        item.parse()
            .map_err(|error| vec![wrong(item, format_args!("a route: {error}"))])
    })?;
    let repeated = repeated(&routes);
    if repeated.is_empty() {
        Ok(routes)
    } else {
        Err(repeated)
    }
}

pub(super) fn holidays(text: &str) -> Parsed<Holidays> {
    let ranges = list(text, |item| {
        item.parse()
            .map_err(|error| vec![wrong(item, format_args!("a holiday: {error}"))])
    })?;
    Ok(Holidays::of(ranges))
}

pub(super) fn alb_arn(text: &str) -> Parsed<AlbArn> {
    parse_or(
        text.parse().ok(),
        text,
        "an ALB's ARN (`arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID`)",
    )
}

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html>
pub(super) fn client_id(text: &str) -> Parsed<String> {
    let valid = matches!(text.len(), 1..=128) && text.bytes().all(|byte| byte.is_ascii_graphic());
    parse_or(
        valid.then(|| text.to_owned()),
        text,
        "a client id (1 to 128 characters, no spaces)",
    )
}

pub(super) fn domains(text: &str) -> Parsed<BTreeSet<String>> {
    let domains = list(text, |item| {
        let domain = item.to_lowercase();
        let valid = domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        parse_or(
            valid.then_some(domain),
            item,
            "a domain such as `example.com`",
        )
    })?;
    Ok(domains.into_iter().collect())
}

pub(super) fn emails(text: &str) -> Parsed<BTreeSet<Email>> {
    let emails = list(text, |item| {
        parse_or(item.parse().ok(), item, "an email address")
    })?;
    Ok(emails.into_iter().collect())
}
