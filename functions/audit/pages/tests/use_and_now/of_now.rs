//! Now: what is late, low, ordered and in force.

use audit_pages::{EndpointNow, Language};
use chrono::{DateTime, TimeDelta, Utc};
use shared::policy::{Phase, Reason};
use shared::reconcile::LeaseView;

use crate::between;
use crate::generated::now;
use crate::generated::now::{connection, endpoint, endpoints, now_page, status};

#[test]
fn the_page_now_stays_below_it_too() {
    let crowd = |n: usize| {
        let name = format!("vpn-{n}");
        let mut stands = status(&name, Phase::Ready, Reason::InUse { connections: 500 });
        stands.active_connections = Some(500);
        let lease = |n| LeaseView {
            email: format!("employee.{n}@example.com"),
            until: Some(now()),
        };
        stands.leases = (0..500).map(lease).collect();
        let user = "\"\u{202e}'<&\"".repeat(40);
        let of_user = |_| connection(&user, "2026-11-26T00:00:00Z", Some(1), true);
        EndpointNow {
            connections: (0..500).map(of_user).collect(),
            ..endpoint(stands, &[])
        }
    };
    let all: Vec<EndpointNow> = (0..50).map(crowd).collect();
    for endpoints in [1, 5, 50] {
        let page = now_page(Language::En, &all[..endpoints], true);
        let escaped = page.len() + page.matches(['"', '\n']).count();
        assert!(escaped < 900_000, "{endpoints} endpoints: {escaped} bytes");
        let listed = page.matches("<td role=\"cell\">silent</td>").count();
        assert_eq!(listed, endpoints * 200.min(600 / endpoints));
        assert!(page.contains("and 470 more"));
    }
    assert!(
        now_page(Language::En, &all[..1], true).contains("300 more are connected, not listed here")
    );
}

fn swept_at(at: Option<DateTime<Utc>>) -> String {
    let tokyo = EndpointNow {
        last_sweep_at: at,
        ..endpoint(status("tokyo", Phase::Off, Reason::NotWanted), &[])
    };
    now_page(Language::En, &[tokyo], true)
}

#[test]
fn sweeps_that_are_late_by_more_than_five_minutes_are_a_warning() {
    for (seconds, is_late) in [(299, false), (300, false), (301, true)] {
        let page = swept_at(Some(now() - TimeDelta::seconds(seconds)));
        assert_eq!(
            page.contains("The last sweep of tokyo was"),
            is_late,
            "{seconds} s"
        );
    }
    // A clock that is ahead is not late.
    assert!(!swept_at(Some(now() + TimeDelta::seconds(30))).contains("role=\"alert\""));
    assert!(swept_at(None).contains("No sweep of tokyo is on record yet."));
}

#[test]
fn connections_stand_beside_the_limit_that_judges_them() {
    let rates = [
        (Some(255), false),
        (Some(256), false),
        (Some(3), true),
        (None, false),
    ];
    let users = ["below", "at", "asleep", "unmeasured"];
    let connections = users
        .iter()
        .zip(rates)
        .map(|(user, (rate, is_silent))| connection(user, "2026-11-26T00:00:00Z", rate, is_silent));
    let tokyo = EndpointNow {
        connections: connections.collect(),
        ..endpoint(
            status("tokyo", Phase::Ready, Reason::InUse { connections: 3 }),
            &[],
        )
    };
    let page = now_page(Language::En, &[tokyo], true);
    let table = between(&page, "<table class=\"rates\"", "</table>");
    let rows: Vec<&str> = table.split("<tr").skip(2).collect();
    let expected = [
        ("at", "in use"),
        ("below", "in use, below the limit now"),
        ("asleep", "silent"),
        ("unmeasured", "in use"),
    ];
    for (row, (user, counts)) in rows.iter().zip(expected) {
        assert!(row.contains(&format!("<bdi>{user}</bdi>")), "{row}");
        assert!(
            row.contains(&format!("<td role=\"cell\">{counts}</td>")),
            "{row}"
        );
    }
    assert!(page.contains("The limit is 256 KiB an hour"));
}

#[test]
fn orders_are_for_administrators() {
    let [administrators, auditors] =
        [true, false].map(|is| now_page(Language::En, &endpoints(), is));
    assert!(administrators.contains("href=\"/vpn/tokyo/status#orders\""));
    assert!(!auditors.contains("#orders"));
    // All read the log.
    assert!(auditors.contains("href=\"/audit/records?endpoint=tokyo\""));
}

#[test]
fn the_policy_in_force_is_told_setting_by_setting() {
    let page = now_page(Language::En, &endpoints(), false);
    let table = between(&page, "<table class=\"settings\">", "</table>");
    assert!(table.contains("Idle minutes before the VPN is taken down <code>IDLE_TIMEOUT_MINUTES</code></th><td><bdi class=\"line\">60</bdi></td>"));
    assert!(
        table.contains(
            "<bdi class=\"line\">10.0.0.0/8</bdi><bdi class=\"line\">172.16.0.0/12</bdi>"
        )
    );
    assert!(table.contains("<code>ALLOWED_EMAIL_DOMAINS</code></th><td>none</td>"));
    assert!(page.contains("Since 2 Nov 10:12 JST"));
}
