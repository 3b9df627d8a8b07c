//! The one table of what an error means over HTTP (DESIGN 7).

use shared::identity::{IdentityError, Refusal as IdentityRefusal};
use shared::model::Email;
use shared::ports::StoreError;
use shared::review::log::LogError;
use shared::review::usage::UseError;
use web::Meaning;
use web::event::Malformed;
use web::meaning::{
    BAD_REQUEST, FORBIDDEN, NOT_FOUND, NOTHING_HERE, SIGN_IN, SIGN_IN_AGAIN, UNAVAILABLE, sentence,
};

use crate::input::InputError;

/// Why a request is not answered as it wishes. What stands in logs names nobody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("identity: {0}")]
    Identity(#[from] IdentityError),
    /// Neither administrator nor auditor.
    #[error("the caller may not read")]
    NoRole { email: Email },
    #[error("a page elsewhere fetches an export")]
    Elsewhere,
    #[error("no such path")]
    NotFound,
    #[error("the method is not allowed")]
    Method,
    #[error("malformed request: {0}")]
    Malformed(#[from] Malformed),
    #[error("malformed input: {0}")]
    Input(#[from] InputError),
    #[error("a table could not be read")]
    Read(#[from] StoreError),
    /// An export is not handed out without its record.
    #[error("the export could not be put on record")]
    Unrecorded(#[source] StoreError),
}

impl From<UseError> for Refusal {
    fn from(error: UseError) -> Self {
        match error {
            UseError::Backwards => Self::Input(InputError::Order),
            UseError::TooLong => Self::Input(InputError::TooManyMonths),
            UseError::IndexNotReady { index } => Self::Read(StoreError::IndexNotReady { index }),
            UseError::Store(error) => Self::Read(error),
        }
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Cursor(_) => Self::Input(InputError::Cursor),
            LogError::Store(error) => Self::Read(error),
        }
    }
}

const ELSEWHERE: &str =
    "The request was sent by a page of another site. Open this site and try again from there.";
const KEYS_DETAIL: &str = "Your sign-in could not be checked just now. Please try again.";
const READ_DETAIL: &str = "The tables could not be read just now. Please try again in a moment.";
const INDEX_DETAIL: &str = "An index of the audit table is still being built, as after an update of this installation. \
     It takes minutes, with a large table hours. Please try again later.";
const UNRECORDED_DETAIL: &str =
    "The export could not be put on record, so nothing was handed out. Please try again.";

impl Refusal {
    /// Whom it tells that they may not read.
    pub(crate) fn email(&self) -> Option<&Email> {
        if let Self::NoRole { email } = self {
            Some(email)
        } else {
            None
        }
    }

    /// The table.
    pub(crate) fn meaning(&self) -> Meaning {
        match self {
            Self::Identity(error) => match error.refusal() {
                IdentityRefusal::NotValid => Meaning::new(SIGN_IN, SIGN_IN_AGAIN),
                IdentityRefusal::NotPermitted(employee) => no_role(&employee.email),
                IdentityRefusal::Unavailable => Meaning::new(UNAVAILABLE, KEYS_DETAIL),
            },
            Self::NoRole { email } => no_role(email),
            Self::Elsewhere => Meaning::new(FORBIDDEN, ELSEWHERE),
            Self::NotFound => Meaning::new(NOT_FOUND, NOTHING_HERE),
            Self::Method => Meaning::method("GET, HEAD"),
            Self::Malformed(error) => Meaning::new(BAD_REQUEST, sentence(error)),
            Self::Input(error) => Meaning::new(BAD_REQUEST, sentence(error)),
            Self::Read(StoreError::IndexNotReady { .. }) => Meaning::new(UNAVAILABLE, INDEX_DETAIL),
            Self::Read(StoreError::Unavailable { .. } | StoreError::Malformed(_)) => {
                Meaning::new(UNAVAILABLE, READ_DETAIL)
            }
            Self::Unrecorded(_) => Meaning::new(UNAVAILABLE, UNRECORDED_DETAIL),
        }
    }
}

fn no_role(email: &Email) -> Meaning {
    let detail = format!(
        "You are signed in as {email}, and these pages are for administrators and auditors alone. Visits like this one are \
         put on record. If you need the pages for your work, ask an administrator of the VPN to add your address."
    );
    Meaning::new(FORBIDDEN, detail)
}
