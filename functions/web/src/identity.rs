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
        match verifier.verify(&visitor::oidc_headers(headers), now).await {
            Ok(employee) => Ok(Self::Permitted(employee)),
            Err(error) => match error.refusal() {
                Refusal::NotPermitted(employee) => Ok(Self::NotPermitted(employee.clone(), error)),
                Refusal::NotValid | Refusal::Unavailable => Err(error),
            },
        }
    }
}
