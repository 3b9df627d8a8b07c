//! The people of a run: employees with their browsers and laptops (`employee`), what they book (`booker`), and the
//! administrator (`administrator`). What they do is [`testkit::people`]'s; here it is done in the simulated world.

mod administrator;
mod booker;
mod employee;

use shared::model::{ConnectionId, EndpointId, SubnetId};
use testkit::ec2::AssociationStatus;
use testkit::people::Deed;

use crate::engine::Engine;
use crate::lambda::Lambda;

/// What people act on.
#[derive(Clone)]
pub struct People {
    /// Time.
    pub engine: Engine,
    /// The functions.
    pub lambda: Lambda,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its configured subnets.
    pub subnets: Vec<SubnetId>,
}

impl People {
    /// All employees go home for good and want nothing any more, and the administrator takes the mode away.
    pub fn all_leave(&self) {
        let connections: Vec<ConnectionId> = {
            let universe = &*self.engine.universe();
            let endpoint = universe.vpn.endpoint(&self.endpoint);
            let connections = endpoint.into_iter().flat_map(|e| e.connections.values());
            let open = connections.filter(|connection| connection.ended_at.is_none());
            open.map(|connection| connection.id.clone()).collect()
        };
        for connection in connections {
            self.disconnect(&connection);
        }
        self.deed(&Deed::NoMode);
        self.no_booking_stands();
    }

    /// Whether there is anything that a sweep could do or miss: an endpoint that is off and that no employee wants, now or soon, is
    /// swept less often, which saves the simulator time and is within what a schedule may do.
    pub(crate) fn is_asleep(&self) -> bool {
        let universe = &*self.engine.universe();
        let now = self.engine.now();
        if universe.witness.is_booking_near(now, &universe.tables) {
            return false;
        }
        let off = universe
            .vpn
            .endpoint(&self.endpoint)
            .is_some_and(|endpoint| {
                let mut networks = endpoint.networks.values();
                networks.all(|network| network.status == AssociationStatus::Disassociated)
            });
        let settled = universe.tables.state(&self.endpoint).is_ok_and(|state| {
            let answered = state.demand.served.max(state.demand.gave_up.unwrap_or(0));
            state.demand.requests <= answered
                && state.stay.association_ids.is_empty()
                && state.order.text() == state.order.noted
        });
        off && settled
    }
}
