//! What a query may ask for, as it arrives. The parameters themselves are `input`'s own tests'.

use crate::world::{Request, World, assert_problem};

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_400_and_named() {
    let world = World::new().await;
    for (path, query, named) in [
        ("/audit/records", "limit=501", "limit"),
        ("/audit/records", "text=%zz", "text"),
        ("/audit/records", "actor=a&actor=b", "actor"),
        ("/audit/records", "cursor=nonsense", "cursor"),
        ("/audit/records.csv", "event=nothing.", "event"),
        ("/audit/records.jsonl", "endpoint=kyoto", "endpoint"),
        ("/audit/use", "month=2026-13", "month"),
        ("/audit/use", "from=2025-01-01&to=2026-11-23", "13 months"),
        ("/audit/findings", "from=2026-11-02&to=2026-11-01", "from"),
    ] {
        let request = || Request::get(path).query(query);
        let problem = world.send(request()).await;
        assert_problem(&problem, 400);
        let detail = problem.json_body()["detail"].to_string();
        assert!(detail.contains(named), "{detail}");
        let page = world.send(request().html()).await;
        assert_eq!(page.status(), 400, "{path}?{query}");
        assert!(page.body().contains(named), "{page:?}");
    }
}

#[tokio::test]
async fn what_no_page_knows_is_passed_over() {
    let world = World::new().await;
    world.put_a_record().await;
    for path in crate::world::pages() {
        let tracked = "utm_source=mail&fbclid=%zz&gclid=%FF&x=1&x=2&%zz=1";
        let answer = world.send(Request::get(&path).query(tracked)).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    // What one page knows, another does not.
    for (path, query) in [
        ("/audit", "limit=never"),
        ("/audit/records", "month=never"),
        ("/audit/use", "limit=never"),
    ] {
        let answer = world.send(Request::get(path).query(query)).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
}

/// With single values only the last one arrives, and counts.
#[tokio::test]
async fn a_target_group_with_single_values_hands_over_the_last() {
    let world = World::new().await;
    let twice = |last: &str| Request::get("/audit/records").query(&format!("limit=7&limit={last}"));
    assert_eq!(world.send(twice("8")).await.status(), 400);
    assert_eq!(world.send(twice("8").single()).await.status(), 200);
    assert_eq!(world.send(twice("x").single()).await.status(), 400);
}
