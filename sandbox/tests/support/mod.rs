//! A sandbox whose functions are small ones of the tests' own: this test binary runs itself as them.

use std::sync::Arc;

use chrono::Utc;
use lambda_runtime::{LambdaEvent, service_fn};
use sandbox::lambda::Program;
use sandbox::{Options, Sandbox, function};
use serde_json::{Value, json};
use shared::clock::{Clock, FnClock};

#[expect(
    clippy::disallowed_methods,
    reason = "this test binary is a main: its functions are real processes"
)]
pub(crate) fn machine() -> Arc<dyn Clock> {
    Arc::new(FnClock(Utc::now))
}

/// The functions: the reaper writes down each event, the associate does what its path says.
#[test]
fn function_process() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return;
    }
    function::end_with_the_sandbox();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime
        .block_on(lambda_runtime::run(service_fn(act)))
        .unwrap();
}

async fn act(event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    let event = event.payload;
    if event["detail-type"] == "Scheduled Event" {
        println!("SWEEP {}", event["time"].as_str().unwrap_or_default());
        return Ok(event);
    }
    let body = match event["path"].as_str().unwrap_or_default() {
        "/fail" => return Err("no such luck".into()),
        "/exit" => std::process::exit(7),
        "/hang" => std::future::pending().await,
        "/no-answer" => return Ok(json!({ "hello": "world" })),
        "/large" => "x".repeat(1024 * 1024),
        "/nearly-large" => "x".repeat(1000 * 1000),
        "/cookies" => {
            return Ok(json!({
                "statusCode": 303, "isBase64Encoded": false, "body": "",
                "multiValueHeaders": { "set-cookie": ["a=1; Path=/", "b=2"], "location": ["/signed-out"] },
            }));
        }
        _ => event.to_string(),
    };
    let headers = json!({ "content-type": ["application/json"] });
    Ok(
        json!({ "statusCode": 200, "multiValueHeaders": headers, "body": body, "isBase64Encoded": false }),
    )
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut options = options(directory.path());
        change(&mut options);
        let sandbox = Sandbox::start(options).await.unwrap();
        Self {
            sandbox,
            _directory: directory,
        }
    }
}

pub(crate) fn options(state: &std::path::Path) -> Options {
    Options::for_test(
        state,
        Program::test("support::function_process").unwrap(),
        machine(),
    )
}

/// A browser that shows redirects instead of following them.
pub(crate) fn browser() -> reqwest::Client {
    let client = reqwest::Client::builder()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}
