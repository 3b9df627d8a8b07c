//! The log as a download: CSV for spreadsheets, JSON Lines for programs, in parts that fit into an answer of the ALB's.

mod csv;
mod json;
mod part;
mod size;

pub use csv::COLUMNS;
pub use json::to_json;
pub use part::{ExportPart, Format, MAX_PART_BYTES, part};
