//! The help page in English.

use chrono::TimeDelta;
use shared::policy::MAX_BOOKINGS;

use super::{Block, HelpFacts, Section, overnight};

pub(super) fn sections(facts: &HelpFacts<'_>) -> Vec<Section> {
    vec![
        first_time(),
        every_day(facts),
        bookings(facts),
        how_long(facts),
        orders(),
        recorded(facts),
        trouble(),
    ]
}

fn first_time() -> Section {
    let steps = [
        "Open the VPN’s address in a browser. You have it from your administrator; a bookmark is handy.",
        "Sign in with your company account: the same address and password as for your computer.",
        "At your first sign-in you are asked to register an MFA device. Choose “Authenticator app”.",
        "Scan the QR code with an authenticator app on your phone, such as Google Authenticator or Microsoft Authenticator.",
        "Type the six digits that the app shows. From then on, each sign-in asks for six digits from the app.",
        "You are back on the VPN’s page, and the VPN is getting ready. While you wait, download the profile and set up the \
         AWS VPN Client; the page says how.",
        "When the page says “Ready to connect”, press Connect in the AWS VPN Client.",
    ];
    Section {
        id: "first-time",
        heading: "First time here",
        blocks: vec![Block::steps(&steps)],
    }
}

fn every_day(facts: &HelpFacts<'_>) -> Section {
    let hours = facts.rules.max_extension.num_hours();
    Section {
        id: "every-day",
        heading: "Every day",
        blocks: vec![
            Block::steps(&[
                "Open the VPN’s address and sign in. That asks for the VPN.",
                "Wait until the page says that it is ready: usually 4 to 10 minutes, or no time at all if a colleague already uses it.",
                "Connect with the AWS VPN Client.",
                "When you have finished, disconnect and press “I’m done”.",
            ]),
            Block::Text(format!(
                "Need it longer, for instance over lunch? Use “Keep it longer” on its page, up to {hours} hours ahead. If you have its page \
                 open, you are told ten minutes before it goes down, and one click keeps it."
            )),
        ],
    }
}

fn bookings(facts: &HelpFacts<'_>) -> Section {
    let rules = facts.rules;
    let grace = rules.first_connection_grace.num_minutes();
    let hours = rules.max_extension.num_hours();
    let lifetime = rules.booking_lifetime.num_days();
    Section {
        id: "bookings",
        heading: "Bookings: have it ready when you come",
        blocks: vec![
            Block::Items(vec![
                format!(
                    "Under “Have it ready” on the VPN’s page you book a time, for days of the week or for one date. The VPN then \
                     starts early enough to be ready by that time. It waits {grace} minutes for you to connect or, if you \
                     booked an end, stays until then, up to {hours} hours."
                ),
                format!(
                    "You can have {MAX_BOOKINGS} bookings for each VPN. A booking cannot be changed: cancel it and book again."
                ),
                "On holidays, which your administrator sets, bookings for days of the week are left out. A booking for a date \
                 holds on a holiday, too."
                    .to_owned(),
                format!(
                    "While an administrator’s order keeps the VPN off, bookings do not start it. If the order has not ended \
                     {} minutes after the time you booked, the booking is left out that day.",
                    grace.min(120)
                ),
                format!(
                    "A booking ends by itself once you have not opened the VPN’s page or connected for {lifetime} days. The \
                     page tells you two weeks before."
                ),
            ]),
            Block::Text(
                "If you usually come at about the same time, the page suggests a booking. For this alone, the time of your first \
                 request on each day is remembered for 28 days. All of it is forgotten 60 days after your last request. If you \
                 decline, nothing is suggested for that VPN again until then."
                    .to_owned(),
            ),
        ],
    }
}

fn how_long(facts: &HelpFacts<'_>) -> Section {
    let idle = facts.rules.idle_timeout.num_minutes();
    let grace = facts.rules.first_connection_grace.num_minutes();
    let mut items = vec![
        "AWS charges for every hour that the VPN is up, so it is up only while it is needed."
            .to_owned(),
        "It does not go down while a connection is in use, unless an administrator orders it."
            .to_owned(),
        format!("Once it is ready, it waits {grace} minutes for the first connection."),
        format!("After the last connection ends, it stays up for {idle} more minutes."),
    ];
    if let Some([from, to, minutes]) = overnight(facts.rules) {
        items.push(format!(
            "Between {from} and {to} ({}) it stays up for {minutes} minutes instead.",
            facts.rules.time_zone.name()
        ));
    }
    items.push(stale(facts));
    items.push("Having its page open does not count as use.".to_owned());
    Section {
        id: "how-long",
        heading: "How long it stays up",
        blocks: vec![Block::Items(items)],
    }
}

