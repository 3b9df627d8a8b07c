//! The one table of what an error means over HTTP (DESIGN 7).

use associate_pages::{BookingTrouble, OrderTrouble, Trouble};
use shared::identity::{IdentityError, Refusal as IdentityRefusal};
use shared::ports::{StoreError, VpnError};
use shared::reconcile::{BookError, CancelError, ExtendError, OrderError, StatusError};
use web::Meaning;
use web::event::Malformed;
use web::meaning::{
    BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, NOTHING_HERE, REFUSED, SIGN_IN, SIGN_IN_AGAIN,
    UNAVAILABLE, sentence,
};

use crate::input::InputError;

/// Why a request is not answered as it wishes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("identity: {0}")]
    Identity(#[from] IdentityError),
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
    Book(#[from] BookError),
    #[error(transparent)]
    Cancel(#[from] CancelError),
    /// An employee names another's booking.
    #[error("the booking is another's, and the caller is no administrator")]
    NotOwner,
    #[error(transparent)]
    Status(#[from] StatusError),
    /// The ask is on record, and EC2 refuses what it needs.
    #[error("EC2 refused what the request needs ({code})")]
    Refused { code: String },
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
            Self::NotOwner => Trouble::Booking(BookingTrouble::NotYours),
            Self::CrossSite => Trouble::CrossSite,
            // What our own form sends where no day is chosen.
            Self::Input(InputError::DaysOrDate) => Trouble::Booking(BookingTrouble::NoDay),
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
            Self::Book(BookError::Past) => Trouble::Booking(BookingTrouble::Past),
            Self::Book(BookError::TooLong { longest }) => {
                Trouble::Booking(BookingTrouble::TooLong { longest: *longest })
            }
            Self::Book(BookError::TooMany) => Trouble::Booking(BookingTrouble::TooMany),
            Self::Cancel(CancelError::Unknown) => Trouble::Booking(BookingTrouble::Unknown),
            Self::Book(BookError::Store(_) | BookError::Busy)
            | Self::Cancel(CancelError::Store(_) | CancelError::Busy) => {
                Trouble::Booking(BookingTrouble::NotCertain)
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

const NOT_PERMITTED: &str =
    "You are signed in, but this account may not use the VPN. An administrator can permit it.";
const NOT_ADMINISTRATOR: &str =
    "Only administrators give orders. Your attempt is on record; nothing was changed.";
const NOT_OWNER: &str = "Only administrators cancel the bookings of others. Your attempt is on record; nothing was changed.";
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
const BOOKING_DETAIL: &str = "It is not certain that this was put on record. Please try again: the same sent twice counts once.";
const STATUS_DETAIL: &str = "AWS could not answer this just now. Please try again in a moment.";

impl Refusal {
    /// The table.
    pub(crate) fn meaning(&self) -> Meaning {
        match self {
            Self::Identity(error) => match error.refusal() {
                IdentityRefusal::NotValid => Meaning::new(SIGN_IN, SIGN_IN_AGAIN),
                IdentityRefusal::NotPermitted(_) => Meaning::new(FORBIDDEN, NOT_PERMITTED),
                IdentityRefusal::Unavailable => Meaning::new(UNAVAILABLE, KEYS_DETAIL),
            },
            Self::NotFound => Meaning::new(NOT_FOUND, NOTHING_HERE),
            Self::Method { allow } => Meaning::method(allow),
            Self::NotAdministrator => Meaning::new(FORBIDDEN, NOT_ADMINISTRATOR),
            Self::NotOwner => Meaning::new(FORBIDDEN, NOT_OWNER),
            Self::CrossSite => Meaning::new(FORBIDDEN, ELSEWHERE),
            Self::Malformed(error) => Meaning::new(BAD_REQUEST, sentence(error)),
            Self::Input(error) => Meaning::new(BAD_REQUEST, sentence(error)),
            Self::Extend(error @ (ExtendError::Past { .. } | ExtendError::TooFar { .. })) => {
                Meaning::new(BAD_REQUEST, sentence(error))
            }
            Self::Order(
                error @ (OrderError::Past { .. }
                | OrderError::TooFar { .. }
                | OrderError::NoReason
                | OrderError::Reason),
            ) => Meaning::new(BAD_REQUEST, sentence(error)),
            Self::Order(error @ OrderError::Changed { .. }) => {
                Meaning::new(CONFLICT, sentence(error))
            }
            Self::Book(
                error @ (BookError::Past | BookError::TooLong { .. } | BookError::TooMany),
            ) => Meaning::new(BAD_REQUEST, sentence(error)),
            Self::Cancel(error @ CancelError::Unknown) => Meaning::new(NOT_FOUND, sentence(error)),
            Self::Book(BookError::Store(_) | BookError::Busy)
            | Self::Cancel(CancelError::Store(_) | CancelError::Busy) => {
                Meaning::new(UNAVAILABLE, BOOKING_DETAIL)
            }
            Self::Ask(_)
            | Self::Extend(ExtendError::Store(_))
            | Self::Order(OrderError::Store(_)) => Meaning::new(UNAVAILABLE, STORE_DETAIL),
            Self::Status(StatusError::Vpn(VpnError::Refused { code, .. })) => {
                refused(code, REFUSED_DETAIL)
            }
            Self::Status(
                StatusError::Vpn(VpnError::TryLater { .. })
                | StatusError::Store(_)
                | StatusError::BeingRead,
            ) => Meaning::new(UNAVAILABLE, STATUS_DETAIL),
            Self::Refused { code } => refused(code, KEPT_DETAIL),
        }
    }
}

fn refused(code: &str, detail: &str) -> Meaning {
    Meaning {
        code: Some(code.to_owned()),
        ..Meaning::new(REFUSED, detail)
    }
}
