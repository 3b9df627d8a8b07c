//! Who asked for the VPN, until when, and what it means to be done with it.

use shared::model::Email;
use shared::model::item::rfc3339;
use shared::reconcile::{EndpointStatus, LeaseView};

use super::Since;
use crate::When;
use crate::texts::Texts;

pub(super) struct Holder<'a> {
    pub(super) who: &'a str,
    pub(super) is_viewer: bool,
    pub(super) until: Option<Since>,
}

/// Those with a lease, the viewer first.
pub(super) fn holders<'a>(
    status: &'a EndpointStatus,
    viewer: &Email,
    t: &'static Texts,
    when: &When,
) -> Vec<Holder<'a>> {
    let holder = |LeaseView { email, until }: &'a LeaseView| {
        let is_viewer = *email == viewer.as_str();
        Holder {
            who: if is_viewer { t.you } else { email },
            is_viewer,
            until: until.map(|until| Since {
                machine: rfc3339(until),
                text: (t.until)(&when.at(until)),
            }),
        }
    };
    let mut holders: Vec<_> = status.leases.iter().map(holder).collect();
    holders.sort_by_key(|holder| (!holder.is_viewer, holder.who));
    holders
}

/// What saying "I'm done" means, to an employee who has something to give back.
pub(super) fn done(
    status: &EndpointStatus,
    viewer: &Email,
    t: &'static Texts,
) -> Option<Vec<String>> {
    let holders = &status.particulars.holders;
    holders.get(viewer)?;
    let others: Vec<&str> = holders
        .iter()
        .filter(|holder| *holder != viewer)
        .map(Email::as_str)
        .collect();
    let mut sentences = Vec::new();
    if !others.is_empty() {
        sentences.push((t.done_others)(&others.join(t.list_separator)));
    }
    if let Some(open @ 1..) = status.active_connections {
        sentences.push((t.done_connected)(open));
    }
    if sentences.is_empty() {
        sentences.push(t.done_nobody.to_owned());
    }
    Some(sentences)
}
