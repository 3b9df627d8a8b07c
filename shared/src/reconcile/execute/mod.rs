//! What a pass does to EC2, and what it puts on record of it.

mod restore;
mod start;
pub(super) mod stop;
