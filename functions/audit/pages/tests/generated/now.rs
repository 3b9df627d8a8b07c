//! Endpoints as they stand on a Thursday afternoon, made up.

use std::collections::BTreeSet;

use audit_pages::{ConnectionNow, EndpointNow, Language, NowPage};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::history::{Finding, Kind};
use shared::model::NotedConfig;
use shared::model::item::{Item, Value, rfc3339};
use shared::policy::{Hold, KeepRule, Phase, Reason, Warning};
use shared::reconcile::{EndpointStatus, LeaseView, ModeView, Particulars};
use shared::review::findings::FindingAt;

use super::{at, date, day, managed, now, site};

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

pub fn status(name: &str, phase: Phase, reason: Reason) -> EndpointStatus {
    EndpointStatus {
        endpoint: name.to_owned(),
        endpoint_id: managed(name, 2).id.to_string(),
        phase,
        message: reason.to_string(),
        keep_until: None,
        ready_estimate: None,
        started_at: None,
        active_connections: Some(0),
        associations: Vec::new(),
        leases: Vec::new(),
        mode: None,
        observed_at: Some(now() - TimeDelta::seconds(24)),
        warnings: Vec::new(),
        particulars: Particulars {
            reason,
            warnings: Vec::new(),
            requested_at: None,
            start_seconds: Vec::new(),
            stopping_since: None,
            connected: BTreeSet::new(),
            holders: BTreeSet::new(),
        },
    }
}

/// One that was up at these times today.
pub fn endpoint(status: EndpointStatus, up: &[(DateTime<Utc>, DateTime<Utc>)]) -> EndpointNow {
    EndpointNow {
        last_decision: Some(format!("{}: {}", status.phase.as_str(), status.message)),
        decided_at: status.observed_at,
        status,
        connections: Vec::new(),
        counters_read_at: None,
        stale_after: None,
        last_sweep_at: Some(now() - TimeDelta::seconds(24)),
        today: day(Tz::Asia__Tokyo, date("2026-11-26"), up, 2),
    }
}

pub fn connection(user: &str, since: &str, rate: Option<u64>, is_silent: bool) -> ConnectionNow {
    ConnectionNow {
        user: user.to_owned(),
        since: Some(at(since)),
        rate,
        is_silent,
    }
}

/// In use, held and ordered on; idle; going down by order; failed, with late sweeps.
pub fn endpoints() -> Vec<EndpointNow> {
    let mut tokyo = status("tokyo", Phase::Ready, Reason::InUse { connections: 3 });
    tokyo.active_connections = Some(5);
    let lease = |email: &str, ahead| LeaseView {
        email: format!("{email}@example.com"),
        until: Some(now() + minutes(ahead)),
    };
    tokyo.leases = vec![lease("hana", 100), lease("ken", 25)];
    tokyo.mode = Some(ModeView {
        mode: "on".to_owned(),
        until: Some(at("2026-11-27T12:00:00Z")),
        by: Some("admin@example.com".to_owned()),
        reason: Some("Quarter-end closing".to_owned()),
        text: "on until 2026-11-27T12:00:00Z".to_owned(),
    });
    let morning = at("2026-11-25T23:54:00Z");
    let tokyo = EndpointNow {
        connections: vec![
            connection(
                "hana@example.com",
                "2026-11-26T00:05:11Z",
                Some(48_211),
                false,
            ),
            connection(
                "ken@example.com",
                "2026-11-26T04:40:00Z",
                Some(3_120),
                false,
            ),
            connection("yuki@example.com", "2026-11-26T05:02:40Z", Some(211), false),
            connection("sora.laptop", "2026-11-26T00:31:07Z", Some(3), true),
        ],
        counters_read_at: Some(now() - TimeDelta::seconds(24)),
        stale_after: Some(minutes(120)),
        ..endpoint(tokyo, &[(morning, now())])
    };

    let since = at("2026-11-26T07:50:00Z");
    let rule = KeepRule::Idle {
        since,
        timeout: minutes(60),
        overnight: false,
    };
    let until = since + minutes(60);
    let mut osaka = status("osaka", Phase::Ready, Reason::Kept { rule, until });
    osaka.keep_until = Some(until);
    osaka.particulars.warnings = vec![Warning::FewerSubnets {
        associated: 1,
        configured: 2,
    }];
    let osaka = endpoint(
        osaka,
        &[
            (at("2026-11-25T15:00:00Z"), at("2026-11-25T16:10:00Z")),
            (at("2026-11-26T00:40:00Z"), at("2026-11-26T03:15:00Z")),
            (at("2026-11-26T04:35:00Z"), now()),
        ],
    );

    let hold = Hold {
        until: Some(at("2026-11-26T12:00:00Z")),
        asked: false,
    };
    let mut nagoya = status("nagoya", Phase::Off, Reason::Held(hold));
    nagoya.mode = Some(ModeView {
        mode: "hold".to_owned(),
        until: hold.until,
        by: None,
        reason: None,
        text: "hold until 2026-11-26T12:00:00Z".to_owned(),
    });
    let nagoya = EndpointNow {
        last_sweep_at: Some(now() - minutes(9)),
        ..endpoint(nagoya, &[])
    };
    vec![tokyo, osaka, nagoya]
}

