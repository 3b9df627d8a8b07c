//! The function `reaper` over the sandbox's AWS.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a helper that cannot go on has failed its test, and nothing reaches into a test binary"
)]

#[path = "../../associate/tests/http/stage.rs"]
#[allow(dead_code, reason = "the other function's tests use the rest")]
mod stage;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeDelta, WeekdaySet};
use reaper::{Limits, PolicyOnRecord, Reaper, SweepFailed, Watch};
use serde_json::Value;
use shared::clock::Clock as _;
use shared::config::ReaperConfig;
use shared::model::audit::{EventIds, Origin};
use shared::model::{BookedOn, BookedTimes, time_of_day};
use shared::policy::Phase;
use shared::reconcile::{Ask, Reconciler};
use shared::telemetry::{CountedStore, Metrics};
use stage::{Stage, variables};
use testkit::ec2::{Action, Fault, FaultKind};

fn reaper(stage: &Stage, changes: &[(&str, &str)]) -> Reaper {
    watched(stage, changes, &Metrics::off())
}

/// Its metrics go to `metrics`.
fn watched(stage: &Stage, changes: &[(&str, &str)], metrics: &Metrics) -> Reaper {
    let ReaperConfig {
        common,
        dry_run,
        policy,
    } = ReaperConfig::from_vars(&variables(changes)).unwrap();
    let store = CountedStore::new(stage.store.clone(), metrics.clone());
    let reconciler = Reconciler::new(
        stage.vpn.clone(),
        Arc::new(store),
        stage.clock.clone(),
        EventIds::from_entropy(),
        common.settings,
    );
    Reaper {
        reconciler,
        clock: stage.clock.clone(),
        endpoints: common.endpoints,
        dry_run,
        policy: PolicyOnRecord::new(policy),
        watch: Watch::new(metrics.clone(), stage.clock.clone()),
    }
}

/// Enough time.
fn in_time(stage: &Stage) -> Limits {
    Limits::before(stage.clock.now() + TimeDelta::minutes(1))
}

/// Both endpoints up, asked for by Yuki, without a connection.
async fn up(stage: &Stage, reaper: &Reaper) {
    for endpoint in &reaper.endpoints {
        let ask = Ask {
            email: "yuki@example.com".parse().unwrap(),
            origin: Origin::default(),
        };
        reaper.reconciler.ask(endpoint, ask).await.unwrap();
    }
    for _minute in 0..30 {
        stage.clock.advance(TimeDelta::minutes(1));
        let summary = reaper.sweep_all(in_time(stage)).await.unwrap();
        if phases(&summary) == [Phase::Ready; 2] {
            return;
        }
    }
    panic!("not ready within half an hour");
}

fn phases(summary: &reaper::Summary) -> Vec<Phase> {
    summary.endpoints.iter().map(|one| one.phase).collect()
}

/// The third endpoint's id is one that EC2 does not know.
const ONE_UNKNOWN: (&str, &str) = (
    "MANAGED_ENDPOINTS",
    "nowhere=cvpn-endpoint-00000000000000000:subnet-0aaaaaaaaaaaaaaa1;\
     tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-0aaaaaaaaaaaaaaa1,subnet-0aaaaaaaaaaaaaaa2;\
     osaka=cvpn-endpoint-0b1b2c3d4e5f60718:subnet-0bbbbbbbbbbbbbbb1",
);

#[tokio::test]
async fn a_sweep_reports_its_results_in_the_order_of_the_configuration() {
    let stage = Stage::set().await;
    let summary = reaper(&stage, &[])
        .sweep_all(in_time(&stage))
        .await
        .unwrap();
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["dryRun"], false);
    for (index, name) in ["tokyo", "osaka"].into_iter().enumerate() {
        let endpoint = &json["endpoints"][index];
        assert_eq!(endpoint["endpoint"], name);
        assert_eq!(endpoint["phase"], "off");
        assert!(endpoint["reason"].as_str().unwrap().contains("off"));
        assert_eq!(endpoint["connectionsEnded"], 0);
    }
}

#[tokio::test]
async fn idle_endpoints_are_disassociated() {
    let stage = Stage::set().await;
    let reaper = reaper(&stage, &[]);
    up(&stage, &reaper).await;
    stage.clock.advance(TimeDelta::minutes(61));
    let summary = reaper.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(phases(&summary), [Phase::Stopping; 2]);
    assert_eq!(
        stage.ec2.count(Action::DisassociateClientVpnTargetNetwork),
        3
    );
}

