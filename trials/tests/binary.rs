//! `cargo sandbox` itself: however it ends, it leaves no process behind.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Running {
    child: Child,
    url: String,
    state: tempfile::TempDir,
}

impl Running {
    fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .args(["--port", "0", "--state"])
            .arg(state.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut words = output.lines().map_while(Result::ok).flat_map(|line| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        let url = words
            .find(|word| word.starts_with("http://localhost:"))
            .expect("it says where it is");
        // The rest must be read, or the sandbox's own output would break.
        std::thread::spawn(move || words.count());
        Self { child, url, state }
    }

    /// The functions' processes, by what only they have in their environment.
    fn functions(&self) -> Vec<u32> {
        let clock = format!(
            "SANDBOX_CLOCK={}",
            self.state.path().join("clock").display()
        );
        let processes = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let ours = |pid: &u32| {
            let environment = fs::read(Path::new("/proc").join(pid.to_string()).join("environ"))
                .unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == clock.as_bytes())
        };
        processes.filter(ours).collect()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After a failed test; else it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn eventually(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::yield_now();
    }
}

async fn with_a_function() -> Running {
    let running = Running::start();
    let sweep = format!("{}/sandbox/api/sweep", running.url);
    reqwest::Client::new().post(sweep).send().await.unwrap();
    running
}

#[tokio::test]
async fn ctrl_c_and_a_polite_kill_stop_everything() {
    for signal in ["INT", "TERM"] {
        let mut running = with_a_function().await;
        assert_eq!(running.functions().len(), 1);
        running.signal(signal);
        assert!(running.child.wait().unwrap().success(), "{signal}");
        assert!(running.functions().is_empty(), "{signal}");
    }
}

#[tokio::test]
async fn a_crash_of_the_sandbox_takes_its_functions_along() {
    let mut running = with_a_function().await;
    assert_eq!(running.functions().len(), 1);
    running.signal("KILL");
    assert!(!running.child.wait().unwrap().success());
    eventually("the function ends with the sandbox", || {
        running.functions().is_empty()
    });
}
