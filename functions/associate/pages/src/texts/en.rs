//! English.

use shared::model::Restorable;
use shared::policy::{Hold, KeepRule, Outlook, Reason, Warning};

use super::{About, Texts, Told, bookings_en, help_en, orders_en};
use crate::When;
use crate::error::Trouble;
use crate::status::{Estimate, FailureKind, Situation};

pub(super) static EN: Texts = Texts {
    help: "Help",
    all_vpns: "All VPNs",
    session_ended: "Your sign-in has expired, so this page no longer updates.",
    sign_in_again: "Sign in again",
    out_of_reach: "The latest status could not be loaded. This page keeps trying.",

    headline,
    explain,
    steps: ["Request recorded", "Coming up", "Restoring routes", "Ready"],
    step_done: "done",
    step_current: "in progress",
    elapsed: "Elapsed: ",
    elapsed_format: "{m} min {s} s",
    estimate,
    looks_again: "There is nothing to do: this page updates by itself.",
    notify: "Notify me when it is ready",
    notify_set: "Keep this tab open, and you will be notified.",
    notify_denied: "This browser blocks notifications from this site. You can allow them in its settings.",

    ask: "Use the VPN",
    ask_back: "Bring it back",
    try_again: "Try again",
    failure,
    tell_administrator: "If it fails again, tell an administrator this:",
    code: "AWS error code",
    time: "Time",
    trace_id: "Trace ID",

    facts: "Now",
    stays: "Stays up ",
    until: |at| format!("until {at}"),
    while_in_use: "while it is in use",
    connections: "Connections",
    connections_now: |n| match n {
        0 => "none".to_owned(),
        n => n.to_string(),
    },
    holders: "Asked for by",
    you: "you",
    warnings: "Please note",
    warning,

    connect: "Connect",
    connect_text: "Open the AWS VPN Client, choose this profile, and connect.",
    profile: "Download the profile",
    profile_text: "You need to download it only once for each computer.",
    how_to: "First time? How to set up the AWS VPN Client",
    how_to_get: "Download the AWS VPN Client from AWS",
    how_to_systems: [
        ["Windows", "run the installer (.msi)."],
        ["macOS", "open the package (.pkg)."],
        ["Linux", "on Ubuntu, install the package (.deb)."],
    ],
    how_to_steps: &[
        "Download the profile above.",
        "In the client, open File → Manage Profiles → Add Profile, and choose the file.",
        "Choose the profile, press Connect, and sign in if you are asked to.",
    ],

    extend: "Keep it longer",
    extend_text: "The VPN stays up until the time you choose, even while you are not connected. A new choice replaces your last one.",
    extend_by: |minutes| match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    },
    extend_until: "Until a time today",
    extend_button: "Set",
    extend_limit: |minutes, at| {
        let span = (EN.extend_by)(minutes);
        format!("Up to {span} from now, until {at}.")
    },

    done: "Finished?",
    done_button: "I’m done",
    done_others: |names| format!("The VPN stays up for others who asked for it: {names}."),
    done_connected: |n| match n {
        1 => "1 connection is still open. The VPN stays up until it ends.".to_owned(),
        n => format!("{n} connections are still open. The VPN stays up until they end."),
    },
    done_nobody: "No one else has asked for it: once you are done, it is taken down soon.",
    list_separator: ", ",

    choose: "Which VPN do you need?",
    choose_text: "Looking at a VPN’s status does not bring it up.",
    see: "See its status",

    error,
    back: "Back",

    orders: orders_en::ORDERS,
    bookings: &bookings_en::BOOKINGS,

    help_sections: help_en::sections,
};

fn headline(situation: Situation) -> &'static str {
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

