//! EC2 and DynamoDB spoken to by boto3: another client, with a parser and a model of AWS of its own.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use sandbox::dynamo::{Dynamo, Storage};
use sandbox::ec2::Ec2;
use shared::clock::FnClock;
use testkit::ec2::Settings;
use tokio::process::Command;
use tokio::sync::OnceCell;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore");

/// The python of the environment that `install` makes, once for all tests.
async fn python() -> &'static Path {
    static PYTHON: OnceCell<PathBuf> = OnceCell::const_new();
    let install = || async {
        let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools/botocore");
        let install = Command::new(format!("{HERE}/install"))
            .arg(&environment)
            .output()
            .await
            .unwrap();
        assert!(
            install.status.success(),
            "{}",
            String::from_utf8_lossy(&install.stderr)
        );
        environment.join("bin/python")
    };
    PYTHON.get_or_init(install).await
}

async fn check(script: &str, arguments: &[String]) {
    let mut check = Command::new(python().await);
    let output = check
        .arg(format!("{HERE}/{script}"))
        .args(arguments)
        .output()
        .await
        .unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn boto3_understands_every_answer_of_ec2() {
    let noon = "2026-11-23T03:00:00Z".parse().unwrap();
    let ec2 = Ec2::new(Arc::new(FnClock(move || noon)), Settings::example());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new()
        .nest("/control", ec2.control())
        .merge(ec2.router());
    tokio::spawn(axum::serve(listener, app).into_future());
    check("check_ec2.py", &[url.clone(), format!("{url}/control")]).await;
}

#[tokio::test]
async fn boto3_understands_every_answer_of_dynamodb() {
    let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
    check("check_dynamodb.py", &[dynamo.url().to_owned()]).await;
}
