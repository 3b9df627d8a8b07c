//! The model of EC2's Client VPN, with the time handed in: every transition one second before, at and after its time.

mod admission;
mod connections;
mod routes;
mod target_networks;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{AssociationId, EndpointId, SubnetId};
use testkit::ec2::{AssociationStatus, Behaviour, Delay, Ec2World, Settings};

/// A Monday in Tokyo, 9:00.
const START: &str = "2026-11-23T00:00:00Z";

fn at(seconds: i64) -> DateTime<Utc> {
    START.parse::<DateTime<Utc>>().expect("a time") + TimeDelta::seconds(seconds)
}

fn tokyo() -> EndpointId {
    "cvpn-endpoint-0a1b2c3d4e5f60718"
        .parse()
        .expect("an endpoint")
}

fn osaka() -> EndpointId {
    "cvpn-endpoint-0b1b2c3d4e5f60718"
        .parse()
        .expect("an endpoint")
}

fn subnet(number: u32) -> SubnetId {
    SubnetId::observed(format!("subnet-0aaaaaaaaaaaaaaa{number}"))
}

/// Delays that do not vary: 300 s to associate, 200 s to disassociate, 5 s for a route to come, 3 s to go.
fn settings() -> Settings {
    Settings {
        behaviour: Behaviour {
            associating: Delay::exactly(300),
            disassociating: Delay::exactly(200),
            route_creating: Delay::exactly(5),
            route_deleting: Delay::exactly(3),
            terminating: Delay::exactly(2),
            ..Behaviour::default()
        },
        ..Settings::example()
    }
}

fn world() -> Ec2World {
    Ec2World::new(settings(), at(0))
}

/// Associates one of Tokyo's subnets.
fn associate(world: &mut Ec2World, seconds: i64, number: u32) -> AssociationId {
    let made = world.associate(at(seconds), &tokyo(), &subnet(number), None);
    made.expect("associates").association_id
}

fn disassociate(world: &mut Ec2World, seconds: i64, id: &AssociationId) {
    let done = world.disassociate(at(seconds), &tokyo(), id);
    done.expect("disassociates");
}

/// A world in which both subnets of Tokyo are associated, at 300 s, and all routes are active, at 310 s.
fn up() -> (Ec2World, AssociationId, AssociationId) {
    let mut world = world();
    let one = associate(&mut world, 0, 1);
    let two = associate(&mut world, 0, 2);
    world.advance(at(310));
    (world, one, two)
}

fn status(world: &mut Ec2World, seconds: i64, id: &AssociationId) -> Option<AssociationStatus> {
    world.advance(at(seconds));
    let endpoint = world.endpoint(&tokyo()).expect("the endpoint");
    endpoint.networks.get(id).map(|network| network.status)
}

#[test]
fn a_world_that_was_saved_goes_on_as_it_would_have() {
    let (mut kept, one, _) = up();
    let saved = serde_json::to_string(&kept).expect("can be saved");
    let mut restored: Ec2World = serde_json::from_str(&saved).expect("can be restored");
    for world in [&mut kept, &mut restored] {
        disassociate(world, 400, &one);
        world.advance(at(700));
        associate(world, 700, 1);
    }
    assert_eq!(
        serde_json::to_value(&kept).expect("json"),
        serde_json::to_value(&restored).expect("json")
    );
}

#[test]
fn time_never_goes_back() {
    let mut world = world();
    world.advance(at(100));
    assert_eq!(world.advance(at(50)), at(100));
}

#[test]
fn the_next_transition_is_the_earliest_one_due() {
    let mut world = world();
    assert_eq!(world.next_transition(), None);
    associate(&mut world, 10, 1);
    assert_eq!(world.next_transition(), Some(at(310)));
}
