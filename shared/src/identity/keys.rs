//! The keys that tokens are signed with: where they come from, and which we remember.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, Either, Ready, Shared, WeakShared, ready};
use uuid::Uuid;

use super::p256::PublicKey;

/// An ALB signs with one key at a time and changes it seldom; a few more are a few deployments of the past.
const MAX_KEYS: usize = 8;
const MAX_MISSES: usize = 64;

/// How long a key that does not exist is not asked for again. Short: a new key may need a moment to be published.
const MISS_LIFETIME: TimeDelta = TimeDelta::seconds(10);

/// The id of a signing key: a UUID with hyphens, as received (it becomes part of a URL).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

/// A text that is not a key id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID with hyphens")]
pub struct InvalidKeyId;

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        // Of the forms that `Uuid` reads, only the hyphenated one has this length.
        if text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyId)
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where public keys come from.
#[async_trait]
pub trait PublicKeys: fmt::Debug + Send + Sync {
    /// The key of that id in PEM (SPKI), within a bounded time.
    async fn fetch(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError>;
}

/// Why there is no key. Cloned for all requests that waited for one fetch.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    #[error("the key server knows no such key")]
    Unknown,
    #[error("the key server is out of reach")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
    #[error("the key server's answer is not a P-256 public key in PEM")]
    Malformed,
}

impl KeyError {
    /// The key server could not be asked, because of `cause`.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(Arc::from(cause.into()))
    }
}

type Fetched = Result<PublicKey, KeyError>;

/// Remembers keys, and misses for a short while; one fetch at a time for each key, shared by all who wait for it.
///
/// A key never changes under its id, so a remembered one stays good. Failures are not remembered.
#[derive(Debug)]
pub(super) struct KeyCache {
    source: Arc<dyn PublicKeys>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The one used last stands last.
    keys: Vec<(KeyId, PublicKey)>,
    /// Until when each is not asked for again.
    misses: BTreeMap<KeyId, DateTime<Utc>>,
    /// Weak, so that a fetch for which no request waits any more is forgotten and not resumed much later.
    fetches: BTreeMap<KeyId, WeakShared<BoxFuture<'static, Fetched>>>,
}

impl KeyCache {
    pub(super) fn new(source: Arc<dyn PublicKeys>) -> Self {
        Self {
            source,
            known: Mutex::default(),
        }
    }

    /// A key: remembered, or on its way from the key server.
    pub(super) fn key<'a>(
        &'a self,
        key_id: &'a KeyId,
        now: DateTime<Utc>,
    ) -> Either<Ready<Fetched>, impl Future<Output = Fetched> + use<'a>> {
        let fetch = {
            let mut known = self.lock();
            if let Some(remembered) = known.remembered(key_id, now) {
                return Either::Left(ready(remembered));
            }
            known.join_or_begin(key_id, || self.fetch(key_id.clone()))
        };
        Either::Right(async move {
            let fetched = fetch.await;
            self.lock().remember(key_id, &fetched, now);
            fetched
        })
    }

    fn fetch(&self, key_id: KeyId) -> Shared<BoxFuture<'static, Fetched>> {
        let source = Arc::clone(&self.source);
        async move { PublicKey::from_pem(&source.fetch(&key_id).await?) }
            .boxed()
            .shared()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Each change below leaves the maps whole, so a panic elsewhere does not spoil them.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn remembered(&mut self, key_id: &KeyId, now: DateTime<Utc>) -> Option<Fetched> {
        if let Some(position) = self.keys.iter().position(|(id, _)| id == key_id) {
            self.keys[position..].rotate_left(1);
            return self.keys.last().map(|(_, key)| Ok(key.clone()));
        }
        let until = self.misses.get(key_id)?;
        (now < *until).then_some(Err(KeyError::Unknown))
    }

    fn join_or_begin(
        &mut self,
        key_id: &KeyId,
        begin: impl FnOnce() -> Shared<BoxFuture<'static, Fetched>>,
    ) -> Shared<BoxFuture<'static, Fetched>> {
        self.fetches.retain(|_, fetch| fetch.upgrade().is_some());
        if let Some(under_way) = self.fetches.get(key_id).and_then(WeakShared::upgrade) {
            return under_way;
        }
        let fetch = begin();
        if let Some(weak) = fetch.downgrade() {
            self.fetches.insert(key_id.clone(), weak);
        }
        fetch
    }

    /// Called by each of those who waited; once or more often is the same.
    fn remember(&mut self, key_id: &KeyId, fetched: &Fetched, now: DateTime<Utc>) {
        self.fetches.remove(key_id);
        match fetched {
            Ok(key) => self.remember_key(key_id, key),
            Err(KeyError::Unknown) => self.remember_miss(key_id, now),
            Err(KeyError::Unavailable(_) | KeyError::Malformed) => {}
        }
    }

    fn remember_key(&mut self, key_id: &KeyId, key: &PublicKey) {
        self.misses.remove(key_id);
        self.keys.retain(|(id, _)| id != key_id);
        if self.keys.len() == MAX_KEYS {
            self.keys.remove(0);
        }
        self.keys.push((key_id.clone(), key.clone()));
    }

    fn remember_miss(&mut self, key_id: &KeyId, now: DateTime<Utc>) {
        self.misses.retain(|_, until| now < *until);
        if self.misses.len() == MAX_MISSES
            && let Some(oldest) = self
                .misses
                .iter()
                .min_by_key(|(_, until)| **until)
                .map(|(id, _)| id.clone())
        {
            self.misses.remove(&oldest);
        }
        self.misses.insert(key_id.clone(), now + MISS_LIFETIME);
    }
}

#[cfg(test)]
mod tests;
