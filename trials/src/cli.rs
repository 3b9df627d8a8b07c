//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use sandbox::clock::MAX_SPEED;
use trials::load::Part;

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
    /// Do not sweep, as a stack with `ReaperState=DISABLED`: for `cargo prove -- run`.
    #[arg(long)]
    pub(crate) no_sweeps: bool,
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
    /// Put on load: people who click all at once, thousands of connections to sweep. Prints figures, and checks that
    /// nothing is lost.
    Load {
        /// Which.
        #[arg(value_enum)]
        part: Vec<LoadPart>,
        /// A small one, as tests run it.
        #[arg(long)]
        small: bool,
        /// How long EC2 takes to answer a describing call, in milliseconds.
        #[arg(long, value_name = "MS", value_parser = value_parser!(u32).range(1..=10_000))]
        ec2_milliseconds: Option<u32>,
    },
    /// Play a storm: the real processes are killed at random, over a network that is cut, slowed and torn. Checks what
    /// must hold whatever happens.
    Chaos {
        /// What the plan of faults, kills and habits follows from; without, another one each time.
        #[arg(long)]
        seed: Option<u64>,
        /// How many minutes the storm lasts, in real time.
        #[arg(long, default_value_t = 1.0, value_parser = minutes)]
        minutes: f64,
    },
    /// Measure the functions' release binaries. `./bench` builds them and calls this.
    #[command(hide = true)]
    Bench(Measurements),
    /// This process is a function; the sandbox starts it.
    #[command(hide = true)]
    Function {
        /// Its name.
        name: String,
    },
}

/// What `bench` measures.
#[derive(Debug, Args)]
pub(crate) struct Measurements {
    /// Where the release binaries are.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) binaries: PathBuf,
    /// Those of an earlier version, to be measured beside them.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) before: Option<PathBuf>,
    /// A Python with boto3 and Lambda's runtime.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) python: Option<PathBuf>,
    /// Processes of each kind.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u16).range(1..))]
    pub(crate) samples: u16,
    /// Versions, for the report.
    #[arg(long, default_value = "")]
    pub(crate) about: String,
    /// The repository whose documents are written anew.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) documents: Option<PathBuf>,
}

/// What `load` puts on; all of it where none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoadPart {
    /// Two thousand people click within a minute on one endpoint.
    People,
    /// Thirty endpoints with a hundred thousand connections are swept.
    Connections,
}

impl From<LoadPart> for Part {
    fn from(part: LoadPart) -> Self {
        match part {
            LoadPart::People => Self::People,
            LoadPart::Connections => Self::Connections,
        }
    }
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text
        .parse()
        .map_err(|_| "not a number of minutes".to_owned())?;
    let fits = minutes > 0.0 && minutes <= 10_000.0;
    fits.then_some(minutes)
        .ok_or_else(|| "between 0 and 10000 minutes".to_owned())
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
    fn a_storm_lasts_a_while_and_not_for_ever() {
        for minutes in ["0", "-1", "10001", "NaN", "long"] {
            let arguments = ["sandbox", "chaos", "--minutes", minutes];
            assert!(Cli::try_parse_from(arguments).is_err(), "{minutes}");
        }
        let arguments = ["sandbox", "chaos", "--seed", "7", "--minutes", "0.5"];
        assert!(Cli::try_parse_from(arguments).is_ok());
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
