//! Clients, what they move, and when they are cut.

use chrono::TimeDelta;
use shared::model::ConnectionId;
use testkit::ec2::{
    Answer, AssociationStatus, Caller, Client, ClientError, ConnectionView, Ec2World, Moment,
    Paging, Request, Route, RouteOrigin, Traffic,
};

use super::{associate, at, disassociate, osaka, tokyo, up, world};

fn jane() -> Client {
    Client::User("jane@example.com".to_owned())
}

/// The connections of Tokyo as EC2 lists them.
fn listed(world: &mut Ec2World, seconds: i64) -> Vec<ConnectionView> {
    listed_by(world, seconds, &Caller::api("ap-northeast-1"))
}

fn listed_by(world: &mut Ec2World, seconds: i64, caller: &Caller) -> Vec<ConnectionView> {
    let request = Request::DescribeConnections {
        endpoint: tokyo(),
        filters: Vec::new(),
        paging: Paging::default(),
    };
    match world.perform(at(seconds), caller, request) {
        Ok(Answer::Connections(page)) => page.items,
        other => panic!("unexpected: {other:?}"),
    }
}

fn status(world: &mut Ec2World, seconds: i64) -> Vec<&'static str> {
    listed(world, seconds)
        .iter()
        .map(|connection| connection.status.as_str())
        .collect()
}

#[test]
fn clients_connect_only_while_a_network_is_associated() {
    let mut world = world();
    let refused = Err(ClientError::NotAvailable(tokyo()));
    assert_eq!(world.connect(at(0), &tokyo(), jane()), refused);
    let id = associate(&mut world, 0, 1);
    assert_eq!(
        world.connect(at(299), &tokyo(), jane()),
        refused,
        "still associating"
    );
    world.connect(at(300), &tokyo(), jane()).expect("connects");
    disassociate(&mut world, 400, &id);
    assert_eq!(
        world.connect(at(400), &tokyo(), jane()),
        refused,
        "disassociating"
    );
}

#[test]
fn removing_the_last_network_cuts_every_connection_and_removing_another_none() {
    let (mut world, one, two) = up();
    world.connect(at(400), &tokyo(), jane()).expect("connects");
    disassociate(&mut world, 500, &one);
    assert_eq!(status(&mut world, 500), ["active"]);
    disassociate(&mut world, 600, &two);
    assert_eq!(status(&mut world, 600), ["terminated"]);
    assert_eq!(listed(&mut world, 600)[0].ended_at, Some(at(600)));
}

#[test]
fn an_ended_connection_is_listed_for_an_hour() {
    let (mut world, _, _) = up();
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    let open = &listed(&mut world, 460)[0];
    assert_eq!((open.ended_at, open.timestamp), (None, at(460)));
    assert_eq!(open.established_at, at(400));
    world.end(at(500), &id).expect("ends");
    for (seconds, expected) in [(500, 1), (500 + 3599, 1), (500 + 3600, 0)] {
        assert_eq!(
            status(&mut world, seconds),
            vec!["terminated"; expected],
            "{seconds}"
        );
    }
    assert_eq!(
        world.end(at(5000), &id),
        Err(ClientError::NoConnection(id)),
        "it ends once"
    );
}

/// Bytes and packets of the only connection: from the client, and to it.
fn moved(world: &mut Ec2World, seconds: i64) -> [(u64, u64); 2] {
    let counters = listed(world, seconds)[0].counters.expect("counters");
    [
        (counters.ingress_bytes, counters.ingress_packets),
        (counters.egress_bytes, counters.egress_packets),
    ]
}

#[test]
fn each_side_sends_a_keepalive_packet_a_second_whatever_else_the_client_does() {
    let (mut world, _, _) = up();
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    assert_eq!(moved(&mut world, 400), [(0, 0), (0, 0)]);
    let work = [(20_500, 10 + 17), (80_500, 10 + 67)];
    assert_eq!(moved(&mut world, 410), work);
    world.silence(at(410), &id).expect("falls silent");
    let idle = [(20_500 + 3_590 * 50, 3_617), (80_500 + 3_590 * 50, 3_667)];
    assert_eq!(moved(&mut world, 4_000), idle);
    assert_eq!(status(&mut world, 4_000), ["active"], "silent is not gone");
    let some = Traffic {
        ingress_per_second: 1,
        egress_per_second: 2,
        packet_bytes: 7,
    };
    world.set_traffic(at(4_000), &id, some).expect("goes on");
    world.end(at(4_010), &id).expect("ends");
    let end = [
        (20_500 + 3_600 * 50 + 10, 3_627 + 2),
        (80_500 + 3_600 * 50 + 20, 3_677 + 3),
    ];
    assert_eq!(moved(&mut world, 4_500), end);
}

