//! `cargo sandbox -- load`: two thousand people on one endpoint, and a hundred thousand connections on thirty.

pub mod world;
