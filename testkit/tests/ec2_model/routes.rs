//! The route table.

use shared::model::SubnetId;
use testkit::ec2::{Cidr, Ec2World, NewRoute, RouteOrigin, RouteOutcome, RouteStatus, RouteTarget};

use super::{associate, at, disassociate, osaka, settings, subnet, tokyo, up, world};

fn through(cidr: &str, number: u32) -> NewRoute {
    NewRoute {
        cidr: cidr.parse().expect("a range"),
        target: RouteTarget::Subnet(subnet(number)),
        description: String::new(),
    }
}

fn local() -> NewRoute {
    NewRoute {
        target: RouteTarget::Local,
        ..through("10.100.0.0/22", 1)
    }
}

/// The routes of Tokyo, each as `cidr target origin status`, in the order they were made.
fn table(world: &mut Ec2World, seconds: i64) -> Vec<String> {
    world.advance(at(seconds));
    let routes = world
        .endpoint(&tokyo())
        .expect("the endpoint")
        .routes
        .values();
    routes
        .map(|r| {
            format!(
                "{} {} {} {}",
                r.cidr,
                r.target,
                r.origin.as_str(),
                r.status.as_str()
            )
        })
        .collect()
}

fn status_of(
    world: &mut Ec2World,
    seconds: i64,
    cidr: &str,
    target: &RouteTarget,
) -> Option<RouteStatus> {
    world.advance(at(seconds));
    let cidr: Cidr = cidr.parse().expect("a range");
    let routes = world
        .endpoint(&tokyo())
        .expect("the endpoint")
        .routes
        .values();
    routes
        .filter(|r| r.cidr == cidr && r.target == *target)
        .map(|r| r.status)
        .next()
}

#[test]
fn the_route_to_the_vpc_comes_with_the_association_and_goes_with_it() {
    let mut world = world();
    let id = associate(&mut world, 0, 1);
    let vpc = RouteTarget::Subnet(subnet(1));
    for (seconds, expected) in [
        (299, None),
        (300, Some(RouteStatus::Creating)),
        (304, Some(RouteStatus::Creating)),
        (305, Some(RouteStatus::Active)),
    ] {
        assert_eq!(
            status_of(&mut world, seconds, "10.0.0.0/16", &vpc),
            expected,
            "{seconds}"
        );
    }
    disassociate(&mut world, 400, &id);
    assert_eq!(
        status_of(&mut world, 599, "10.0.0.0/16", &vpc),
        Some(RouteStatus::Active)
    );
    assert_eq!(status_of(&mut world, 600, "10.0.0.0/16", &vpc), None);
}

#[test]
fn the_first_association_ever_finds_an_administrator_who_makes_the_routes_and_no_later_one_does() {
    let mut world = world();
    let id = associate(&mut world, 0, 1);
    assert_eq!(
        table(&mut world, 305),
        [
            "10.0.0.0/16 subnet-0aaaaaaaaaaaaaaa1 associate active",
            "0.0.0.0/0 subnet-0aaaaaaaaaaaaaaa1 add-route active",
            "172.16.0.0/16 subnet-0aaaaaaaaaaaaaaa1 add-route active",
            "192.168.0.0/16 subnet-0aaaaaaaaaaaaaaa1 add-route active",
        ]
    );
    disassociate(&mut world, 400, &id);
    associate(&mut world, 600, 1);
    assert_eq!(
        table(&mut world, 905),
        ["10.0.0.0/16 subnet-0aaaaaaaaaaaaaaa1 associate active"]
    );
}

#[test]
fn disassociating_deletes_the_manual_routes_of_that_subnet_at_once() {
    let (mut world, one, _) = up();
    disassociate(&mut world, 400, &one);
    let internet = |number| RouteTarget::Subnet(subnet(number));
    assert_eq!(
        status_of(&mut world, 400, "0.0.0.0/0", &internet(1)),
        Some(RouteStatus::Deleting)
    );
    assert_eq!(
        status_of(&mut world, 402, "0.0.0.0/0", &internet(1)),
        Some(RouteStatus::Deleting)
    );
    assert_eq!(status_of(&mut world, 403, "0.0.0.0/0", &internet(1)), None);
    assert_eq!(
        status_of(&mut world, 403, "0.0.0.0/0", &internet(2)),
        Some(RouteStatus::Active)
    );
}

#[test]
fn local_routes_go_with_the_last_association_only() {
    let (mut world, one, two) = up();
    world
        .create_route(at(400), &tokyo(), local(), None)
        .expect("creates");
    disassociate(&mut world, 410, &one);
    assert_eq!(
        status_of(&mut world, 500, "10.100.0.0/22", &RouteTarget::Local),
        Some(RouteStatus::Active)
    );
    disassociate(&mut world, 500, &two);
    assert_eq!(
        status_of(&mut world, 500, "10.100.0.0/22", &RouteTarget::Local),
        Some(RouteStatus::Deleting)
    );
    assert_eq!(
        status_of(&mut world, 503, "10.100.0.0/22", &RouteTarget::Local),
        None
    );
}

