//! What EC2's error codes mean (DESIGN 3), in one place.

use std::io;

use crate::ports::{BoxError, VpnError};

/// The thing to be made is there already.
const ALREADY_THERE: &[&str] = &[
    "InvalidClientVpnDuplicateAssociationException",
    "ClientVpnEndpointAssociationExists",
    "InvalidClientVpnDuplicateRoute",
];

/// The thing to be taken away is gone already.
const ALREADY_GONE: &[&str] = &[
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

/// What EC2 answered, as ours: for whoever speaks to it without the SDK.
pub fn answered(code: &str, message: &str, status: u16) -> VpnError {
    let source = io::Error::other(format!("{code}: {message}"));
    let code = Some(code.to_owned());
    classified(code, message.to_owned(), status >= 500, source.into())
}

pub(crate) fn classified(
    code: Option<String>,
    message: String,
    answered_in_error: bool,
    source: BoxError,
) -> VpnError {
    match code {
        Some(code) if !is_try_later(&code) && !answered_in_error => {
            VpnError::Refused { code, message }
        }
        code => VpnError::TryLater { code, source },
    }
}

/// Whether an error means that the thing to be made is there already.
pub fn is_already_there(error: &VpnError) -> bool {
    refused_as(error, ALREADY_THERE)
}

/// Whether an error means that the thing to be taken away is gone already.
pub fn is_already_gone(error: &VpnError) -> bool {
    refused_as(error, ALREADY_GONE)
}

fn refused_as(error: &VpnError, codes: &[&str]) -> bool {
    match error {
        VpnError::Refused { code, .. } => codes.contains(&code.as_str()),
        VpnError::TryLater { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_design_3_are_classified() {
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
