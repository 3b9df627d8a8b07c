//! What taking the VPN down would do, before it is ordered.

use askama::Template;
use chrono::{DateTime, Utc};
use page::{Frame, render};
use shared::model::{Email, MAX_CONNECTED};
use shared::policy::Phase;
use shared::reconcile::EndpointStatus;

use super::holders::{Holder, holders};
use super::orders::{Form, Standing};
use crate::Language;
use crate::assets::ASSETS;
use crate::frame::Site;
use crate::texts::Texts;

/// The page on which an administrator orders an endpoint off.
#[derive(Debug)]
pub struct TakeDownPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub standing: &'a EndpointStatus,
    /// The administrator.
    pub viewer: &'a Email,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "take_down.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    name: &'a str,
    is_dry_run: bool,
    order: Option<Standing<'a>>,
    connected: Vec<&'a str>,
    is_cut: bool,
    connections: String,
    holders: Vec<Holder<'a>>,
    form: Form,
}

impl TakeDownPage<'_> {
    pub fn html(&self) -> String {
        let Self { site, standing, .. } = self;
        let t = Texts::of(self.language);
        let when = site.when(self.language, self.now);
        let title = format!("{} – {}", t.orders.take_down_title, standing.endpoint);
        let count = standing.active_connections;
        render(&Page {
            frame: Frame {
                icon: ASSETS.icon(Phase::Stopping).path(),
                viewer: Some(self.viewer.to_string()),
                ..site.frame(self.language, &title)
            },
            t,
            name: &standing.endpoint,
            is_dry_run: site.is_dry_run,
            order: Standing::of(standing, t, &when),
            connected: standing
                .particulars
                .connected
                .iter()
                .map(String::as_str)
                .collect(),
            is_cut: standing.particulars.connected.len() >= MAX_CONNECTED,
            connections: count.map_or_else(|| t.orders.not_known.to_owned(), t.connections_now),
            holders: holders(standing, self.viewer, t, &when),
            form: Form::to_take_down(standing, t, &when),
        })
    }
}
