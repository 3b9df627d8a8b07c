//! A stay as a story: asked, started, ready, used, going, gone.
//!
//! Records of a stay have its number; asks are written before anything else and have none. Those count for a stay that came
//! between the stop of the stay before and this one's end, and that it can have been started for: an ask is kept for two
//! hours.

mod chapter;
mod members;
mod read;
mod story;

pub use chapter::Chapter;
pub use read::{neighbours, story};
pub use story::{Neighbours, StayStory, Step};
