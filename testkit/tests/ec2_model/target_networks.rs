//! Associating and disassociating.

use shared::model::{AssociationId, SecurityGroupId, SubnetId, VpcId};
use testkit::ec2::AssociationStatus as Is;
use testkit::ec2::{Answer, ApiError, Behaviour, Caller, Delay, EndpointSpec};
use testkit::ec2::{Ec2World, Paging, Request, Subnet};

use super::{associate, at, disassociate, osaka, settings, status, subnet, tokyo, up, world};

#[test]
fn associating_takes_its_time_and_no_second_less() {
    let mut world = world();
    let id = associate(&mut world, 0, 1);
    for (seconds, expected) in [
        (0, Is::Associating),
        (299, Is::Associating),
        (300, Is::Associated),
    ] {
        assert_eq!(
            status(&mut world, seconds, &id),
            Some(expected),
            "{seconds}"
        );
    }
}

#[test]
fn a_drawn_delay_lies_between_its_bounds() {
    let mut settings = settings();
    settings.behaviour.associating = Delay::between(240, 600);
    for seed in 0..50 {
        let mut world = Ec2World::new(
            testkit::ec2::Settings {
                seed,
                ..settings.clone()
            },
            at(0),
        );
        let id = associate(&mut world, 0, 1);
        assert_eq!(status(&mut world, 239, &id), Some(Is::Associating));
        assert_eq!(status(&mut world, 600, &id), Some(Is::Associated));
    }
}

#[test]
fn the_endpoint_reads_pending_associate_while_its_first_network_is_associating() {
    let mut world = world();
    let read = |world: &Ec2World| world.endpoint(&tokyo()).expect("the endpoint").status();
    assert_eq!(read(&world), "pending-associate");
    associate(&mut world, 0, 1);
    associate(&mut world, 60, 2);
    for (seconds, expected) in [
        (299, "pending-associate"),
        (300, "available"),
        (361, "available"),
    ] {
        world.advance(at(seconds));
        assert_eq!(read(&world), expected, "{seconds}");
    }
}

#[test]
fn a_disassociated_network_is_listed_for_a_while_and_then_no_more() {
    let (mut world, one, _) = up();
    disassociate(&mut world, 1000, &one);
    for (seconds, expected) in [
        (1000, Some(Is::Disassociating)),
        (1199, Some(Is::Disassociating)),
        (1200, Some(Is::Disassociated)),
        (1259, Some(Is::Disassociated)),
        (1260, None),
    ] {
        assert_eq!(status(&mut world, seconds, &one), expected, "{seconds}");
    }
}

#[test]
fn nothing_can_be_done_to_a_network_in_transition() {
    let mut world = world();
    let id = associate(&mut world, 0, 1);
    let refused = |result: Result<_, ApiError>| {
        result
            .map(|_: testkit::ec2::Association| ())
            .expect_err("refused")
    };
    assert_eq!(
        refused(world.disassociate(at(299), &tokyo(), &id)).code(),
        "IncorrectState"
    );
    disassociate(&mut world, 300, &id);
    assert_eq!(
        refused(world.disassociate(at(300), &tokyo(), &id)).code(),
        "IncorrectState"
    );
    assert_eq!(
        refused(world.associate(at(499), &tokyo(), &subnet(1), None)).code(),
        "IncorrectState"
    );
    associate(&mut world, 500, 1);
    assert_eq!(
        refused(world.disassociate(at(500), &tokyo(), &id)).code(),
        "InvalidClientVpnAssociationIdNotFound"
    );
}

#[test]
fn an_association_can_be_told_to_fail_and_is_then_removed() {
    let mut world = world();
    world.fail_next_associations(1);
    let id = associate(&mut world, 0, 1);
    let other = associate(&mut world, 0, 2);
    assert_eq!(status(&mut world, 299, &id), Some(Is::Associating));
    assert_eq!(status(&mut world, 300, &id), Some(Is::AssociationFailed));
    assert_eq!(status(&mut world, 300, &other), Some(Is::Associated));
    disassociate(&mut world, 300, &id);
    assert_eq!(status(&mut world, 500, &id), Some(Is::Disassociated));

    let again = associate(&mut world, 500, 1);
    world
        .fail_association(at(600), &again)
        .expect("can still fail");
    assert_eq!(status(&mut world, 800, &again), Some(Is::AssociationFailed));
    assert!(
        world.fail_association(at(800), &other).is_err(),
        "what is associated fails no more"
    );
}

#[test]
fn a_subnet_is_associated_once_and_a_zone_too() {
    let mut settings = settings();
    settings.subnets.push(Subnet {
        id: SubnetId::observed("subnet-2"),
        ..settings.subnets[0].clone()
    });
    let mut world = Ec2World::new(settings, at(0));
    associate(&mut world, 0, 1);
    let code = |result: Result<_, ApiError>| {
        result
            .map(|_: testkit::ec2::Association| ())
            .expect_err("refused")
            .code()
            .to_owned()
    };
    let again = world.associate(at(1), &tokyo(), &subnet(1), None);
    assert_eq!(code(again), "InvalidClientVpnDuplicateAssociationException");
    let same_zone = world.associate(at(1), &tokyo(), &SubnetId::observed("subnet-2"), None);
    assert_eq!(code(same_zone), "InvalidClientVpnSubnetId.DuplicateAz");
    let elsewhere = world.associate(
        at(1),
        &tokyo(),
        &SubnetId::observed("subnet-0bbbbbbbbbbbbbbb1"),
        None,
    );
    assert_eq!(code(elsewhere), "InvalidClientVpnSubnetId.DifferentAccount");
    let nowhere = world.associate(at(1), &tokyo(), &SubnetId::observed("subnet-9"), None);
    assert_eq!(code(nowhere), "InvalidClientVpnSubnetId.NotFound");
}