#[test]
fn the_size_of_keepalive_packets_can_be_chosen() {
    let (mut world, _, _) = up();
    let mut behaviour = world.behaviour().clone();
    behaviour.keepalive_bytes = 68;
    world.set_behaviour(behaviour);
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    world.silence(at(400), &id).expect("falls silent");
    assert_eq!(moved(&mut world, 410), [(680, 10), (680, 10)]);
}

#[test]
fn counters_may_be_missing_and_may_begin_anew() {
    let (mut world, _, _) = up();
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    world.silence(at(400), &id).expect("falls silent");
    world
        .restart_counters(at(410), &tokyo())
        .expect("begin anew");
    assert_eq!(moved(&mut world, 413), [(150, 3), (150, 3)]);
    let blind = Caller {
        misses_counters: true,
        ..Caller::api("ap-northeast-1")
    };
    assert_eq!(listed_by(&mut world, 413, &blind)[0].counters, None);
}

#[test]
fn a_session_ends_by_itself_after_a_day() {
    let (mut world, _, _) = up();
    world.connect(at(400), &tokyo(), jane()).expect("connects");
    assert_eq!(status(&mut world, 400 + 24 * 3600 - 1), ["active"]);
    assert_eq!(status(&mut world, 400 + 24 * 3600), ["terminated"]);
}

#[test]
fn a_certificate_has_a_common_name_and_no_user() {
    let (mut world, _, _) = up();
    world
        .connect(
            at(400),
            &tokyo(),
            Client::Certificate("laptop-7".to_owned()),
        )
        .expect("connects");
    let connection = &listed(&mut world, 400)[0];
    assert_eq!(
        (
            connection.username.as_deref(),
            connection.common_name.as_str()
        ),
        (None, "laptop-7")
    );
    assert_eq!(connection.client_ip, "10.100.0.2");
}

#[test]
fn a_terminated_connection_ends_a_moment_later() {
    let (mut world, _, _) = up();
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    world
        .terminate_connection(at(500), &tokyo(), &id)
        .expect("terminates");
    assert_eq!(status(&mut world, 500), ["terminating"]);
    assert_eq!(status(&mut world, 501), ["terminating"]);
    assert_eq!(status(&mut world, 502), ["terminated"]);
    let again = world.terminate_connection(at(502), &tokyo(), &id);
    assert_eq!(
        again.expect_err("over").code(),
        "InvalidClientVpnConnection.IdNotFound"
    );
}

#[test]
fn a_connection_that_cannot_be_terminated_goes_on() {
    let mut settings = super::settings();
    settings.behaviour.terminations_fail = true;
    let mut world = Ec2World::new(settings, at(0));
    associate(&mut world, 0, 1);
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    for seconds in [500, 600] {
        // An administrator may try again.
        world
            .terminate_connection(at(seconds), &tokyo(), &id)
            .expect("is told to");
        assert_eq!(status(&mut world, seconds), ["failed-to-terminate"]);
    }
    let bytes = |world: &mut Ec2World, seconds| {
        listed(world, seconds)[0].counters.map(|it| it.egress_bytes)
    };
    let before = bytes(&mut world, 699);
    assert!(bytes(&mut world, 700) > before, "traffic still flows");
    world.end(at(800), &id).expect("ends");
    assert_eq!(status(&mut world, 800), ["terminated"]);
}

#[test]
fn an_end_may_be_listed_without_its_time() {
    let mut settings = super::settings();
    settings.behaviour.ends_unstated = true;
    let mut world = Ec2World::new(settings, at(0));
    associate(&mut world, 0, 1);
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    world.end(at(500), &id).expect("ends");
    let listed = listed(&mut world, 600);
    assert_eq!(listed[0].status.as_str(), "terminated");
    assert_eq!((listed[0].ended_at, listed[0].timestamp), (None, at(600)));
}

