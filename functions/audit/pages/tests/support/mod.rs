//! Records as they are written, and as another hand might put them; and every page made of them.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a helper of tests; not each of them uses all of it"
)]

use audit_pages::{
    ErrorPage, FindingsPage, Language, LogPage, RecordPage, Site, StayPage, Trouble,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::history::{Finding, Kind};
use shared::model::ManagedEndpoint;
use shared::model::audit::EventIds;
use shared::model::item::{Item, Value};
use shared::review::findings::FindingAt;
use shared::review::log::LogFilter;
use shared::review::stay::{Chapter, StayStory, Step};

pub const ENDPOINT_ID: &str = "cvpn-endpoint-0a1b2c3d4e5f60718";
pub const TRACE_ID: &str = "Root=1-65f0a1b2-0123456789abcdef01234567";
pub const CURSOR: &str = "v1.eyJkIjoxfQ-_";
const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";

/// 10:31:01 in Tokyo.
pub fn now() -> DateTime<Utc> {
    at("2026-11-23T01:31:01Z")
}

pub fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

pub fn date(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

pub fn site() -> Site {
    Site {
        endpoints: vec!["tokyo".parse().unwrap(), "osaka".parse().unwrap()],
        zone: Tz::Asia__Tokyo,
        has_sign_out: true,
        viewer: Some("admin@example.com".to_owned()),
        is_administrator: true,
    }
}

/// A text of an attribute.
pub fn s(text: &str) -> Value {
    Value::S(text.to_owned())
}

pub fn n(number: &str) -> Value {
    Value::N(number.to_owned())
}

/// A record with these attributes beyond what all have.
pub fn record(event: &str, time: &str, actor: &str, reason: &str, more: &[(&str, Value)]) -> Item {
    let occurred_at = at(time);
    let id = EventIds::seeded(u128::from(occurred_at.timestamp().unsigned_abs())).next(occurred_at);
    let mut item = Item::new();
    for (name, value) in [
        ("endpoint_id", s(ENDPOINT_ID)),
        ("endpoint_name", s("tokyo")),
        ("event_id", s(&id.to_string())),
        ("occurred_at", s(time)),
        ("day", s(&time[..10])),
        ("event", s(event)),
        ("actor", s(actor)),
        ("reason", s(reason)),
        ("expires_at", n("1829000000")),
    ] {
        item.insert(name.to_owned(), value);
    }
    for (name, value) in more {
        item.insert((*name).to_owned(), value.clone());
    }
    item
}

/// A whole stay, oldest first.
pub fn stay_records() -> Vec<Item> {
    let stay = ("stay", n("41"));
    let subnets = Value::Ss(
        ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
            .map(str::to_owned)
            .into(),
    );
    let associations = Value::Ss(
        [
            "cvpn-assoc-0bbbbbbbbbbbbbbb1",
            "cvpn-assoc-0bbbbbbbbbbbbbbb2",
        ]
        .map(str::to_owned)
        .into(),
    );
    vec![
        record(
            "association.requested",
            "2026-11-22T23:20:03Z",
            "hana@example.com",
            "An employee asked for the VPN.",
            &[
                ("source_ip", s("203.0.113.24")),
                ("user_agent", s(FIREFOX)),
                ("sec_fetch_site", s("cross-site")),
                ("actor_sub", s("47f4da68-6061-70ab-5c2e-2fb0c4f2f0a1")),
                ("trace_id", s(TRACE_ID)),
            ],
        ),
        record(
            "association.started",
            "2026-11-22T23:20:05Z",
            "associate",
            "EC2 accepted the start of 2 subnets.",
            &[
                stay.clone(),
                ("association_ids", associations),
                ("subnet_ids", subnets),
            ],
        ),
        record(
            "association.completed",
            "2026-11-22T23:25:41Z",
            "reaper",
            "Ready for the first time in this stay.",
            &[stay.clone(), ("duration_seconds", n("338"))],
        ),
        record(
            "lease.extended",
            "2026-11-22T23:58:10Z",
            "ken@example.com",
            "An employee wanted it until 2026-11-23T03:00:00Z.",
            &[stay.clone(), ("until", s("2026-11-23T03:00:00Z"))],
        ),
        record(
            "connection.ended",
            "2026-11-23T00:12:44Z",
            "hana@example.com",
            "A client's connection is over.",
            &[
                stay.clone(),
                ("connection_id", s("cvpn-connection-0cccccccccccccc01")),
                ("duration_seconds", n("2700")),
                ("bytes", n("48211931")),
            ],
        ),
        record(
            "disassociation.started",
            "2026-11-23T01:12:50Z",
            "reaper",
            "Idle since 2026-11-23T00:12:44Z, 60 minutes by day.",
            &[stay.clone(), ("active_connections", n("0"))],
        ),
        record(
            "disassociation.completed",
            "2026-11-23T01:18:55Z",
            "reaper",
            "All of its associations are gone.",
            &[
                stay,
                ("month", s("2026-11")),
                ("up_since", s("2026-11-22T23:20:05Z")),
                ("ready_since", s("2026-11-22T23:25:41Z")),
                ("start_seconds", n("338")),
                ("requests", n("1")),
                (
                    "people",
                    Value::Ss(
                        ["hana@example.com", "ken@example.com"]
                            .map(str::to_owned)
                            .into(),
                    ),
                ),
                ("people_count", n("2")),
                ("last_active_at", s("2026-11-23T00:12:44Z")),
                ("association_seconds", n("13530")),
                ("duration_seconds", n("6765")),
                ("cost_usd", n("0.5638")),
            ],
        ),
    ]
}

/// What a log may hold, newest first.
pub fn log_records() -> Vec<Item> {
    let mut records = vec![
        record(
            "session.moved",
            "2026-11-23T01:30:12Z",
            "mei@example.com",
            "A later version wrote this.",
            &[],
        ),
        record(
            "mode.changed",
            "2026-11-23T01:29:00Z",
            "admin@example.com",
            "hold until 2026-11-23T09:00:00Z: ファイアウォールの保守作業のため",
            &[("endpoint_name", s("osaka"))],
        ),
        record(
            "config.changed",
            "2026-11-23T01:20:00Z",
            "reaper",
            "IDLE_TIMEOUT_MINUTES from 60 to 45.",
            &[("endpoint_id", s("-")), ("endpoint_name", s("-"))],
        ),
        record(
            "booking.missed",
            "2026-11-23T01:19:00Z",
            "reaper",
            "The booking of mei@example.com was missed for 2026-11-23, because an administrator's order kept the VPN off: \
             ready by 09:49 on mon.",
            &[
                ("booking_id", s("0a1b2c3d")),
                ("booked_by", s("mei@example.com")),
                ("mode", s("hold")),
            ],
        ),
    ];
    let mut stay = stay_records();
    stay.reverse();
    records.extend(stay);
    records
}

pub fn endpoint(name: &str) -> ManagedEndpoint {
    ManagedEndpoint {
        name: name.parse().unwrap(),
        id: ENDPOINT_ID.parse().unwrap(),
        subnets: Vec::new(),
    }
}

/// All filters set.
pub fn filter() -> LogFilter {
    LogFilter {
        endpoint: Some(endpoint("tokyo")),
        actor: Some("hana+vpn@example.com".to_owned()),
        events: vec![
            "association.".to_owned(),
            "mode.changed".to_owned(),
            "lease.released".to_owned(),
        ],
        from: Some(date("2026-11-01")),
        to: Some(date("2026-11-23")),
        text: Some("50% & \"x\"".to_owned()),
    }
}

pub fn log(language: Language, filter: &LogFilter, records: &[Item], next: Option<&str>) -> String {
    let page = LogPage {
        site: &site(),
        language,
        filter,
        limit: None,
        records,
        is_continued: next.is_some(),
        next,
        searched_back_to: at("2026-11-20T15:00:00Z"),
        now: now(),
    };
    page.html()
}

pub fn record_page(language: Language, record: &Item) -> String {
    let stay = stay_records();
    let page = RecordPage {
        site: &site(),
        language,
        record,
        previous: stay.first(),
        next: stay.last(),
        now: now(),
    };
    page.html()
}

pub fn chapter(event: &str) -> Chapter {
    match event {
        "association.requested" => Chapter::Asked,
        "association.started" => Chapter::Started,
        "association.completed" => Chapter::Ready,
        "disassociation.started" => Chapter::Going,
        "disassociation.completed" => Chapter::Gone,
        _ => Chapter::Used,
    }
}

/// The stay as a story.
pub fn story() -> StayStory {
    let mut before: Option<DateTime<Utc>> = None;
    let mut steps = Vec::new();
    for record in stay_records() {
        let (Value::S(event), Value::S(time)) = (&record["event"], &record["occurred_at"]) else {
            panic!("records of tests have texts there");
        };
        let (chapter, occurred_at) = (chapter(event), at(time));
        steps.push(Step {
            chapter,
            record,
            occurred_at,
            after: before.map(|before| occurred_at - before),
        });
        before = Some(occurred_at);
    }
    StayStory {
        endpoint_id: ENDPOINT_ID.to_owned(),
        endpoint_name: "tokyo".to_owned(),
        stay: Some(41),
        steps,
        up_since: Some(at("2026-11-22T23:20:05Z")),
        ready_since: Some(at("2026-11-22T23:25:41Z")),
        ended_at: Some(at("2026-11-23T01:18:55Z")),
        people: vec!["hana@example.com".to_owned(), "ken@example.com".to_owned()],
        connections: vec![("hana@example.com".to_owned(), Some(TimeDelta::minutes(45)))],
        cost_usd: Some(0.5638),
        association_seconds: Some(13_530),
        is_whole: true,
    }
}

pub fn stay(language: Language, story: &StayStory) -> String {
    let asked_for = story
        .steps
        .get(2)
        .and_then(|step| step.record.get("event_id"));
    let event_id = match asked_for {
        Some(Value::S(id)) => id.clone(),
        _ => String::new(),
    };
    let page = StayPage {
        site: &site(),
        language,
        story,
        event_id: &event_id,
        now: now(),
    };
    page.html()
}

/// One of each kind, newest first.
pub fn all_findings() -> Vec<FindingAt> {
    let ids = EventIds::seeded(7);
    let kinds = Kind::ALL.iter().zip(0..);
    kinds
        .map(|(kind, hours)| {
            let occurred_at = now() - TimeDelta::hours(7 * hours);
            let has_record = *kind != Kind::SweepGap;
            FindingAt {
                finding: Finding {
                    kind: *kind,
                    sentence: format!("Stay {} shows it.", 41 - hours),
                    event_id: has_record.then(|| ids.next(occurred_at)),
                    occurred_at,
                },
                endpoint_id: ENDPOINT_ID.to_owned(),
                endpoint_name: "tokyo".to_owned(),
            }
        })
        .collect()
}

pub fn findings(language: Language, findings: &[FindingAt], next: Option<&str>) -> String {
    let page = FindingsPage {
        site: &site(),
        language,
        from: next.map(|_| date("2026-11-01")),
        to: next.map(|_| date("2026-11-23")),
        findings,
        is_continued: next.is_some(),
        next,
        searched_back_to: at("2026-11-15T15:00:00Z"),
        now: now(),
    };
    page.html()
}

pub fn troubles() -> [(&'static str, Trouble<'static>); 10] {
    [
        ("sign-in", Trouble::SignIn),
        ("not-permitted", Trouble::NotPermitted),
        ("keys", Trouble::Keys),
        ("not-found", Trouble::NotFound),
        ("method", Trouble::Method),
        ("cross-site", Trouble::CrossSite),
        (
            "malformed",
            Trouble::Malformed {
                parameter: "from",
                detail: "`2026-13-01` is not a day (YYYY-MM-DD)",
            },
        ),
        ("index", Trouble::IndexNotReady),
        ("not-read", Trouble::NotRead),
        ("not-recorded", Trouble::NotRecorded),
    ]
}

pub fn error(language: Language, trouble: Trouble<'_>) -> String {
    let mut site = site();
    if trouble == Trouble::SignIn || trouble == Trouble::Keys {
        site.viewer = None;
    }
    if trouble == Trouble::NotPermitted {
        site.viewer = Some("hana@example.com".to_owned());
    }
    let page = ErrorPage {
        site: &site,
        language,
        trouble,
        trace_id: TRACE_ID,
        now: now(),
    };
    page.html()
}

/// Every page, by a name for it.
pub fn every_page(language: Language) -> Vec<(String, String)> {
    let none = LogFilter::default();
    let mut up_still = story();
    up_still.steps.truncate(4);
    (
        up_still.ended_at,
        up_still.cost_usd,
        up_still.association_seconds,
    ) = (None, None, None);
    up_still.connections.clear();
    let mut cut = story();
    cut.is_whole = false;
    let mut no_stay = story();
    no_stay.stay = None;
    no_stay.steps.truncate(1);
    (no_stay.up_since, no_stay.ready_since, no_stay.ended_at) = (None, None, None);
    let mut pages = vec![
        ("log", log(language, &none, &log_records(), None)),
        (
            "log.filtered",
            log(language, &filter(), &log_records(), Some(CURSOR)),
        ),
        ("log.empty", log(language, &filter(), &[], None)),
        (
            "log.empty-so-far",
            log(language, &filter(), &[], Some(CURSOR)),
        ),
        ("stay", stay(language, &story())),
        ("stay.up-still", stay(language, &up_still)),
        ("stay.cut", stay(language, &cut)),
        ("stay.none", stay(language, &no_stay)),
        ("findings", findings(language, &all_findings(), None)),
        (
            "findings.range",
            findings(language, &all_findings()[..3], Some(CURSOR)),
        ),
        ("findings.none", findings(language, &[], None)),
        ("record.closing", record_page(language, &stay_records()[6])),
        ("record.request", record_page(language, &stay_records()[0])),
        ("record.settings", record_page(language, &log_records()[2])),
        ("record.empty", record_page(language, &Item::new())),
    ]
    .into_iter()
    .map(|(name, html)| (name.to_owned(), html))
    .collect::<Vec<_>>();
    pages.extend(
        troubles().map(|(name, trouble)| (format!("error.{name}"), error(language, trouble))),
    );
    pages
}
