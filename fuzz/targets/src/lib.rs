//! What fuzzing asserts, one function for each way into the system. cargo-fuzz runs them for as long as one likes
//! (`fuzz/fuzz_targets`), the tests of this crate run them over `fuzz/seeds` and a bounded number of mutations of it.
//!
//! A target takes any bytes and panics where an invariant does not hold. Seeds are texts that people can read: what
//! would be lost on a fuzzer (a signature, the time) is put in by the target.
#![expect(
    clippy::missing_panics_doc,
    reason = "a target panics where an invariant does not hold: that is its purpose"
)]

mod alb;
mod base64url;
mod body;
mod book;
mod configuration;
mod ec2;
mod event;
mod extend;
mod items;
mod key;
mod ports;
mod reference;
pub mod replay;
mod stage;
mod token;
mod xml;

pub use book::book;
pub use configuration::configuration;
pub use ec2::ec2;
pub use event::event;
pub use extend::extend;
pub use items::items;
pub use key::key;
pub use token::token;

/// A target: its name, which is also that of its folder in `fuzz/seeds` and of its file in `fuzz/fuzz_targets`.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "token",
        run: token,
    },
    Target {
        name: "key",
        run: key,
    },
    Target {
        name: "event",
        run: event,
    },
    Target {
        name: "extend",
        run: extend,
    },
    Target {
        name: "book",
        run: book,
    },
    Target {
        name: "ec2",
        run: ec2,
    },
    Target {
        name: "items",
        run: items,
    },
    Target {
        name: "configuration",
        run: configuration,
    },
];
