//! Who asks: the first question of every request.

use chrono::{DateTime, Utc};
use http::HeaderMap;
use shared::identity::{Employee, IdentityError, Refusal, Verifier};

use crate::visitor;

/// A person whom the ALB signed in.
#[derive(Debug)]
pub enum Identity {
    /// The configuration permits them.
    Permitted(Employee),
    /// It does not, for this reason.
    NotPermitted(Employee, IdentityError),
}

impl Identity {
    /// The person whom these headers prove.
    ///
    /// # Errors
    /// Where they prove none, or that cannot be found out now.
    pub async fn of(
        headers: &HeaderMap,
        verifier: &Verifier,
        now: DateTime<Utc>,
    ) -> Result<Self, IdentityError> {
        let (identity, _) = Self::of_beside(headers, verifier, now, async {}).await?;
        Ok(identity)
    }

    /// The same, with what `beside` gives for a person who is permitted, where it was under way while a key was fetched: see
    /// [`Verifier::verify_beside`].
    ///
    /// # Errors
    /// As [`Self::of`].
    pub async fn of_beside<T>(
        headers: &HeaderMap,
        verifier: &Verifier,
        now: DateTime<Utc>,
        beside: impl Future<Output = T>,
    ) -> Result<(Self, Option<T>), IdentityError> {
        let headers = visitor::oidc_headers(headers);
        match verifier.verify_beside(&headers, now, beside).await {
            Ok((employee, output)) => Ok((Self::Permitted(employee), output)),
            Err(error) => match error.refusal() {
                Refusal::NotPermitted(employee) => {
                    Ok((Self::NotPermitted(employee.clone(), error), None))
                }
                Refusal::NotValid | Refusal::Unavailable => Err(error),
            },
        }
    }
}
