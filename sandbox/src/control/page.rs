//! The control page.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use shared::clock::Clock;
use testkit::ec2::{ConnectionStatus, Ec2World, Endpoint};
use testkit::example;

use super::parts::Control;
use crate::dynamo::Record;
use crate::html::{self, Escaped};

/// How many audit records are shown.
const RECORDS: usize = 30;

pub(super) async fn page(State(control): State<Control>) -> Response {
    let records = match control.dynamo.records().await {
        Ok(found) => records(&found),
        Err(error) => format!("<p class=\"problem\">{}</p>", Escaped(&error.to_string())),
    };
    let endpoints = control.ec2.read(|world| {
        world
            .endpoints()
            .map(|one| endpoint(world, one))
            .collect::<String>()
    });
    let body = [
        nav(),
        time(&control),
        endpoints,
        faults(&control),
        functions(&control),
        records,
        machines(&control),
    ];
    (
        [(header::CACHE_CONTROL, "no-store")],
        Html(html::page("Behind the scenes", &body.concat())),
    )
        .into_response()
}

fn nav() -> String {
    "<nav><a href=\"/\">What an employee sees</a> <a href=\"/sandbox/sign-in\">Sign in</a> \
     <a href=\"/sandbox/\">Look again</a> \
     <form class=\"inline\" method=\"post\" action=\"/sandbox/sign-out\"><button>Sign out</button></form></nav>"
        .to_owned()
}

fn time(control: &Control) -> String {
    let now = control.clock.now();
    let local = now.with_timezone(&chrono_tz::Asia::Tokyo);
    let jumps = [
        (1, "1 min"),
        (5, "5 min"),
        (15, "15 min"),
        (60, "1 h"),
        (480, "8 h"),
    ]
    .map(|(minutes, label)| {
        format!("<button name=\"minutes\" value=\"{minutes}\">{label}</button> ")
    })
    .concat();
    let speeds = [0, 1, 10, 60, 600]
        .map(|speed| match speed {
            0 => "<button name=\"speed\" value=\"0\">stop</button> ".to_owned(),
            speed => format!("<button name=\"speed\" value=\"{speed}\">×{speed}</button> "),
        })
        .concat();
    format!(
        "<h2>Time</h2><p>It is <strong>{} in Tokyo</strong> ({} UTC). {}</p>\
         <form method=\"post\" action=\"/sandbox/time\">Let pass: {jumps}</form>\
         <form method=\"post\" action=\"/sandbox/time\">Speed: {speeds}</form>",
        local.format("%a %Y-%m-%d %H:%M:%S"),
        now.format("%H:%M:%S"),
        match control.clock.speed() {
            0 => "Time stands still.".to_owned(),
            speed => format!("Time passes at {speed} times its speed."),
        },
    )
}

fn endpoint(world: &Ec2World, endpoint: &Endpoint) -> String {
    let id = &endpoint.spec.id;
    let networks = endpoint.networks.values().map(|network| {
        format!(
            "<tr><td><code>{subnet}</code><td>{status}<td><code>{association}</code><td>\
             <form class=\"inline\" method=\"post\" action=\"/sandbox/disassociate\">\
             <input type=\"hidden\" name=\"endpoint\" value=\"{id}\">\
             <input type=\"hidden\" name=\"association\" value=\"{association}\">\
             <button>Disassociate by hand</button></form>",
            subnet = Escaped(network.subnet_id.as_str()),
            status = network.status.as_str(),
            association = Escaped(network.association_id.as_str()),
        )
    });
    let networks = table(
        &["Subnet", "Status", "Association", "By hand"],
        networks,
        "No target network: the VPN is off.",
    );
    let now = world.now();
    let listed = endpoint
        .connections
        .values()
        .filter(|connection| connection.is_listed(now));
    let connections = listed.map(|connection| {
        let status = connection.status(now);
        let silent = if connection.is_silent() {
            ", silent"
        } else {
            ""
        };
        let counters = connection.counters(now);
        format!(
            "<tr><td>{who}<td>{status}{silent}<td>{since}<td>{bytes}<td>{packets}<td>{buttons}",
            who = Escaped(
                connection
                    .client
                    .user_name()
                    .unwrap_or(connection.client.common_name())
            ),
            status = status.as_str(),
            since = connection.established_at.format("%H:%M:%S"),
            bytes = counters.ingress_bytes + counters.egress_bytes,
            packets = counters.ingress_packets + counters.egress_packets,
            buttons = connection_buttons(connection.id.as_str(), status),
        )
    });
    let columns = [
        "User",
        "Status",
        "Since (UTC)",
        "Bytes",
        "Packets",
        "Client",
    ];
    let connections = table(&columns, connections, "No client is connected.");
    let routes = endpoint
        .routes
        .values()
        .map(|route| format!("{} → {}", route.cidr, route.target))
        .collect::<Vec<_>>();
    format!(
        "<h2>{name} <code>{id}</code></h2>{networks}{connections}\
         <form method=\"post\" action=\"/sandbox/connect\"><input type=\"hidden\" name=\"endpoint\" value=\"{id}\">\
         <p><label>Connect a client as <input name=\"user\" value=\"hana@example.com\"></label> <button>Connect</button></p>\
         </form><p class=\"note\">Routes: {routes}</p>",
        name = Escaped(&endpoint.spec.description),
        routes = if routes.is_empty() {
            "none".to_owned()
        } else {
            Escaped(&routes.join(", ")).to_string()
        },
    )
}

