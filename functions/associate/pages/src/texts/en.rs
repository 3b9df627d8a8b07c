//! English.

use shared::model::Restorable;
use shared::policy::{KeepRule, Reason, Warning};

use super::{About, Texts, Told, help_en};
use crate::error::Trouble;
use crate::status::{Estimate, FailureKind, Situation};
use crate::when::When;

pub(super) static EN: Texts = Texts {
    brand: "Client VPN",
    skip: "Skip to content",
    help: "Help",
    all_vpns: "All VPNs",
    sign_out: "Sign out",
    signed_in_as: "Signed in as",
    other_language: "日本語",
    session_ended: "Your session has ended, so this page is no longer kept up to date.",
    sign_in_again: "Sign in again",
    out_of_reach: "The latest state could not be fetched. This page keeps trying.",

    headline,
    explain,
    steps: [
        "Request recorded",
        "Associating",
        "Restoring routes",
        "Ready",
    ],
    step_done: "done",
    step_current: "in progress",
    elapsed: "Elapsed: ",
    elapsed_format: "{m} min {s} s",
    estimate,
    looks_again: "You need not do anything: this page follows by itself.",
    notify: "Notify me when it is ready",
    notify_set: "You will be notified, as long as this tab stays open.",
    notify_denied: "This browser does not allow notifications from this site.",

    ask: "Use the VPN",
    ask_back: "Bring it back",
    try_again: "Try again",
    failure,
    tell_administrator: "If trying again does not help, tell an administrator this:",
    code: "AWS’s code",
    time: "Time",
    trace_id: "Trace id",

    facts: "Now",
    stays: "Stays ",
    until: |at| format!("until {at}"),
    while_in_use: "while it is in use",
    connections: "Connected",
    connections_now: |n| match n {
        0 => "nobody".to_owned(),
        1 => "1 connection".to_owned(),
        n => format!("{n} connections"),
    },
    holders: "Asked for by",
    you: "you",
    warnings: "Please note",
    warning,

    connect: "Connect",
    connect_text: "Open the AWS VPN Client, choose this profile, and connect.",
    profile: "Download the profile",
    profile_text: "You need the profile once on each computer.",
    how_to: "First time? How to set up the AWS VPN Client",
    how_to_get: "Get the AWS VPN Client from AWS",
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

    extend: "Stay longer",
    extend_text: "It stays for you until the time you choose, also while nobody is connected. This replaces an earlier choice.",
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
        format!("At most {span} ahead: until {at}.")
    },

    done: "Finished?",
    done_button: "I’m done",
    done_others: |names| format!("Also asked for by: {names}. It stays for them."),
    done_connected: |n| match n {
        1 => "1 connection is still open. It stays until that ends.".to_owned(),
        n => format!("{n} connections are still open. It stays until they end."),
    },
    done_nobody: "Nobody else has asked for it: it will be taken down soon.",
    list_separator: ", ",

    choose: "Which VPN do you need?",
    choose_text: "Looking at its page asks for nothing.",
    see: "See how it stands",

    error,
    back: "Back",

    help_sections: help_en::sections,
};

fn headline(situation: Situation) -> &'static str {
    match situation {
        Situation::Off => "Off",
        Situation::Held => "Kept off by an administrator",
        Situation::Starting => "Getting ready",
        Situation::Ready => "Ready to connect",
        Situation::Connected => "You are connected",
        Situation::Stopping => "Going down",
        Situation::ComesBack => "Coming back",
        Situation::Failed => "Could not be started",
    }
}

fn explain(reason: &Reason, about: &About<'_>) -> String {
    let when = &about.when;
    match reason {
        Reason::NotWanted => "Nobody needs the VPN at the moment, so it is off.".to_owned(),
        Reason::Held { until, asked } => {
            let until = until.map_or(String::new(), |until| format!(" until {}", when.at(until)));
            let kept = if *asked {
                " Your request is kept for two hours and served if this ends by then."
            } else {
                ""
            };
            format!("An administrator keeps the VPN off{until}.{kept}")
        }
        Reason::GaveUp(_) | Reason::AssociationFailed(_) => {
            "AWS could not bring the VPN up. Nothing is tried any more until somebody asks again.".to_owned()
        }
        Reason::Asked => "Your request is recorded. AWS is being told.".to_owned(),
        Reason::NotSeen => {
            "Your request is recorded. How far AWS is cannot be seen just now.".to_owned()
        }
        Reason::Retrying { failure, at } => format!(
            "An attempt failed{}. The next one follows by itself at {}.",
            failure.as_ref().map_or(String::new(), |failure| format!(" ({})", failure.code)),
            when.at(*at)
        ),
        Reason::Associating => "AWS is bringing the VPN up.".to_owned(),
        Reason::Restoring { .. } => "The VPN is up. Its routes are being put back.".to_owned(),
        Reason::UnknownStatus => {
            "AWS reports something that this page does not know. Nothing is changed meanwhile.".to_owned()
        }
        Reason::InUse { .. } => format!("It stays while it is in use. {}", after_the_last(about)),
        Reason::Kept { rule, .. } | Reason::Due { rule } => keeps(*rule, about),
        Reason::Pinned => "An administrator keeps it on.".to_owned(),
        Reason::NotKnown => "Who is connected is not known just now; meanwhile it stays.".to_owned(),
        Reason::Stopping { comes_back: true } => format!(
            "It was just being taken down. Your request is kept: it comes back by itself{}.",
            back(about)
        ),
        Reason::Stopping { comes_back: false } => {
            "Nobody needed it any more, so it is being taken down. If you need it, ask now: it comes back by itself."
                .to_owned()
        }
        Reason::RemovingFailed { comes_back: true } => {
            "An attempt failed and is being cleared away. The next one follows by itself.".to_owned()
        }
        Reason::RemovingFailed { comes_back: false } => {
            "A failed attempt is being cleared away.".to_owned()
        }
    }
}

