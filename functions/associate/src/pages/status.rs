//! Where an endpoint stands, until when, and what to do next.

use std::fmt::Write as _;

use shared::model::Email;
use shared::policy::Phase;
use shared::reconcile::Standing;

use super::{Layout, Site, Text, button, time};

/// How often the page looks again while something is on its way.
const REFRESH_SECONDS: u32 = 10;
/// Extensions on offer, in minutes.
const EXTENSIONS: [(i64, &str); 5] = [
    (30, "30 minutes"),
    (60, "1 hour"),
    (120, "2 hours"),
    (240, "4 hours"),
    (480, "8 hours"),
];

/// The status page of one endpoint.
#[derive(Debug)]
pub(crate) struct StatusPage<'a> {
    pub(crate) site: Site,
    pub(crate) standing: &'a Standing,
    /// Who looks.
    pub(crate) viewer: &'a Email,
}

impl StatusPage<'_> {
    /// The page.
    pub(crate) fn html(&self) -> String {
        let standing = self.standing;
        let phase = standing.phase.as_str();
        let moving = matches!(standing.phase, Phase::Starting | Phase::Stopping);
        let mut content = format!(
            "<p><strong class=\"phase {phase}\">{phase}</strong></p>\n<p>{}</p>\n",
            Text(&standing.message)
        );
        for warning in &standing.warnings {
            push(
                &mut content,
                format_args!("<p class=\"warning\">{}</p>\n", Text(warning)),
            );
        }
        content += &self.next_step();
        content += &self.facts();
        let title = format!("{}: {phase}", standing.endpoint);
        let layout = Layout {
            title: &title,
            refresh_seconds: moving.then_some(REFRESH_SECONDS),
            has_sign_out: self.site.has_sign_out,
        };
        layout.around(content)
    }

    fn next_step(&self) -> String {
        let path = |action: &str| format!("/vpn/{}{action}", self.standing.endpoint);
        match self.standing.phase {
            Phase::Off => {
                let ask = button(&path(""), "Ask for the VPN");
                format!("<h2>Next step</h2>\n{ask}")
            }
            Phase::Starting => {
                "<h2>Next step</h2>\n<p>Wait: this page looks again by itself. You can get the \
                 profile meanwhile.</p>\n"
                    .to_owned()
                    + &self.profile()
            }
            Phase::Ready => {
                "<h2>Next step</h2>\n<p>Connect with your VPN client.</p>\n".to_owned()
                    + &self.profile()
                    + &self.extend()
                    + &button(&path("/release"), "I'm done")
            }
            Phase::Stopping => {
                let ask = button(&path(""), "Ask for it back");
                format!(
                    "<h2>Next step</h2>\n<p>Do you need it? It comes back once it is down.</p>\n{ask}"
                )
            }
            Phase::Failed => {
                let ask = button(&path(""), "Try again");
                format!(
                    "<h2>Next step</h2>\n<p>Try again; if that does not help, tell an administrator what you read \
                     here.</p>\n{ask}"
                )
            }
        }
    }

    fn profile(&self) -> String {
        let name = Text(&self.standing.endpoint);
        format!(
            "<p><a href=\"/vpn/{name}/profile\">Download the client profile ({name}.ovpn)</a></p>\n"
        )
    }

    fn extend(&self) -> String {
        let options: Vec<String> = EXTENSIONS
            .iter()
            .filter(|(minutes, _)| *minutes <= self.site.max_extension_minutes)
            .map(|(minutes, label)| format!("<option value=\"{minutes}\">{label}</option>"))
            .collect();
        if options.is_empty() {
            return String::new();
        }
        format!(
            "<form method=\"post\" action=\"/vpn/{}/extend\"><label>Keep it for the next <select name=\"minutes\">\
             {}</select></label> <button>Keep it</button></form>\n",
            Text(&self.standing.endpoint),
            options.concat()
        )
    }

    fn facts(&self) -> String {
        let Self { site, standing, .. } = self;
        let mut facts = String::from("<dl>\n");
        let mut fact = |name: &str, value: String| {
            push(
                &mut facts,
                format_args!("<dt>{name}</dt><dd>{value}</dd>\n"),
            );
        };
        if standing.phase == Phase::Ready {
            let stays = standing.keep_until.map_or_else(
                || "while it is in use".to_owned(),
                |until| format!("until {}", time(until, site.time_zone)),
            );
            fact("It stays", stays);
        }
        if let Some(estimate) = standing.ready_estimate {
            fact("Probably ready at", time(estimate, site.time_zone));
        }
        if let Some(started) = standing.started_at {
            fact("Asked for at", time(started, site.time_zone));
        }
        if let Some(connections) = standing.active_connections {
            fact("Connections", connections.to_string());
        }
        for lease in &standing.leases {
            let whose = if lease.email == self.viewer.as_str() {
                "You hold it".to_owned()
            } else {
                format!("{} holds it", Text(&lease.email))
            };
            if let Some(until) = lease.until {
                fact(&whose, format!("until {}", time(until, site.time_zone)));
            }
        }
        if let Some(seen) = standing.observed_at {
            fact("Last looked at", time(seen, site.time_zone));
        }
        facts + "</dl>\n"
    }
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(more);
}