fn stale(facts: &HelpFacts<'_>) -> String {
    let rules = facts.rules;
    let night = rules
        .overnight_stale_connection
        .filter(|_| rules.overnight_window.is_some());
    match (rules.stale_connection, night) {
        (None, None) => "A connection counts as use even without traffic.".to_owned(),
        (Some(day), None) => format!(
            "A connection with hardly any traffic for {} minutes no longer counts as use.",
            day.num_minutes()
        ),
        (None, Some(night)) => format!(
            "At night, a connection with hardly any traffic for {} minutes no longer counts as use, so a laptop left on is \
             disconnected.",
            night.num_minutes()
        ),
        (Some(day), Some(night)) => format!(
            "A connection with hardly any traffic for {} minutes (at night {}) no longer counts as use.",
            day.num_minutes(),
            night.num_minutes()
        ),
    }
}

fn orders() -> Section {
    Section {
        id: "orders",
        heading: "When an administrator gives an order",
        blocks: vec![
            Block::items(&[
                "Kept on: the VPN does not go down until the order ends.",
                "Not started: the VPN does not come up until the order ends. If it is up, you can go on using it as usual.",
                "Taken down: everyone is disconnected, and the VPN does not come up until the order ends.",
                "While the VPN is kept off you can leave a request. It is kept for two hours: if the order ends by then, the VPN \
                 comes up by itself.",
            ]),
            Block::Text(
                "The VPN’s page says until when the order lasts, why, and who gave it. When it ends, the usual rules apply again."
                    .to_owned(),
            ),
        ],
    }
}

fn recorded(facts: &HelpFacts<'_>) -> Section {
    let audit = kept(facts.retention.audit);
    let connections = kept(facts.retention.connections);
    Section {
        id: "recorded",
        heading: "What is recorded about you",
        blocks: vec![
            Block::Items(vec![
                format!(
                    "Each time you ask for the VPN, keep it longer, press “I’m done”, or download the profile: your email \
                     address, your account’s ID, the time, the address you came from, your browser, and how the request \
                     reached us. Kept {audit}."
                ),
                format!(
                    "Each VPN connection: your user or certificate name, when it ended, how long it lasted and how many bytes \
                     went through. Kept {connections}."
                ),
                "Each booking that you make or cancel, with the same details as a request, and each that ends by itself or \
                 could not be kept. Kept as long as requests."
                    .to_owned(),
                "Each attempt to use the VPN, or to give an order, without permission. Kept as long as requests.".to_owned(),
                "Each order of an administrator, with the same details and its reason. Kept as long as requests.".to_owned(),
                "The time until which you asked for the VPN. Deleted about seven days after that time.".to_owned(),
                "Your bookings. Deleted about 30 days after they end.".to_owned(),
                "For suggesting a booking, and for nothing else: when you first asked for the VPN on each of the last 28 days. \
                 Deleted about 60 days after you last asked."
                    .to_owned(),
            ]),
            Block::Text("This system does not record what you do inside the VPN.".to_owned()),
            Block::Text(
                "Administrators can read these records. Everyone who can sign in sees who has asked for the VPN at the moment \
                 and until when, how many connections there are, and an administrator’s order. Administrators also see who is \
                 connected."
                    .to_owned(),
            ),
        ],
    }
}

fn trouble() -> Section {
    Section {
        id: "trouble",
        heading: "When something does not work",
        blocks: vec![Block::items(&[
            "The client cannot connect: look at the VPN’s page. Only “Ready to connect” means that it can.",
            "A destination cannot be reached: disconnect and connect again; a client knows only the routes that existed \
             when it connected.",
            "It takes longer than 30 minutes, or fails: tell an administrator what the page says, with the trace ID.",
            "You lost your phone: ask an administrator to reset your MFA device.",
        ])],
    }
}

fn kept(period: Option<TimeDelta>) -> String {
    period.map_or_else(
        || "without a time limit".to_owned(),
        |period| format!("for {} days", period.num_days()),
    )
}
