//! Lambda's rules, with real processes: this test binary runs itself as the function.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use lambda_runtime::{LambdaEvent, service_fn};
use sandbox::clock::ClockKeeper;
use sandbox::function;
use sandbox::lambda::{Function, InvokeError, Lambda, Program, Settings, Signal};
use serde_json::{Value, json};
use shared::clock::{Clock, FnClock};

#[expect(
    clippy::disallowed_methods,
    reason = "this test binary is a main: its functions are real processes"
)]
fn machine() -> Arc<dyn Clock> {
    Arc::new(FnClock(|| std::time::SystemTime::now().into()))
}

/// The function. It does what its event says.
#[test]
fn function_process() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return;
    }
    function::end_with_the_sandbox();
    match std::env::var("INIT").as_deref() {
        Ok("exit") => {
            eprintln!("MANAGED_ENDPOINTS is missing");
            std::process::exit(3)
        }
        Ok("hang") => loop {
            std::thread::park();
        },
        Ok(_) | Err(_) => {}
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let clock = function::shared_clock(machine()).unwrap();
    runtime
        .block_on(lambda_runtime::run(service_fn(move |event| {
            act(event, clock.clone())
        })))
        .unwrap();
}

async fn act(
    event: LambdaEvent<Value>,
    clock: Arc<dyn Clock>,
) -> Result<Value, lambda_runtime::Error> {
    let (event, context) = event.into_parts();
    match event["do"].as_str().unwrap_or_default() {
        "exit" => std::process::exit(7),
        "panic" => panic!("on purpose"),
        "fail" => Err("no such luck".into()),
        "hang" => std::future::pending().await,
        "large" => Ok(json!("x".repeat(7 * 1024 * 1024))),
        "meet" => {
            // Answers only when another process is in an invocation at the same time.
            let dir = std::path::PathBuf::from(event["dir"].as_str().unwrap_or_default());
            std::fs::write(dir.join(std::process::id().to_string()), "")?;
            while std::fs::read_dir(&dir)?.count() < 2 {
                tokio::task::yield_now().await;
            }
            Ok(json!({ "pid": std::process::id() }))
        }
        _ => Ok(json!({
            "pid": std::process::id(),
            "now": clock.now(),
            "deadline": context.deadline,
            "request_id": context.request_id,
            "arn": context.invoked_function_arn,
            "trace": context.xray_trace_id,
            "environment": std::env::vars().collect::<BTreeMap<_, _>>(),
        })),
    }
}

/// Waits for what another process does.
async fn until(done: impl Fn() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .expect("in time");
}

struct Setup {
    lambda: Lambda,
    clock: Arc<ClockKeeper>,
    directory: tempfile::TempDir,
}

impl Setup {
    async fn new(change: impl FnOnce(&mut Function)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ClockKeeper::start(directory.path().join("clock"), machine(), 1, None).unwrap();
        let clock = Arc::new(clock);
        let mut function = Function::new(
            "echo",
            BTreeMap::from([("LEASE_TABLE".to_owned(), "leases".to_owned())]),
        );
        change(&mut function);
        let settings = Settings {
            program: Program::test("function_process").unwrap(),
            logs: directory.path().join("logs"),
            region: "ap-northeast-1".to_owned(),
            account: "123456789012".to_owned(),
            clock: clock.clone(),
        };
        let lambda = Lambda::start(settings, vec![function]).await.unwrap();
        Self {
            lambda,
            clock,
            directory,
        }
    }

    async fn invoke(&self, what: &str) -> Result<Value, InvokeError> {
        self.send(json!({ "do": what })).await
    }

    async fn send(&self, event: Value) -> Result<Value, InvokeError> {
        let answer = self
            .lambda
            .invoke("echo", event.to_string(), Some("Root=1-2-3"))
            .await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }
}

