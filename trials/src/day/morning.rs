//! Two people book in the evening, and find the VPN ready in the morning.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::ec2::Action;

use super::state::Day;
use super::timeline::heading;
use super::told::phase;
use crate::browser::Browser;

/// One for every workday, and one for tomorrow alone, with a time until which it is to stay.
pub(super) async fn two_people_book(
    day: &mut Day,
    yuki: &Browser,
    ren: &Browser,
) -> anyhow::Result<()> {
    let weekly = json!({ "days": ["mon", "tue", "wed", "thu", "fri"], "ready_by": "08:30" });
    let tomorrow = json!({ "date": "2026-11-24", "ready_by": "08:30", "stay_until": "10:30" });
    let ready_at = day.at(24 + 8, 30);
    for (person, booking) in [(yuki, &weekly), (ren, &tomorrow), (yuki, &weekly)] {
        let (status, booked) = person.book(booking).await?;
        day.tell_news().await?;
        day.checks
            .equal(&status, &StatusCode::CREATED, "a booking is made");
        day.checks.equal(
            &next_times(&booked),
            &vec![time(ready_at)],
            "it stands once, and comes next in the morning",
        );
    }
    Ok(())
}

/// From the small hours until the last of the two has gone.
pub(super) async fn play(day: &mut Day, yuki: &Browser, ren: &Browser) -> anyhow::Result<()> {
    heading("The next morning, Tuesday 24 November 2026");
    it_is_placed_and_ready_in_time(day, yuki).await?;

    let yukis = day.connect("yuki")?;
    let rens = day.connect("ren")?;
    day.until(day.at(24 + 9, 10)).await?;
    day.disconnect("yuki", &yukis)?;
    day.until(day.at(24 + 9, 20)).await?;
    day.disconnect("ren", &rens)?;
    day.until(day.at(24 + 10, 28)).await?;
    day.checks.that(
        day.is_up(),
        "idle for 68 minutes, it is kept until the time that Ren booked",
    );
    day.until(day.at(24 + 10, 32)).await?;
    day.checks.that(!day.is_up(), "and no longer");
    let gone = day
        .until_so(TimeDelta::minutes(20), |day| day.networks().is_empty())
        .await?;
    day.checks.that(gone, "it is gone");

    what_stands_is_shown_and_cancelled(day, yuki, ren).await?;
    day.until(day.now() + TimeDelta::minutes(3)).await
}

async fn it_is_placed_and_ready_in_time(day: &mut Day, yuki: &Browser) -> anyhow::Result<()> {
    day.until(day.at(24 + 8, 14)).await?;
    day.checks.that(
        day.networks().is_empty(),
        "nothing is started before a booking is due",
    );
    let before = day.ec2().count(Action::AssociateClientVpnTargetNetwork);
    // Fewer than three starts are known, so the lead is a quarter of an hour.
    day.until(day.at(24 + 8, 16)).await?;
    day.checks.that(
        day.is_up(),
        "a quarter of an hour before it is booked, it is being started",
    );
    day.until(day.at(24 + 8, 30)).await?;
    let calls = day.ec2().count(Action::AssociateClientVpnTargetNetwork) - before;
    day.checks
        .equal(&calls, &2, "two bookings associate each subnet once");
    day.checks.equal(
        &day.manual_routes().len(),
        &6,
        "every route is back before the time that is booked",
    );
    day.a_moment_later(20)?;
    let told = yuki.status().await?;
    day.checks
        .equal(&phase(&told), &"ready", "who booked waits for nothing");
    Ok(())
}

async fn what_stands_is_shown_and_cancelled(
    day: &mut Day,
    yuki: &Browser,
    ren: &Browser,
) -> anyhow::Result<()> {
    let (status, rens) = ren.bookings().await?;
    day.checks
        .equal(&status, &StatusCode::OK, "bookings are shown");
    day.checks
        .equal(&rens, &json!([]), "what was booked for a date is past");
    let (_, yukis) = yuki.bookings().await?;
    day.checks.equal(
        &next_times(&yukis),
        &vec![time(day.at(3 * 24 + 8, 30))],
        "a weekly one comes again, but not on Wednesday, a holiday",
    );
    let id = yukis[0]["id"].as_str().unwrap_or_default();
    let (status, left) = yuki.cancel(id).await?;
    day.tell_news().await?;
    day.checks
        .equal(&status, &StatusCode::OK, "a booking is cancelled");
    day.checks.equal(&left, &json!([]), "and stands no more");
    Ok(())
}

/// When each of the bookings comes next.
fn next_times(bookings: &Value) -> Vec<String> {
    let each = bookings.as_array().into_iter().flatten();
    each.map(|it| it["nextAt"].as_str().unwrap_or("never").to_owned())
        .collect()
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
