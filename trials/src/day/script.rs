//! What happens on this day, and what has to come of it.

use chrono::TimeDelta;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::Value;
use testkit::ec2::Action;
use testkit::people::{self, Wish};

use super::state::Day;
use super::told::{phase, wait_for};
use super::{morning, trail};
use crate::browser::Browser;

/// The day from seven in the morning until the small hours, and the morning after it.
pub(super) async fn play(day: &mut Day) -> anyhow::Result<()> {
    let url = day.sandbox.url().to_owned();
    let clock = day.sandbox.clock().clone();
    let person = |name| Browser::new(name, &url, clock.clone(), Policy::default());
    let (yuki, ren) = (person("Yuki")?, person("Ren")?);
    an_always_on_endpoint_is_adopted_and_taken_down(day).await?;
    let routes = two_people_ask_within_a_second(day, &yuki, &ren).await?;
    day.checks.that(
        routes,
        "every route is back before an employee is told that the VPN is ready",
    );
    a_day_of_work(day, &yuki).await?;
    morning::two_people_book(day, &yuki, &ren).await?;
    an_evening_and_a_laptop_left_on(day, &ren, &person("Aoi")?).await?;
    an_employee_asks_while_it_goes_down(day, &person("Hana")?).await?;
    morning::play(day, &yuki, &ren).await?;
    trail::is_complete(day).await
}

/// Until today the endpoint was always on: an administrator associated it by hand. The first sweeps take it over,
/// remember its routes, and, since no client uses it, take it down.
async fn an_always_on_endpoint_is_adopted_and_taken_down(day: &mut Day) -> anyhow::Result<()> {
    for subnet in ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"] {
        let request = people::associate(&day.endpoint, &subnet.parse()?);
        day.ec2().by_hand(request)?;
    }
    day.say(
        "admin",
        "associates two subnets by hand, as on every day until now",
    );
    let gone = day
        .until_so(TimeDelta::minutes(90), |day| {
            day.networks().is_empty() && day.now() > day.at(7, 30)
        })
        .await?;
    day.checks.that(
        gone,
        "an endpoint that no client uses is taken down after its first 30 minutes",
    );
    day.checks.equal(
        &day.manual_routes().len(),
        &0,
        "disassociating deletes the routes that people made",
    );
    day.until(day.at(9, 0)).await
}

async fn two_people_ask_within_a_second(
    day: &mut Day,
    yuki: &Browser,
    ren: &Browser,
) -> anyhow::Result<bool> {
    let before = day.ec2().count(Action::AssociateClientVpnTargetNetwork);
    day.say("Yuki", "opens the URL and signs in");
    day.say("Ren", "does the same, in the same second");
    let (shown, also) = futures::join!(yuki.open(), ren.open());
    let (shown, also) = (shown?, also?);
    day.tell_news().await?;
    for page in [&shown, &also] {
        day.checks.equal(
            &page.path.as_str(),
            &"/vpn/tokyo/status",
            "a click ends on the status page",
        );
        day.checks.that(
            page.text.contains("starting"),
            "the page says that it is starting",
        );
    }
    let calls = day.ec2().count(Action::AssociateClientVpnTargetNetwork) - before;
    day.checks
        .equal(&calls, &2, "two clicks associate each subnet once");
    let reload = yuki.status().await?;
    day.checks.equal(
        &phase(&reload),
        &"starting",
        "a look at the status asks for nothing",
    );
    let (status, _) = ren.json(Wish::Ask).await?;
    day.checks.equal(
        &status,
        &StatusCode::ACCEPTED,
        "asking again joins the start",
    );
    day.tell_news().await?;
    wait_for(day, yuki, "ready").await?;
    day.say("Yuki", "sees: ready");
    Ok(day.manual_routes().len() == 6)
}

