//! Now, in English.

use page::When;
use shared::model::Restorable;
use shared::policy::{Hold, KeepRule, Outlook, Phase, Reason, Warning};
use shared::reconcile::ModeView;

use super::now_texts::NowTexts;

pub(super) static EN: NowTexts = NowTexts {
    as_of: |at| format!("As of {at}, as the last passes saw it. This page asks AWS for nothing."),
    no_endpoint: "No VPN is managed.",
    phase: |phase| match phase {
        Phase::Off => "Off",
        Phase::Starting => "Starting",
        Phase::Ready => "Ready",
        Phase::Stopping => "Stopping",
        Phase::Failed => "Failed",
    },
    why,
    until: |at| format!("until {at}"),
    warning,
    sweep_late: |endpoint, at, minutes| {
        format!(
            "The last sweep of {endpoint} was at {at}, {minutes} minutes ago. Sweeps run every minute; while they do not, \
             nothing is taken down. Look at the alarms and the log of the function reaper."
        )
    },
    never_swept: |endpoint| {
        format!(
            "No sweep of {endpoint} is on record yet. If it was put under management more than a few minutes ago, look at the \
             alarms and the log of the function reaper."
        )
    },

    today: "Today",
    today_hours: |hours| format!("{hours} hours of subnets so far"),
    same_in_words: "In words",

    holders: "Leases",
    no_holder: "No one holds a lease.",
    order: "Order",
    no_order: "none",
    ordered,
    order_by: "by",
    order_reason: "Reason:",
    last_decision: "Last decision",
    last_sweep: "Last sweep",
    not_known: "not known",
    ago: |seconds| match seconds {
        ..120 => format!("{} seconds ago", seconds.max(0)),
        120..7200 => format!("{} minutes ago", seconds / 60),
        _ => format!("{} hours ago", seconds / 3600),
    },

    connections: "Connections",
    connections_not_read: "Who is connected could not be read.",
    no_connection: "No one is connected.",
    more_holders: |n| format!("and {n} more"),
    more_connections: |n| match n {
        1 => "1 more is connected, not listed here.".to_owned(),
        n => format!("{n} more are connected, not listed here."),
    },
    user: "User",
    since: "Since",
    rate: "Payload (KiB/h)",
    counts: "Counts as",
    in_use: "in use",
    silent: "silent",
    below_limit: "in use, below the limit now",
    limit: |limit, stale_after| match stale_after {
        Some(time) => format!(
            "A connection that moves less than {limit} KiB an hour (SILENT_BELOW_KIB_PER_HOUR) over {} minutes is silent, and \
             does not keep the VPN up.",
            time.num_minutes()
        ),
        None => format!(
            "No connection is judged silent at this time of day. The limit is {limit} KiB an hour (SILENT_BELOW_KIB_PER_HOUR)."
        ),
    },
    counters_read: |at| format!("Measured at {at}, over the minute before."),

    orders_link: "Give an order",
    log_link: "Its records",

    findings: "Worth a look",
    no_finding: "Nothing in the last days needs a look.",
    all_findings: "All findings",
    records: "Last records",
    no_record: "Nothing is on record yet.",
    all_records: "The log",

    policy: "Policy in force",
    policy_since: |at| format!("Since {at}, when a sweep first found it so."),
    no_policy: "No sweep has put its settings on record yet.",
    setting: "Setting",
    value: "Value",
    none: "none",
    meaning,
};

fn why(reason: &Reason, when: &When) -> String {
    match reason {
        Reason::NotWanted => "No one has asked for it.".to_owned(),
        Reason::Held(hold) => format!(
            "An administrator keeps it off{}.{}",
            end(*hold, when),
            kept(*hold)
        ),
        Reason::TakenDown { hold, .. } => {
            format!(
                "An administrator ordered it off{}.{}",
                end(*hold, when),
                kept(*hold)
            )
        }
        Reason::GaveUp(failure) => match failure {
            Some(failure) => format!(
                "The start was given up after three attempts ({}). Only a new request tries again.",
                failure.code
            ),
            None => "The start was given up after three attempts. Only a new request tries again."
                .to_owned(),
        },
        Reason::Asked => "It was asked for; AWS has not shown anything yet.".to_owned(),
        Reason::NotSeen => "It was asked for, and AWS cannot be read.".to_owned(),
        Reason::Retrying { failure, at } => match failure {
            Some(failure) => format!(
                "An attempt failed ({}); the next follows at {}.",
                failure.code,
                when.at(*at)
            ),
            None => format!("An attempt failed; the next follows at {}.", when.at(*at)),
        },
        Reason::Associating => "AWS is associating it.".to_owned(),
        Reason::Restoring {
            outstanding: Some(n),
        } => {
            format!("It is associated; {n} routes or security groups are not in force yet.")
        }
        Reason::Restoring { outstanding: None } => {
            "It is associated; its routes are being checked.".to_owned()
        }
        Reason::UnknownStatus => {
            "AWS shows a status that this version does not know. Nothing is changed meanwhile."
                .to_owned()
        }
        Reason::InUse { connections: 1 } => "1 connection is in use.".to_owned(),
        Reason::InUse { connections } => format!("{connections} connections are in use."),
        Reason::Kept { rule, until } => format!(
            "{} That keeps it until {}.",
            rule_in_words(*rule, when),
            when.at(*until)
        ),
        Reason::Pinned => "An administrator keeps it on.".to_owned(),
        Reason::Due { rule } => format!(
            "{} Nothing keeps it: the next sweep takes it down.",
            rule_in_words(*rule, when)
        ),
        Reason::NotKnown => "Who is connected could not be read, so it stays.".to_owned(),
        Reason::Stopping(outlook) => {
            format!("It is going down. {}", outlook_in_words(*outlook, when))
        }
        Reason::RemovingFailed(outlook) => {
            format!(
                "A failed association is being removed. {}",
                outlook_in_words(*outlook, when)
            )
        }
        Reason::AssociationFailed(failure) => match failure {
            Some(failure) => format!(
                "The association failed ({}), and no one waits for it.",
                failure.code
            ),
            None => "The association failed, and no one waits for it.".to_owned(),
        },
    }
}

