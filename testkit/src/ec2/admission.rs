//! What stands before the work: the request limit, and client tokens that were used before.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::settings::Throttle;

/// The longest client token that EC2 takes.
const TOKEN_LENGTH: usize = 64;

/// How a client token was used: for what, and with what result.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TokenUse {
    asked: String,
    result: String,
}

/// The tokens left of the request limit. Counted in thousandths, so that no fraction of a second is lost.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    thousandths: u64,
    at: DateTime<Utc>,
}

/// What was answered to each client token, for each action.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Tokens(BTreeMap<String, TokenUse>);

impl Tokens {
    /// The first result of this token, if it was used before for the same. EC2 answers with it even when what it
    /// made is long gone.
    pub(super) fn replayed(
        &self,
        action: &str,
        token: Option<&str>,
        asked: &str,
    ) -> Result<Option<String>, ApiError> {
        let Some(token) = token else { return Ok(None) };
        if token.chars().count() > TOKEN_LENGTH {
            return Err(ApiError::invalid(
                "ClientToken",
                token,
                "It is longer than 64 characters.",
            ));
        }
        match self.0.get(&token_key(action, token)) {
            Some(first) if first.asked == asked => Ok(Some(first.result.clone())),
            Some(_) => Err(ApiError::IdempotentParameterMismatch),
            None => Ok(None),
        }
    }

    /// Keeps the result for the next time this token comes.
    pub(super) fn remember(
        &mut self,
        action: &str,
        token: Option<&str>,
        asked: &str,
        result: &str,
    ) {
        if let Some(token) = token {
            let first = TokenUse {
                asked: asked.to_owned(),
                result: result.to_owned(),
            };
            self.0.insert(token_key(action, token), first);
        }
    }

    /// Forgets the token that made this.
    pub(super) fn forget_of(&mut self, action: &str, result: &str) {
        let of_action = token_key(action, "");
        self.0
            .retain(|key, used| !key.starts_with(&of_action) || used.result != result);
    }
}

impl Bucket {
    /// Takes one call from the request limit; the bucket is full at first.
    pub(super) fn admit(
        bucket: &mut Option<Self>,
        throttle: Option<Throttle>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let Some(throttle) = throttle else {
            *bucket = None;
            return Ok(());
        };
        let bucket = bucket.get_or_insert_with(|| Self::full(throttle, now));
        bucket.refill(throttle, now);
        bucket.thousandths = bucket
            .thousandths
            .checked_sub(1000)
            .ok_or(ApiError::RequestLimitExceeded)?;
        Ok(())
    }

    fn full(throttle: Throttle, at: DateTime<Utc>) -> Self {
        Self {
            thousandths: u64::from(throttle.capacity) * 1000,
            at,
        }
    }

    fn refill(&mut self, throttle: Throttle, now: DateTime<Utc>) {
        let milliseconds = u64::try_from((now - self.at).num_milliseconds()).unwrap_or(0);
        let refill = milliseconds.saturating_mul(throttle.refill_per_second.into());
        self.thousandths = self
            .thousandths
            .saturating_add(refill)
            .min(Self::full(throttle, now).thousandths);
        self.at = now;
    }
}

fn token_key(action: &str, token: &str) -> String {
    format!("{action}/{token}")
}