fn explain(reason: &Reason, about: &About<'_>) -> String {
    let when = &about.when;
    match reason {
        Reason::NotWanted => "No one needs the VPN right now, so it is off. If you need it, ask for it: it is usually ready in 4 to 10 minutes."
                .to_owned(),
        Reason::Held(hold) => held(*hold, when),
        Reason::GaveUp(_) | Reason::AssociationFailed(_) => {
            "AWS could not bring the VPN up. It is not tried again until you or a colleague asks for it.".to_owned()
        }
        Reason::Asked => "The request is recorded and is being passed on to AWS.".to_owned(),
        Reason::NotSeen => {
            "The request is recorded. AWS’s progress cannot be seen right now.".to_owned()
        }
        Reason::Retrying { failure, at } => format!(
            "An attempt failed{}. The next one starts by itself at {}.",
            failure.as_ref().map_or(String::new(), |failure| format!(" ({})", failure.code)),
            when.at(*at)
        ),
        Reason::Associating => "AWS is bringing the VPN up.".to_owned(),
        Reason::Restoring { .. } => "The VPN is up, and its routes are being restored.".to_owned(),
        Reason::UnknownStatus => {
            "AWS reports a state that this page does not know. Until that is clear, nothing is changed.".to_owned()
        }
        Reason::InUse { .. } => format!("The VPN stays up while it is in use. {}", after_the_last(about)),
        Reason::Kept { rule, .. } | Reason::Due { rule } => keeps(*rule, about),
        Reason::Pinned => "An administrator keeps the VPN up.".to_owned(),
        Reason::NotKnown => "It is not known right now who is connected. Until it is, the VPN stays up.".to_owned(),
        Reason::Stopping(Outlook::ComesBack) => format!(
            "The VPN is being taken down, but it has been asked for again: it comes back by itself{}.",
            back(about)
        ),
        Reason::Stopping(Outlook::OnRequest) => {
            "The VPN was no longer needed, so it is being taken down. If you need it, ask now: it comes back by itself."
                .to_owned()
        }
        Reason::Stopping(Outlook::Held(hold)) => {
            format!("The VPN is being taken down. {}", held(*hold, when))
        }
        Reason::TakenDown { hold, .. } => {
            let end = hold.until.map_or_else(
                || "an administrator ends the order".to_owned(),
                |until| when.at(until),
            );
            format!(
                "An administrator ordered the VPN off. It is being taken down, and stays off until {end}.{}",
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
                "It was last used at {}, and is taken down after {} idle minutes{night}.",
                about.when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "It has just been asked for.".to_owned(),
        KeepRule::Booked => "It has been booked.".to_owned(),
        KeepRule::Released => "Everyone who asked for it is done.".to_owned(),
        KeepRule::Nothing => "No one needs it any more.".to_owned(),
    };
    if matches!(rule, KeepRule::Released | KeepRule::Nothing) {
        return format!(
            "{why} It will be taken down in a moment. To keep it, connect or choose a longer time."
        );
    }
    why
}

fn estimate(estimate: Estimate, when: &When) -> String {
    match estimate {
        Estimate::Unknown => "AWS usually takes 4 to 10 minutes, sometimes over 20.".to_owned(),
        Estimate::Few { shortest, longest } if shortest == longest => {
            format!("Last time it took {longest} minutes.")
        }
        Estimate::Few { shortest, longest } => {
            format!("Recent starts took {shortest} to {longest} minutes.")
        }
        Estimate::Usual { median, within, at } => format!(
            "It is usually ready after {median} minutes, at about {}, and nearly always within {within} minutes.",
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

fn failure(kind: FailureKind) -> &'static str {
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

fn warning(warning: &Warning) -> String {
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

fn error(trouble: &Trouble<'_>, when: &When) -> Told {
    let (title, detail) = match trouble {
        Trouble::SignIn => ("You are not signed in", "Please sign in again.".to_owned()),
        Trouble::NotPermitted => (
            "No access",
            "You are signed in, but this account may not use the VPN. Please ask an administrator for access.".to_owned(),
        ),
        Trouble::Keys => (
            "Not available right now",
            "Your sign-in could not be checked, so nothing was done. Please try again in a moment.".to_owned(),
        ),
        Trouble::NotFound => ("Not found", "There is no page at this address. Please check the link.".to_owned()),
        Trouble::Method => (
            "Not possible",
            "This address does not accept that action. Open the VPN’s page and try again from there.".to_owned(),
        ),
        Trouble::CrossSite => (
            "Not accepted",
            "This came from a page of another site, so it was not done. Open the VPN’s page and try again from there.".to_owned(),
        ),
        Trouble::Malformed { detail } => ("Not understood", (*detail).to_owned()),
        Trouble::Past { until } => (
            "This time has passed",
            format!("{} has passed. Please choose a later time.", when.at(*until)),
        ),
        Trouble::TooFar { latest } => (
            "Too far ahead",
            format!("The VPN can be kept up until {}. Please choose a time up to then.", when.at(*latest)),
        ),
        Trouble::NotRecorded => (
            "Not available right now",
            "Your request could not be recorded, so nothing was done. Please try again.".to_owned(),
        ),
        Trouble::NotRead => (
            "Not available right now",
            "The VPN’s status could not be read. Please try again in a moment.".to_owned(),
        ),
        Trouble::Refused => (
            "AWS refused",
            "AWS refused this, and trying again will not help. Please tell an administrator what this page says."
                .to_owned(),
        ),
        Trouble::Booking(trouble) => return bookings_en::error(trouble),
        Trouble::Order(trouble) => return orders_en::error(trouble, &EN, when),
    };
    Told { title, detail }
}