pub fn policy() -> NotedConfig {
    let text = "ADMIN_EMAILS=admin@example.com,boss@example.com\nALLOWED_EMAIL_DOMAINS=\nASSOCIATION_HOUR_PRICE_USD=0.15\n\
                AUDITOR_EMAILS=auditor@example.com\nAUDIT_RETENTION_DAYS=400\nCONNECTION_RETENTION_DAYS=90\nDRY_RUN=false\n\
                FIRST_CONNECTION_GRACE_MINUTES=30\nIDLE_TIMEOUT_MINUTES=60\n\
                MANAGED_ENDPOINTS=osaka=cvpn-endpoint-0a1b2c3d4e5f60719:subnet-0a1b2c3d;tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-1a1b2c3d,subnet-2a1b2c3d\n\
                MAX_EXTENSION_HOURS=12\nOVERNIGHT_IDLE_TIMEOUT_MINUTES=10\nOVERNIGHT_STALE_CONNECTION_MINUTES=120\n\
                OVERNIGHT_WINDOW=22:00-07:00\nROUTES=10.0.0.0/8,172.16.0.0/12\nSILENT_BELOW_KIB_PER_HOUR=256\nSTALE_CONNECTION_MINUTES=0\n\
                TIME_ZONE=Asia/Tokyo";
    NotedConfig {
        digest: String::new(),
        text: text.to_owned(),
        noted_at: at("2026-11-02T01:12:00Z"),
    }
}

/// The last records, newest first.
pub fn records() -> Vec<Item> {
    let tokyo = managed("tokyo", 2).id.to_string();
    let osaka = managed("osaka", 1).id.to_string();
    let record =
        |n: u64, ago: i64, (name, id): (&str, &str), event: &str, actor: &str, reason: &str| {
            let event_id = format!("0197a3c5-7c00-7000-8000-{n:012x}");
            let occurred_at = rfc3339(now() - minutes(ago));
            [
                ("endpoint_name", name),
                ("endpoint_id", id),
                ("event_id", &event_id),
                ("occurred_at", &occurred_at),
                ("event", event),
                ("actor", actor),
                ("reason", reason),
            ]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect()
        };
    let (tokyo, osaka) = (("tokyo", tokyo.as_str()), ("osaka", osaka.as_str()));
    vec![
        record(
            1,
            5,
            tokyo,
            "lease.extended",
            "hana@example.com",
            "Extended until 2026-11-26T10:00:31Z.",
        ),
        record(
            2,
            30,
            osaka,
            "connection.ended",
            "mei@example.com",
            "The client disconnected.",
        ),
        record(
            3,
            48,
            ("-", "-"),
            "audit.exported",
            "auditor@example.com",
            "100 records of tokyo as CSV.",
        ),
        record(
            4,
            200,
            tokyo,
            "mode.changed",
            "admin@example.com",
            "on until 2026-11-27T12:00:00Z: Quarter-end closing",
        ),
        record(
            5,
            301,
            osaka,
            "disassociation.completed",
            "reaper",
            "Gone; idle since 2026-11-26T02:15:00Z.",
        ),
    ]
}

pub fn findings() -> Vec<FindingAt> {
    let finding = |kind, sentence: &str, ago| FindingAt {
        finding: Finding {
            kind,
            sentence: sentence.to_owned(),
            event_id: Some("0197a3c5-7c00-7000-8000-00000000000a".parse().unwrap()),
            occurred_at: now() - minutes(ago),
        },
        endpoint_id: managed("osaka", 1).id.to_string(),
        endpoint_name: "osaka".to_owned(),
    };
    vec![
        finding(
            Kind::Unused,
            "Stay 41 was up for 52 minutes, and no client connected.",
            290,
        ),
        finding(
            Kind::RemovedByOthers,
            "Stay 40 ended, and not by this system.",
            1700,
        ),
    ]
}

pub fn now_page(language: Language, endpoints: &[EndpointNow], is_administrator: bool) -> String {
    let mut site = site(Tz::Asia__Tokyo);
    site.is_administrator = is_administrator;
    NowPage {
        site: &site,
        language,
        endpoints,
        silent_below_kib_per_hour: 256,
        policy: Some(&policy()),
        findings: &findings(),
        records: &records(),
        now: now(),
    }
    .html()
}
