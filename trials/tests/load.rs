//! The load of `cargo sandbox -- load`, small enough for each change.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::sync::Arc;

use chrono::Utc;
use sandbox::Options;
use sandbox::lambda::Program;
use shared::clock::FnClock;
use trials::load::{self, Part, Size};

#[expect(
    clippy::disallowed_methods,
    reason = "the functions are real processes: this test is a main"
)]
async fn holds(part: Part) {
    let state = tempfile::tempdir().unwrap();
    let program = Program::sandbox(env!("CARGO_BIN_EXE_sandbox"));
    let options = Options::for_test(state.path(), program, Arc::new(FnClock(Utc::now)));
    let right = load::run(&options, &Size::small(), &[part]).await.unwrap();
    assert!(right, "what was not so is printed above");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_people_who_click_at_once_are_all_heard_and_told_right() {
    holds(Part::People).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_connections_are_swept_under_ec2s_limit_and_each_end_is_recorded_once() {
    holds(Part::Connections).await;
}
