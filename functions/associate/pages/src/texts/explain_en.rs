//! Where the VPN stands and why, in English.

use shared::model::Restorable;
use shared::policy::{Hold, KeepRule, Outlook, Reason, Warning};

use super::About;
use crate::When;
use crate::status::{Estimate, FailureKind, Situation};

pub(super) fn headline(situation: Situation) -> &'static str {
    match situation {
        Situation::Off => "Off",
        Situation::Held => "Kept off by an administrator",
        Situation::Starting => "Getting ready",
        Situation::Ready => "Ready to connect",
        Situation::Connected => "You are connected",
        Situation::Stopping | Situation::StoppingHeld => "Shutting down",
        Situation::ComesBack => "Coming back",
        Situation::Failed => "Could not be started",
    }
}

pub(super) fn explain(reason: &Reason, about: &About<'_>) -> String {
    let when = &about.when;
    match reason {
        Reason::NotWanted => "No one needs the VPN right now, so it is off. Starting it usually takes 4 to 10 minutes."
                .to_owned(),
        Reason::Held(hold) => held(*hold, when),
        Reason::GaveUp(_) | Reason::AssociationFailed(_) => {
            "AWS could not start the VPN. It is not tried again until you or a colleague asks for it.".to_owned()
        }
        Reason::Asked => "The request is recorded and on its way to AWS.".to_owned(),
        Reason::NotSeen => {
            "The request is recorded. How far AWS is cannot be seen right now.".to_owned()
        }
        Reason::Retrying { failure, at } => format!(
            "An attempt failed{}. The next one starts by itself at {}.",
            failure.as_ref().map_or(String::new(), |failure| format!(" ({})", failure.code)),
            when.at(*at)
        ),
        Reason::Associating => "AWS is starting the VPN.".to_owned(),
        Reason::Restoring { .. } => "Almost there: the VPN is up, and its routes are being restored.".to_owned(),
        Reason::UnknownStatus => {
            "AWS reports a state that is not known here. Until that is clear, nothing is changed.".to_owned()
        }
        Reason::InUse { .. } => after_the_last(about),
        Reason::Kept { rule, .. } | Reason::Due { rule } => keeps(*rule, about),
        Reason::Pinned => "An administrator keeps the VPN up.".to_owned(),
        Reason::NotKnown => "Who is connected cannot be seen right now. Until it can, the VPN stays up.".to_owned(),
        Reason::Stopping(Outlook::ComesBack) => format!(
            "The VPN was already going down when it was asked for again. Once it is down, it comes back by itself{}.",
            back(about)
        ),
        Reason::Stopping(Outlook::OnRequest) => {
            "No one needed the VPN any more, so it is going down. If you need it, ask now, and it comes back by itself."
                .to_owned()
        }
        Reason::Stopping(Outlook::Held(hold)) => {
            format!("The VPN is going down. {}", held(*hold, when))
        }
        Reason::TakenDown { hold, .. } => {
            let end = hold.until.map_or_else(
                || "an administrator ends the order".to_owned(),
                |until| when.at(until),
            );
            format!(
                "An administrator ordered the VPN off. It is going down now, and stays off until {end}.{}",
                kept(*hold)
            )
        }
        Reason::RemovingFailed(Outlook::ComesBack) => {
            "An attempt failed and is being cleaned up. The next one starts by itself.".to_owned()
        }
        Reason::RemovingFailed(Outlook::OnRequest | Outlook::Held(_)) => {
            "A failed attempt is being cleaned up.".to_owned()
        }
    }
}

/// An administrator keeps it off.
fn held(hold: Hold, when: &When) -> String {
    let until = hold
        .until
        .map_or(String::new(), |until| format!(" until {}", when.at(until)));
    format!("An administrator keeps the VPN off{until}.{}", kept(hold))
}

/// What becomes of a request meanwhile.
fn kept(hold: Hold) -> &'static str {
    if hold.asked {
        " The request is kept for two hours: if the order ends by then, the VPN comes up by itself."
    } else {
        ""
    }
}

