//! What a good day does not need and a bad one does: so that the record of a day covers all that the functions may ever
//! call, and every metric that they may tell.

use anyhow::Context;
use chrono::TimeDelta;
use serde_json::json;
use shared::model::{SecurityGroupId, VpcId};
use testkit::ec2::{Action, Fault, FaultKind, NewRoute, Request, RouteTarget};
use testkit::example;

use super::person::Person;
use super::script::{phase, wait_for};
use super::stage::Stage;
use super::timeline::heading;

/// A group of the example's VPC that is not its default.
const GROUP: &str = "sg-1aaaaaaaaaaaaaaaa";

/// Three more times up, each with a misfortune of its own.
pub(super) async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    heading("An unlucky night");
    let url = stage.sandbox.url().to_owned();
    let mio = Person::new("Mio", &url)?;
    // It is not known whether EC2 remembers them; the functions must cope where it does not.
    stage.ec2().change(|world, _| {
        let mut behaviour = world.behaviour().clone();
        behaviour.forget_security_groups = true;
        world.set_behaviour(behaviour);
    });
    associations_fail(stage, &mio).await?;
    an_administrator_changes_mode_and_routes_in_one_minute(stage).await?;
    a_sweep_fails(stage).await?;
    take_down(stage, &mio).await?;

    mio.open().await?;
    watch(stage, &mio, "ready").await?;
    groups_are_back(stage, "for a person who watches")?;
    take_down(stage, &mio).await?;

    mio.open().await?;
    let ready = stage
        .until_so(TimeDelta::minutes(30), |stage| {
            stage.networks() == ["associated"; 2] && stage.manual_routes().len() > 6
        })
        .await?;
    stage.checks.that(ready, "sweeps alone bring it up");
    stage.until(stage.now() + TimeDelta::minutes(2)).await?;
    groups_are_back(stage, "with nobody watching")?;
    take_down(stage, &mio).await
}

/// The first attempt fails while an employee looks at the page, the second while none does.
async fn associations_fail(stage: &mut Stage, mio: &Person) -> anyhow::Result<()> {
    stage
        .ec2()
        .change(|world, _| world.fail_next_associations(4));
    stage.say("EC2", "will fail two attempts to associate");
    mio.open().await?;
    let began = stage.ec2().count(Action::AssociateClientVpnTargetNetwork);
    for _ in 0..60 {
        stage.a_moment_later(30)?;
        mio.status().await?;
        stage.tell_news().await?;
        if stage.ec2().count(Action::AssociateClientVpnTargetNetwork) > began {
            break;
        }
    }
    let ready = stage
        .until_so(TimeDelta::hours(1), |stage| {
            stage.networks() == ["associated"; 2]
        })
        .await?;
    stage.checks.that(ready, "the third attempt succeeds");
    wait_for(stage, mio, "ready").await
}

async fn an_administrator_changes_mode_and_routes_in_one_minute(
    stage: &mut Stage,
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
        stage.ec2().by_hand(Request::CreateRoute {
            endpoint: stage.endpoint.clone(),
            route,
            client_token: None,
        })?;
    }
    stage.ec2().by_hand(Request::ApplySecurityGroups {
        endpoint: stage.endpoint.clone(),
        vpc: VpcId::observed("vpc-0aaaaaaaaaaaaaaaa"),
        groups: vec![SecurityGroupId::observed(GROUP)],
    })?;
    stage.a_moment_later(20)?;
    let pinned = json!({
        "TableName": example::LEASE_TABLE,
        "Key": { "endpoint_id": { "S": example::TOKYO }, "item": { "S": "state" } },
        "UpdateExpression": "SET #mode = :on, mode_until = :until",
        "ExpressionAttributeNames": { "#mode": "mode" },
        "ExpressionAttributeValues": {
            ":on": { "S": "on" },
            ":until": { "S": (stage.now() + TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string() },
        },
    });
    stage
        .sandbox
        .dynamo()
        .by_hand("UpdateItem", &pinned)
        .await?;
    stage.say(
        "admin",
        "adds routes, chooses another security group, and pins the VPN on",
    );
    stage.until(stage.now() + TimeDelta::minutes(5)).await
}

async fn a_sweep_fails(stage: &mut Stage) -> anyhow::Result<()> {
    let fault = Fault::always(
        Action::DescribeClientVpnTargetNetworks,
        FaultKind::error("UnauthorizedOperation"),
    );
    stage
        .ec2()
        .change(|world, _| world.inject(fault))
        .context("a fault")?;
    let failed = stage.sandbox.sweep().await.is_err();
    stage
        .checks
        .that(failed, "a sweep that may not look says that it failed");
    stage.ec2().change(|world, _| world.clear_faults());
    Ok(())
}

fn groups_are_back(stage: &mut Stage, how: &str) -> anyhow::Result<()> {
    let groups = stage.ec2().read(|world| {
        let endpoint = world.endpoint(&stage.endpoint);
        endpoint.map(|endpoint| endpoint.security_groups.clone())
    });
    let groups = groups.context("no such endpoint")?;
    stage.checks.that(
        groups.iter().any(|group| group.as_str() == GROUP),
        format!("security groups that EC2 forgot are applied again, {how}"),
    );
    Ok(())
}

/// Polls and lets no sweep come between.
async fn watch(stage: &mut Stage, mio: &Person, wanted: &str) -> anyhow::Result<()> {
    for _ in 0..90 {
        stage.a_moment_later(20)?;
        let standing = mio.status().await?;
        stage.tell_news().await?;
        if phase(&standing) == wanted {
            return Ok(());
        }
    }
    anyhow::bail!("{} watched in vain for the VPN to be {wanted}", mio.name)
}

async fn take_down(stage: &mut Stage, mio: &Person) -> anyhow::Result<()> {
    mio.release().await?;
    let gone = stage
        .until_so(TimeDelta::hours(2), |stage| stage.networks().is_empty())
        .await?;
    stage.checks.that(gone, "given back, it goes");
    stage.until(stage.now() + TimeDelta::minutes(3)).await
}
