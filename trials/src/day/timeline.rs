//! The day as people read it: a line for each thing that happened, at the time on the wall.

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Tokyo;

/// The time on the wall in Tokyo.
pub(crate) fn wall(at: DateTime<Utc>) -> String {
    at.with_timezone(&Tokyo).format("%H:%M:%S").to_string()
}

/// A line of the story.
pub(crate) fn line(at: DateTime<Utc>, who: &str, what: &str) {
    println!("  {}  {who:<12} {what}", wall(at));
}

/// A heading.
pub(crate) fn heading(text: &str) {
    println!("\n{text}\n{}\n", "─".repeat(text.chars().count()));
}
