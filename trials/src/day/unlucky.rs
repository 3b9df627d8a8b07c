//! What a good day does not need and a bad one does: so that the record of a day covers all that the functions may ever
//! call, and every metric that they may tell.

use anyhow::Context;
use chrono::TimeDelta;
use chrono_tz::Asia::Tokyo;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::json;
use shared::model::{SecurityGroupId, VpcId};
use testkit::ec2::{Action, Fault, FaultKind, NewRoute, Request, RouteTarget};
use testkit::example;
use testkit::people::Wish;

use super::state::Day;
use super::timeline::heading;
use super::told::{phase, wait_for};
use crate::browser::Browser;

/// A group of the example's VPC that is not its default.
const GROUP: &str = "sg-1aaaaaaaaaaaaaaaa";

/// A booking that is missed, and three more times up, each with a misfortune of its own.
pub(super) async fn play(day: &mut Day) -> anyhow::Result<()> {
    heading("An unlucky day");
    let url = day.sandbox.url().to_owned();
    let clock = day.sandbox.clock().clone();
    let mio = Browser::new("Mio", &url, clock, Policy::default())?;
    // It is not known whether EC2 remembers them; the functions must cope where it does not.
    day.ec2().change(|world, _| {
        let mut behaviour = world.behaviour().clone();
        behaviour.forget_security_groups = true;
        world.set_behaviour(behaviour);
    });
    no_sweep_comes_for_a_booking(day, &mio).await?;
    associations_fail(day, &mio).await?;
    an_administrator_changes_mode_and_routes_in_one_minute(day).await?;
    a_sweep_fails(day).await?;
    take_down(day, &mio).await?;

    mio.open().await?;
    watch(day, &mio, "ready").await?;
    groups_are_back(day, "for a person who watches")?;
    take_down(day, &mio).await?;

    mio.open().await?;
    let ready = day
        .until_so(TimeDelta::minutes(30), |day| {
            day.networks() == ["associated"; 2] && day.manual_routes().len() > 6
        })
        .await?;
    day.checks.that(ready, "sweeps alone bring it up");
    day.until(day.now() + TimeDelta::minutes(2)).await?;
    groups_are_back(day, "with no employee watching")?;
    take_down(day, &mio).await
}

/// As with a reaper that is paused, from before it is due until it is too late.
async fn no_sweep_comes_for_a_booking(day: &mut Day, mio: &Browser) -> anyhow::Result<()> {
    let ready_at = day.now() + TimeDelta::minutes(20);
    let wall = ready_at.with_timezone(&Tokyo);
    let booking = json!({
        "date": wall.format("%Y-%m-%d").to_string(),
        "ready_by": wall.format("%H:%M").to_string(),
    });
    mio.sign_in("/").await?;
    let (status, _) = mio.book(&booking).await?;
    day.checks
        .equal(&status, &StatusCode::CREATED, "a booking is made");
    day.tell_news().await?;
    day.say("schedule", "does not invoke the reaper for an hour");
    day.a_moment_later(3600)?;
    day.until(day.now() + TimeDelta::minutes(2)).await?;
    let records = day.sandbox.dynamo().records().await?;
    let missed = records
        .iter()
        .filter(|record| record.text("event") == "booking.missed")
        .map(|record| {
            record
                .text("reason")
                .contains("no sweep went through in time")
        });
    day.checks.equal(
        &missed.collect::<Vec<_>>(),
        &vec![true],
        "it is missed, once, and the record says why",
    );
    day.checks.that(
        day.networks().is_empty(),
        "and nothing is started for it when it is too late",
    );
    Ok(())
}

/// The first attempt fails while an employee looks at the page, the second while none does.
async fn associations_fail(day: &mut Day, mio: &Browser) -> anyhow::Result<()> {
    day.ec2().change(|world, _| world.fail_next_associations(4));
    day.say("EC2", "will fail two attempts to associate");
    mio.open().await?;
    let began = day.ec2().count(Action::AssociateClientVpnTargetNetwork);
    for _ in 0..60 {
        day.a_moment_later(30)?;
        mio.status().await?;
        day.tell_news().await?;
        if day.ec2().count(Action::AssociateClientVpnTargetNetwork) > began {
            break;
        }
    }
    let ready = day
        .until_so(TimeDelta::hours(1), |day| {
            day.networks() == ["associated"; 2]
        })
        .await?;
    day.checks.that(ready, "the third attempt succeeds");
    wait_for(day, mio, "ready").await
}

