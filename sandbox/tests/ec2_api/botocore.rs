//! The same API, spoken to by boto3: another vendor's parser and model of EC2.

use tokio::process::Command;

use super::Served;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore/check_ec2.py");

#[tokio::test]
#[ignore = "needs a python with boto3, named by PYTHON (default: python3)"]
async fn boto3_understands_every_answer() {
    let served = Served::start().await;
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut check = Command::new(python);
    check
        .arg(SCRIPT)
        .arg(&served.url)
        .arg(format!("{}/control", served.url));
    let output = check.output().await.expect("python runs");
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