fn connection_buttons(id: &str, status: ConnectionStatus) -> String {
    if status != ConnectionStatus::Active {
        return String::new();
    }
    format!(
        "<form class=\"inline\" method=\"post\" action=\"/sandbox/connection\">\
         <input type=\"hidden\" name=\"connection\" value=\"{}\">\
         <button name=\"act\" value=\"disconnect\">Disconnect</button> \
         <button name=\"act\" value=\"silence\">Leave it silent</button></form>",
        Escaped(id)
    )
}

fn faults(control: &Control) -> String {
    let ec2 = control.ec2.read(|world| {
        world
            .faults()
            .iter()
            .map(|fault| format!("{fault:?}"))
            .collect::<Vec<_>>()
    });
    let planned = ec2.into_iter().chain(control.dynamo.faults());
    let planned = planned
        .map(|fault| format!("<li>{}</li>", Escaped(&fault)))
        .collect::<Vec<_>>()
        .concat();
    let calls = CALLS.map(call_option).concat();
    let faults = FAULTS
        .map(|fault| format!("<option>{fault}</option>"))
        .concat();
    format!(
        "<h2>Faults</h2><ul>{planned}</ul><form method=\"post\" action=\"/sandbox/fault\"><p>\
         <label>Let <select name=\"call\">{calls}</select></label> \
         <label>fail with <select name=\"fault\">{faults}</select></label> \
         <label><input name=\"times\" type=\"number\" min=\"1\" max=\"1000\" value=\"1\"> times</label> \
         <button>Do so</button></p></form>\
         <form method=\"post\" action=\"/sandbox/faults/clear\"><button>Take all faults back</button></form>"
    )
}

fn call_option(call: &str) -> String {
    let label = match call.split_once(':') {
        Some(("ec2", "")) => "any call to EC2",
        Some((_, "")) => "any call to DynamoDB",
        Some((_, name)) => name,
        None => call,
    };
    format!("<option value=\"{call}\">{label}</option>")
}

/// `ec2:` and `dynamodb:` stand for any call.
const CALLS: [&str; 13] = [
    "ec2:",
    "ec2:AssociateClientVpnTargetNetwork",
    "ec2:DisassociateClientVpnTargetNetwork",
    "ec2:DescribeClientVpnTargetNetworks",
    "ec2:DescribeClientVpnConnections",
    "ec2:DescribeClientVpnRoutes",
    "ec2:CreateClientVpnRoute",
    "ec2:ExportClientVpnClientConfiguration",
    "dynamodb:",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:TransactWriteItems",
];

const FAULTS: [&str; 9] = [
    "hang",
    "answer-lost",
    "RequestLimitExceeded",
    "IncorrectState",
    "InternalError",
    "UnauthorizedOperation",
    "ProvisionedThroughputExceededException",
    "TransactionConflictException",
    "transaction-conflict",
];

fn functions(control: &Control) -> String {
    let rows = control.lambda.functions().map(|name| {
        format!(
            "<tr><td>{name}<td>{alive} now, {started} started<td>\
             <form class=\"inline\" method=\"post\" action=\"/sandbox/kill\">\
             <button name=\"function\" value=\"{name}\">Kill</button></form>",
            name = Escaped(name),
            alive = control.lambda.instances(name),
            started = control.lambda.cold_starts(name),
        )
    });
    let rows = table(&["Function", "Processes", "By hand"], rows, "");
    format!(
        "<h2>Functions</h2>{rows}<form method=\"post\" action=\"/sandbox/sweep\"><button>Sweep now</button></form>\
         <p class=\"note\">Logs: <code>{}</code></p>",
        Escaped(&control.lambda.logs().to_string_lossy())
    )
}

/// The newest audit records.
fn records(records: &[Record]) -> String {
    let rows = records.iter().rev().take(RECORDS).map(|record| {
        let cells = ["occurred_at", "endpoint_name", "event", "actor", "reason"];
        cells.iter().fold("<tr>".to_owned(), |mut row, name| {
            // Writing to a string cannot fail.
            let _ = write!(row, "<td>{}", Escaped(record.text(name)));
            row
        })
    });
    let columns = ["When (UTC)", "Endpoint", "Event", "Who", "Why"];
    format!(
        "<h2>Audit records</h2>{}",
        table(&columns, rows, "Nothing is on record yet.")
    )
}

fn machines(control: &Control) -> String {
    let urls = &control.urls;
    format!(
        "<h2>For tools</h2><p class=\"note\">EC2: <code>{}</code> · DynamoDB: <code>{}</code> · region <code>{}</code>, \
         any credentials · control API: <code>/sandbox/api/</code></p>",
        Escaped(&urls.ec2),
        Escaped(&urls.dynamo),
        example::REGION
    )
}

fn table(columns: &[&str], rows: impl Iterator<Item = String>, empty: &str) -> String {
    let rows = rows.collect::<String>();
    if rows.is_empty() {
        return format!("<p>{empty}</p>");
    }
    let head = columns
        .iter()
        .map(|column| format!("<th scope=\"col\">{column}"))
        .collect::<Vec<_>>()
        .concat();
    // Scrolled with the keyboard, too.
    format!(
        "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>{head}</thead><tbody>{rows}</tbody></table></div>"
    )
}
