//! Endpoints in every status that a page can show.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a helper of tests; not each of them uses all of it"
)]

pub mod bookings;

use std::collections::BTreeSet;

use associate_pages::{
    ErrorPage, HelpPage, Language, ListPage, Listed, OwnBookings, Site, StatusPage, TakeDownPage,
    Trouble,
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::model::audit::Retention;
use shared::model::item::rfc3339;
use shared::model::{
    DailyWindow, Email, Failure, Holidays, ManagedEndpoint, Restorable, RouteKey, Rules, SubnetId,
};
use shared::policy::{Hold, KeepRule, Outlook, Phase, Reason, Warning};
use shared::reconcile::{EndpointStatus, Glance, LeaseView, ModeView, Particulars, PersonalView};

const HANA: &str = "hana@example.com";
pub const TRACE_ID: &str = "Root=1-65f0a1b2-0123456789abcdef01234567";

/// 10:31:01 in Tokyo.
pub fn now() -> DateTime<Utc> {
    "2026-11-23T01:31:01Z".parse().unwrap()
}

pub fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

pub fn hana() -> Email {
    HANA.parse().unwrap()
}

pub fn site() -> Site {
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Site {
        rules: Rules {
            time_zone: Tz::Asia__Tokyo,
            idle_timeout: minutes(60),
            first_connection_grace: minutes(30),
            overnight_window: Some(DailyWindow::new(at(22), at(7)).unwrap()),
            overnight_idle_timeout: minutes(10),
            stale_connection: None,
            overnight_stale_connection: Some(minutes(120)),
            silent_below_kib_per_hour: 256,
            max_extension: TimeDelta::hours(12),
            routes: Vec::new(),
            holidays: Holidays::default(),
            booking_lifetime: TimeDelta::days(60),
        },
        retention: Retention {
            audit: Some(TimeDelta::days(400)),
            connections: Some(TimeDelta::days(90)),
        },
        has_sign_out: true,
        has_several: true,
        is_dry_run: false,
    }
}

/// An endpoint that has started ten times before.
pub fn standing(phase: Phase, reason: Reason) -> EndpointStatus {
    EndpointStatus {
        endpoint: "tokyo".to_owned(),
        endpoint_id: "cvpn-endpoint-0a1b2c3d4e5f60718".to_owned(),
        phase,
        message: reason.to_string(),
        keep_until: None,
        ready_estimate: None,
        started_at: (phase != Phase::Off).then(|| now() - minutes(3)),
        active_connections: Some(0),
        associations: Vec::new(),
        leases: Vec::new(),
        mode: None,
        observed_at: Some(now()),
        warnings: Vec::new(),
        particulars: Particulars {
            reason,
            warnings: Vec::new(),
            requested_at: None,
            start_seconds: vec![240, 300, 360, 361, 400, 420, 480, 540, 600, 900],
            stopping_since: (phase == Phase::Stopping).then(|| now() - minutes(2)),
            connected: BTreeSet::new(),
            holders: BTreeSet::new(),
        },
    }
}

/// The same with employees who asked for it, for the next half hour and longer.
pub fn held_by(mut standing: EndpointStatus, people: &[&str]) -> EndpointStatus {
    for (email, ahead) in people.iter().zip(1..) {
        standing.leases.push(LeaseView {
            email: (*email).to_owned(),
            until: Some(now() + minutes(30 * ahead)),
        });
        standing.particulars.holders.insert(email.parse().unwrap());
    }
    standing
}

/// Under an order of the administrator's, for an hour and a half.
pub fn under(mode: &str, mut standing: EndpointStatus) -> EndpointStatus {
    let until = now() + minutes(90);
    standing.mode = Some(ModeView {
        mode: mode.to_owned(),
        until: Some(until),
        by: Some("admin@example.com".to_owned()),
        reason: Some("Maintenance".to_owned()),
        text: format!("{mode} until {}", rfc3339(until)),
    });
    standing
}

pub fn html(language: Language, standing: &EndpointStatus) -> String {
    status(language, standing, &site(), false)
}

/// The same to an administrator.
pub fn html_for_administrator(language: Language, standing: &EndpointStatus) -> String {
    status(language, standing, &site(), true)
}

pub fn status(
    language: Language,
    standing: &EndpointStatus,
    site: &Site,
    is_administrator: bool,
) -> String {
    let none = OwnBookings::Seen(PersonalView::default());
    own_status(language, standing, &none, site, is_administrator)
}

/// The same to a viewer with bookings.
pub fn own_status(
    language: Language,
    standing: &EndpointStatus,
    own: &OwnBookings,
    site: &Site,
    is_administrator: bool,
) -> String {
    let viewer = hana();
    let page = StatusPage {
        site,
        language,
        standing,
        own,
        viewer: &viewer,
        is_administrator,
        trace_id: TRACE_ID,
        now: now(),
    };
    page.html()
}

pub fn take_down(language: Language, standing: &EndpointStatus, site: &Site) -> String {
    let page = TakeDownPage {
        site,
        language,
        standing,
        viewer: &hana(),
        now: now(),
    };
    page.html()
}

pub fn help(language: Language) -> String {
    let page = HelpPage {
        site: &site(),
        language,
        viewer: HANA,
    };
    page.html()
}

pub fn list(language: Language, glances: &[Option<Glance>]) -> String {
    let endpoint = |number: usize| ManagedEndpoint {
        name: format!("vpn-{number}").parse().unwrap(),
        id: "cvpn-endpoint-0123456789abcdef0".parse().unwrap(),
        subnets: vec!["subnet-0123456789abcdef0".parse().unwrap()],
    };
    let endpoints: Vec<ManagedEndpoint> = (0..glances.len()).map(endpoint).collect();
    let listed = endpoints.iter().zip(glances);
    let page = ListPage {
        site: &site(),
        language,
        viewer: &hana(),
        endpoints: listed
            .map(|(endpoint, glance)| Listed {
                name: &endpoint.name,
                glance: glance.as_ref(),
            })
            .collect(),
        now: now(),
    };
    page.html()
}

/// What a list knows of an endpoint: Hana holds it where she has a lease.
pub fn glance(status: EndpointStatus) -> Glance {
    let own = status.leases.iter().find(|lease| lease.email == HANA);
    Glance {
        held_until: own.and_then(|lease| lease.until),
        booked_for: None,
        status: Some(status),
    }
}

/// A list in which everything is said that a list says.
pub fn glances() -> Vec<Option<Glance>> {
    let mut all: Vec<Option<Glance>> = all()
        .into_iter()
        .map(|(_, standing)| Some(glance(standing)))
        .collect();
    let mut booked = glance(standing(Phase::Off, Reason::NotWanted));
    booked.booked_for = Some(now() + TimeDelta::hours(22));
    let old = Glance {
        status: None,
        held_until: Some(now() + minutes(30)),
        booked_for: None,
    };
    all.extend([Some(booked), Some(old), None]);
    all
}

pub fn error(
    language: Language,
    trouble: Trouble<'_>,
    code: Option<&str>,
    trace_id: &str,
) -> String {
    let page = ErrorPage {
        site: &site(),
        language,
        trouble,
        code,
        trace_id,
        back: Some("/vpn/tokyo/status"),
        looks_again: false,
        now: now(),
    };
    page.html()
}

fn failure(code: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        message: "arn:aws:iam::123456789012:role/inside may not".to_owned(),
    }
}

