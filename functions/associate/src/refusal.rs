//! The one table of what an error means over HTTP (DESIGN 7).

use associate_pages::{OrderTrouble, Trouble};
use http::StatusCode;
use shared::identity::{IdentityError, Refusal as IdentityRefusal};
use shared::ports::{StoreError, VpnError};
use shared::reconcile::{ExtendError, OrderError, StatusError};

use crate::event::Malformed;
use crate::input::InputError;

/// Why a request is not answered as it wishes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("identity: {0}")]
    Identity(#[source] IdentityError),
    #[error("no such path")]
    NotFound,
    #[error("the method is not allowed")]
    Method { allow: &'static str },
    /// It is for administrators.
    #[error("the caller is no administrator")]
    NotAdministrator,
    #[error("the request comes from a page elsewhere")]
    CrossSite,
    #[error("malformed request: {0}")]
    Malformed(#[from] Malformed),
    #[error("malformed input: {0}")]
    Input(#[from] InputError),
    #[error("the request could not be put on record")]
    Ask(#[from] StoreError),
    #[error(transparent)]
    Extend(#[from] ExtendError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Status(#[from] StatusError),
    /// The ask is on record, and EC2 refuses what it needs.
    #[error("EC2 refused what the request needs ({code})")]
    Refused { code: String },
}

/// What a client is told: nothing from inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    /// EC2's error code.
    pub(crate) code: Option<String>,
    /// For `Allow`.
    pub(crate) allow: Option<&'static str>,
}

impl Refusal {
    /// The same for people, whose pages have words of their own; `meaning` is what it means to programs.
    pub(crate) fn trouble<'a>(&self, meaning: &'a Meaning) -> Trouble<'a> {
        match self {
            Self::Identity(error) => match error.refusal() {
                IdentityRefusal::NotValid => Trouble::SignIn,
                IdentityRefusal::NotPermitted(_) => Trouble::NotPermitted,
                IdentityRefusal::Unavailable => Trouble::Keys,
            },
            Self::NotFound => Trouble::NotFound,
            Self::Method { .. } => Trouble::Method,
            Self::NotAdministrator => Trouble::Order(OrderTrouble::NotAdministrator),
            Self::CrossSite => Trouble::CrossSite,
            Self::Malformed(_) | Self::Input(_) => Trouble::Malformed {
                detail: &meaning.detail,
            },
            Self::Extend(ExtendError::Past { until }) | Self::Order(OrderError::Past { until }) => {
                Trouble::Past { until: *until }
            }
            Self::Extend(ExtendError::TooFar { latest }) => Trouble::TooFar { latest: *latest },
            Self::Order(OrderError::TooFar { latest }) => {
                Trouble::Order(OrderTrouble::TooFar { latest: *latest })
            }
            Self::Order(OrderError::NoReason) => Trouble::Order(OrderTrouble::NoReason),
            Self::Order(OrderError::Reason) => Trouble::Order(OrderTrouble::Reason),
            Self::Order(OrderError::Changed { now }) => {
                Trouble::Order(OrderTrouble::Changed { now: now.clone() })
            }
            Self::Ask(_)
            | Self::Extend(ExtendError::Store(_))
            | Self::Order(OrderError::Store(_)) => Trouble::NotRecorded,
            Self::Status(StatusError::Vpn(VpnError::Refused { .. })) | Self::Refused { .. } => {
                Trouble::Refused
            }
            Self::Status(
                StatusError::Vpn(VpnError::TryLater { .. })
                | StatusError::Store(_)
                | StatusError::BeingRead,
            ) => Trouble::NotRead,
        }
    }
}

const SIGN_IN: (StatusCode, &str) = (StatusCode::UNAUTHORIZED, "Not signed in");
const FORBIDDEN: (StatusCode, &str) = (StatusCode::FORBIDDEN, "Not permitted");
const NOT_FOUND: (StatusCode, &str) = (StatusCode::NOT_FOUND, "Not found");
const METHOD: (StatusCode, &str) = (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
const BAD_REQUEST: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "Not understood");
const REFUSED: (StatusCode, &str) = (StatusCode::BAD_GATEWAY, "AWS refused");
const CONFLICT: (StatusCode, &str) = (StatusCode::CONFLICT, "Changed meanwhile");
const UNAVAILABLE: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "Not available now");

const NOT_PERMITTED: &str =
    "You are signed in, but this account may not use the VPN. An administrator can permit it.";
const NOT_ADMINISTRATOR: &str =
    "Only administrators give orders. Your attempt is on record; nothing was changed.";
const ELSEWHERE: &str =
    "The request was sent by a page of another site. Open this site and try again from there.";
const REFUSED_DETAIL: &str = "AWS refused what this needs, and trying again will not cure it. Please tell an administrator, with \
     the code and the trace id.";
const KEPT_DETAIL: &str = "Your request is on record, but AWS refused what it needs. Please tell an administrator, with the code \
     and the trace id.";
const KEYS_DETAIL: &str =
    "Your sign-in could not be checked just now. Nothing was asked. Please try again.";
const STORE_DETAIL: &str =
    "The request could not be put on record, so nothing was asked. Please try again.";
const STATUS_DETAIL: &str = "AWS could not answer this just now. Please try again in a moment.";

impl Refusal {
    /// The table.
    pub(crate) fn meaning(&self) -> Meaning {
        match self {
            Self::Identity(error) => match error.refusal() {
                IdentityRefusal::NotValid => says(SIGN_IN, "Please sign in again."),
                IdentityRefusal::NotPermitted(_) => says(FORBIDDEN, NOT_PERMITTED),
                IdentityRefusal::Unavailable => says(UNAVAILABLE, KEYS_DETAIL),
            },
            Self::NotFound => says(NOT_FOUND, "There is nothing of this name here."),
            Self::Method { allow } => Meaning {
                allow: Some(allow),
                ..says(METHOD, format!("Only {allow} can be used here."))
            },
            Self::NotAdministrator => says(FORBIDDEN, NOT_ADMINISTRATOR),
            Self::CrossSite => says(FORBIDDEN, ELSEWHERE),
            Self::Malformed(error) => says(BAD_REQUEST, sentence(error)),
            Self::Input(error) => says(BAD_REQUEST, sentence(error)),
            Self::Extend(error @ (ExtendError::Past { .. } | ExtendError::TooFar { .. })) => {
                says(BAD_REQUEST, sentence(error))
            }
            Self::Order(
                error @ (OrderError::Past { .. }
                | OrderError::TooFar { .. }
                | OrderError::NoReason
                | OrderError::Reason),
            ) => says(BAD_REQUEST, sentence(error)),
            Self::Order(error @ OrderError::Changed { .. }) => says(CONFLICT, sentence(error)),
            Self::Ask(_)
            | Self::Extend(ExtendError::Store(_))
            | Self::Order(OrderError::Store(_)) => says(UNAVAILABLE, STORE_DETAIL),
            Self::Status(StatusError::Vpn(VpnError::Refused { code, .. })) => {
                refused(code, REFUSED_DETAIL)
            }
            Self::Status(
                StatusError::Vpn(VpnError::TryLater { .. })
                | StatusError::Store(_)
                | StatusError::BeingRead,
            ) => says(UNAVAILABLE, STATUS_DETAIL),
            Self::Refused { code } => refused(code, KEPT_DETAIL),
        }
    }
}

impl Meaning {
    /// Whether trying again soon may help.
    pub(crate) fn is_temporary(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }
}

fn says((status, title): (StatusCode, &'static str), detail: impl Into<String>) -> Meaning {
    Meaning {
        status,
        title,
        detail: detail.into(),
        code: None,
        allow: None,
    }
}

fn refused(code: &str, detail: &str) -> Meaning {
    Meaning {
        code: Some(code.to_owned()),
        ..says(REFUSED, detail)
    }
}

/// Our own errors about what a client sent are written for that client.
fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}
