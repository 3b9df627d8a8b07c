//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, value_parser};

use sandbox::clock::MAX_SPEED;

/// The self-service VPN on this machine: the real functions, and AWS around them. Nothing reaches AWS.
#[derive(Debug, Parser)]
#[command(name = "sandbox")]
pub(crate) struct Cli {
    /// Start anew: forget leases, audit records, EC2's world and the time.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// How fast time passes: 60 makes a minute last a second. No rule's time is shortened.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=i64::from(MAX_SPEED)))]
    pub(crate) speed: u32,
    /// Where everything is kept.
    #[arg(long, default_value = "target/sandbox")]
    pub(crate) state: PathBuf,
    /// The port to open in a browser; a free one if it is taken.
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Deliver every n-th scheduled event twice, as at-least-once allows.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) twice_every: Option<u32>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Play a working day at high speed, print it, and check that everything was as it should be.
    Day {
        /// Write the rights that the functions needed, and the metrics that they told, to this file.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// This process is a function; the sandbox starts it.
    #[command(hide = true)]
    Function {
        /// Its name.
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn time_does_not_stand_still_or_race() {
        for speed in ["0", "3601", "-1", "fast"] {
            assert!(
                Cli::try_parse_from(["sandbox", "--speed", speed]).is_err(),
                "{speed}"
            );
        }
        assert_eq!(
            Cli::try_parse_from(["sandbox"])
                .map(|cli| (cli.speed, cli.port))
                .unwrap(),
            (1, 8080)
        );
    }
}
