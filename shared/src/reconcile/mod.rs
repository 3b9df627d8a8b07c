//! The reconciler that both functions drive: observe an endpoint, decide, act.
//!
//! Every pass may be repeated, may overlap with another and may die half-way: the next one carries on from what it
//! finds. What makes that true is "The protocol" of DESIGN 5:
//!
//! - `entry`: how clicks, polls and sweeps come in; [`ask`](Reconciler::ask) has the order of an ask's writes
//! - `read`: what is read of EC2, and what it means
//! - `pass`: decide, see who may do it, execute
//! - `execute`: the calls to EC2, and what is committed before them
//! - `transition`: what is written together
//! - `cache`: what a process remembers
//! - `status`, `gauges`: what people and alarms are told

mod cache;
mod deadline;
mod entry;
mod execute;
mod gauges;
mod pass;
mod read;
mod status;
mod transition;

use std::sync::Arc;

use futures::{StreamExt, stream};

use crate::clock::Clock;
use crate::model::audit::{EventIds, Retention};
use crate::model::{ManagedEndpoint, Rules};
use crate::policy::Policy;
use crate::ports::{ClientVpn, Store};
use cache::{RecordedEnds, WaitingLeases};

pub use deadline::LeftOut;
pub use entry::Ask;
pub use entry::ahead::ReadAhead;
pub use entry::ask::{AskOutcome, ExtendError};
pub use entry::booking::BookError;
pub use entry::glance::Glance;
pub use entry::order::{MAX_ORDER, Order, OrderError};
pub use entry::own_bookings::CancelError;
pub use entry::status::StatusError;
pub use entry::sweep::{SweepError, SweepOutcome};
pub use gauges::Gauges;
pub use status::{
    BookingParticulars, BookingView, EndpointStatus, Estimate, LeaseView, ModeView, Particulars,
    PersonalView, Progress, TargetNetworkView,
};

#[cfg(all(test, feature = "aws"))]
pub(crate) use deadline::STOP_TAKES;

/// EC2 takes at most ten operations in flight for each endpoint
/// (<https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/limits.html>); others may be at work too.
const CALLS_AT_ONCE: usize = 5;

/// Drives managed endpoints to where employees, rules and administrators want them.
pub struct Reconciler {
    vpn: Arc<dyn ClientVpn>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: EventIds,
    settings: Settings,
    recorded_ends: RecordedEnds,
    waiting_leases: WaitingLeases,
}

/// What was decided beforehand, the same for all endpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub rules: Rules,
    pub retention: Retention,
    /// What AWS bills for an hour of one association, in US dollars.
    pub association_hour_price_usd: f64,
}

impl Reconciler {
    pub fn new(
        vpn: Arc<dyn ClientVpn>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: EventIds,
        settings: Settings,
    ) -> Self {
        Self {
            vpn,
            store,
            clock,
            ids,
            settings,
            recorded_ends: RecordedEnds::default(),
            waiting_leases: WaitingLeases::default(),
        }
    }

    fn policy<'a>(&'a self, endpoint: &'a ManagedEndpoint) -> Policy<'a> {
        Policy {
            endpoint,
            rules: &self.settings.rules,
        }
    }
}

/// Makes calls side by side, so many at once, and returns their answers in order. They come as a `Vec`: a stream that
/// still makes them while it is polled would not be `Send`.
async fn side_by_side<F: Future>(calls: Vec<F>, at_once: usize) -> Vec<F::Output> {
    stream::iter(calls).buffered(at_once).collect().await
}
