//! What administrators and auditors see: one struct for each page, rendered on the server from what was read.
//!
//! Pure: no I/O, no clock, no AWS crate. Templates are checked when this compiles and escape all that comes from
//! outside; pages work without scripts. A record may hold anything, so every page reads it leniently and shows what cannot
//! be seen (`shown`).
#![allow(missing_docs, reason = "fields and methods whose name says it all")]

mod assets;
mod day_table;
mod error_page;
mod families;
mod findings_page;
mod frame;
mod log_page;
mod moment;
mod now_page;
mod numbers;
mod paths;
mod pictures;
mod record_page;
mod rows;
mod shown;
mod stay_page;
mod texts;
mod use_page;

pub use assets::asset;
pub use error_page::{ErrorPage, Trouble};
pub use findings_page::FindingsPage;
pub use frame::Site;
pub use log_page::LogPage;
pub use now_page::{BookingNow, ConnectionNow, EndpointNow, NowPage};
pub use page::{Asset, Language};
pub use record_page::RecordPage;
pub use stay_page::StayPage;
pub use use_page::UsePage;
