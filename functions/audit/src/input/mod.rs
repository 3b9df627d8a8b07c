//! What a query asks for. A name that no page knows is passed over, for links come with tracking parameters; a value that is
//! empty, as forms send fields that were left so, is not given; what a page knows and cannot read is refused.

mod days;
mod error;
mod log;
mod parameters;

#[cfg(test)]
mod tests;

pub(crate) use days::{FindingsQuery, UseQuery};
pub(crate) use error::InputError;
pub(crate) use log::LogQuery;