#[test]
fn a_subnet_must_have_room_and_a_range_of_its_own() {
    for (change, expected) in [
        ("room", "InsufficientFreeAddressesInSubnet"),
        ("range", "InvalidClientVpnSubnetId.OverlappingCidr"),
        ("limit", "ClientVpnEndpointAssociationLimitExceeded"),
        ("gateway", "UnsupportedOperation"),
    ] {
        let mut settings = settings();
        match change {
            "room" => settings.subnets[0].free_addresses = 19,
            "range" => settings.subnets[0].cidr = "10.100.1.0/24".parse().expect("a range"),
            "limit" => settings.behaviour.association_limit = 0,
            _ => settings.endpoints[0].transit_gateway_id = Some("tgw-1".to_owned()),
        }
        let mut world = Ec2World::new(settings, at(0));
        let error = world
            .associate(at(0), &tokyo(), &subnet(1), None)
            .expect_err(change);
        assert_eq!(error.code(), expected);
    }
    let mut settings = settings();
    settings.subnets[0].free_addresses = 20;
    Ec2World::new(settings, at(0))
        .associate(at(0), &tokyo(), &subnet(1), None)
        .expect("20 are enough");
}

#[test]
fn with_no_group_chosen_the_first_association_applies_the_default_one() {
    let mut world = world();
    let groups = |world: &Ec2World| {
        world
            .endpoint(&tokyo())
            .expect("the endpoint")
            .security_groups
            .clone()
    };
    let group = |digits: &str| SecurityGroupId::observed(format!("sg-{digits}"));
    assert_eq!(groups(&world), []);
    associate(&mut world, 0, 1);
    assert_eq!(groups(&world), [group("0aaaaaaaaaaaaaaaa")]);

    let vpc = VpcId::observed("vpc-0aaaaaaaaaaaaaaaa");
    let chosen = vec![group("1aaaaaaaaaaaaaaaa")];
    world
        .apply_security_groups(at(1), &tokyo(), &vpc, chosen.clone())
        .expect("applies");
    assert_eq!(groups(&world), chosen);

    let unknown = world.apply_security_groups(at(2), &tokyo(), &vpc, vec![group("9")]);
    assert_eq!(
        unknown.expect_err("unknown group").code(),
        "InvalidGroup.NotFound"
    );
    let unassociated = world.apply_security_groups(at(2), &osaka(), &vpc, chosen);
    assert_eq!(
        unassociated.expect_err("no association").code(),
        "InvalidClientVpnActiveAssociationNotFound"
    );
}

#[test]
fn groups_survive_the_last_association_unless_told_to_be_forgotten() {
    for (forget, expected) in [
        (false, "sg-1aaaaaaaaaaaaaaaa"),
        (true, "sg-0aaaaaaaaaaaaaaaa"),
    ] {
        let mut settings = settings();
        settings.behaviour.forget_security_groups = forget;
        let mut world = Ec2World::new(settings, at(0));
        let id = associate(&mut world, 0, 1);
        let vpc = VpcId::observed("vpc-0aaaaaaaaaaaaaaaa");
        let chosen = vec![SecurityGroupId::observed("sg-1aaaaaaaaaaaaaaaa")];
        world
            .apply_security_groups(at(300), &tokyo(), &vpc, chosen)
            .expect("applies");
        disassociate(&mut world, 300, &id);
        associate(&mut world, 500, 1);
        let groups = &world
            .endpoint(&tokyo())
            .expect("the endpoint")
            .security_groups;
        assert_eq!(groups, &[SecurityGroupId::observed(expected)]);
    }
}

#[test]
fn the_listing_may_lag_behind() {
    let mut settings = settings();
    settings.behaviour.listing_lag_seconds = 20;
    let mut world = Ec2World::new(settings, at(0));
    associate(&mut world, 0, 1);
    for (seconds, expected) in [(0, 0), (19, 0), (20, 1)] {
        assert_eq!(listed(&mut world, seconds).len(), expected, "{seconds}");
    }
}

fn listed(world: &mut Ec2World, seconds: i64) -> Vec<AssociationId> {
    let request = Request::DescribeTargetNetworks {
        endpoint: tokyo(),
        filters: Vec::new(),
        paging: Paging::default(),
    };
    match world.perform(at(seconds), &Caller::api("ap-northeast-1"), request) {
        Ok(Answer::TargetNetworks(page)) => page
            .items
            .into_iter()
            .map(|network| network.association_id)
            .collect(),
        other => panic!("unexpected: {other:?}"),
    }
}

#[test]
fn an_unknown_association_cannot_be_removed() {
    let (mut world, one, _) = up();
    let unknown = world.disassociate(at(400), &tokyo(), &AssociationId::observed("cvpn-assoc-1"));
    assert_eq!(
        unknown.expect_err("unknown").code(),
        "InvalidClientVpnAssociationIdNotFound"
    );
    let of_another = world.disassociate(at(400), &osaka(), &one);
    assert_eq!(
        of_another.expect_err("another's").code(),
        "InvalidClientVpnAssociationIdNotFound"
    );
}

#[test]
fn behaviour_is_in_bounds_only() {
    let bad = r#"{"min_seconds": 5, "max_seconds": 4}"#;
    assert!(serde_json::from_str::<Delay>(bad).is_err());
    let unknown = serde_json::to_string(&Behaviour::default())
        .expect("json")
        .replacen("associating", "asociating", 1);
    assert!(serde_json::from_str::<Behaviour>(&unknown).is_err());
    let spec = EndpointSpec::new(tokyo(), "x", "10.0.0.0/22".parse().expect("a range"));
    assert!(spec.split_tunnel && spec.transit_gateway_id.is_none());
}
