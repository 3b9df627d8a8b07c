//! The program itself, against a sandbox whose EC2 takes no time.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::process::{Output, Stdio};

use sandbox::embedded::{Embedded, Options};
use shared::model::SubnetId;
use testkit::ec2::Delay;
use testkit::example::{AUDIT_TABLE, LEASE_TABLE, MANAGED_ENDPOINTS, TOKYO};
use tokio::process::Command;

/// Nothing takes time, and no VPC has a second security group: so nothing has to be waited for.
async fn aws() -> Embedded {
    let mut options = Options::at("2026-11-24T03:00:00Z".parse().unwrap());
    let behaviour = &mut options.ec2.behaviour;
    for delay in [
        &mut behaviour.associating,
        &mut behaviour.disassociating,
        &mut behaviour.route_creating,
        &mut behaviour.route_deleting,
    ] {
        *delay = Delay::exactly(0);
    }
    behaviour.disassociated_listed_seconds = 0;
    for vpc in &mut options.ec2.vpcs {
        vpc.security_groups.clear();
    }
    Embedded::start(options).await.unwrap()
}

fn prove(aws: &Embedded, arguments: &[&str]) -> Command {
    let mut prove = Command::new(env!("CARGO_BIN_EXE_prove"));
    let ec2 = aws.ec2_config();
    prove
        .args(arguments)
        .env_clear()
        .env("AWS_ENDPOINT_URL_EC2", ec2.endpoint_url().unwrap())
        .env("AWS_ENDPOINT_URL_DYNAMODB", aws.dynamo.url())
        .env("AWS_REGION", "ap-northeast-1")
        .env("AWS_ACCESS_KEY_ID", "sandbox")
        .env("AWS_SECRET_ACCESS_KEY", "sandbox")
        .env("MANAGED_ENDPOINTS", MANAGED_ENDPOINTS)
        .env("LEASE_TABLE", LEASE_TABLE)
        .env("AUDIT_TABLE", AUDIT_TABLE)
        .stdin(Stdio::null());
    prove
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

fn changes(aws: &Embedded) -> usize {
    let calls = aws.ec2.calls();
    calls
        .iter()
        .filter(|call| !call.action.only_reads())
        .count()
}

const RUN: &[&str] = &["run", "--endpoint", "tokyo"];

#[tokio::test]
async fn a_check_that_finds_nothing_wrong_succeeds_and_another_fails() {
    let aws = aws().await;
    let output = prove(&aws, &["check"]).output().await.unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let output = prove(&aws, &["check"])
        .env("ASSOCIATION_HOUR_PRICE_USD", "0.2")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("One thing is wrong."));
    assert_eq!(changes(&aws), 0);
}

#[tokio::test]
async fn a_dry_run_calls_nothing() {
    let aws = aws().await;
    let output = prove(&aws, &[RUN, &["--dry-run"]].concat())
        .output()
        .await
        .unwrap();
    assert!(output.status.success());
    assert!(
        said(&output).contains("about USD 0.15"),
        "{}",
        said(&output)
    );
    assert!(aws.ec2.calls().is_empty() && aws.dynamo.calls().is_empty());
}

#[tokio::test]
async fn nothing_is_changed_that_was_not_confirmed() {
    let aws = aws().await;
    let output = prove(&aws, RUN).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("Add --yes"), "{}", said(&output));
    assert_eq!(changes(&aws), 0);
}

#[tokio::test]
async fn an_endpoint_that_is_up_is_refused() {
    let aws = aws().await;
    let subnet = SubnetId::observed("subnet-0aaaaaaaaaaaaaaa1");
    aws.ec2
        .change(|world, now| world.associate(now, &TOKYO.parse().unwrap(), &subnet, None))
        .unwrap();
    let output = prove(&aws, &[RUN, &["--yes"]].concat())
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("tokyo is not off"),
        "{}",
        said(&output)
    );
    assert_eq!(changes(&aws), 0);
}

/// What was made is taken back even when the terminal is closed.
#[tokio::test]
async fn a_run_whose_output_is_closed_ends_with_its_report() {
    let aws = aws().await;
    let directory = std::env::temp_dir().join(format!("prove-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("report.md");
    let report = path.to_str().unwrap();
    let mut run = prove(&aws, &[RUN, &["--yes", "--report", report]].concat());
    let mut run = run
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((run.stdout.take(), run.stderr.take()));
    let status = run.wait().await.unwrap();
    let report = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(status.success(), "{report}");
    assert!(report.contains("| token-again | "), "{report}");
    let left = aws.ec2.read(|world| {
        let endpoint = world.endpoint(&TOKYO.parse().unwrap()).unwrap();
        (endpoint.networks.len(), endpoint.routes.len())
    });
    assert_eq!(left, (0, 0));
}