fn after_the_last(about: &About<'_>) -> String {
    let day = about.idle_minutes();
    let night = about
        .overnight()
        .map_or(String::new(), |[from, to, minutes]| {
            format!(" ({minutes} minutes between {from} and {to})")
        });
    format!("After the last connection ends it stays {day} minutes more{night}.")
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
        KeepRule::Lease => "Somebody asked for it until then.".to_owned(),
        KeepRule::FirstConnection => "Nobody has connected yet.".to_owned(),
        KeepRule::ReadyLately => "It has been ready for a short time only.".to_owned(),
        KeepRule::Idle {
            since,
            timeout,
            overnight,
        } => {
            let night = if overnight { " at night" } else { "" };
            format!(
                "Nobody has been connected since {}; it goes after {} idle minutes{night}.",
                about.when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "Somebody has asked for it.".to_owned(),
        KeepRule::Released => "Everybody who asked for it is done.".to_owned(),
        KeepRule::Nothing => "Nobody needs it any more.".to_owned(),
    };
    match rule {
        KeepRule::Released | KeepRule::Nothing => {
            format!("{why} It is taken down in a moment; connect or stay longer to keep it.")
        }
        KeepRule::Lease
        | KeepRule::FirstConnection
        | KeepRule::ReadyLately
        | KeepRule::Idle { .. }
        | KeepRule::Wanted => why,
    }
}

fn estimate(estimate: Estimate, when: &When) -> String {
    match estimate {
        Estimate::Unknown => "AWS usually takes 4 to 10 minutes, sometimes over 20.".to_owned(),
        Estimate::Few { shortest, longest } if shortest == longest => {
            format!("Last time it took {longest} minutes.")
        }
        Estimate::Few { shortest, longest } => {
            format!("The last few times it took {shortest} to {longest} minutes.")
        }
        Estimate::Usual { median, within, at } => format!(
            "Usually ready after {median} minutes, at about {}; nearly always within {within}.",
            when.at(at)
        ),
        Estimate::Longer { median, within, by } => format!(
            "A little longer than usual ({median} minutes); nearly always within {within}, by {}.",
            when.at(by)
        ),
        Estimate::Record { longest } => format!(
            "This takes longer than it ever did here ({longest} minutes). AWS sometimes needs more than 20; your request \
             is kept. After 30 minutes, please tell an administrator."
        ),
    }
}

fn failure(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Permission => {
            "This system lacks a permission in AWS. Only an administrator can mend that."
        }
        FailureKind::Configuration => {
            "AWS does not accept how this VPN is configured. Only an administrator can mend that."
        }
        FailureKind::Limit => {
            "A limit of the AWS account has been reached. Only an administrator can raise it."
        }
        FailureKind::Aws => {
            "AWS tried and failed. That is often over when one tries again a little later."
        }
    }
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::FewerSubnets {
            associated,
            configured,
        } => format!(
            "Only {associated} of {configured} subnets are associated. The VPN works, with less to fall back on."
        ),
        Warning::NotRestored(what) => {
            let routes: Vec<&str> = what.iter().filter_map(Restorable::cidr).collect();
            if routes.is_empty() {
                "The security groups are not in place yet.".to_owned()
            } else {
                format!("Not reachable yet: {}.", routes.join(", "))
            }
        }
        Warning::UnreadableMode(_) => {
            "An administrator’s setting cannot be read, so the VPN stays until it is corrected."
                .to_owned()
        }
    }
}

fn error(trouble: &Trouble<'_>, when: &When) -> Told {
    let (title, detail) = match trouble {
        Trouble::SignIn => ("You are not signed in", "Please sign in again.".to_owned()),
        Trouble::NotPermitted => (
            "Not permitted",
            "You are signed in, but this account may not use the VPN. An administrator can permit it.".to_owned(),
        ),
        Trouble::Keys => (
            "Not available just now",
            "Your sign-in could not be checked. Nothing was asked. Please try again.".to_owned(),
        ),
        Trouble::NotFound => ("Not found", "There is nothing of this name here.".to_owned()),
        Trouble::Method => ("Not possible", "This cannot be done in this way.".to_owned()),
        Trouble::CrossSite => (
            "Not permitted",
            "This was sent by a page of another site. Open the VPN’s page and try again from there.".to_owned(),
        ),
        Trouble::Malformed { detail } => ("Not understood", (*detail).to_owned()),
        Trouble::Past { until } => (
            "This time has passed",
            format!("{} has passed. Please choose a later time.", when.at(*until)),
        ),
        Trouble::TooFar { latest } => (
            "Too far ahead",
            format!("Please choose a time up to {}.", when.at(*latest)),
        ),
        Trouble::NotRecorded => (
            "Not available just now",
            "The request could not be put on record, so nothing was asked. Please try again.".to_owned(),
        ),
        Trouble::NotRead => (
            "Not available just now",
            "How the VPN stands could not be read. Please try again in a moment.".to_owned(),
        ),
        Trouble::Refused => (
            "AWS refused",
            "AWS refused what this needs, and trying again will not cure it. Please tell an administrator what you read \
             here."
                .to_owned(),
        ),
    };
    Told { title, detail }
}
