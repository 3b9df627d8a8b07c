//! Where clicks, polls and sweeps come in.

pub(super) mod ask;
pub(super) mod status;
pub(super) mod sweep;