#[tokio::test]
async fn an_idle_process_is_used_again() {
    let setup = Setup::new(|_| {}).await;
    let first = setup.invoke("tell").await.unwrap();
    let second = setup.invoke("tell").await.unwrap();
    assert_eq!(first["pid"], second["pid"]);
    assert_ne!(first["request_id"], second["request_id"]);
    assert_eq!(setup.lambda.cold_starts("echo"), 1);
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn a_function_gets_what_lambda_gives_it_and_nothing_of_the_developers() {
    let setup = Setup::new(|_| {}).await;
    let told = setup.invoke("tell").await.unwrap();
    assert_eq!(
        told["arn"],
        "arn:aws:lambda:ap-northeast-1:123456789012:function:echo"
    );
    assert_eq!(told["trace"], "Root=1-2-3");
    let environment = &told["environment"];
    assert_eq!(environment["LEASE_TABLE"], "leases");
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_NAME"], "echo");
    assert_eq!(environment["AWS_REGION"], "ap-northeast-1");
    assert!(
        environment.get("HOME").is_none(),
        "the developer's ~/.aws is out of reach"
    );
    assert!(environment.get("CARGO_MANIFEST_DIR").is_none());
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn the_deadline_is_in_shared_time_and_lasts_as_long_at_any_speed() {
    let setup = Setup::new(|function| function.time_limit = Duration::from_secs(20)).await;
    setup.clock.set_speed(60).unwrap();
    setup.clock.advance(chrono::TimeDelta::days(400)).unwrap();
    let told = setup.invoke("tell").await.unwrap();
    let now = told["now"]
        .as_str()
        .unwrap()
        .parse::<chrono::DateTime<Utc>>()
        .unwrap();
    let left = told["deadline"].as_i64().unwrap() - now.timestamp_millis();
    assert!(
        (15 * 60_000..=20 * 60_000).contains(&left),
        "{left} ms of shared time are left"
    );
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn concurrent_invocations_get_a_process_each() {
    let setup = Setup::new(|_| {}).await;
    let meeting = tempfile::tempdir_in(setup.directory.path()).unwrap();
    let event = json!({ "do": "meet", "dir": meeting.path() });
    let (one, other) = tokio::join!(setup.send(event.clone()), setup.send(event));
    assert_ne!(one.unwrap()["pid"], other.unwrap()["pid"]);
    assert_eq!(setup.lambda.instances("echo"), 2);
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn over_the_cap_an_invocation_waits_and_is_then_throttled() {
    let setup = Setup::new(|function| {
        function.max_instances = 1;
        function.queue_limit = Duration::from_millis(20);
        function.time_limit = Duration::from_mins(10);
    })
    .await;
    let busy = tokio::spawn({
        let lambda = setup.lambda.clone();
        async move { lambda.invoke("echo", r#"{"do":"hang"}"#, None).await }
    });
    // The first comer waits for no one; from its START on, the only process is busy.
    until(|| setup.lambda.log_tail("echo").contains("START")).await;
    let second = setup.invoke("tell").await;
    assert!(
        matches!(second, Err(InvokeError::Throttled { .. })),
        "{second:?}"
    );
    setup.lambda.shutdown().await;
    assert!(matches!(
        busy.await.unwrap(),
        Err(InvokeError::Crashed { .. })
    ));
}

#[tokio::test]
async fn a_function_over_its_time_limit_is_killed_and_the_next_one_starts_anew() {
    let setup = Setup::new(|function| function.time_limit = Duration::from_millis(300)).await;
    let error = setup.invoke("hang").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Task timed out after 0.30 seconds"),
        "{error}"
    );
    assert_eq!(setup.lambda.instances("echo"), 0);
    setup.invoke("tell").await.unwrap();
    assert_eq!(setup.lambda.cold_starts("echo"), 2);
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn a_crash_answers_with_an_error_and_the_next_invocation_starts_anew() {
    let setup = Setup::new(|_| {}).await;
    let error = setup.invoke("exit").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Runtime exited with error: exit status: 7"),
        "{error}"
    );
    setup.invoke("tell").await.unwrap();
    assert_eq!(setup.lambda.cold_starts("echo"), 2);
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn a_panic_or_an_error_answers_with_it_and_the_process_lives_on() {
    let setup = Setup::new(|_| {}).await;
    for (what, text) in [("panic", "on purpose"), ("fail", "no such luck")] {
        match setup.invoke(what).await {
            Err(InvokeError::Function { error, .. }) => {
                assert!(error.error_message.contains(text), "{error:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    setup.invoke("tell").await.unwrap();
    assert_eq!(setup.lambda.cold_starts("echo"), 1);
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn a_process_that_cannot_start_is_an_error_that_shows_its_log() {
    let setup = Setup::new(|function| {
        function
            .environment
            .insert("INIT".to_owned(), "exit".to_owned());
    })
    .await;
    let error = setup.invoke("tell").await.unwrap_err();
    assert!(matches!(error, InvokeError::Init { .. }));
    let text = error.to_string();
    assert!(
        text.contains("exit status: 3") && text.contains("MANAGED_ENDPOINTS is missing"),
        "{text}"
    );
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn an_answer_over_the_limit_is_an_error() {
    let setup = Setup::new(|_| {}).await;
    match setup.invoke("large").await {
        Err(InvokeError::Function { error, .. }) => {
            assert_eq!(error.error_type, "Function.ResponseSizeTooLarge");
        }
        other => panic!("{other:?}"),
    }
    let too_large = setup
        .lambda
        .invoke("echo", vec![b' '; 7 * 1024 * 1024], None)
        .await;
    assert!(matches!(too_large, Err(InvokeError::TooLarge)));
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn killing_takes_idle_and_busy_processes() {
    let setup = Setup::new(|_| {}).await;
    setup.invoke("tell").await.unwrap();
    let busy = tokio::spawn({
        let lambda = setup.lambda.clone();
        async move { lambda.invoke("echo", r#"{"do":"hang"}"#, None).await }
    });
    until(|| setup.lambda.log_tail("echo").matches("START").count() == 2).await;
    assert_eq!(setup.lambda.kill("echo").await, 1);
    assert!(matches!(
        busy.await.unwrap(),
        Err(InvokeError::Crashed { .. })
    ));
    assert_eq!(setup.lambda.instances("echo"), 0);
    assert_eq!(setup.lambda.kill("nobody").await, 0);
    setup.lambda.shutdown().await;
}

#[tokio::test]
async fn a_signal_takes_one_process_that_is_at_work_or_one_that_is_not() {
    for signal in [Signal::Kill, Signal::Terminate] {
        let setup = Setup::new(|_| {}).await;
        assert!(!setup.lambda.signal("echo", true, 0, signal), "nobody yet");
        let busy = tokio::spawn({
            let lambda = setup.lambda.clone();
            async move { lambda.invoke("echo", r#"{"do":"hang"}"#, None).await }
        });
        until(|| setup.lambda.log_tail("echo").contains("START")).await;
        setup.invoke("tell").await.unwrap();
        assert_eq!(setup.lambda.instances("echo"), 2);
        assert!(setup.lambda.signal("echo", true, 7, signal));
        let Err(InvokeError::Crashed { status, .. }) = busy.await.unwrap() else {
            panic!("the invocation ends with its process");
        };
        assert!(status.starts_with("signal: "), "{status}");
        assert!(
            !setup.lambda.signal("echo", true, 0, signal),
            "the other is idle"
        );
        assert!(setup.lambda.signal("echo", false, 0, signal));
        until(|| setup.lambda.instances("echo") == 0).await;
        assert!(!setup.lambda.signal("nobody", false, 0, signal));
        setup.lambda.shutdown().await;
    }
}

#[tokio::test]
async fn an_invocation_goes_on_when_its_caller_goes_away() {
    let setup = Setup::new(|_| {}).await;
    let meeting = tempfile::tempdir_in(setup.directory.path()).unwrap();
    let event = json!({ "do": "meet", "dir": meeting.path() });
    let caller = tokio::spawn({
        let (lambda, event) = (setup.lambda.clone(), event.to_string());
        async move { lambda.invoke("echo", event, None).await }
    });
    until(|| std::fs::read_dir(meeting.path()).unwrap().count() == 1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    // The second finds the first still in its invocation: it gets a process of its own.
    setup.send(event).await.unwrap();
    assert_eq!(setup.lambda.cold_starts("echo"), 2);
    setup.lambda.shutdown().await;
}

#[test]
fn a_function_ends_with_the_sandbox_even_while_it_is_busy() {
    let program = Program::test("function_process").unwrap();
    let mut function = std::process::Command::new(program.path)
        .args(program.arguments)
        .env("AWS_LAMBDA_RUNTIME_API", "http://127.0.0.1:9/none")
        .env("INIT", "hang")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The pipe breaks when the process that holds it ends, however it ends.
    drop(function.stdin.take());
    let began = std::time::Instant::now();
    let status = loop {
        match function.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if began.elapsed() > Duration::from_secs(30) => break None,
            None => std::thread::yield_now(),
        }
    };
    // After a failure nothing shall be left either.
    let _ = function.kill();
    assert!(status.is_some_and(|status| status.success()), "{status:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_process_is_left_after_the_shutdown() {
    let setup = Setup::new(|_| {}).await;
    let pid = setup.invoke("tell").await.unwrap()["pid"].clone();
    let alive = || std::path::Path::new(&format!("/proc/{pid}")).exists();
    assert!(alive());
    setup.lambda.shutdown().await;
    assert!(!alive());
    assert!(matches!(
        setup.invoke("tell").await,
        Err(InvokeError::Unknown(_))
    ));
}
