//! What EC2's error codes mean (DESIGN 3), in one place.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};

use crate::ports::VpnError;

/// The thing to be made is there already.
pub(super) const ALREADY_THERE: &[&str] = &[
    "InvalidClientVpnDuplicateAssociationException",
    "ClientVpnEndpointAssociationExists",
    "InvalidClientVpnDuplicateRoute",
];

/// The thing to be taken away is gone already.
pub(super) const ALREADY_GONE: &[&str] = &[
    "InvalidClientVpnAssociationIdNotFound",
    "InvalidClientVpnAssociationId.NotFound",
    "InvalidClientVpnRouteNotFound",
];

/// Trying again later may help.
const TRY_LATER: &[&str] = &[
    "RequestLimitExceeded",
    "ConcurrentMutationLimitExceeded",
    "IncorrectState",
    "InvalidClientVpnActiveAssociationNotFound",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    "Unavailable",
    "RequestExpired",
    "RequestTimeout",
];

fn is_try_later(code: &str) -> bool {
    TRY_LATER.contains(&code) || code.starts_with("Throttling") || code.starts_with("EC2Throttled")
}

/// An SDK error as ours. Without a code nobody answered; a code that says nothing about time is a refusal.
pub(super) fn sort<E>(error: SdkError<E>) -> VpnError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let answered_in_error = error
        .raw_response()
        .is_some_and(|response| response.status().is_server_error());
    let Some(code) = error.code().map(str::to_owned) else {
        return VpnError::TryLater {
            code: None,
            source: error.into(),
        };
    };
    if is_try_later(&code) || answered_in_error {
        return VpnError::TryLater {
            code: Some(code),
            source: error.into(),
        };
    }
    let message = error.message().unwrap_or("no message").to_owned();
    VpnError::Refused { code, message }
}

/// Whether an error is one of those that mean success.
pub(super) fn succeeds_as(error: &VpnError, codes: &[&str]) -> bool {
    match error {
        VpnError::Refused { code, .. } => codes.contains(&code.as_str()),
        VpnError::TryLater { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_design_3_are_sorted() {
        for code in [
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "ConcurrentMutationLimitExceeded",
            "IncorrectState",
            "InvalidClientVpnActiveAssociationNotFound",
            "InternalError",
            "ServiceUnavailable",
        ] {
            assert!(is_try_later(code), "{code}");
        }
        for code in [
            "InvalidClientVpnEndpointId.NotFound",
            "InvalidClientVpnSubnetId.NotFound",
            "InvalidClientVpnSubnetId.DuplicateAz",
            "InvalidClientVpnSubnetId.OverlappingCidr",
            "InvalidClientVpnSubnetId.DifferentAccount",
            "ClientVpnEndpointAssociationLimitExceeded",
            "ClientVpnRouteLimitExceeded",
            "UnauthorizedOperation",
        ] {
            assert!(!is_try_later(code), "{code}");
        }
    }
}
