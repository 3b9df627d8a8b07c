//! What administrators and auditors see: one struct for each page, rendered on the server from what was read.
//!
//! Pure: no I/O, no clock, no AWS crate. Templates are checked when this compiles and escape all that comes from
//! outside; pages work without scripts.
#![allow(missing_docs, reason = "fields and methods whose name says it all")]

mod assets;
mod day_table;
mod frame;
mod now_page;
mod numbers;
mod paths;
mod pictures;
mod shown;
mod texts;
mod use_page;

pub use frame::Site;
pub use now_page::{ConnectionNow, EndpointNow, NowPage};
pub use page::Language;
pub use use_page::UsePage;
