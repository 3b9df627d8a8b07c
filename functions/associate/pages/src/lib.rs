//! What an employee sees: one struct for each page, rendered on the server from an endpoint's status.
//!
//! Pure: no I/O, no clock, no AWS crate. Templates are checked when this compiles and escape all that comes from
//! outside; every text is in `texts`, once for each language. Pages work without scripts; `assets/page.js` keeps a
//! status page up to date and counts the time.
#![allow(missing_docs, reason = "fields and methods whose name says it all")]

mod assets;
mod error;
mod frame;
mod help;
mod list;
mod status;
mod texts;

pub use assets::asset;
pub use error::{BookingTrouble, ErrorPage, OrderTrouble, Trouble};
pub use frame::Site;
pub use help::HelpPage;
pub use list::{ListPage, Listed};
pub use page::{Asset, Language};
pub use status::{OwnBookings, StatusPage, TakeDownPage};

use page::When;
