//! Logs: one JSON object for each line in Lambda, where `CloudWatch` can search its fields; plain lines elsewhere.
//! Beside them, [`metrics`].
//!
//! No filter, however it is set, lets `TRACE` through: at that level the Lambda runtime writes the whole event, and
//! so the identity token, into the log. A release build has no code for it either (`Cargo.toml`).
//!
//! The filter stands before all else, and not before the lines alone: what it does not let through is refused before
//! anything is made of it. The SDK opens a dozen spans for each call, which would otherwise be made, entered and thrown
//! away.

mod counted_store;
pub mod metrics;

use std::io;

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, registry};

pub use counted_store::CountedStore;
pub use metrics::Metrics;

/// Starts logging to standard output, once; later calls change nothing.
///
/// `RUST_LOG`, else `LOG_LEVEL`, says what is logged (`info`; `shared=debug,info`), and `info` holds where neither
/// does. `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets, makes the lines JSON.
pub fn init() {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let directives = set("RUST_LOG").or_else(|| set("LOG_LEVEL"));
    let json = set("AWS_LAMBDA_FUNCTION_NAME").is_some();
    // An error means that logging has been started before, by a test perhaps.
    let _already_started = subscriber(directives.as_deref(), json, io::stdout).try_init();
}

fn subscriber<W>(
    directives: Option<&str>,
    json: bool,
    writer: W,
) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = filter(directives.unwrap_or_default());
    let lines = fmt::layer().with_ansi(false).with_writer(writer);
    let lines = if json {
        lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed()
    } else {
        lines.boxed()
    };
    registry().with(filter).with(lines)
}

/// Levels by target, and no more: filters by span or field would link a whole engine of regular expressions.
///
/// A directive that cannot be read is left out, with a word on standard error: logging must never keep a function from
/// starting.
fn filter(directives: &str) -> Targets {
    let mut filter = Targets::new().with_default(LevelFilter::INFO);
    let directives = directives.split(',').map(str::trim);
    for directive in directives.filter(|directive| !directive.is_empty()) {
        match directive.parse::<Targets>() {
            Ok(parsed) => {
                let targets = parsed.iter();
                filter = filter
                    .with_targets(targets.map(|(target, level)| (target, without_trace(level))));
                if let Some(level) = parsed.default_level() {
                    filter = filter.with_default(without_trace(level));
                }
            }
            Err(error) => eprintln!("the log directive {directive:?} is left out: {error}"),
        }
    }
    filter
}

fn without_trace(level: LevelFilter) -> LevelFilter {
    level.min(LevelFilter::DEBUG)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that are logged when all levels are spoken at.
    fn logged(directives: Option<&str>, json: bool) -> Vec<String> {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = subscriber(directives, json, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let _span = tracing::info_span!("sweep", request_id = "r-1").entered();
            tracing::trace!("traced");
            tracing::debug!("debugged");
            tracing::info!(endpoint = "tokyo", idle_seconds = 61, "kept");
            tracing::warn!("warned");
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn in_lambda_a_line_is_a_flat_json_object() {
        let lines = logged(None, true);
        let kept: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(kept["level"], "INFO");
        assert_eq!(kept["message"], "kept");
        assert_eq!(kept["endpoint"], "tokyo");
        assert_eq!(kept["idle_seconds"], 61);
        assert_eq!(kept["span"]["request_id"], "r-1");
        assert!(kept["timestamp"].is_string());
    }

    #[test]
    fn elsewhere_a_line_is_plain_and_without_colours() {
        let lines = logged(None, false);
        assert!(
            lines[0].contains("INFO") && lines[0].contains("kept endpoint=\"tokyo\""),
            "{}",
            lines[0]
        );
        assert!(!lines[0].contains('\u{1b}'));
    }

    #[test]
    fn info_and_worse_is_logged_unless_somebody_says_otherwise() {
        assert_eq!(logged(None, true).len(), 2);
        assert_eq!(logged(Some(""), true).len(), 2);
        assert_eq!(logged(Some("warn"), true).len(), 1);
        assert_eq!(logged(Some("debug"), true).len(), 3);
        assert_eq!(logged(Some("shared=debug,error"), true).len(), 3);
        assert_eq!(logged(Some("shared=off"), true).len(), 0);
    }

    #[test]
    fn a_directive_that_cannot_be_read_is_left_out() {
        assert_eq!(logged(Some("shared=loud"), true).len(), 2);
        assert_eq!(
            logged(Some("shared=loud, debug,,[sweep]=warn"), true).len(),
            3
        );
    }

    #[test]
    fn trace_is_never_logged() {
        for directives in ["trace", "shared=trace", "[sweep]=trace"] {
            let lines = logged(Some(directives), true);
            assert!(
                !lines.iter().any(|line| line.contains("traced")),
                "{directives}"
            );
            assert!(lines.len() >= 2, "{directives}");
        }
    }

    #[test]
    fn what_is_not_logged_is_not_made() {
        for (directives, level) in [
            (None, LevelFilter::INFO),
            (Some("sdk=debug"), LevelFilter::DEBUG),
        ] {
            let subscriber = subscriber(directives, true, io::sink);
            assert_eq!(subscriber.max_level_hint(), Some(level));
            tracing::subscriber::with_default(subscriber, || {
                let span = tracing::debug_span!(target: "sdk", "call");
                assert_eq!(span.is_disabled(), level < LevelFilter::DEBUG);
            });
        }
    }

    #[test]
    fn logging_can_be_started_twice() {
        init();
        init();
    }
}
