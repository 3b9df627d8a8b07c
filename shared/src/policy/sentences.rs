//! Decisions in words: what the log, the page and the records say.

use std::fmt;

use super::decision::{Hold, Outlook, Reason, Warning};
use super::off_at::KeepRule;
use crate::model::Failure;
use crate::model::item::rfc3339;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWanted => write!(f, "The VPN is off, and no employee is waiting for it."),
            Self::Held(hold) => {
                write!(f, "An administrator keeps the VPN off")?;
                write_hold(f, *hold)?;
                write!(f, ".")
            }
            Self::TakenDown { hold, by, why } => {
                write!(f, "An administrator ordered the VPN off")?;
                write_hold(f, *hold)?;
                if let Some(by) = by {
                    write!(f, "; the order is by {by}")?;
                }
                if let Some(why) = why {
                    write!(f, "; the reason given is: {why}")?;
                }
                write!(f, ".")
            }
            Self::GaveUp(failure) => {
                write!(f, "The VPN could not be started")?;
                write_failure(f, failure.as_ref())?;
                write!(f, "; ask again to try again.")
            }
            Self::Asked => write!(f, "The request is on record; the VPN is being associated."),
            Self::NotSeen => write!(
                f,
                "The request is on record; how far AWS is cannot be seen just now."
            ),
            Self::Retrying { failure, at } => {
                write!(f, "An attempt to associate failed")?;
                write_failure(f, failure.as_ref())?;
                write!(f, "; the next one follows at {}.", rfc3339(*at))
            }
            Self::Associating => write!(
                f,
                "AWS is associating the VPN; that takes 4 to 10 minutes, sometimes more."
            ),
            Self::Restoring {
                outstanding: Some(n),
            } => {
                write!(
                    f,
                    "Associated; {n} routes or security groups are being put back."
                )
            }
            Self::Restoring { outstanding: None } => {
                write!(
                    f,
                    "Associated; routes and security groups are being checked."
                )
            }
            Self::UnknownStatus => {
                write!(
                    f,
                    "AWS reports a status that this version does not know; nothing is changed meanwhile."
                )
            }
            Self::InUse { connections } => write!(
                f,
                "Ready, and in use by {connections} {}.",
                connections_word(*connections)
            ),
            Self::Kept { rule, until } => {
                write!(f, "Ready; {rule}, so it stays until {}.", rfc3339(*until))
            }
            Self::Pinned => write!(f, "Ready; an administrator keeps it on."),
            Self::Due { rule } => write!(f, "Nothing keeps the VPN any more: {rule}."),
            Self::NotKnown => write!(f, "Ready; who is connected could not be read, so it stays."),
            Self::Stopping(outlook) => write_stopping(f, *outlook),
            Self::RemovingFailed(Outlook::ComesBack) => {
                write!(
                    f,
                    "A failed association is being removed; the next attempt follows by itself."
                )
            }
            Self::RemovingFailed(Outlook::OnRequest | Outlook::Held(_)) => {
                write!(f, "A failed association is being removed.")
            }
            Self::AssociationFailed(failure) => {
                write!(f, "The VPN could not be associated")?;
                write_failure(f, failure.as_ref())?;
                write!(f, "; ask again to try again.")
            }
        }
    }
}

impl fmt::Display for KeepRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lease => write!(f, "an employee holds a lease"),
            Self::FirstConnection => write!(f, "no client has connected since it became ready"),
            Self::ReadyLately => write!(f, "it has only just become ready"),
            Self::Idle {
                since,
                timeout,
                overnight,
            } => {
                let which = if *overnight { "overnight" } else { "by day" };
                write!(
                    f,
                    "idle since {} ({} minutes {which})",
                    rfc3339(*since),
                    timeout.num_minutes()
                )
            }
            Self::Wanted => write!(f, "an employee asked for it"),
            Self::Booked => write!(f, "an employee has booked it"),
            Self::Released => write!(f, "all employees who held a lease have given it back"),
            Self::Nothing => write!(f, "no employee has a claim on it"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewerSubnets {
                associated,
                configured,
            } => {
                write!(f, "{associated} of {configured} subnets are associated")
            }
            Self::NotRestored(what) => {
                let what: Vec<String> = what.iter().map(ToString::to_string).collect();
                write!(f, "not in place yet: {}", what.join(", "))
            }
            Self::UnreadableMode(text) => write!(
                f,
                "an administrator's mode cannot be read ({text}); nothing is stopped"
            ),
        }
    }
}

fn write_stopping(f: &mut fmt::Formatter<'_>, outlook: Outlook) -> fmt::Result {
    write!(f, "The VPN is being taken down")?;
    match outlook {
        Outlook::ComesBack => write!(f, "; the request is kept, and it comes back by itself.")?,
        Outlook::OnRequest => write!(f, "; ask for it to bring it back.")?,
        Outlook::Held(hold) => {
            write!(f, ", and an administrator keeps it off")?;
            write_hold(f, hold)?;
            write!(f, ".")?;
        }
    }
    Ok(())
}

/// Until when, and what becomes of a request that was made.
fn write_hold(f: &mut fmt::Formatter<'_>, hold: Hold) -> fmt::Result {
    if let Some(until) = hold.until {
        write!(f, " until {}", rfc3339(until))?;
    }
    if hold.asked {
        write!(
            f,
            "; the request is kept and served if that ends within two hours of it"
        )?;
    }
    Ok(())
}

fn connections_word(n: usize) -> &'static str {
    if n == 1 { "connection" } else { "connections" }
}

fn write_failure(f: &mut fmt::Formatter<'_>, failure: Option<&Failure>) -> fmt::Result {
    match failure {
        Some(failure) => write!(f, " ({})", failure.code),
        None => Ok(()),
    }
}
