//! The system's years in minutes, and everything that can go wrong in them.
//!
//! The real handlers and the real reconciler run on a virtual clock ([`engine`]), over EC2's model and the tables in
//! memory ([`ports`], [`tables`]), for people and an administrator ([`people`]) who follow a plan drawn from a seed
//! ([`plan`]), while calls are lost, late, refused and repeated and processes die ([`weather`], [`lambda`]). A witness
//! who sees everything holds it against what is promised ([`witness`]). One seed is one run, exactly; a run that fails
//! is cut down to a short story ([`shrink`]); bugs planted on purpose prove that it would fail ([`bugs`]); and small
//! worlds are walked through in every order that there is ([`explore`]).

mod aim;
pub mod bugs;
pub mod caller;
pub mod engine;
pub mod explore;
pub mod lambda;
pub mod people;
pub mod plan;
pub mod ports;
pub mod process;
pub mod reached;
pub mod request;
pub mod run;
pub mod shrink;
pub mod tables;
pub mod universe;
pub mod weather;
pub mod witness;