fn after_the_last(about: &About<'_>) -> String {
    let day = about.idle_minutes();
    let night = about
        .overnight()
        .map_or(String::new(), |[from, to, minutes]| {
            format!(" ({minutes} minutes between {from} and {to})")
        });
    format!("After the last connection ends, it stays up for {day} more minutes{night}.")
}

fn back(about: &About<'_>) -> String {
    about.back.map_or(String::new(), |[from, to]| {
        format!(
            ", probably between {} and {}",
            about.when.clock(from),
            about.when.at(to)
        )
    })
}

fn keeps(rule: KeepRule, about: &About<'_>) -> String {
    let why = match rule {
        KeepRule::Lease if about.holds_longest => "You asked for it until then.".to_owned(),
        KeepRule::Lease => "A colleague asked for it until then.".to_owned(),
        KeepRule::FirstConnection => "No one has connected yet.".to_owned(),
        KeepRule::ReadyLately => "It has only just become ready.".to_owned(),
        KeepRule::Idle {
            since,
            timeout,
            overnight,
        } => {
            let night = if overnight { " at night" } else { "" };
            format!(
                "It was last used at {}, and goes down after {} minutes without use{night}.",
                about.when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "It has just been asked for.".to_owned(),
        KeepRule::Booked => "It is booked for soon.".to_owned(),
        KeepRule::Released => "Everyone who asked for it is done.".to_owned(),
        KeepRule::Nothing => "No one needs it any more.".to_owned(),
    };
    if matches!(rule, KeepRule::Released | KeepRule::Nothing) {
        return format!(
            "{why} It goes down in a moment. To keep it, connect or choose a longer time."
        );
    }
    why
}

pub(super) fn estimate(estimate: Estimate, when: &When) -> String {
    match estimate {
        Estimate::Unknown => "AWS usually takes 4 to 10 minutes, sometimes over 20.".to_owned(),
        Estimate::Few { shortest, longest } if shortest == longest => {
            format!("Last time it took {longest} minutes.")
        }
        Estimate::Few { shortest, longest } => {
            format!("Recent starts took {shortest} to {longest} minutes.")
        }
        Estimate::Usual { median, within, at } => format!(
            "It is usually ready after {median} minutes, at about {}, and nearly always within {within}.",
            when.at(at)
        ),
        Estimate::Longer { median, within, by } => format!(
            "This is taking a little longer than usual ({median} minutes). It is nearly always ready within {within} minutes, by {}.",
            when.at(by)
        ),
        Estimate::Record { longest } => format!(
            "This is taking longer than ever before here ({longest} minutes). AWS sometimes needs more than 20 minutes, and the \
             request is kept. If it takes longer than 30 minutes, please tell an administrator."
        ),
    }
}

pub(super) fn failure(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Permission => {
            "This system lacks a permission in AWS. Only an administrator can fix this."
        }
        FailureKind::Configuration => {
            "AWS does not accept how this VPN is configured. Only an administrator can fix this."
        }
        FailureKind::Limit => {
            "A limit of the AWS account has been reached. Only an administrator can raise it."
        }
        FailureKind::Aws => {
            "Something failed at AWS. It often works when you try again a little later."
        }
    }
}

pub(super) fn warning(warning: &Warning) -> String {
    match warning {
        Warning::FewerSubnets {
            associated,
            configured,
        } => format!(
            "Only {associated} of {configured} subnets are associated. The VPN works, but has less to fall back on."
        ),
        Warning::NotRestored(what) => {
            let routes: Vec<&str> = what.iter().filter_map(Restorable::cidr).collect();
            if routes.is_empty() {
                "The security groups are not in place yet.".to_owned()
            } else {
                format!(
                    "These networks cannot be reached yet: {}.",
                    routes.join(", ")
                )
            }
        }
        Warning::UnreadableMode(_) => {
            "An administrator’s setting cannot be read. Until it is corrected, the VPN stays up."
                .to_owned()
        }
    }
}