fn rule_in_words(rule: KeepRule, when: &When) -> String {
    match rule {
        KeepRule::Lease => "A lease runs.".to_owned(),
        KeepRule::FirstConnection => "It is ready, and no client has connected yet.".to_owned(),
        KeepRule::ReadyLately => "It has only just become ready.".to_owned(),
        KeepRule::Idle {
            since,
            timeout,
            overnight,
        } => {
            let which = if overnight { "at night" } else { "by day" };
            format!(
                "It has been idle since {} ({} minutes {which}).",
                when.at(since),
                timeout.num_minutes()
            )
        }
        KeepRule::Wanted => "It has just been asked for.".to_owned(),
        KeepRule::Booked => "A booking keeps it.".to_owned(),
        KeepRule::Released => "Everyone who held a lease has given it back.".to_owned(),
        KeepRule::Nothing => "No one has a claim on it.".to_owned(),
    }
}

fn outlook_in_words(outlook: Outlook, when: &When) -> String {
    match outlook {
        Outlook::ComesBack => "It was asked for meanwhile, and comes back by itself.".to_owned(),
        Outlook::OnRequest => "It comes back when it is asked for.".to_owned(),
        Outlook::Held(hold) => format!(
            "An administrator keeps it off{}.{}",
            end(hold, when),
            kept(hold)
        ),
    }
}

fn end(hold: Hold, when: &When) -> String {
    hold.until
        .map_or(String::new(), |until| format!(" until {}", when.at(until)))
}

fn kept(hold: Hold) -> &'static str {
    if hold.asked {
        " A request is kept for two hours."
    } else {
        ""
    }
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::FewerSubnets {
            associated,
            configured,
        } => {
            format!("{associated} of {configured} subnets are associated.")
        }
        Warning::NotRestored(what) => {
            let what: Vec<String> = what.iter().map(Restorable::to_string).collect();
            format!("Not in place yet: {}.", what.join(", "))
        }
        Warning::UnreadableMode(text) => {
            format!(
                "The mode in the table cannot be read ({text}). Nothing is stopped until it is corrected."
            )
        }
    }
}

fn ordered(mode: &ModeView, until: Option<&str>) -> String {
    let end = until.map_or_else(
        || "until it is ended".to_owned(),
        |until| format!("until {until}"),
    );
    match mode.mode.as_str() {
        "on" => format!("Kept on {end}"),
        "hold" => format!("Not started {end}"),
        "off" => format!("Taken down and kept off {end}"),
        other => format!("“{other}” cannot be read; nothing is stopped until it is corrected"),
    }
}

fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "MANAGED_ENDPOINTS" => "VPNs that are managed, and their subnets",
        "AUDIT_RETENTION_DAYS" => "Days that records are kept (0: for ever)",
        "CONNECTION_RETENTION_DAYS" => "Days that records of connections are kept (0: for ever)",
        "TIME_ZONE" => "Time zone of the overnight window and of times shown",
        "IDLE_TIMEOUT_MINUTES" => "Idle minutes before the VPN is taken down",
        "FIRST_CONNECTION_GRACE_MINUTES" => "Minutes to connect after it is ready",
        "OVERNIGHT_WINDOW" => "When it is night",
        "OVERNIGHT_IDLE_TIMEOUT_MINUTES" => "Idle minutes before it is taken down at night",
        "STALE_CONNECTION_MINUTES" => {
            "Minutes after which a silent connection no longer counts (0: never)"
        }
        "OVERNIGHT_STALE_CONNECTION_MINUTES" => "The same at night (0: never)",
        "MAX_EXTENSION_HOURS" => "Hours that an employee may extend at most",
        "SILENT_BELOW_KIB_PER_HOUR" => "Payload in KiB an hour below which a connection is silent",
        "HOLIDAYS" => "Days on which no booking is due",
        "BOOKING_LIFETIME_DAYS" => "Days after which a booking lapses unless it is renewed",
        "ROUTES" => "Networks routed at each start",
        "ASSOCIATION_HOUR_PRICE_USD" => "Price of an association hour in USD",
        "ALLOWED_EMAIL_DOMAINS" => "Email domains whose people may use the VPN",
        "ADMIN_EMAILS" => "Administrators",
        "AUDITOR_EMAILS" => "Auditors",
        "DRY_RUN" => "Dry run: nothing in AWS is changed",
        _ => return None,
    })
}
