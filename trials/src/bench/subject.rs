//! What is measured: programs, and the work that they are given.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sandbox::lambda::Program;
use serde_json::{Value, json};
use testkit::alb::sample::{BROWSER, PROGRAM, request, token};
use testkit::alb::{Event, TokenMint};
use testkit::{example, fleet};

use super::aws::World;

/// How many endpoints there are, so that each click of a process can be the first on its endpoint.
const ENDPOINTS: usize = 10;

/// What a process is invoked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Work {
    /// An employee opens the URL of a VPN that is off.
    Start,
    /// An employee opens the URL of a VPN that is ready.
    Ready,
    /// An employee looks at the page of a VPN that is ready.
    Page,
    /// The page asks how the VPN is.
    Poll,
    /// An employee books a VPN that is ready.
    Book,
    /// A sweep of one endpoint that is off.
    SweepOff,
    /// A sweep of one endpoint that is ready, with one connection.
    SweepOn,
    /// A sweep of many endpoints, which EC2 may throttle.
    SweepMany,
    /// An administrator opens the page *Now*.
    Now,
    /// An administrator opens the log.
    Log,
    /// An administrator exports the log.
    Export,
    /// What the replaced function did: associate an endpoint that is off.
    Blind,
    /// Nothing at all.
    Nothing,
}

impl Work {
    /// In the report's words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "click, VPN off",
            Self::Ready => "click, VPN ready",
            Self::Page => "page, VPN ready",
            Self::Poll => "poll, VPN ready",
            Self::Book => "booking",
            Self::SweepOff => "sweep, VPN off",
            Self::SweepOn => "sweep, VPN on",
            Self::SweepMany => "sweep of many",
            Self::Now => "page *Now*",
            Self::Log => "page of the log",
            Self::Export => "part of an export",
            Self::Blind => "associates, VPN off",
            Self::Nothing => "nothing",
        }
    }

    /// The world it is done in.
    pub(super) fn world(self) -> World {
        let (endpoints, ready) = match self {
            Self::Start | Self::Blind | Self::Nothing => (ENDPOINTS, 0),
            Self::Ready | Self::Page | Self::Poll | Self::Book => (ENDPOINTS, ENDPOINTS),
            Self::SweepOff => (1, 0),
            Self::SweepOn | Self::SweepMany | Self::Now | Self::Log | Self::Export => (1, 1),
        };
        World {
            endpoints,
            ready,
            connections: ready,
            throttle: None,
        }
    }

    /// The event of a process's `n`th invocation, counted from 0.
    pub(super) fn event(self, n: usize) -> Value {
        let vpn = fleet::name(n % ENDPOINTS);
        match self {
            Self::Start | Self::Ready => page(&format!("/vpn/{vpn}"), "yuki"),
            Self::Page => page(&format!("/vpn/{vpn}/status"), "yuki"),
            Self::Poll => {
                let token = token_of("yuki");
                request("GET", &format!("/vpn/{vpn}/status"), &token, &PROGRAM).event()
            }
            Self::Book => {
                let body = json!({ "days": ["mon", "fri"], "ready_by": "08:30" });
                let booking = from_browser("POST", &format!("/vpn/{vpn}/bookings"), "yuki");
                let booking = booking.without("sec-fetch-site");
                booking
                    .header("sec-fetch-site", "same-origin")
                    .json(&body)
                    .event()
            }
            Self::Now => page("/audit", "admin"),
            Self::Log => page("/audit/records", "admin"),
            Self::Export => page("/audit/records.csv", "admin"),
            Self::Blind => json!({
                "endpoint": fleet::endpoint_id(n % ENDPOINTS),
                "subnet": fleet::subnet_id(n % ENDPOINTS),
            }),
            Self::SweepOff | Self::SweepOn | Self::SweepMany | Self::Nothing => json!({}),
        }
    }

    /// Whether this is the answer that says that it was done.
    pub(super) fn is_done(self, answer: &[u8]) -> bool {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let status = answer["statusCode"].as_u64();
        match self {
            Self::Start | Self::Ready | Self::Book => status == Some(303),
            Self::Page | Self::Poll | Self::Now | Self::Log | Self::Export | Self::Blind => {
                status == Some(200)
            }
            Self::SweepOff | Self::SweepOn | Self::SweepMany | Self::Nothing => true,
        }
    }
}

fn page(path: &str, who: &str) -> Value {
    from_browser("GET", path, who).event()
}

fn from_browser(method: &str, path: &str, who: &str) -> Event {
    request(method, path, &token_of(who), &BROWSER)
}

fn token_of(who: &str) -> String {
    let email = format!("{who}@{}", example::EMAIL_DOMAIN);
    token(&TokenMint::development(), &email)
}

/// A program that is measured.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// In the report's words.
    pub(super) name: &'static str,
    /// The function that it is, by the name of its log.
    pub(super) function: &'static str,
    /// How it is started.
    pub(super) program: Program,
    /// Variables of its own.
    pub(super) environment: BTreeMap<String, String>,
    /// The executable whose size is told.
    pub(super) binary: Option<PathBuf>,
    /// Whether it is of an earlier version.
    pub(super) is_earlier: bool,
    /// What it is given to do.
    pub(super) works: Vec<Work>,
    /// Invocations of one process.
    pub(super) invocations: usize,
}

impl Subject {
    /// A binary of ours.
    pub(super) fn binary(
        name: &'static str,
        directory: &Path,
        file: &'static str,
        works: &[Work],
    ) -> Self {
        let path = directory.join(file);
        Self {
            name,
            function: file,
            program: Program {
                path: path.clone(),
                arguments: Vec::new(),
                name_as_argument: false,
            },
            environment: BTreeMap::new(),
            binary: Some(path),
            is_earlier: false,
            works: works.to_vec(),
            invocations: ENDPOINTS,
        }
    }

    /// Of its binary and of the zip beside it, in MB.
    pub(super) fn sizes(&self) -> Option<[f64; 2]> {
        let binary = self.binary.as_ref()?;
        let megabytes = |path: &Path| {
            let bytes = fs::metadata(path).ok()?.len();
            Some(f64::from(u32::try_from(bytes).ok()?) / 1_000_000.0)
        };
        Some([
            megabytes(binary)?,
            megabytes(&binary.with_extension("zip"))?,
        ])
    }

    /// The function that this system replaces; `module` of the Python sources.
    pub(super) fn python(name: &'static str, python: &Path, module: &str) -> Self {
        let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bench/python");
        let handler = format!("{module}.handler");
        let variables = [
            ("LAMBDA_TASK_ROOT", sources),
            ("PYTHONPATH", sources),
            ("_HANDLER", &handler),
        ];
        Self {
            name,
            function: "blind",
            program: Program {
                path: python.to_owned(),
                arguments: ["-m", "awslambdaric", &handler].map(str::to_owned).to_vec(),
                name_as_argument: false,
            },
            environment: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            binary: None,
            is_earlier: false,
            works: vec![Work::Blind],
            // Half a second each on a small share.
            invocations: 4,
        }
    }
}
