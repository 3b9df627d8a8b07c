//! Limits, client tokens, faults and the call log.

use testkit::ec2::{
    Action, ApiError, Call, Caller, Ec2World, Fault, FaultKind, NewRoute, Outcome, Paging, Request,
    RouteTarget, Throttle,
};

use super::{associate, at, osaka, settings, subnet, tokyo, up, world};

fn describe() -> Request {
    Request::DescribeRoutes {
        endpoint: tokyo(),
        filters: Vec::new(),
        paging: Paging::default(),
    }
}

fn api() -> Caller {
    Caller::api("ap-northeast-1")
}

#[test]
fn a_token_used_again_is_answered_with_the_first_result_even_when_that_is_long_gone() {
    let mut world = world();
    let first = world
        .associate(at(0), &tokyo(), &subnet(1), Some("t"))
        .expect("associates");
    let again = world
        .associate(at(10), &tokyo(), &subnet(1), Some("t"))
        .expect("replays");
    assert_eq!(first, again);
    world
        .disassociate(at(300), &tokyo(), &first.association_id)
        .expect("disassociates");
    assert_eq!(
        world.associate(at(9000), &tokyo(), &subnet(1), Some("t")),
        Ok(first),
        "nothing is done"
    );
    assert!(
        world
            .endpoint(&tokyo())
            .expect("the endpoint")
            .networks
            .is_empty()
    );
    world
        .associate(at(9000), &tokyo(), &subnet(1), Some("fresh"))
        .expect("a fresh one works");
}

#[test]
fn a_token_used_again_for_something_else_is_refused() {
    let mut world = world();
    world
        .associate(at(0), &tokyo(), &subnet(1), Some("t"))
        .expect("associates");
    let other = world.associate(at(0), &tokyo(), &subnet(2), Some("t"));
    assert_eq!(other, Err(ApiError::IdempotentParameterMismatch));
}

#[test]
fn a_refused_call_does_not_use_its_token_up() {
    let mut world = world();
    let route = NewRoute {
        cidr: "1.0.0.0/8".parse().expect("a range"),
        target: RouteTarget::Subnet(subnet(1)),
        description: String::new(),
    };
    world
        .create_route(at(0), &tokyo(), route.clone(), Some("t"))
        .expect_err("nothing is associated");
    associate(&mut world, 0, 1);
    world
        .create_route(at(300), &tokyo(), route.clone(), Some("t"))
        .expect("the same token works now");
    world
        .create_route(at(301), &tokyo(), route.clone(), Some("t"))
        .expect("and is replayed");
    let twice = world.create_route(at(301), &tokyo(), route, None);
    assert_eq!(
        twice.expect_err("twice").code(),
        "InvalidClientVpnDuplicateRoute"
    );
}

#[test]
fn a_token_has_64_characters_at_most() {
    let mut world = world();
    let long = "x".repeat(65);
    let refused = world.associate(at(0), &tokyo(), &subnet(1), Some(&long));
    assert_eq!(
        refused.expect_err("too long").code(),
        "InvalidParameterValue"
    );
    world
        .associate(at(0), &tokyo(), &subnet(1), Some(&long[..64]))
        .expect("64 are fine");
}

#[test]
fn the_request_limit_is_a_bucket_that_refills() {
    let mut settings = settings();
    settings.behaviour.throttle = Some(Throttle {
        capacity: 3,
        refill_per_second: 2,
    });
    let mut world = Ec2World::new(settings, at(0));
    let mut allowed = |seconds: i64| {
        (0..10)
            .filter(|_| world.perform(at(seconds), &api(), describe()).is_ok())
            .count()
    };
    assert_eq!(allowed(0), 3);
    assert_eq!(allowed(0), 0);
    assert_eq!(allowed(1), 2);
    assert_eq!(allowed(100), 3, "never fuller than full");
    let refused = world.perform(at(100), &api(), describe());
    assert_eq!(refused, Err(ApiError::RequestLimitExceeded));
    world
        .perform(at(100), &Caller::admin(), describe())
        .expect("the administrator's hand is not limited");
}

#[test]
fn only_so_many_operations_are_under_way_on_an_endpoint() {
    let mut settings = settings();
    settings.behaviour.operations_in_flight = Some(1);
    let mut world = Ec2World::new(settings, at(0));
    associate(&mut world, 0, 1);
    let second = world.associate(at(299), &tokyo(), &subnet(2), None);
    assert_eq!(second, Err(ApiError::ConcurrentMutationLimit(tokyo())));
    let elsewhere = shared::model::SubnetId::observed("subnet-0bbbbbbbbbbbbbbb1");
    world
        .associate(at(299), &osaka(), &elsewhere, None)
        .expect("each endpoint has its own limit");
    world
        .associate(at(310), &tokyo(), &subnet(2), None)
        .expect("the first one is through");
}

