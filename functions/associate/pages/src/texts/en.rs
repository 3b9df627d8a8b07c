//! English.

use super::{ListTexts, NotifyTexts, Texts, Told, bookings_en, explain_en, help_en, orders_en};
use crate::When;
use crate::error::Trouble;

pub(super) static EN: Texts = Texts {
    help: "Help",
    all_vpns: "All VPNs",
    session_ended: "Your sign-in has expired, so this page no longer updates.",
    sign_in_again: "Sign in again",
    out_of_reach: "The latest status could not be loaded. This page keeps trying.",

    headline: explain_en::headline,
    explain: explain_en::explain,
    steps: ["Request recorded", "Starting", "Restoring routes", "Ready"],
    step_done: "done",
    step_current: "in progress",
    elapsed: "Elapsed: ",
    elapsed_format: "{m} min {s} s",
    estimate: explain_en::estimate,
    left: "about {m} min left",
    left_in_title: "about {m} min",
    left_longer: "longer than usual",
    title_with_left: |headline, left| format!("{headline}, {left}"),
    bar: "Progress",
    looks_again: "You can just wait: this page updates by itself.",
    notify_ready: NotifyTexts {
        offer: "Notify me when it is ready",
        set: "Keep this tab open, and you will be notified when it is ready.",
    },
    notify_going: NotifyTexts {
        offer: "Notify me before it goes down",
        set: "Keep this tab open, and you will be notified before it goes down.",
    },
    notify_off: "Do not notify me",
    notify_denied: "This browser blocks notifications from this site. You can allow them in its settings.",

    ask: "Use the VPN",
    ask_back: "Bring it back",
    try_again: "Try again",
    failure: explain_en::failure,
    tell_administrator: "If it fails again, tell an administrator this:",
    code: "AWS error code",
    time: "Time",
    trace_id: "Trace ID",

    facts: "Right now",
    stays: "Stays up ",
    until: |at| format!("until {at}"),
    while_in_use: "while it is in use",
    goes_at: |at| format!("Goes down at {at}. Keep it?"),
    goes_now: "Goes down any moment. Keep it?",
    keep: |span| format!("Keep it for {span}"),
    connections: "Connections",
    connections_now: |n| match n {
        0 => "none".to_owned(),
        n => n.to_string(),
    },
    holders: "Asked for by",
    you: "you",
    warnings: "Please note",
    warning: explain_en::warning,

    connect: "Connect",
    connect_text: "Open the AWS VPN Client, choose this profile, and connect.",
    profile: "Download the profile",
    profile_text: "You need it only once on each computer.",
    how_to: "First time? Set up the AWS VPN Client",
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
    extend_button: "Keep it until then",
    extend_limit: |minutes, at| {
        let span = (EN.extend_by)(minutes);
        format!("Up to {span} from now, until {at}.")
    },

    done: "Finished?",
    done_button: "I’m done",
    done_others: |names| format!("The VPN stays up for others who asked for it: {names}."),
    done_connected: |n| match n {
        1 => "1 connection is still open, and the VPN stays up until it ends.".to_owned(),
        n => format!("{n} connections are still open, and the VPN stays up until they end."),
    },
    done_nobody: "No one else has asked for it, so it goes down soon after you are done.",
    list_separator: ", ",

    choose: "Which VPN do you need?",
    choose_text: "“Use the VPN” starts it if it is off. “Open” only takes you to its page.",
    list: ListTexts {
        not_known: "Cannot be shown right now",
        stays: |at| format!("stays up until {at}"),
        in_use: "stays up while it is in use",
        held: |at| format!("You asked for it until {at}."),
        booked: |at| format!("You booked it for {at}."),
        open: "Open",
    },

    error,
    back: "Back",

    orders: orders_en::ORDERS,
    bookings: &bookings_en::BOOKINGS,

    help_sections: help_en::sections,
};

fn error(trouble: &Trouble<'_>, when: &When) -> Told {
    let (title, detail) = match trouble {
        Trouble::SignIn => ("You are not signed in", "Please sign in again.".to_owned()),
        Trouble::NotPermitted => (
            "No access",
            "You are signed in, but with an account that may not use the VPN. Please ask an administrator for access.".to_owned(),
        ),
        Trouble::Keys => (
            "Not available right now",
            "Your sign-in could not be checked, so nothing was done. Please try again in a moment.".to_owned(),
        ),
        Trouble::NotFound => ("Not found", "There is no page at this address. Please check the link.".to_owned()),
        Trouble::Method => (
            "Not possible",
            "This address cannot do that. Please open the VPN’s page and try again from there.".to_owned(),
        ),
        Trouble::CrossSite => (
            "Not accepted",
            "This came from another site’s page, so it was not done. Please open the VPN’s page and try again from there.".to_owned(),
        ),
        Trouble::Malformed { detail } => ("Not understood", (*detail).to_owned()),
        Trouble::Past { until } => (
            "This time has passed",
            format!("It is already later than {}. Please choose a later time.", when.at(*until)),
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
