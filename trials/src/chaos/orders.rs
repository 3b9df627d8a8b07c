//! Two administrators who order modes by the page, now and then both at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::redirect::Policy;
use sandbox::clock::ClockKeeper;
use shared::model::audit::{AuditRecord, Event};
use testkit::dice::Dice;
use testkit::history::{History, SentOrder};

use super::evidence::{ENDPOINTS, Evidence};
use crate::browser::Browser;
use crate::checks::Checks;

/// As the sandbox's `ADMIN_EMAILS` has them.
const NAMES: [&str; 2] = ["admin", "boss"];
/// The longest that an order of the storm lasts.
const LONGEST_MINUTES: u64 = 20;

/// The two.
#[derive(Debug, Clone)]
pub(super) struct Orders([Browser; 2]);

/// An order to be sent: by whom, where to, and what.
#[derive(Debug)]
pub(super) struct OrderToSend {
    pub(super) browser: Browser,
    pub(super) at: &'static str,
    pub(super) mode: &'static str,
    pub(super) minutes: i64,
}

impl Orders {
    /// Both sign in.
    pub(super) async fn sign_in(url: &str, clock: &Arc<ClockKeeper>) -> anyhow::Result<Self> {
        let browser = |name| Browser::new(name, url, clock.clone(), Policy::none());
        let browsers = [browser(NAMES[0])?, browser(NAMES[1])?];
        for browser in &browsers {
            browser.sign_in("/").await?;
        }
        Ok(Self(browsers))
    }

    /// What they order in a minute of the storm.
    pub(super) fn act(&self, mut dice: Dice) -> Vec<OrderToSend> {
        let at_work = match dice.between(0, 99) {
            0..4 => 1,
            4..6 => 2,
            _ => 0,
        };
        let Some((at, _)) = dice.pick(&ENDPOINTS).copied() else {
            return Vec::new();
        };
        let browsers = self.0.iter().take(at_work);
        let order = |browser: &Browser| OrderToSend {
            browser: browser.clone(),
            at,
            mode: match dice.between(0, 99) {
                0..25 => "on",
                25..45 => "hold",
                45..75 => "off",
                _ => "none",
            },
            minutes: i64::try_from(dice.between(2, LONGEST_MINUTES)).unwrap_or(2),
        };
        browsers.map(order).collect()
    }

    /// Whoever takes all orders away.
    pub(super) fn any_browser(&self) -> &Browser {
        &self.0[0]
    }
}

/// Each order that was given is on record once, by its giver; what was refused is not; and no one else's name is on any.
pub(super) fn judge(evidence: &Evidence, checks: &mut Checks) {
    let mut broken = Vec::new();
    for history in evidence.histories() {
        broken.extend(history.orders.iter().filter_map(|it| wrong(history, it)));
        let changes = history.of(Event::ModeChanged);
        let strange = changes.filter(|record| record.actor.to_string().contains('@'));
        let strange = strange.filter(|record| !history.orders.iter().any(|it| is_of(record, it)));
        broken.extend(strange.map(|record| format!("no order explains {record:?}")));
    }
    for text in &broken {
        println!("             {text}");
    }
    let claim = "each order is on record once, by who gave it, and what was refused is not";
    checks.that(broken.is_empty(), claim);
}

fn wrong(history: &History, order: &SentOrder) -> Option<String> {
    let changes = history.of(Event::ModeChanged);
    let noted = changes.filter(|record| is_of(record, order)).count();
    // Back to normal where it is normal already changes nothing.
    let least = usize::from(order.is_given() && order.mode != "none");
    let most = usize::from(!order.is_refused());
    (noted < least || noted > most).then(|| format!("{noted} records of {order:?}"))
}

fn is_of(record: &AuditRecord, order: &SentOrder) -> bool {
    // The load balancer puts its own part in front.
    let trace = record.details.origin.trace_id.as_deref();
    trace.is_some_and(|trace| trace.ends_with(&order.trace))
        && record.actor.to_string() == order.email
}

/// How often each mode was ordered, and what was answered.
pub(super) fn count(evidence: &Evidence) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for order in evidence.histories().flat_map(|history| &history.orders) {
        let key = format!("{} {}", order.mode, order.status);
        *counts.entry(key).or_default() += 1;
    }
    counts
}
