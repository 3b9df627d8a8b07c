//! What administrators and auditors see: one struct for each page, rendered on the server from what was read.
//!
//! Pure: no I/O, no clock, no AWS crate. Templates are checked when this compiles and escape all that comes from
//! outside; pages work without scripts.
#![allow(missing_docs, reason = "fields and methods whose name says it all")]
