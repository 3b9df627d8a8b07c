//! The sample events in `events/`, sent to the real functions in processes of their own, the way `cargo lambda invoke`
//! and curl send them.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use sandbox::lambda::Program;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use shared::clock::FnClock;

async fn start(state: &Path) -> Sandbox {
    #[expect(
        clippy::disallowed_methods,
        reason = "its functions are real processes"
    )]
    let clock = FnClock(Utc::now);
    let program = Program::sandbox(env!("CARGO_BIN_EXE_sandbox"));
    let options = Options::for_test(state, program, Arc::new(clock));
    Sandbox::start(options).await.unwrap()
}

async fn invoke(sandbox: &Sandbox, function: &str, sample: &str) -> Value {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let event = std::fs::read(events.join(function).join(sample)).unwrap();
    let url = format!(
        "{}/2015-03-31/functions/{function}/invocations",
        sandbox.url()
    );
    let call = reqwest::Client::new().post(url).body(event).send();
    let answer = call.await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("x-amz-function-error"));
    answer.json().await.unwrap()
}

/// Each sample is sent below.
#[test]
fn there_is_no_sample_of_the_audit_pages_without_a_promise() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/audit");
    let source = include_str!("samples.rs");
    let names = std::fs::read_dir(events).unwrap().map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            source.contains(&format!("(\"{name}\", ")),
            "{name} is not sent"
        );
    });
    assert_eq!(names.count(), 6);
}

#[tokio::test]
async fn each_sample_gets_the_answer_that_its_name_promises() {
    let state = tempfile::tempdir().unwrap();
    let sandbox = start(state.path()).await;
    for (sample, status) in [
        ("health-check.json", 200),
        ("forged-token.json", 401),
        ("prefetch.json", 200),
        ("click.json", 303),
        ("json-client.json", 202),
        ("order-by-an-employee.json", 403),
        ("order.json", 200),
        ("take-down-page.json", 200),
        ("book.json", 201),
        ("bookings.json", 200),
        ("cancel-booking.json", 200),
        ("decline-suggestion.json", 303),
    ] {
        let answer = invoke(&sandbox, "associate", sample).await;
        assert_eq!(answer["statusCode"], status, "{sample}: {answer}");
    }
    for (sample, status) in [
        ("now.json", 200),
        ("log.json", 200),
        ("export.json", 200),
        ("export-from-another-site.json", 403),
        ("stranger.json", 403),
        ("day-that-does-not-exist.json", 400),
    ] {
        let answer = invoke(&sandbox, "audit", sample).await;
        assert_eq!(answer["statusCode"], status, "{sample}: {answer}");
    }
    let swept = invoke(&sandbox, "reaper", "scheduled-sweep.json").await;
    assert_eq!(swept["dryRun"], json!(false));
    assert_eq!(swept["endpoints"][0]["phase"], "starting");
    assert_eq!(swept["endpoints"][1]["phase"], "off");
    sandbox.shutdown().await;
}
