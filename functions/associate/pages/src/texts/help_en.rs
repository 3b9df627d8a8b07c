//! The help page in English.

use chrono::TimeDelta;

use super::{Block, HelpFacts, Section, overnight};

pub(super) fn sections(facts: &HelpFacts<'_>) -> Vec<Section> {
    vec![
        first_time(),
        every_day(facts),
        how_long(facts),
        recorded(facts),
        trouble(),
    ]
}

fn first_time() -> Section {
    let steps = [
        "Open the VPN’s URL in a browser. Your administrator gave it to you; keep it as a bookmark.",
        "Sign in with your company account: the address and password with which you sign in to your computer.",
        "At your very first sign-in you are asked to register an MFA device. Choose “Authenticator app”.",
        "Scan the QR code with an authenticator app on your phone (Google Authenticator, Microsoft Authenticator and others \
         will do).",
        "Type the six digits that the app shows. From now on you are asked for six digits at each sign-in.",
        "You are back on the VPN’s page, and the VPN is getting ready. Meanwhile download the profile and set up the AWS \
         VPN Client; the page says how.",
        "When the page says “Ready to connect”, press Connect in the AWS VPN Client.",
    ];
    Section {
        id: "first-time",
        heading: "First time here",
        blocks: vec![Block::Steps(owned(&steps))],
    }
}

fn every_day(facts: &HelpFacts<'_>) -> Section {
    let hours = facts.rules.max_extension.num_hours();
    Section {
        id: "every-day",
        heading: "Every day",
        blocks: vec![
            Block::Steps(owned(&[
                "Open the URL and sign in. That asks for the VPN.",
                "Wait until the page says that it is ready: usually 4 to 10 minutes, or at once if somebody uses it already.",
                "Connect with the AWS VPN Client.",
                "When you have finished, disconnect and press “I’m done”.",
            ])),
            Block::Text(format!(
                "Need it longer, for instance over lunch? Choose “Stay longer”, up to {hours} hours ahead."
            )),
        ],
    }
}

fn how_long(facts: &HelpFacts<'_>) -> Section {
    let idle = facts.rules.idle_timeout.num_minutes();
    let grace = facts.rules.first_connection_grace.num_minutes();
    let mut items = vec![
        "AWS bills every hour that the VPN is up, so it is up only while somebody needs it."
            .to_owned(),
        "It is never taken down while somebody is connected and using it.".to_owned(),
        format!("Once it is ready it waits {grace} minutes for the first connection."),
        format!("After the last connection ends it stays {idle} minutes more."),
    ];
    if let Some([from, to, minutes]) = overnight(facts.rules) {
        items.push(format!(
            "Between {from} and {to} ({}) it stays {minutes} minutes.",
            facts.rules.time_zone.name()
        ));
    }
    items.push(stale(facts));
    items.push("Looking at the page does not count as use.".to_owned());
    Section {
        id: "how-long",
        heading: "How long it stays",
        blocks: vec![Block::Items(items)],
    }
}

fn stale(facts: &HelpFacts<'_>) -> String {
    let hours = |span: TimeDelta| format!("{} minutes", span.num_minutes());
    let rules = facts.rules;
    match (
        rules.stale_connection,
        rules
            .overnight_stale_connection
            .filter(|_| rules.overnight_window.is_some()),
    ) {
        (None, None) => "A connection counts as use even without traffic.".to_owned(),
        (Some(day), None) => format!(
            "A connection with hardly any traffic for {} no longer counts as use.",
            hours(day)
        ),
        (None, Some(night)) => format!(
            "At night, a connection with hardly any traffic for {} no longer counts as use: a laptop left on is disconnected.",
            hours(night)
        ),
        (Some(day), Some(night)) => format!(
            "A connection with hardly any traffic for {} (at night {}) no longer counts as use.",
            hours(day),
            hours(night)
        ),
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
                    "Each time you ask for the VPN, stay longer, say that you are done, or download the profile: your email \
                     address, your account’s id, the time, the address you came from, your browser, and how the request \
                     reached us. Kept {audit}."
                ),
                format!(
                    "Each VPN connection: your user or certificate name, when it ended, how long it lasted and how many bytes \
                     went through. Kept {connections}."
                ),
                "An attempt to use the VPN without permission. Kept as long as requests are.".to_owned(),
                "Until when you asked for the VPN: deleted some seven days after that time.".to_owned(),
            ]),
            Block::Text("What you do inside the VPN is not recorded here.".to_owned()),
            Block::Text(
                "Administrators can read these records. Everybody who can sign in here sees who has asked for the VPN at the \
                 moment and until when, and how many connections there are."
                    .to_owned(),
            ),
        ],
    }
}

fn trouble() -> Section {
    Section {
        id: "trouble",
        heading: "When something does not work",
        blocks: vec![Block::Items(owned(&[
            "The client cannot connect: look at the VPN’s page. Only “Ready to connect” means that it can.",
            "A destination cannot be reached: disconnect and connect again; a client knows only the routes that were there \
             when it connected.",
            "It takes longer than 30 minutes, or fails: tell an administrator what the page says, with the trace id.",
            "You lost your phone: ask an administrator to reset your MFA device.",
        ]))],
    }
}

fn kept(period: Option<TimeDelta>) -> String {
    period.map_or_else(
        || "without a time limit".to_owned(),
        |period| format!("for {} days", period.num_days()),
    )
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