#[test]
fn all_connections_of_a_user_are_terminated_if_they_are_five_at_most() {
    let (mut world, _, _) = up();
    for _ in 0..5 {
        world.connect(at(400), &tokyo(), jane()).expect("connects");
    }
    world
        .connect(
            at(400),
            &tokyo(),
            Client::User("joe@example.com".to_owned()),
        )
        .expect("connects");
    let ended = world
        .terminate_user(at(500), &tokyo(), "jane@example.com")
        .expect("terminates");
    assert_eq!(ended.len(), 5);
    assert_eq!(
        status(&mut world, 502)
            .iter()
            .filter(|status| **status == "active")
            .count(),
        1
    );
    let nobody = world.terminate_user(at(502), &tokyo(), "jane@example.com");
    assert_eq!(
        nobody.expect_err("gone").code(),
        "InvalidClientVpnConnection.UserNotFound"
    );
    for _ in 0..6 {
        world.connect(at(600), &tokyo(), jane()).expect("connects");
    }
    let six = world.terminate_user(at(600), &tokyo(), "jane@example.com");
    assert_eq!(six.expect_err("six").code(), "InvalidParameterValue");
}

#[test]
fn a_stale_read_shows_the_connections_as_they_were() {
    let (mut world, _, _) = up();
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    world.end(at(500), &id).expect("ends");
    let stale = |seconds| Caller {
        staleness: TimeDelta::seconds(seconds),
        ..Caller::api("ap-northeast-1")
    };
    let seen = |world: &mut Ec2World, staleness| {
        let listed = listed_by(world, 510, &stale(staleness));
        listed
            .iter()
            .map(|c| {
                (
                    c.status.as_str(),
                    c.counters.map(|c| c.egress_bytes),
                    c.ended_at,
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        seen(&mut world, 10),
        [("terminated", Some(805_000), Some(at(500)))]
    );
    assert_eq!(seen(&mut world, 11), [("active", Some(796_950), None)]);
    assert_eq!(seen(&mut world, 110), [("active", Some(0), None)]);
    assert_eq!(seen(&mut world, 111), []);
}

#[test]
fn connections_belong_to_one_endpoint() {
    let (mut world, _, _) = up();
    let id = world.connect(at(400), &tokyo(), jane()).expect("connects");
    let elsewhere = world.terminate_connection(at(400), &osaka(), &id);
    assert_eq!(
        elsewhere.expect_err("elsewhere").code(),
        "InvalidClientVpnConnection.IdNotFound"
    );
    let unknown = ConnectionId::observed("cvpn-connection-1");
    assert_eq!(
        world.silence(at(400), &unknown),
        Err(ClientError::NoConnection(unknown))
    );
}

#[test]
fn the_history_tells_what_became_of_networks() {
    let (mut world, one, other) = up();
    assert_eq!(world.take_history(), [], "nothing is remembered unasked");
    world.keep_history();
    let connection = world.connect(at(400), &tokyo(), jane()).expect("connects");
    for association in [&one, &other] {
        world
            .disassociate(at(500), &tokyo(), association)
            .expect("disassociates");
    }
    world.advance(at(900));
    let told = world.take_history();
    let status = |wanted: AssociationStatus| -> Vec<i64> {
        let of_it = |it: &&Moment| it.association == one && it.status == wanted;
        let times = told.iter().filter(of_it);
        times.map(|it| (it.at - at(0)).num_seconds()).collect()
    };
    assert_eq!(status(AssociationStatus::Disassociating), [500]);
    assert_eq!(status(AssociationStatus::Disassociated), [700]);
    let endpoint = world.endpoint(&tokyo()).expect("it is there");
    let (began, ended) = (
        endpoint.connections[&connection].established_at,
        endpoint.connections[&connection].ended_at,
    );
    assert_eq!((began, ended), (at(400), Some(at(500))));
    let by_hand = |it: &&Route| it.origin == RouteOrigin::AddRoute;
    assert_eq!(endpoint.routes.values().filter(by_hand).count(), 0);
    assert_eq!(world.take_history(), []);
}
