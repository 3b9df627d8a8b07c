//! Endpoints as they stand on a Thursday afternoon, made up.

use std::collections::BTreeSet;

use audit_pages::{BookingNow, ConnectionNow, EndpointNow, Language, NowPage};
use chrono::{DateTime, TimeDelta, Utc, Weekday, WeekdaySet};
use chrono_tz::Tz;
use shared::history::{Finding, Kind};
use shared::model::item::{Item, Value, rfc3339};
use shared::model::{
    BookedOn, BookedTimes, Booking, EndpointState, Holidays, Mode, NotedConfig, Rules, WORKDAYS,
    time_of_day,
};
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
        bookings: Vec::new(),
        more_bookings: 0,
        counters_read_at: None,
        stale_after: None,
        last_sweep_at: Some(now() - TimeDelta::seconds(24)),
        today: day(Tz::Asia__Tokyo, date("2026-11-26"), up, 2),
    }
}

/// A booking of this person's, made ten days ago.
pub fn booking(owner: &str, on: BookedOn, ready_by: &str) -> Booking {
    let times = BookedTimes {
        on,
        ready_by: time_of_day(ready_by).unwrap(),
        stay_until: None,
    };
    Booking {
        email: owner.parse().unwrap(),
        id: times.id(),
        times,
        placed_for: None,
        created_at: now() - TimeDelta::days(10),
        renewed_at: now() - TimeDelta::days(10),
        ended_at: None,
    }
}

/// Those that stand, by the rules in Tokyo. The Monday of next week is a holiday.
pub fn booked(bookings: Vec<Booking>, order: Option<Mode>) -> Vec<BookingNow> {
    let mut state = EndpointState {
        bookings,
        ..EndpointState::default()
    };
    state.order.mode = order;
    BookingNow::all(&state, &rules(), now())
}

fn rules() -> Rules {
    Rules {
        time_zone: chrono_tz::Asia::Tokyo,
        idle_timeout: minutes(60),
        first_connection_grace: minutes(30),
        overnight_window: Some("22:00-07:00".parse().expect("a window")),
        overnight_idle_timeout: minutes(10),
        stale_connection: None,
        overnight_stale_connection: Some(minutes(120)),
        silent_below_kib_per_hour: 256,
        max_extension: TimeDelta::hours(12),
        routes: Vec::new(),
        holidays: Holidays::of(vec!["2026-11-30".parse().unwrap()]),
        booking_lifetime: TimeDelta::days(60),
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
        bookings: booked(tokyos_bookings(), None),
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
    let held_up = booking("mei@example.com", BookedOn::Days(WORKDAYS), "17:30");
    let nagoya = EndpointNow {
        bookings: booked(vec![held_up], Some(Mode::Hold)),
        last_sweep_at: Some(now() - minutes(9)),
        ..endpoint(nagoya, &[])
    };
    vec![tokyo, osaka, nagoya]
}

/// Of twelve people: on workdays, on Mondays, for a date, placed for tomorrow already, and until the evening.
fn tokyos_bookings() -> Vec<Booking> {
    let workdays = |who: &str, ready_by| {
        let owner = format!("{who}@example.com");
        booking(&owner, BookedOn::Days(WORKDAYS), ready_by)
    };
    let mondays = BookedOn::Days(WeekdaySet::single(Weekday::Mon));
    let on = |day| BookedOn::Date(date(day));
    let mut long = workdays("hana", "08:30");
    long.times.stay_until = Some(time_of_day("18:00").unwrap());
    long.id = long.times.id();
    let mut placed = workdays("ken", "08:30");
    placed.placed_for = Some(date("2026-11-27"));
    let mut others: Vec<Booking> = ["sora", "mei", "aoi", "riku", "ren", "admin", "boss"]
        .iter()
        .map(|who| workdays(who, "09:00"))
        .collect();
    others.extend([
        long,
        placed,
        booking("yuki@example.com", mondays, "07:45"),
        booking("yuki@example.com", on("2026-12-03"), "13:00"),
        booking("auditor@example.com", on("2026-12-24"), "10:00"),
    ]);
    others
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
    let names = endpoints.iter().map(|now| now.status.endpoint.parse());
    site.endpoints = names.filter_map(Result::ok).collect();
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