#[tokio::test]
async fn one_endpoint_that_fails_does_not_stop_the_others_and_is_named() {
    let stage = Stage::set().await;
    up(&stage, &reaper(&stage, &[])).await;
    stage.clock.advance(TimeDelta::minutes(61));
    let failed = reaper(&stage, &[ONE_UNKNOWN])
        .sweep_all(in_time(&stage))
        .await;
    let failed = failed.unwrap_err();
    assert_eq!(
        failed,
        SweepFailed {
            endpoints: vec!["nowhere".to_owned()],
            left_out: vec![],
        }
    );
    assert_eq!(failed.to_string(), "not swept: nowhere");
    assert_eq!(
        stage.ec2.count(Action::DisassociateClientVpnTargetNetwork),
        3
    );
}

#[tokio::test]
async fn a_sweep_fails_where_the_evidence_is_incomplete_and_nothing_is_stopped() {
    let stage = Stage::set().await;
    let reaper = reaper(&stage, &[]);
    up(&stage, &reaper).await;
    stage.clock.advance(TimeDelta::minutes(61));
    stage.ec2_fails(Action::DescribeClientVpnConnections, "RequestLimitExceeded");
    let failed = reaper.sweep_all(in_time(&stage)).await.unwrap_err();
    assert_eq!(failed.endpoints, ["tokyo", "osaka"]);
    assert_eq!(
        stage.ec2.count(Action::DisassociateClientVpnTargetNetwork),
        0
    );
}

#[tokio::test]
async fn a_dry_run_decides_and_changes_nothing_in_ec2() {
    let stage = Stage::set().await;
    let wet = reaper(&stage, &[]);
    up(&stage, &wet).await;
    stage.clock.advance(TimeDelta::minutes(61));
    let dry = reaper(&stage, &[("DRY_RUN", "true")]);
    stage.take_calls();
    let summary = dry.sweep_all(in_time(&stage)).await.unwrap();
    assert!(summary.dry_run);
    assert!(stage.ec2.calls().iter().all(|c| c.action.only_reads()));
    let again = wet.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(phases(&again), [Phase::Stopping; 2]);
}

#[tokio::test]
async fn endpoints_are_swept_side_by_side() {
    let stage = Stage::set().await;
    let action = Action::DescribeClientVpnTargetNetworks;
    // The first to be read is never answered; the other does not wait for it.
    stage
        .ec2
        .change(|world, _| world.inject(Fault::once(action, FaultKind::Hang)))
        .unwrap();
    let reaper = reaper(&stage, &[]);
    let both_are_read = async {
        while stage.ec2.count(action) < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = reaper.sweep_all(in_time(&stage)) => panic!("a hung call was answered"),
        both = tokio::time::timeout(Duration::from_secs(10), both_are_read) => both.unwrap(),
    }
}

/// Metrics, and the lines that they write.
fn metrics(stage: &Stage) -> (Metrics, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&lines);
    let metrics = Metrics::new("vpn-reaper", stage.clock.clone(), move |line: &str| {
        written.lock().unwrap().push(line.to_owned());
    });
    (metrics, lines)
}

/// The metrics that were emitted, with their values, a list for each line.
fn emitted(lines: &Mutex<Vec<String>>) -> Vec<Vec<(String, f64)>> {
    let lines = std::mem::take(&mut *lines.lock().unwrap());
    let metrics = |line: &String| {
        let line: Value = serde_json::from_str(line).unwrap();
        let values = line.as_object().unwrap().iter();
        let values = values.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)));
        values.collect()
    };
    lines.iter().map(metrics).collect()
}

#[tokio::test]
async fn metrics_count_what_was_asked_done_and_seen() {
    let stage = Stage::set().await;
    let (metrics, lines) = metrics(&stage);
    let reaper = watched(&stage, &[], &metrics);
    up(&stage, &reaper).await;
    let all: Vec<(String, f64)> = emitted(&lines).concat();
    let sum = |name: &str| -> f64 {
        let values = all.iter().filter(|(emitted, _)| emitted == name);
        values.map(|(_, value)| value).sum()
    };
    let both = 2.0;
    for name in ["Requests", "Starts"] {
        assert!((sum(name) - both).abs() < 0.1, "{name}: {}", sum(name));
    }
    assert!(sum("StartSeconds") > 240.0, "{}", sum("StartSeconds"));
    assert!(sum("StartingMinutes") > 4.0);
    assert!(sum("FailedStarts") + sum("FailedSweeps") < 0.1);

    stage.clock.advance(TimeDelta::minutes(1));
    reaper.sweep_all(in_time(&stage)).await.unwrap();
    let names: Vec<Vec<String>> = emitted(&lines)
        .into_iter()
        .map(|line| line.into_iter().map(|(name, _)| name).collect())
        .collect();
    let of_each = ["ActiveConnections", "AssociatedMinutes", "UpHours"];
    assert_eq!(names[..2], [of_each, of_each]);
    assert_eq!(names[2], ["Sweeps"]);
}

