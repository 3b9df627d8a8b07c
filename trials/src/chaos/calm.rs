//! After the storm: what was asked for comes up and has what it had, and what no client uses is taken down.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{ConnectionId, EndpointId};
use testkit::ec2::Client;
use testkit::people::Wish;

use super::evidence::{Present, endpoint, endpoints};
use super::storm::Storm;
use crate::checks::Checks;

/// Who asked is connected within: ten minutes for what is going down to go, three for a stop that was cut short, ten to
/// associate, as many again for an association that EC2 let fail, five for routes, and two sweeps.
const READY_WITHIN: i64 = 40;
/// Another subnet may take an attempt of its own.
const WHOLE_WITHIN: i64 = 40;
/// Long enough for any lease of the storm to run out, and for everything to go then.
const OFF_WITHIN: i64 = 120;

/// Plays the time after the storm.
pub(super) async fn play(storm: &mut Storm, checks: &mut Checks) -> anyhow::Result<()> {
    storm.clear_up();
    let ec2 = storm.ec2().clone();
    storm.people.leave(&ec2);
    storm.finish().await?;
    // A sweep reads EC2: what the administrator is shown is of now.
    storm.calm_minute().await?;
    storm.end_orders().await?;
    let calm_from = storm.now();
    for book in storm.evidence.0.values_mut() {
        book.history.storm(calm_from);
    }
    let connection = an_employee_asks(storm, checks).await?;
    if let (Some(tokyo), Some(connection)) = (endpoint("tokyo"), connection) {
        it_has_what_it_had(storm, checks, &tokyo).await?;
        // It may have been cut by then, which the check before this one tells.
        let _ = ec2.change(|world, now| world.end(now, &connection));
    }
    no_client_uses_it(storm, checks).await
}

async fn an_employee_asks(
    storm: &mut Storm,
    checks: &mut Checks,
) -> anyhow::Result<Option<ConnectionId>> {
    let asked = storm.ask("tokyo", Wish::Ask).await?;
    checks.that(
        asked.is_promise(),
        format!(
            "in calm weather an ask is kept: {} {}",
            asked.status, asked.text
        ),
    );
    let end = storm.now() + TimeDelta::minutes(READY_WITHIN);
    let mut last = asked;
    while storm.now() < end && last.phase.as_deref() != Some("ready") {
        storm.calm_minute().await?;
        last = storm.ask("tokyo", Wish::Status).await?;
    }
    let ready = last.phase.as_deref() == Some("ready");
    checks.that(
        ready,
        format!(
            "what was asked for is ready within {READY_WITHIN} minutes: {} {}",
            last.status, last.text
        ),
    );
    let Some(tokyo) = endpoint("tokyo").filter(|_| ready) else {
        return Ok(None);
    };
    let user = Client::User("aoi@example.com".to_owned());
    let connected = storm
        .ec2()
        .change(|world, now| world.connect(now, &tokyo, user));
    checks.that(
        connected.is_ok(),
        "an employee who is told `ready` can connect",
    );
    Ok(connected.ok())
}

async fn it_has_what_it_had(
    storm: &mut Storm,
    checks: &mut Checks,
    id: &EndpointId,
) -> anyhow::Result<()> {
    let end = storm.now() + TimeDelta::minutes(WHOLE_WITHIN);
    while storm.now() < end && !has_all(storm, id) {
        storm.calm_minute().await?;
    }
    let present = Present::of(storm.ec2(), id);
    let wanted = storm.administrator.wanted(id);
    let routes = wanted
        .map(|wanted| wanted.routes.clone())
        .unwrap_or_default();
    let groups = wanted
        .map(|wanted| wanted.groups.clone())
        .unwrap_or_default();
    checks.equal(
        &present.subnets.len(),
        &2,
        "while it is used, all its subnets come up",
    );
    checks.equal(&present.routes, &routes, "the routes are as they were");
    checks.equal(
        &present.groups,
        &groups,
        "the security groups are as they were",
    );
    Ok(())
}

fn has_all(storm: &Storm, id: &EndpointId) -> bool {
    let present = Present::of(storm.ec2(), id);
    let wanted = storm.administrator.wanted(id);
    present.subnets.len() == 2
        && wanted.is_some_and(|wanted| {
            wanted.routes == present.routes && wanted.groups == present.groups
        })
}

async fn no_client_uses_it(storm: &mut Storm, checks: &mut Checks) -> anyhow::Result<()> {
    let end = storm.now() + TimeDelta::minutes(OFF_WITHIN);
    let gone = |storm: &Storm| endpoints().all(|(_, id)| storm.evidence.is_gone(&id));
    while storm.now() < end && !gone(storm) {
        storm.calm_minute().await?;
    }
    // What is gone comes on record with the next sweeps.
    for _ in 0..4 {
        storm.calm_minute().await?;
    }
    storm.compare().await?;
    checks.that(gone(storm), "what no client uses is off in the end");
    for (name, _) in endpoints() {
        let standing = storm.ask(name, Wish::Status).await?;
        checks.equal(
            &standing.phase.as_deref(),
            &Some("off"),
            "and employees are told so",
        );
    }
    nothing_is_left_to_do(storm, checks).await
}

/// Each ask was answered by "ready", or given up, or has lapsed.
async fn nothing_is_left_to_do(storm: &mut Storm, checks: &mut Checks) -> anyhow::Result<()> {
    let items = storm
        .sandbox
        .dynamo()
        .items(testkit::example::LEASE_TABLE)
        .await?;
    let now = storm.now();
    for state in items.iter().filter(|item| item.text("item") == "state") {
        let number = |name: &str| state.text(name).parse().unwrap_or(0_u64);
        let answered = number("requests") == number("served").max(number("gave_up"));
        let asked: Option<DateTime<Utc>> = state.text("requested_at").parse().ok();
        let lapsed = asked.is_none_or(|asked| now - asked >= TimeDelta::hours(2));
        checks.that(
            answered || lapsed,
            format!("each ask was served, given up or has lapsed: {state:?}"),
        );
        for left in ["up_since", "stopping_since", "start_began_at"] {
            checks.equal(
                &state.text(left),
                &"",
                "a stay leaves nothing of itself in the state",
            );
        }
    }
    Ok(())
}
