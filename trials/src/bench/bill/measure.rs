//! What each action uses, measured by playing it against the sandbox with the real functions as processes.
//!
//! Units, calls and bytes do not depend on how the functions were compiled. Time moves only when told to, so they do not
//! depend on the machine either.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use chrono::TimeDelta;
use reqwest::StatusCode;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use shared::model::{ConnectionId, EndpointId};
use testkit::ec2::{Client, Delay};
use testkit::example;
use testkit::people::Wish;

use super::company::{COMPANIES, Company};
use super::meter::Meter;
use super::model::{Action, Consumption, SIZES};
use crate::browser::Browser;

/// A Monday, seven in the morning in Tokyo.
const START: &str = "2026-11-22T22:00:00Z";
/// The endpoint that is managed: one, as in the model.
const MANAGED: &str =
    "tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-0aaaaaaaaaaaaaaa1,subnet-0aaaaaaaaaaaaaaa2";
/// What an answer's headers take, those of the policies of pages among them.
const HEADERS: u64 = 900;
/// Records of the trail that audit pages are measured with.
const RECORDS: u32 = 1_500;

/// Plays a day in each of [`COMPANIES`], and tells what each action used there.
///
/// # Errors
/// When the sandbox does not work, or an action did not do what it is called.
pub async fn measure(options: Options) -> anyhow::Result<Vec<(Action, [Consumption; SIZES])>> {
    let mut found = Action::ALL.map(|action| (action, [Consumption::default(); SIZES]));
    for (which, company) in COMPANIES.iter().enumerate() {
        let used = measure_in(options.clone(), company).await?;
        for (action, consumption) in &mut found {
            let missing = || format!("{} was not played", action.name());
            consumption[which] = *used.get(action).with_context(missing)?;
        }
    }
    Ok(found.into())
}

/// The same in one of them.
///
/// # Errors
/// As [`measure`].
pub async fn measure_in(
    mut options: Options,
    company: &Company,
) -> anyhow::Result<BTreeMap<Action, Consumption>> {
    options.state = options.state.join(format!("bill-{}", company.people));
    options.fresh = true;
    options.keep_tables = false;
    options.port = None;
    options.speed = 0;
    options.start_at = Some(START.parse()?);
    options.scheduler.running = false;
    options.max_instances = 1;
    options.ec2.behaviour.throttle = None;
    options.ec2.behaviour.associating = Delay::exactly(360);
    options.ec2.behaviour.disassociating = Delay::exactly(300);
    let managed = ("MANAGED_ENDPOINTS".to_owned(), MANAGED.to_owned());
    options.environment.extend([managed]);
    let sandbox = Sandbox::start(options).await?;
    let mut meter = Meter::new(sandbox);
    let played = play(&mut meter, company).await;
    meter.sandbox.shutdown().await;
    played?;
    Ok(meter.used)
}

async fn play(meter: &mut Meter, company: &Company) -> anyhow::Result<()> {
    let endpoint: EndpointId = example::TOKYO.parse()?;
    // The first sweeps note the configuration.
    for _ in 0..3 {
        meter.minute().await?;
    }
    let people = bookings(meter, company).await?;
    meter.minute().await?;
    meter.begin().await?;
    meter.minute().await?;
    meter.end(Action::SweepOff, 0).await?;
    the_morning(meter, &people[0]).await?;
    let connections = the_day(meter, company, &endpoint).await?;
    the_audit_pages(meter).await?;
    the_evening(meter, &connections).await?;
    meter.later().await?;
    let shown = people[0].open().await?;
    ensure!(
        shown.text.contains("data-phase=\"starting\""),
        "the click did not start"
    );
    meter
        .end(Action::ClickThatStarts, sent(&shown.text) + HEADERS)
        .await
}

/// All book for the morning; the last one is measured.
async fn bookings(meter: &mut Meter, company: &Company) -> anyhow::Result<Vec<Browser>> {
    let booking = json!({ "days": ["mon", "tue", "wed", "thu", "fri"], "ready_by": "08:30" });
    let mut people = Vec::new();
    for number in 0..company.bookings {
        let person = meter.person(&format!("booker{number:04}"))?;
        person.sign_in("/help").await?;
        let is_last = number + 1 == company.bookings;
        if is_last {
            meter.begin().await?;
        }
        let (status, booked) = person.book(&booking).await?;
        ensure!(status == StatusCode::CREATED, "{status}: {booked}");
        if is_last {
            meter
                .end(Action::BookingMade, sent(&booked.to_string()))
                .await?;
        }
        people.push(person);
    }
    Ok(people)
}

/// The bookings are placed; a poll while it starts; ready.
async fn the_morning(meter: &mut Meter, person: &Browser) -> anyhow::Result<()> {
    meter.advance(TimeDelta::minutes(70))?;
    meter.begin().await?;
    meter.minute().await?;
    meter.end(Action::BookingsPlaced, 0).await?;
    meter.later().await?;
    let told = person.status().await?;
    ensure!(
        told["phase"] == "starting",
        "the bookings did not start: {told}"
    );
    meter.end(Action::Poll, sent(&told.to_string())).await?;
    for _ in 0..8 {
        meter.minute().await?;
    }
    let told = person.status().await?;
    ensure!(told["phase"] == "ready", "it did not get ready: {told}");
    Ok(())
}