async fn a_day_of_work(day: &mut Day, yuki: &Browser) -> anyhow::Result<()> {
    let profile = yuki.profile().await?;
    day.tell_news().await?;
    day.checks.that(
        profile.contains("remote "),
        "the profile names the endpoint",
    );
    let yukis = day.connect("yuki")?;
    day.until(day.at(9, 20)).await?;
    let rens = day.connect("ren")?;
    day.until(day.at(12, 0)).await?;
    day.disconnect("ren", &rens)?;
    let told = yuki.status().await?;
    day.checks.equal(
        &told["activeConnections"],
        &Value::from(1),
        "one of two is left",
    );
    day.checks
        .equal(&told["keepUntil"], &Value::Null, "in use, it has no end");
    day.until(day.at(13, 0)).await?;
    let rens = day.connect("ren")?;
    day.until(day.at(18, 0)).await?;
    day.disconnect("yuki", &yukis)?;
    day.until(day.at(18, 30)).await?;
    day.disconnect("ren", &rens)?;
    day.checks.that(day.is_up(), "it stayed up all day");
    Ok(())
}

async fn an_evening_and_a_laptop_left_on(
    day: &mut Day,
    ren: &Browser,
    aoi: &Browser,
) -> anyhow::Result<()> {
    day.a_moment_later(30)?;
    let (too_long, problem) = ren.json(Wish::Extend(13 * 60)).await?;
    day.checks.equal(
        &too_long,
        &StatusCode::BAD_REQUEST,
        "13 hours are more than the limit",
    );
    day.checks
        .that(problem["detail"].is_string(), "and the answer says so");
    let (status, told) = ren.json(Wish::Extend(180)).await?;
    day.checks.equal(
        &status,
        &StatusCode::OK,
        "an extension of a VPN that is ready",
    );
    day.checks.that(
        told["leases"].to_string().contains("ren@example.com"),
        "Ren's lease is shown",
    );
    day.tell_news().await?;
    day.until(day.at(20, 0)).await?;
    day.checks
        .that(day.is_up(), "idle for 90 minutes, it is kept by the lease");
    let shown = aoi.open().await?;
    day.tell_news().await?;
    day.checks.that(
        shown.text.contains("ready"),
        "Aoi is told at once that it is ready",
    );
    let aois = day.connect("aoi")?;
    day.until(day.at(20, 40)).await?;
    day.ec2().change(|world, now| world.silence(now, &aois))?;
    day.say("aoi", "goes home; the laptop stays connected, and silent");
    day.until(day.at(24, 0)).await?;
    day.checks.that(
        day.is_up(),
        "silent for two hours of the night at most, it still counts as use",
    );
    day.until(day.at(24, 11)).await?;
    day.checks.that(
        !day.is_up(),
        "two hours of silence and ten minutes of night later it is being taken down",
    );
    day.checks.that(
        day.networks().contains(&"disassociating"),
        "and has not gone yet",
    );
    Ok(())
}

async fn an_employee_asks_while_it_goes_down(day: &mut Day, hana: &Browser) -> anyhow::Result<()> {
    let shown = hana.open().await?;
    day.tell_news().await?;
    day.say("Hana", "asks while it goes down");
    day.checks.that(
        shown.text.contains("stopping"),
        "Hana is told that it is stopping",
    );
    day.checks.that(
        shown.text.contains("comes back"),
        "and that it comes back by itself",
    );
    wait_for(day, hana, "ready").await?;
    day.say("Hana", "sees: ready");
    day.checks
        .equal(&day.manual_routes().len(), &6, "the routes are back again");
    let connection = day.connect("hana")?;
    day.until(day.at(25, 0)).await?;
    day.disconnect("hana", &connection)?;
    day.a_moment_later(10)?;
    let (status, _) = hana.json(Wish::Release).await?;
    day.checks.equal(&status, &StatusCode::OK, "Hana is done");
    let (status, _) = hana.json(Wish::Release).await?;
    day.checks
        .equal(&status, &StatusCode::OK, "and may say so twice");
    day.tell_news().await?;
    day.until(day.at(25, 2)).await?;
    day.checks.that(
        !day.is_up(),
        "no other employee holds it: it goes at once, not after the idle time",
    );
    let gone = day
        .until_so(TimeDelta::minutes(20), |day| day.networks().is_empty())
        .await?;
    day.checks.that(gone, "and is gone");
    day.until(day.now() + TimeDelta::minutes(3)).await
}
