//! What a browser gets: pages in the reader's language, and what belongs to them.

use chrono::TimeDelta;

use crate::paths::{asked, assert_sent_on, click};
use crate::request::Request;
use crate::world::World;

#[tokio::test]
async fn the_page_looks_again_by_itself_while_the_vpn_starts_and_says_until_when_it_stays() {
    let world = World::new().await;
    world.send(click("/vpn/tokyo")).await;
    let starting = world.send(click("/vpn/tokyo/status")).await;
    assert!(starting.body().contains("http-equiv=\"refresh\""));
    assert!(starting.body().contains("data-phase=\"starting\""));
    world.bring_up("tokyo").await;
    let status = world.send(Request::get("/vpn/tokyo/status")).await;
    let until = status.json_body()["keepUntil"].as_str().unwrap().to_owned();
    let ready = world.send(click("/vpn/tokyo/status")).await;
    assert!(!ready.body().contains("http-equiv"));
    assert!(ready.body().contains(&format!("datetime=\"{until}\"")));
    for action in ["/vpn/tokyo/extend", "/vpn/tokyo/release", "/sign-out"] {
        assert!(ready.body().contains(&format!("action=\"{action}\"")));
    }
    assert!(ready.body().contains("href=\"/vpn/tokyo/profile\""));
}

#[tokio::test]
async fn help_says_what_is_recorded_and_for_how_long() {
    let world = World::configured(&[("AUDIT_RETENTION_DAYS", "123")]).await;
    let page = world.send(click("/help")).await;
    assert_eq!(page.status(), 200);
    assert!(page.body().contains("What is recorded about you"));
    assert!(page.body().contains("for 123 days"));
}

#[tokio::test]
async fn an_asset_is_cached_for_ever_and_everything_else_never() {
    let world = World::new().await;
    let page = world.send(click("/vpn/tokyo/status")).await;
    page.assert_header("cache-control", "no-store");
    for content_type in ["image/svg+xml", "text/css", "text/javascript"] {
        let extension = content_type.rsplit('/').next().unwrap();
        let extension = extension
            .split('+')
            .next()
            .unwrap()
            .replace("javascript", "js");
        let file = page
            .body()
            .split('"')
            .find(|text| text.starts_with("/assets/") && text.ends_with(&extension))
            .unwrap();
        for request in [Request::get(file), Request::get(file).single()] {
            let asset = world.send(request).await;
            assert_eq!(asset.status(), 200);
            let sent = asset.header("content-type").unwrap();
            assert!(sent.starts_with(content_type), "{sent}");
            asset.assert_header("cache-control", "public, max-age=31536000, immutable");
        }
    }
    let missing = world.send(Request::get("/assets/style-0.css")).await;
    assert_eq!(missing.status(), 404);
    missing.assert_header("cache-control", "no-store");
}

#[tokio::test]
async fn the_language_is_kept_in_a_cookie_and_the_person_is_back_on_the_page() {
    let world = World::new().await;
    let choose = |referer: &str| {
        Request::post("/language")
            .html()
            .form("lang=ja")
            .header("referer", referer)
    };
    for (referer, back) in [
        ("https://vpn.example.com/help", "/help"),
        (
            "https://vpn.example.com/vpn/osaka/status?x",
            "/vpn/osaka/status",
        ),
        // A GET of this path would ask.
        ("https://vpn.example.com/vpn/osaka", "/vpn/osaka/status"),
        (
            "https://vpn.example.com/audit/records?event=lease.&text=a%20b",
            "/audit/records?event=lease.&text=a%20b",
        ),
        ("https://vpn.example.com/auditor", "/"),
        ("https://evil.test/audit", "/"),
        ("https://evil.test/help", "/"),
        ("https://vpn.example.com//evil.test", "/"),
    ] {
        for request in [choose(referer), choose(referer).single()] {
            let answer = world.send(request).await;
            assert_sent_on(&answer, back);
            let cookie = answer.header("set-cookie").unwrap();
            assert!(cookie.starts_with("lang=ja; Path=/; Max-Age="), "{cookie}");
        }
    }
    let wrong = Request::post("/language").form("lang=de");
    assert_eq!(world.send(wrong).await.status(), 400);
    assert_eq!(asked(&world).await, 0);
}

#[tokio::test]
async fn pages_come_in_the_readers_language_and_json_does_not_change() {
    let world = World::new().await;
    for path in ["/", "/help", "/vpn/tokyo/status", "/nothing"] {
        for (header, value, lang) in [
            ("accept-language", "ja,en;q=0.5", "ja"),
            ("accept-language", "en-US", "en"),
            ("cookie", "lang=ja", "ja"),
            ("cookie", "lang=de", "en"),
        ] {
            let page = world.send(Request::get(path).html().header(header, value));
            let page = page.await;
            let start = format!("<!doctype html>\n<html lang=\"{lang}\">");
            assert!(page.body().starts_with(&start), "{path} {value}");
        }
    }
    let status = Request::get("/vpn/tokyo/status").header("accept-language", "ja");
    let message = world.send(status).await.json_body()["message"].to_string();
    assert!(message.is_ascii(), "{message}");
}

#[tokio::test]
async fn an_impossible_extension_says_what_is_possible_and_leads_back() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    let extend = |language: &str| {
        Request::post("/vpn/tokyo/extend")
            .html()
            .header("accept-language", language)
            .form("minutes=721")
    };
    for (language, told) in [
        ("en", "The VPN can be kept up until"),
        ("ja", "までの時刻を選んでください"),
    ] {
        let page = world.send(extend(language)).await;
        assert_eq!(page.status(), 400);
        assert!(page.body().contains(told), "{page:?}");
        assert!(page.body().contains("href=\"/vpn/tokyo/status\""));
        assert!(!page.body().contains("http-equiv"));
    }
}

#[tokio::test]
async fn a_status_page_that_could_not_be_read_looks_again_by_itself_and_an_ask_does_not() {
    let world = World::new().await;
    world.tables_fail(None, "ProvisionedThroughputExceededException");
    let status = world.send(click("/vpn/tokyo/status")).await;
    assert_eq!(status.status(), 503);
    assert!(status.body().contains("http-equiv=\"refresh\""));
    let ask = world.send(Request::post("/vpn/tokyo").html()).await;
    assert_eq!(ask.status(), 503);
    assert!(!ask.body().contains("http-equiv"));
}

#[tokio::test]
async fn the_page_says_that_one_of_the_connections_is_the_readers() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    world.connect("Yuki@example.com");
    world.clock.advance(TimeDelta::seconds(10));
    let mine = world.send(click("/vpn/tokyo/status")).await;
    assert!(mine.body().contains("You are connected"), "{mine:?}");
    let other = world.send_as("ken@example.com", click("/vpn/tokyo/status"));
    assert!(other.await.body().contains("Ready to connect"));
    // From what was kept, too: this look did not read EC2.
    world.take_calls();
    let again = world.send(click("/vpn/tokyo/status")).await;
    assert!(again.body().contains("You are connected"));
    let calls = world.take_calls();
    assert!(
        !calls.iter().any(|call| call.contains("Describe")),
        "{calls:?}"
    );
}
