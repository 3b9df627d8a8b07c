//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use shared::model::SubnetId;

/// Is an account set up as the configuration says, and does AWS do what is expected of it?
///
/// It reads the variables of the functions (README, "Configuration"); region and credentials are the SDK's own. Before
/// the first deploy `MANAGED_ENDPOINTS` alone is enough.
#[derive(Debug, Parser)]
#[command(name = "prove")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check that everything is as the configuration says. Changes nothing.
    Check,
    /// Find out what only AWS can prove, on one endpoint that is off, and leave it as it was.
    Run(Run),
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The endpoint, by its name in `MANAGED_ENDPOINTS`. It must be off.
    #[arg(long, value_name = "NAME")]
    pub(crate) endpoint: String,
    /// Do not ask for confirmation.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print the plan, and call nothing.
    #[arg(long = "dry-run")]
    pub(crate) only_plan: bool,
    /// Wait for a colleague who connects and then does nothing for ten minutes.
    #[arg(long)]
    pub(crate) connect: bool,
    /// The file for the client profile; by default `prove-NAME.ovpn`.
    #[arg(long, value_name = "FILE", requires = "connect")]
    pub(crate) profile: Option<PathBuf>,
    /// A subnet of the endpoint's VPC with fewer than 20 free addresses, to see an association fail.
    #[arg(long, value_name = "SUBNET")]
    pub(crate) small_subnet: Option<SubnetId>,
    /// Write the report to this file too.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_endpoint_is_named_and_a_subnet_is_one() {
        let run = |arguments: &[&str]| {
            Cli::try_parse_from([&["prove", "run"], arguments].concat()).is_ok()
        };
        assert!(run(&[
            "--endpoint",
            "tokyo",
            "--yes",
            "--small-subnet",
            "subnet-0123456789abcdef0"
        ]));
        assert!(!run(&[]));
        assert!(!run(&["--endpoint", "tokyo", "--small-subnet", "subnet"]));
        assert!(!run(&["--endpoint", "tokyo", "--profile", "x.ovpn"]));
    }
}
