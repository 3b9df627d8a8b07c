//! What a listing of EC2 means: it lags, so what it leaves out is believed for two minutes.

use std::collections::BTreeSet;

use shared::model::NetworkStatus::{
    self, Associated, Associating, AssociationFailed, Disassociated, Disassociating, Unknown,
};
use shared::model::{Observation, SeenNetwork, SubnetId, TargetNetwork};

use crate::world::{A, AROUND, B, association, associations, minutes, network, noon, seconds};

fn listed(subnet: &str, status: NetworkStatus) -> TargetNetwork {
    TargetNetwork {
        association_id: association(subnet),
        subnet_id: SubnetId::observed(subnet),
        status,
        message: None,
    }
}

fn before(networks: Vec<SeenNetwork>) -> Observation {
    Observation {
        networks,
        ..Observation::nothing(noon())
    }
}

#[test]
fn what_is_listed_is_believed_as_listed_and_disassociated_is_gone() {
    let cases = [
        (Associating, true),
        (Associated, true),
        (AssociationFailed, true),
        (Disassociating, true),
        (Disassociated, false),
        (Unknown, true),
    ];
    for (status, believed) in cases {
        for known in [associations(&[]), associations(&[A])] {
            let seen = Observation::from_listing(None, &known, vec![listed(A, status)], noon());
            let found: Vec<_> = seen.networks.iter().map(|n| n.status).collect();
            let expected: &[NetworkStatus] = if believed { &[status] } else { &[] };
            assert_eq!(found, expected, "{status:?}");
        }
    }
}

#[test]
fn what_is_listed_no_more_is_believed_for_less_than_two_minutes() {
    let known = associations(&[A]);
    for status in [Associating, Associated, Disassociating] {
        let before = before(vec![network(A, status, noon())]);
        for second in AROUND {
            let read_at = noon() + minutes(2) + seconds(second);
            let seen = Observation::from_listing(Some(&before), &known, vec![], read_at);
            let found: Vec<_> = seen.networks.iter().map(|n| n.status).collect();
            let expected: &[NetworkStatus] = if second < 0 { &[status] } else { &[] };
            assert_eq!(found, expected, "{status:?} {second}");
        }
    }
}

#[test]
fn the_two_minutes_count_from_when_it_was_listed_last() {
    let known = associations(&[A]);
    let accepted = before(vec![SeenNetwork::accepted(
        association(A),
        SubnetId::observed(A),
        noon(),
    )]);
    let listed_at = noon() + minutes(10);
    let seen = Observation::from_listing(
        Some(&accepted),
        &known,
        vec![listed(A, Associated)],
        listed_at,
    );
    assert_eq!(seen.networks[0].seen_at, listed_at);
    let mut last = seen;
    for (after, believed) in [(60, true), (119, true), (120, false)] {
        let read_at = listed_at + seconds(after);
        last = Observation::from_listing(Some(&last), &known, vec![], read_at);
        assert_eq!(last.network(&association(A)).is_some(), believed, "{after}");
    }
}

#[test]
fn an_unlisted_one_is_believed_beside_those_that_are_listed() {
    let known = associations(&[A, B]);
    let before = before(vec![network(A, Associating, noon())]);
    let read_at = noon() + seconds(30);
    let seen =
        Observation::from_listing(Some(&before), &known, vec![listed(B, Associating)], read_at);
    let ids: BTreeSet<_> = seen
        .networks
        .iter()
        .map(|n| n.association_id.clone())
        .collect();
    assert_eq!(ids, known);
}

#[test]
fn one_that_is_not_ours_is_gone_as_soon_as_it_is_not_listed() {
    let before = before(vec![network(A, Associated, noon())]);
    let read_at = noon() + seconds(1);
    let seen = Observation::from_listing(Some(&before), &associations(&[]), vec![], read_at);
    assert!(seen.networks.is_empty());
}

#[test]
fn one_that_was_accepted_and_never_seen_gets_its_two_minutes_from_now() {
    let known = associations(&[A]);
    let first = Observation::from_listing(None, &known, vec![], noon());
    assert_eq!(first.networks[0].status, Associating);
    for second in AROUND {
        let read_at = noon() + minutes(2) + seconds(second);
        let seen = Observation::from_listing(Some(&first), &known, vec![], read_at);
        assert_eq!(seen.networks.len(), usize::from(second < 0), "{second}");
    }
}

#[test]
fn since_is_kept_while_the_status_stays_and_begins_anew_with_another() {
    let before = before(vec![network(A, Associating, noon())]);
    let read_at = noon() + minutes(5);
    for (status, since) in [(Associating, noon()), (Associated, read_at)] {
        let listing = vec![listed(A, status)];
        let seen = Observation::from_listing(Some(&before), &associations(&[A]), listing, read_at);
        let network = &seen.networks[0];
        assert_eq!(
            (network.since, network.seen_at),
            (since, read_at),
            "{status:?}"
        );
    }
}