async fn an_administrator_changes_mode_and_routes_in_one_minute(
    day: &mut Day,
) -> anyhow::Result<()> {
    for (cidr, target, description) in [
        ("10.99.0.0/16", "subnet-0aaaaaaaaaaaaaaa1", "a new office"),
        ("10.99.0.0/16", "subnet-0aaaaaaaaaaaaaaa2", "a new office"),
        ("10.100.0.0/22", "local", "client to client"),
    ] {
        let route = NewRoute {
            cidr: cidr.parse().map_err(|_| anyhow::anyhow!("not a range"))?,
            target: RouteTarget::parse(target),
            description: description.to_owned(),
        };
        day.ec2().by_hand(Request::CreateRoute {
            endpoint: day.endpoint.clone(),
            route,
            client_token: None,
        })?;
    }
    day.ec2().by_hand(Request::ApplySecurityGroups {
        endpoint: day.endpoint.clone(),
        vpc: VpcId::observed("vpc-0aaaaaaaaaaaaaaaa"),
        groups: vec![SecurityGroupId::observed(GROUP)],
    })?;
    day.a_moment_later(20)?;
    let pinned = json!({
        "TableName": example::LEASE_TABLE,
        "Key": { "endpoint_id": { "S": example::TOKYO }, "item": { "S": "state" } },
        "UpdateExpression": "SET #mode = :on, mode_until = :until",
        "ExpressionAttributeNames": { "#mode": "mode" },
        "ExpressionAttributeValues": {
            ":on": { "S": "on" },
            ":until": { "S": (day.now() + TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string() },
        },
    });
    day.sandbox.dynamo().by_hand("UpdateItem", &pinned).await?;
    day.say(
        "admin",
        "adds routes, chooses another security group, and pins the VPN on",
    );
    day.until(day.now() + TimeDelta::minutes(5)).await
}

async fn a_sweep_fails(day: &mut Day) -> anyhow::Result<()> {
    let fault = Fault::always(
        Action::DescribeClientVpnTargetNetworks,
        FaultKind::error("UnauthorizedOperation"),
    );
    day.ec2()
        .change(|world, _| world.inject(fault))
        .context("a fault")?;
    let failed = day.sandbox.sweep().await.is_err();
    day.checks
        .that(failed, "a sweep that may not look says that it failed");
    day.ec2().change(|world, _| world.clear_faults());
    Ok(())
}

fn groups_are_back(day: &mut Day, how: &str) -> anyhow::Result<()> {
    let groups = day.ec2().read(|world| {
        let endpoint = world.endpoint(&day.endpoint);
        endpoint.map(|endpoint| endpoint.security_groups.clone())
    });
    let groups = groups.context("no such endpoint")?;
    day.checks.that(
        groups.iter().any(|group| group.as_str() == GROUP),
        format!("security groups that EC2 forgot are applied again, {how}"),
    );
    Ok(())
}

/// Polls and lets no sweep come between.
async fn watch(day: &mut Day, mio: &Browser, wanted: &str) -> anyhow::Result<()> {
    for _ in 0..90 {
        day.a_moment_later(20)?;
        let told = mio.status().await?;
        day.tell_news().await?;
        if phase(&told) == wanted {
            return Ok(());
        }
    }
    anyhow::bail!("{} watched in vain for the VPN to be {wanted}", mio.email())
}

async fn take_down(day: &mut Day, mio: &Browser) -> anyhow::Result<()> {
    mio.json(Wish::Release).await?;
    let gone = day
        .until_so(TimeDelta::hours(2), |day| day.networks().is_empty())
        .await?;
    day.checks.that(gone, "given back, it goes");
    day.until(day.now() + TimeDelta::minutes(3)).await
}
