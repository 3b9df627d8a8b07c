//! How an endpoint stands, in numbers: for those who watch.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{EndpointState, NetworkStatus, Observation};
use crate::policy::Phase;

/// What a sweep measured at one endpoint. `None`: not so, or not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Target networks that are associated or on their way there: what AWS bills.
    pub associations: usize,
    pub active_connections: Option<usize>,
    pub up: Option<TimeDelta>,
    /// How long somebody has been waiting for it to be ready.
    pub starting: Option<TimeDelta>,
    /// How long it has been on its way down.
    pub stopping: Option<TimeDelta>,
}

impl Gauges {
    pub(super) fn of(
        phase: Phase,
        state: &EndpointState,
        seen: &Observation,
        now: DateTime<Utc>,
    ) -> Self {
        let is_up = |status| {
            matches!(
                status,
                NetworkStatus::Associating | NetworkStatus::Associated
            )
        };
        let associations = seen.networks.iter().filter(|n| is_up(n.status)).count();
        let going_down = seen.in_status(NetworkStatus::Disassociating);
        let down_since = going_down.map(|network| network.since).min();
        let starting_since = state
            .start_counts_from()
            .or(state.attempts.began_at)
            .or(state.stay.up_since);
        let for_how_long = |since: Option<DateTime<Utc>>| since.map(|since| now - since);
        Self {
            associations,
            active_connections: seen
                .usage
                .as_ref()
                .filter(|_| associations > 0)
                .map(|usage| usage.active),
            up: for_how_long(state.stay.up_since.filter(|_| associations > 0)),
            starting: for_how_long(starting_since.filter(|_| phase == Phase::Starting)),
            stopping: for_how_long(
                down_since
                    .or(state.stay.stop.since)
                    .filter(|_| phase == Phase::Stopping),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssociationId, SeenNetwork, SubnetId};

    fn at(minute: i64) -> DateTime<Utc> {
        "2026-11-23T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
    }

    fn state(set: impl FnOnce(&mut EndpointState)) -> EndpointState {
        let mut state = EndpointState::default();
        set(&mut state);
        state
    }

    fn seen(statuses: &[(NetworkStatus, i64)]) -> Observation {
        let mut seen = Observation::nothing(at(0));
        for (number, (status, since)) in statuses.iter().enumerate() {
            let id = AssociationId::observed(format!("cvpn-assoc-{number}"));
            let mut network = SeenNetwork::accepted(id, SubnetId::observed("subnet-1"), at(*since));
            network.status = *status;
            seen.networks.push(network);
        }
        seen
    }

    #[test]
    fn what_is_billed_is_what_is_up_or_on_its_way_there() {
        let seen = seen(&[
            (NetworkStatus::Associating, 0),
            (NetworkStatus::Associated, 0),
            (NetworkStatus::Disassociating, 0),
            (NetworkStatus::AssociationFailed, 0),
        ]);
        let gauges = Gauges::of(Phase::Ready, &EndpointState::default(), &seen, at(1));
        assert_eq!(gauges.associations, 2);
    }

    #[test]
    fn waiting_is_counted_from_the_request_and_only_while_it_starts() {
        let state = state(|state| {
            state.attempts.asked_at = Some(at(1));
            state.attempts.began_at = Some(at(5));
            state.stay.up_since = Some(at(6));
        });
        let seen = seen(&[(NetworkStatus::Associating, 6)]);
        let starting = Gauges::of(Phase::Starting, &state, &seen, at(41));
        assert_eq!(starting.starting, Some(TimeDelta::minutes(40)));
        assert_eq!(starting.up, Some(TimeDelta::minutes(35)));
        assert_eq!(starting.stopping, None);
        let ready = Gauges::of(Phase::Ready, &state, &seen, at(41));
        assert_eq!(ready.starting, None);
    }

    #[test]
    fn going_down_is_counted_from_the_first_that_goes() {
        let state = state(|state| state.stay.stop.since = Some(at(9)));
        let seen = seen(&[
            (NetworkStatus::Disassociating, 4),
            (NetworkStatus::Disassociating, 7),
        ]);
        let gauges = Gauges::of(Phase::Stopping, &state, &seen, at(34));
        assert_eq!(gauges.stopping, Some(TimeDelta::minutes(30)));
        assert_eq!(gauges.up, None);
        assert_eq!(gauges.active_connections, None);
    }
}