#[test]
fn a_dry_run_does_nothing_and_an_unknown_endpoint_is_told_first() {
    let mut world = world();
    let dry = Caller {
        dry_run: true,
        ..api()
    };
    let associate = |endpoint| Request::Associate {
        endpoint,
        subnet: subnet(1),
        client_token: Some("t".to_owned()),
    };
    assert_eq!(
        world.perform(at(0), &dry, associate(tokyo())),
        Err(ApiError::DryRun)
    );
    assert!(
        world
            .endpoint(&tokyo())
            .expect("the endpoint")
            .networks
            .is_empty()
    );
    let unknown: shared::model::EndpointId =
        "cvpn-endpoint-00000000000000000".parse().expect("an id");
    let refused = world.perform(at(0), &dry, associate(unknown));
    assert_eq!(
        refused.expect_err("unknown").code(),
        "InvalidClientVpnEndpointId.NotFound"
    );
}

#[test]
fn a_fault_strikes_its_call_after_so_many_and_so_often() {
    let mut world = world();
    let action = Action::DescribeClientVpnRoutes;
    let fault = Fault {
        after: 2,
        times: Some(2),
        ..Fault::once(action, FaultKind::Hang)
    };
    world.inject(fault).expect("a valid fault");
    assert_eq!(
        world.take_fault(Action::DescribeClientVpnConnections),
        None,
        "another call"
    );
    let struck: Vec<bool> = (0..6).map(|_| world.take_fault(action).is_some()).collect();
    assert_eq!(struck, [false, false, true, true, false, false]);
    assert!(world.faults().is_empty(), "it is used up");
}

#[test]
fn a_fault_without_an_end_lasts_until_it_is_cleared() {
    let mut world = world();
    let any = Fault {
        action: None,
        ..Fault::always(Action::CreateClientVpnRoute, FaultKind::Garbage)
    };
    world.inject(any).expect("a valid fault");
    for action in Action::ALL {
        assert_eq!(world.take_fault(*action), Some(FaultKind::Garbage));
    }
    world.clear_faults();
    assert_eq!(world.take_fault(Action::CreateClientVpnRoute), None);
}

#[test]
fn a_fault_that_makes_no_sense_is_refused() {
    let routes = Action::DescribeClientVpnRoutes;
    let connections = Action::DescribeClientVpnConnections;
    let error = |status| FaultKind::Error {
        code: "InternalError".to_owned(),
        status,
    };
    for bad in [
        Fault {
            times: Some(0),
            ..Fault::once(routes, FaultKind::Hang)
        },
        Fault::once(routes, error(399)),
        Fault::once(routes, error(600)),
        Fault::once(routes, FaultKind::error("")),
        Fault::once(routes, FaultKind::Stale { seconds: 10 }),
        Fault::once(connections, FaultKind::Stale { seconds: 3601 }),
        Fault::once(routes, FaultKind::NoCounters),
        Fault::once(
            routes,
            FaultKind::Late {
                milliseconds: 600_001,
            },
        ),
    ] {
        assert!(world().inject(bad.clone()).is_err(), "{bad:?}");
    }
    for good in [
        Fault::once(routes, error(400)),
        Fault::once(connections, FaultKind::Stale { seconds: 3600 }),
        Fault::once(connections, FaultKind::NoCounters),
    ] {
        world().inject(good).expect("makes sense");
    }
}

#[test]
fn calls_are_counted_until_the_log_is_emptied() {
    let (mut world, _, _) = up();
    for action in [
        Action::CreateClientVpnRoute,
        Action::CreateClientVpnRoute,
        Action::DeleteClientVpnRoute,
    ] {
        let at = world.now();
        let call = Call {
            at,
            action,
            actor: api().actor,
            access_key: String::new(),
            parameters: [].into(),
            outcome: Outcome::Done,
        };
        world.record(call);
    }
    assert_eq!(
        world.call_counts().get(&Action::CreateClientVpnRoute),
        Some(&2)
    );
    assert_eq!(world.calls().count(), 3);
    world.reset_calls();
    assert!(world.call_counts().is_empty());
}
