//! Who may read, and what becomes of who may not.

use chrono::TimeDelta;

use crate::world::{ADMIN, AUDITOR, EMPLOYEE, Request, STRANGER, World, assert_problem, pages};

#[tokio::test]
async fn administrators_and_auditors_read_every_page() {
    let world = World::new().await;
    world.put_a_record().await;
    for who in [ADMIN, AUDITOR, "Boss@Example.com"] {
        for path in pages() {
            for request in [Request::get(&path), Request::get(&path).single()] {
                let answer = world.send_as(who, request).await;
                assert_eq!(answer.status(), 200, "{who} {path}");
            }
        }
    }
    let denied = |record: &sandbox::dynamo::Record| record.text("event") == "access.denied";
    assert!(!world.records().await.iter().any(denied));
}

#[tokio::test]
async fn who_has_no_role_is_told_so_at_every_path_and_learns_nothing_of_it() {
    let world = World::new().await;
    let mut paths = pages();
    paths.extend(["/audit/nothing", "/audit/", "/audit/assets/style.css"].map(str::to_owned));
    for who in [EMPLOYEE, STRANGER] {
        let mut answers = Vec::new();
        for path in &paths {
            for method in ["GET", "POST", "DELETE"] {
                let request = Request::new(method, path).query("limit=never&from=x");
                let answer = world.send_as(who, request).await;
                assert_problem(&answer, 403);
                answers.push(answer.json);
            }
        }
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
        let detail = answers[0]["body"].to_string();
        for told in [
            who,
            "administrators and auditors",
            "on record",
            "ask an administrator",
        ] {
            assert!(detail.contains(told), "{detail}");
        }
        let page = world.send_as(who, Request::get("/audit").html()).await;
        assert_eq!(page.status(), 403);
        assert!(page.body().contains(who), "{page:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_on_record_once_an_hour_for_each_person() {
    let world = World::new().await;
    for path in pages() {
        for who in [EMPLOYEE, STRANGER] {
            world.send_as(who, Request::get(&path)).await;
        }
    }
    let records = world.records().await;
    assert_eq!(records.len(), 2, "{records:?}");
    let record = records
        .iter()
        .find(|r| r.text("actor") == EMPLOYEE)
        .unwrap();
    for (attribute, value) in [
        ("event", "access.denied"),
        ("endpoint_id", "-"),
        ("endpoint_name", "-"),
        ("actor_sub", "sub-1"),
        ("source_ip", "203.0.113.7"),
        ("user_agent", "test"),
        (
            "reason",
            "yuki@example.com is not permitted to read the audit pages.",
        ),
    ] {
        assert_eq!(record.text(attribute), value, "{attribute}");
    }

    // 01:59:59, still the same hour; then the next.
    world.advance(TimeDelta::seconds(28 * 60 + 58));
    world.send_as(EMPLOYEE, Request::get("/audit")).await;
    assert_eq!(world.records().await.len(), 2);
    world.advance(TimeDelta::seconds(1));
    world.send_as(EMPLOYEE, Request::get("/audit")).await;
    assert_eq!(world.records().await.len(), 3);
}

#[tokio::test]
async fn refusals_at_once_are_one_record() {
    let world = World::new().await;
    let visit = || world.send_as(EMPLOYEE, Request::get("/audit"));
    tokio::join!(visit(), visit(), visit(), visit());
    assert_eq!(world.records().await.len(), 1);
}

#[tokio::test]
async fn with_neither_list_nobody_gets_in() {
    let world = World::configured(&[("ADMIN_EMAILS", ""), ("AUDITOR_EMAILS", "")]).await;
    for who in [ADMIN, AUDITOR, EMPLOYEE] {
        assert_problem(&world.send_as(who, Request::get("/audit")).await, 403);
    }
}

#[tokio::test]
async fn one_list_is_enough_and_a_role_needs_a_permitted_address() {
    let lists = [
        ("ADMIN_EMAILS", ""),
        (
            "AUDITOR_EMAILS",
            "auditor@example.com,mallory@elsewhere.test",
        ),
    ];
    let world = World::configured(&lists).await;
    let status = async |who| world.send_as(who, Request::get("/audit")).await.status();
    assert_eq!(status(AUDITOR).await, 200);
    assert_eq!(status(ADMIN).await, 403);
    assert_eq!(status(STRANGER).await, 403);
    // Not somebody whose address merely begins or ends like that.
    for who in ["xauditor@example.com", "auditor@example.com.test"] {
        assert_eq!(status(who).await, 403, "{who}");
    }
}
