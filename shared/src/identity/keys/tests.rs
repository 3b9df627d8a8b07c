use super::super::testing::{KeyServer, at};
use super::*;

fn key_id(number: usize) -> KeyId {
    format!("00000000-0000-4000-8000-{number:012}")
        .parse()
        .unwrap()
}

fn cache(server: &Arc<KeyServer>) -> KeyCache {
    KeyCache::new(Arc::clone(server) as Arc<dyn PublicKeys>)
}

#[test]
fn a_key_id_is_a_uuid_with_hyphens() {
    assert!(
        "b5f4a3c2-0001-4a2b-8c3d-0123456789ab"
            .parse::<KeyId>()
            .is_ok()
    );
    for wrong in [
        "",
        "b5f4a3c200014a2b8c3d0123456789ab",
        "{b5f4a3c2-0001-4a2b-8c3d-0123456789ab}",
        "urn:uuid:b5f4a3c2-0001-4a2b-8c3d-0123456789ab",
        "b5f4a3c2-0001-4a2b-8c3d-0123456789a/",
        "../../../../../../../../../../../etc",
    ] {
        assert!(wrong.parse::<KeyId>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_key_is_fetched_once() {
    let server = KeyServer::with_keys(&[key_id(1)]);
    let cache = cache(&server);
    for _ in 0..3 {
        assert!(cache.key(&key_id(1), at(0)).await.is_ok());
    }
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_miss_is_remembered_for_ten_seconds() {
    for (seconds, fetches) in [(9, 1), (10, 2), (11, 2)] {
        let server = KeyServer::with_keys(&[]);
        let cache = cache(&server);
        for now in [at(0), at(seconds)] {
            let missing = cache.key(&key_id(1), now).await;
            assert!(matches!(missing, Err(KeyError::Unknown)));
        }
        assert_eq!(server.fetches(), fetches, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_key_published_after_a_miss_is_found() {
    let server = KeyServer::with_keys(&[]);
    let cache = cache(&server);
    assert!(cache.key(&key_id(1), at(0)).await.is_err());
    server.publish(&key_id(1));
    assert!(cache.key(&key_id(1), at(10)).await.is_ok());
    assert!(
        cache.key(&key_id(1), at(0)).await.is_ok(),
        "a key outlives the miss before it"
    );
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let server = KeyServer::with_keys(&[key_id(1)]);
    let cache = cache(&server);
    server.fail_next(KeyError::unavailable("connection refused"));
    let failed = cache.key(&key_id(1), at(0)).await;
    assert!(matches!(failed, Err(KeyError::Unavailable(_))));
    server.answer_next(b"<html>");
    let malformed = cache.key(&key_id(1), at(0)).await;
    assert!(matches!(malformed, Err(KeyError::Malformed)));
    assert!(cache.key(&key_id(1), at(0)).await.is_ok());
    assert_eq!(server.fetches(), 3);
}

#[tokio::test]
async fn those_who_want_one_key_share_one_fetch() {
    let server = KeyServer::with_keys(&[key_id(1), key_id(2)]);
    let cache = cache(&server);
    let (one, two) = (key_id(1), key_id(2));
    server.hold();
    let release = async { server.release() };
    let (first, second, other, ()) = tokio::join!(
        cache.key(&one, at(0)),
        cache.key(&one, at(0)),
        cache.key(&two, at(0)),
        release
    );
    assert!(first.is_ok() && second.is_ok() && other.is_ok());
    assert_eq!(server.fetches(), 2, "one for each key");
}

#[tokio::test]
async fn those_who_waited_for_a_failed_fetch_share_the_failure() {
    let server = KeyServer::with_keys(&[key_id(1)]);
    let cache = cache(&server);
    let one = key_id(1);
    server.fail_next(KeyError::unavailable("timed out"));
    server.hold();
    let release = async { server.release() };
    let (first, second, ()) = tokio::join!(cache.key(&one, at(0)), cache.key(&one, at(0)), release);
    assert!(first.is_err() && second.is_err());
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_fetch_that_everybody_gave_up_is_begun_anew() {
    let server = KeyServer::with_keys(&[key_id(1)]);
    let cache = cache(&server);
    let one = key_id(1);
    server.hold();
    assert!(cache.key(&one, at(0)).now_or_never().is_none());
    server.release();
    assert!(cache.key(&one, at(0)).await.is_ok());
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn the_key_that_was_not_used_for_longest_makes_room() {
    let ids: Vec<KeyId> = (0..=MAX_KEYS).map(key_id).collect();
    let server = KeyServer::with_keys(&ids);
    let cache = cache(&server);
    for id in &ids[..MAX_KEYS] {
        cache.key(id, at(0)).await.unwrap();
    }
    cache.key(&ids[0], at(0)).await.unwrap();
    cache.key(&ids[MAX_KEYS], at(0)).await.unwrap();
    let before = server.fetches();
    cache.key(&ids[0], at(0)).await.unwrap();
    assert_eq!(server.fetches(), before, "the first was used since");
    cache.key(&ids[1], at(0)).await.unwrap();
    assert_eq!(server.fetches(), before + 1, "the second was not");
    assert_eq!(cache.lock().keys.len(), MAX_KEYS);
}

#[tokio::test]
async fn however_many_keys_are_invented_little_is_remembered_and_no_key_is_lost() {
    let server = KeyServer::with_keys(&[key_id(0)]);
    let cache = cache(&server);
    cache.key(&key_id(0), at(0)).await.unwrap();
    for number in 1..200 {
        assert!(cache.key(&key_id(number), at(0)).await.is_err());
    }
    assert_eq!(cache.lock().misses.len(), MAX_MISSES);
    assert!(cache.lock().fetches.is_empty());
    let before = server.fetches();
    cache.key(&key_id(0), at(0)).await.unwrap();
    assert_eq!(server.fetches(), before);
}