/// All click and connect; the last click is measured, then a page with its assets, then a sweep.
async fn the_day(
    meter: &mut Meter,
    company: &Company,
    endpoint: &EndpointId,
) -> anyhow::Result<Vec<ConnectionId>> {
    let (first, last) = (meter.person("user0000")?, meter.person("last")?);
    for person in [&first, &last] {
        person.sign_in("/help").await?;
    }
    first.json(Wish::Ask).await?;
    let others = company.users - company.bookings - 2;
    multiply(meter, endpoint, first.email(), others).await?;
    meter.later().await?;
    let shown = last.open().await?;
    ensure!(
        shown.text.contains("data-phase=\"ready\""),
        "it is not ready"
    );
    meter
        .end(Action::ClickWhileReady, sent(&shown.text) + HEADERS)
        .await?;
    let connections = meter.sandbox.ec2().change(|world, now| {
        let users =
            (0..company.users).map(|user| format!("user{user:04}@{}", example::EMAIL_DOMAIN));
        let connected = users.map(|user| world.connect(now, endpoint, Client::User(user)));
        connected.collect::<Result<Vec<_>, _>>()
    })?;
    meter.later().await?;
    let bytes = page_with_assets(&last).await?;
    meter.end(Action::PageWithAssets, bytes).await?;
    for _ in 0..5 {
        meter.minute().await?;
    }
    meter.begin().await?;
    meter.minute().await?;
    meter.end(Action::SweepOn, 0).await?;
    Ok(connections)
}

/// What one employee's ask left in the tables, for so many others: as if they had asked too, in less time. And a trail of
/// records long enough for a page of the log and a part of an export to be full.
async fn multiply(
    meter: &Meter,
    endpoint: &EndpointId,
    email: &str,
    others: u32,
) -> anyhow::Result<()> {
    let dynamo = meter.sandbox.dynamo();
    for (table, copies) in [
        (example::LEASE_TABLE, others),
        (example::AUDIT_TABLE, RECORDS),
    ] {
        let query = json!({
            "TableName": table,
            "KeyConditionExpression": "endpoint_id = :endpoint",
            "ExpressionAttributeValues": { ":endpoint": { "S": endpoint.as_str() } },
        });
        let found = dynamo.by_hand("Query", &query).await?;
        let items = found["Items"].as_array().into_iter().flatten();
        let theirs: Vec<String> = items
            .map(Value::to_string)
            .filter(|item| item.contains(email))
            .collect();
        ensure!(!theirs.is_empty(), "{email} left nothing in {table}");
        for copy in 1..=copies {
            let other = format!("user{copy:04}@{}", example::EMAIL_DOMAIN);
            for item in &theirs {
                let mut item: Value = serde_json::from_str(&item.replace(email, &other))?;
                if let Some(id) = item["event_id"]["S"].as_str() {
                    let kept = id.get(..id.len() - 4).context("a short id")?;
                    item["event_id"]["S"] = format!("{kept}{copy:04}").into();
                }
                let put = json!({ "TableName": table, "Item": item });
                dynamo.by_hand("PutItem", &put).await?;
            }
        }
    }
    Ok(())
}

/// The bytes of the status page, and of all that it refers to.
async fn page_with_assets(person: &Browser) -> anyhow::Result<u64> {
    let (status, page) = person.visit("/vpn/tokyo/status").await?;
    ensure!(status == StatusCode::OK, "{status}");
    let assets: BTreeSet<&str> = page
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    ensure!(assets.len() >= 3, "the page refers to {assets:?}");
    let mut bytes = sent(&page);
    for asset in assets {
        let (status, asset) = person.visit(asset).await?;
        ensure!(status == StatusCode::OK, "{status}");
        bytes += sent(&asset);
    }
    Ok(bytes)
}

async fn the_audit_pages(meter: &mut Meter) -> anyhow::Result<()> {
    let admin = meter.person("admin")?;
    admin.sign_in("/audit").await?;
    for (action, path) in [
        (Action::AuditNow, "/audit"),
        (Action::AuditLog, "/audit/records"),
        (Action::ExportPart, "/audit/records.csv"),
    ] {
        meter.begin().await?;
        let (status, page) = admin.visit(path).await?;
        ensure!(status == StatusCode::OK, "{path}: {status}");
        meter.end(action, sent(&page)).await?;
    }
    Ok(())
}

/// All leave, and the VPN goes.
async fn the_evening(meter: &mut Meter, connections: &[ConnectionId]) -> anyhow::Result<()> {
    meter.sandbox.ec2().change(|world, now| {
        let mut each = connections.iter();
        each.try_for_each(|connection| world.end(now, connection).map(drop))
    })?;
    meter.minute().await?;
    // The day's leases end, too.
    meter.advance(TimeDelta::hours(14))?;
    for _ in 0..15 {
        meter.minute().await?;
    }
    let is_gone = meter.sandbox.ec2().read(|world| {
        let mut networks = world.endpoints().flat_map(|it| it.networks.values());
        networks.all(|network| !matches!(network.status.as_str(), "associated" | "associating"))
    });
    ensure!(is_gone, "the VPN did not go");
    Ok(())
}

fn sent(body: &str) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX) + HEADERS
}