#[tokio::test]
async fn metrics_count_a_placed_booking_as_a_request_and_one_that_was_missed() {
    let stage = Stage::set().await;
    let (metrics, lines) = metrics(&stage);
    let reaper = watched(&stage, &[], &metrics);
    // It is 10:31 in Tokyo.
    let times = BookedTimes {
        on: BookedOn::Days(WeekdaySet::ALL),
        ready_by: time_of_day("11:00").unwrap(),
        stay_until: None,
    };
    let ask = Ask {
        email: "yuki@example.com".parse().unwrap(),
        origin: Origin::default(),
    };
    let booked = reaper.reconciler.book(&reaper.endpoints[0], ask, times);
    booked.await.unwrap();
    emitted(&lines);
    stage.clock.advance(TimeDelta::minutes(20));
    reaper.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(emitted(&lines)[0], [("Requests".to_owned(), 1.0)]);
    stage
        .clock
        .advance(TimeDelta::days(1) + TimeDelta::hours(1));
    reaper.sweep_all(in_time(&stage)).await.unwrap();
    let missed = [("MissedBookings".to_owned(), 1.0)];
    let all = emitted(&lines);
    assert_eq!(
        all.iter().filter(|line| **line == missed).count(),
        1,
        "{all:?}"
    );
}

#[tokio::test]
async fn a_sweep_that_fails_for_one_endpoint_does_not_count_as_a_sweep() {
    let stage = Stage::set().await;
    let (metrics, lines) = metrics(&stage);
    let reaper = watched(&stage, &[ONE_UNKNOWN], &metrics);
    reaper.sweep_all(in_time(&stage)).await.unwrap_err();
    assert_eq!(emitted(&lines), [[("FailedSweeps".to_owned(), 1.0)]]);
}

/// What `config.changed` says, in each of its records.
async fn told(stage: &Stage) -> Vec<String> {
    let records = stage.records().await;
    let told = records
        .iter()
        .filter(|record| record.text("event") == "config.changed");
    told.map(|record| {
        assert_eq!(
            (record.text("endpoint_id"), record.text("actor")),
            ("-", "reaper")
        );
        record.text("reason").to_owned()
    })
    .collect()
}

/// The text of the settings on record.
async fn noted(stage: &Stage) -> Option<Value> {
    let items = stage
        .dynamo
        .items(testkit::example::LEASE_TABLE)
        .await
        .unwrap();
    let config = items.iter().find(|item| item.text("item") == "config")?;
    assert_eq!(config.text("endpoint_id"), "-");
    assert_eq!(config.text("digest").len(), 64);
    Some(config.text("text").into())
}

#[tokio::test]
async fn other_settings_are_put_on_record_once_and_the_first_ones_only_noted() {
    let stage = Stage::set().await;
    let first = reaper(&stage, &[]);
    first.sweep_all(in_time(&stage)).await.unwrap();
    let text = noted(&stage).await.unwrap();
    let text = text.as_str().unwrap();
    assert!(text.contains("IDLE_TIMEOUT_MINUTES=60\n"), "{text}");
    assert!(!text.contains("_TABLE="), "{text}");
    let unchanged = reaper(&stage, &[]);
    unchanged.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(told(&stage).await, [""; 0]);

    // Processes of a deploy, at the same time; a dry run observes as well.
    let changes = [("IDLE_TIMEOUT_MINUTES", "90"), ("DRY_RUN", "true")];
    let deployed = [reaper(&stage, &changes), reaper(&stage, &changes)];
    let [one, other] = &deployed;
    let swept = futures::join!(
        one.sweep_all(in_time(&stage)),
        other.sweep_all(in_time(&stage))
    );
    assert!(swept.0.is_ok() && swept.1.is_ok());
    assert_eq!(
        told(&stage).await,
        [
            "The settings changed. Dry run, in which nothing in EC2 is changed (DRY_RUN): from false to true. \
          Idle minutes before the VPN is taken down (IDLE_TIMEOUT_MINUTES): from 60 to 90."
        ]
    );

    // A process looks once: an older one that still runs does not tell it back and forth.
    stage.take_calls();
    first.sweep_all(in_time(&stage)).await.unwrap();
    one.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(told(&stage).await.len(), 1);
}

#[tokio::test]
async fn settings_that_cannot_be_put_on_record_keep_no_endpoint_from_its_sweep() {
    let stage = Stage::set().await;
    reaper(&stage, &[])
        .sweep_all(in_time(&stage))
        .await
        .unwrap();
    let changed = reaper(&stage, &[("MAX_EXTENSION_HOURS", "8")]);
    stage.tables_fail(Some("TransactWriteItems"), "AccessDeniedException");
    let summary = changed.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(phases(&summary), [Phase::Off; 2]);
    assert_eq!(told(&stage).await, [""; 0]);
    stage.dynamo.clear_faults();
    changed.sweep_all(in_time(&stage)).await.unwrap();
    assert_eq!(told(&stage).await.len(), 1, "the next sweep tries again");
}
