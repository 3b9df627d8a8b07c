//! What employees' and administrators' pages share: the frame around a page, its language, how times are written, the
//! style sheet, and assets named by their content.
//!
//! A pages crate has a `templates/base.html` of its own that extends the one here, and hands it a [`Frame`] as `frame`.
//! Pure: no I/O, no clock, no AWS crate.
#![allow(missing_docs, reason = "fields and methods whose name says it all")]

mod assets;
mod frame;
mod language;
mod when;

pub use assets::{Asset, Assets};
pub use frame::{Frame, FrameTexts, Link, Tabs};
pub use language::Language;
pub use when::When;

/// Fills in a template. Writing to a string cannot fail, and none of our values fails to be written.
pub fn render(template: &impl askama::Template) -> String {
    template.render().unwrap_or_default()
}
