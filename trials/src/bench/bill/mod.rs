//! The bill: what one action uses, measured on the sandbox, times AWS's prices, for companies of three sizes.
//!
//! All of it is computed from the document's own table: [`read()`] finds in `docs/performance.md` what [`render()`] wrote, and
//! a test compares.

mod company;
mod measure;
mod meter;
mod model;
mod prices;
mod read;
mod render;
mod sum;

pub use company::{COMPANIES, Company};
pub use measure::{measure, measure_in};
pub use model::{Action, Consumption, LambdaTime, SIZES, Use};
pub use read::read;
pub use render::{MARKS, render, table};
pub use sum::{Bill, Group, Line, bill};

/// What Lambda takes for so much time of a function with so much memory, without the price of the request.
pub(super) fn lambda_usd(memory_mb: u32, milliseconds: f64) -> f64 {
    prices::LAMBDA_TIME.of(f64::from(memory_mb) / 1024.0 * milliseconds / 1000.0)
}