#[test]
fn a_route_needs_an_associated_subnet() {
    let mut world = world();
    let code = |world: &mut Ec2World, seconds, route| {
        world
            .create_route(at(seconds), &tokyo(), route, None)
            .map_err(|error| error.code().to_owned())
    };
    let none = Err("InvalidClientVpnActiveAssociationNotFound".to_owned());
    assert_eq!(code(&mut world, 0, through("1.0.0.0/8", 1)), none);
    assert_eq!(code(&mut world, 0, local()), none);
    associate(&mut world, 0, 1);
    assert_eq!(
        code(&mut world, 299, through("1.0.0.0/8", 1)),
        none,
        "still associating"
    );
    assert_eq!(code(&mut world, 299, local()), none);
    assert_eq!(
        code(&mut world, 300, through("1.0.0.0/8", 2)),
        none,
        "another subnet"
    );
    assert_eq!(
        code(&mut world, 300, through("1.0.0.0/8", 1)),
        Ok(RouteStatus::Creating)
    );
    assert_eq!(code(&mut world, 300, local()), Ok(RouteStatus::Creating));
}

#[test]
fn a_route_stands_in_the_table_once() {
    let (mut world, _, _) = up();
    let twice = world.create_route(at(400), &tokyo(), through("0.0.0.0/0", 1), None);
    assert_eq!(
        twice.expect_err("twice").code(),
        "InvalidClientVpnDuplicateRoute"
    );
    let vpc = world.create_route(at(400), &tokyo(), through("10.0.0.0/16", 1), None);
    assert_eq!(
        vpc.expect_err("the automatic one is there").code(),
        "InvalidClientVpnDuplicateRoute"
    );
}

#[test]
fn an_association_takes_so_many_routes_and_no_more() {
    let mut settings = settings();
    settings.behaviour.route_limit = 5;
    let mut world = Ec2World::new(settings, at(0));
    associate(&mut world, 0, 1);
    world
        .create_route(at(310), &tokyo(), through("1.0.0.0/8", 1), None)
        .expect("the fifth");
    let sixth = world.create_route(at(310), &tokyo(), through("2.0.0.0/8", 1), None);
    assert_eq!(
        sixth.expect_err("the sixth").code(),
        "ClientVpnRouteLimitExceeded"
    );
}

#[test]
fn a_route_can_be_told_never_to_become_active() {
    let (mut world, _, _) = up();
    let target = RouteTarget::Subnet(subnet(1));
    for (outcome, cidr, expected) in [
        (
            RouteOutcome::StaysCreating,
            "1.0.0.0/8",
            RouteStatus::Creating,
        ),
        (RouteOutcome::Failed, "2.0.0.0/8", RouteStatus::Failed),
        (RouteOutcome::Active, "3.0.0.0/8", RouteStatus::Active),
    ] {
        let mut behaviour = world.behaviour().clone();
        behaviour.route_outcome = outcome;
        world.set_behaviour(behaviour);
        let now = world.now();
        world
            .create_route(now, &tokyo(), through(cidr, 1), None)
            .expect("creates");
        let seconds = (now - at(0)).num_seconds();
        assert_eq!(
            status_of(&mut world, seconds + 4, cidr, &target),
            Some(RouteStatus::Creating)
        );
        assert_eq!(
            status_of(&mut world, seconds + 5, cidr, &target),
            Some(expected)
        );
    }
    assert_eq!(
        status_of(&mut world, 90_000, "1.0.0.0/8", &target),
        Some(RouteStatus::Creating)
    );
}

#[test]
fn a_manual_route_can_be_deleted_and_the_automatic_one_cannot() {
    let (mut world, _, _) = up();
    let target = RouteTarget::Subnet(subnet(1));
    let cidr = |text: &str| text.parse::<Cidr>().expect("a range");
    let deleted = world.delete_route(at(400), &tokyo(), cidr("0.0.0.0/0"), &target);
    assert_eq!(deleted, Ok(RouteStatus::Deleting));
    assert_eq!(
        status_of(&mut world, 402, "0.0.0.0/0", &target),
        Some(RouteStatus::Deleting)
    );
    assert_eq!(status_of(&mut world, 403, "0.0.0.0/0", &target), None);
    let gone = world.delete_route(at(403), &tokyo(), cidr("0.0.0.0/0"), &target);
    assert_eq!(
        gone.expect_err("gone").code(),
        "InvalidClientVpnRouteNotFound"
    );
    let automatic = world.delete_route(at(403), &tokyo(), cidr("10.0.0.0/16"), &target);
    assert_eq!(
        automatic.expect_err("automatic").code(),
        "OperationNotPermitted"
    );
}

#[test]
fn routes_can_be_installed_for_a_story_that_starts_in_the_middle() {
    let mut world = world();
    let routes = vec![through("1.0.0.0/8", 1), local()];
    world
        .install_routes(at(0), &tokyo(), routes.clone())
        .expect("installs");
    world
        .install_routes(at(0), &tokyo(), routes.clone())
        .expect("installs once");
    assert_eq!(
        table(&mut world, 0),
        [
            "1.0.0.0/8 subnet-0aaaaaaaaaaaaaaa1 add-route active",
            "10.100.0.0/22 local add-route active",
        ]
    );
    assert!(
        world
            .endpoint(&osaka())
            .expect("the endpoint")
            .routes
            .is_empty()
    );
    assert_eq!(
        RouteTarget::parse("subnet-1"),
        RouteTarget::Subnet(SubnetId::observed("subnet-1"))
    );
    assert_eq!(RouteOrigin::Associate.as_str(), "associate");
}