fn ready(reason: Reason) -> EndpointStatus {
    let mut standing = held_by(
        standing(Phase::Ready, reason),
        &["hana@example.com", "ken@example.com"],
    );
    standing.keep_until = Some(now() + minutes(54));
    standing
}

fn kept(rule: KeepRule) -> EndpointStatus {
    let until = now() + minutes(54);
    ready(Reason::Kept { rule, until })
}

/// Every reason there is, by a name for it.
pub fn all() -> Vec<(&'static str, EndpointStatus)> {
    let mut all = Vec::from(offs());
    all.extend(startings());
    all.extend(readies());
    all.extend(others());
    all.extend(ordered());
    all
}

fn offs() -> [(&'static str, EndpointStatus); 5] {
    let held = |asked| {
        Reason::Held(Hold {
            until: Some(now() + TimeDelta::days(1)),
            asked,
        })
    };
    let refused = Reason::GaveUp(Some(failure("UnauthorizedOperation")));
    [
        ("off", Reason::NotWanted),
        ("off-held", held(false)),
        ("off-held-asked", held(true)),
        ("off-gave-up", refused),
        ("off-gave-up-unknown", Reason::GaveUp(None)),
    ]
    .map(|(name, reason)| (name, standing(Phase::Off, reason)))
}

fn startings() -> [(&'static str, EndpointStatus); 10] {
    let starting = |reason| held_by(standing(Phase::Starting, reason), &["hana@example.com"]);
    let for_minutes = |n| {
        let mut starting = starting(Reason::Associating);
        starting.started_at = Some(now() - minutes(n));
        starting
    };
    let after = |start_seconds: &[u64]| {
        let mut starting = starting(Reason::Asked);
        starting.particulars.start_seconds = start_seconds.to_vec();
        starting
    };
    let again = Reason::Retrying {
        failure: Some(failure("association-failed")),
        at: now() + minutes(1),
    };
    let outstanding = Some(3);
    [
        ("starting-first", after(&[])),
        ("starting-few", after(&[300, 420])),
        ("starting-unseen", starting(Reason::NotSeen)),
        ("starting", starting(Reason::Associating)),
        ("starting-longer", for_minutes(8)),
        ("starting-slow", for_minutes(16)),
        ("starting-again", starting(again)),
        (
            "starting-routes",
            starting(Reason::Restoring { outstanding }),
        ),
        (
            "starting-checks",
            starting(Reason::Restoring { outstanding: None }),
        ),
        ("starting-unknown", starting(Reason::UnknownStatus)),
    ]
}

fn readies() -> [(&'static str, EndpointStatus); 14] {
    let used_by = |who: &str| {
        let mut used = ready(Reason::InUse { connections: 2 });
        used.keep_until = None;
        used.active_connections = Some(2);
        used.particulars.connected = BTreeSet::from([who.to_owned()]);
        used
    };
    let idle = |overnight| KeepRule::Idle {
        since: now() - minutes(6),
        timeout: minutes(if overnight { 10 } else { 60 }),
        overnight,
    };
    let mut warned = kept(KeepRule::FirstConnection);
    warned.particulars.warnings = warnings();
    let rule = KeepRule::Nothing;
    let mut due = standing(Phase::Ready, Reason::Due { rule });
    due.particulars.holders.insert(hana());
    [
        ("ready", kept(KeepRule::FirstConnection)),
        ("ready-connected", used_by("Hana@Example.com")),
        ("ready-in-use", used_by("ken@example.com")),
        ("ready-lease", kept(KeepRule::Lease)),
        ("ready-lately", kept(KeepRule::ReadyLately)),
        ("ready-idle", kept(idle(false))),
        ("ready-idle-overnight", kept(idle(true))),
        ("ready-wanted", kept(KeepRule::Wanted)),
        ("ready-released", kept(KeepRule::Released)),
        ("ready-due", due),
        ("ready-pinned", ready(Reason::Pinned)),
        ("ready-not-known", ready(Reason::NotKnown)),
        ("ready-unknown", ready(Reason::UnknownStatus)),
        ("ready-warned", warned),
    ]
}

fn others() -> [(&'static str, EndpointStatus); 5] {
    let stopping = |reason| standing(Phase::Stopping, reason);
    let failed = Reason::AssociationFailed(Some(failure("association-failed")));
    let going = |outlook| stopping(Reason::Stopping(outlook));
    let removing = |outlook| stopping(Reason::RemovingFailed(outlook));
    [
        ("stopping", going(Outlook::OnRequest)),
        ("stopping-comes-back", going(Outlook::ComesBack)),
        ("stopping-failed", removing(Outlook::OnRequest)),
        ("stopping-failed-comes-back", removing(Outlook::ComesBack)),
        ("failed", standing(Phase::Failed, failed)),
    ]
}

/// Every situation in which an order shows.
fn ordered() -> [(&'static str, EndpointStatus); 9] {
    let hold = |asked| Hold {
        until: Some(now() + minutes(90)),
        asked,
    };
    let taken_down = |asked| Reason::TakenDown {
        hold: hold(asked),
        by: Some("admin@example.com".to_owned()),
        why: Some("Maintenance".to_owned()),
    };
    let off = |asked| standing(Phase::Off, Reason::Held(hold(asked)));
    let going = |reason| standing(Phase::Stopping, reason);
    let failed = Reason::AssociationFailed(Some(failure("association-failed")));
    let mut unreadable = under("onn", ready(Reason::Pinned));
    unreadable.particulars.warnings = vec![Warning::UnreadableMode("onn".to_owned())];
    [
        ("hold-off", under("hold", off(false))),
        ("hold-off-asked", under("hold", off(true))),
        ("off-off", under("off", off(false))),
        ("off-taken-down", under("off", going(taken_down(false)))),
        (
            "off-taken-down-asked",
            under("off", going(taken_down(true))),
        ),
        (
            "hold-stopping",
            under("hold", going(Reason::Stopping(Outlook::Held(hold(true))))),
        ),
        (
            "hold-failed",
            under("hold", standing(Phase::Failed, failed)),
        ),
        ("on-ready", under("on", ready(Reason::Pinned))),
        ("unreadable-ready", unreadable),
    ]
}

fn warnings() -> Vec<Warning> {
    let route = |cidr: &str| {
        Restorable::Route(RouteKey {
            cidr: cidr.to_owned(),
            subnet_id: SubnetId::observed("subnet-0aaaaaaaaaaaaaaa1"),
        })
    };
    vec![
        Warning::FewerSubnets {
            associated: 1,
            configured: 2,
        },
        Warning::NotRestored(BTreeSet::from([
            route("172.16.0.0/16"),
            Restorable::SecurityGroups,
        ])),
        Warning::NotRestored(BTreeSet::from([Restorable::SecurityGroups])),
        Warning::UnreadableMode("ON".to_owned()),
    ]
}
