//! Each call and its answer.

use aws_sdk_ec2::types::{
    AssociationStatusCode, ClientVpnConnectionStatusCode, ClientVpnEndpointStatusCode,
    ClientVpnRouteStatusCode, Filter,
};
use sandbox::ec2::Ec2;
use testkit::ec2::{Action, Actor, Client, EndpointSpec, ManualRoute, Outcome};

use super::{SUBNET_1, SUBNET_2, Served, TOKYO, VPC, settings, tokyo};

#[tokio::test]
async fn an_endpoint_is_described_in_full() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    let call = served
        .client
        .describe_client_vpn_endpoints()
        .client_vpn_endpoint_ids(TOKYO);
    let answer = call.send().await.expect("describes");
    let [endpoint] = answer.client_vpn_endpoints() else {
        panic!("one endpoint: {answer:?}")
    };
    assert_eq!(endpoint.client_vpn_endpoint_id(), Some(TOKYO));
    let status = endpoint.status().and_then(|status| status.code());
    assert_eq!(status, Some(&ClientVpnEndpointStatusCode::Available));
    let host = "*.cvpn-endpoint-0a1b2c3d4e5f60718.prod.clientvpn.ap-northeast-1.amazonaws.com";
    assert_eq!(endpoint.dns_name(), Some(host));
    assert_eq!(endpoint.vpc_id(), Some(VPC));
    assert_eq!(endpoint.security_group_ids(), ["sg-0aaaaaaaaaaaaaaaa"]);
    assert_eq!(
        (endpoint.split_tunnel(), endpoint.vpn_port()),
        (Some(true), Some(443))
    );
    assert!(endpoint.transit_gateway_configuration().is_none());
    assert_eq!(answer.next_token(), None);
}

#[tokio::test]
async fn an_endpoint_of_a_transit_gateway_says_so() {
    let mut settings = settings();
    settings.endpoints.push(EndpointSpec {
        transit_gateway_id: Some("tgw-0123".to_owned()),
        availability_zones: vec!["ap-northeast-1a".to_owned()],
        ..EndpointSpec::new(
            "cvpn-endpoint-0c1b2c3d4e5f60718".parse().expect("an id"),
            "tgw",
            "10.9.0.0/22".parse().expect("a range"),
        )
    });
    let served = Served::with(settings).await;
    let answer = served
        .client
        .describe_client_vpn_endpoints()
        .send()
        .await
        .expect("describes");
    let gateways: Vec<_> = answer
        .client_vpn_endpoints()
        .iter()
        .map(|endpoint| endpoint.transit_gateway_configuration())
        .collect();
    let [None, None, Some(gateway)] = gateways[..] else {
        panic!("{gateways:?}")
    };
    let attachment = gateway.transit_gateway_attachment_id();
    assert_eq!(gateway.transit_gateway_id(), Some("tgw-0123"));
    assert_eq!(attachment, Some("tgw-attach-0123"));
    assert_eq!(gateway.availability_zones(), ["ap-northeast-1a"]);

    let on_it = "cvpn-endpoint-0c1b2c3d4e5f60718";
    let call = served.client.describe_client_vpn_target_networks();
    let answer = call.client_vpn_endpoint_id(on_it).send().await;
    let networks = answer.expect("describes");
    let [network] = networks.client_vpn_target_networks() else {
        panic!("one zone: {networks:?}")
    };
    assert_eq!(
        (network.target_network_id(), network.vpc_id()),
        (None, None)
    );
    assert_eq!(network.availability_zones(), ["ap-northeast-1a"]);
    let call = served.client.describe_client_vpn_routes();
    let answer = call.client_vpn_endpoint_id(on_it).send().await;
    let routes = answer.expect("describes");
    let [route] = routes.routes() else {
        panic!("one route: {routes:?}")
    };
    assert_eq!(route.target_subnet(), None);
    assert_eq!(route.transit_gateway_attachment_id(), attachment);
}

#[tokio::test]
async fn a_local_route_names_its_target_only_where_it_is_told_to() {
    for (without_target, expected) in [(true, None), (false, Some("local"))] {
        let mut settings = settings();
        settings.behaviour.local_routes_without_target = without_target;
        let served = Served::with(settings).await;
        served.associate(SUBNET_1).await;
        let create = served.client.create_client_vpn_route();
        let create = create
            .client_vpn_endpoint_id(TOKYO)
            .destination_cidr_block("10.100.0.0/22")
            .target_vpc_subnet_id("local");
        create.send().await.expect("creates");
        let describe = served.client.describe_client_vpn_routes();
        let listed = describe.client_vpn_endpoint_id(TOKYO).send().await;
        let listed = listed.expect("describes");
        let local = listed
            .routes()
            .iter()
            .find(|route| route.destination_cidr() == Some("10.100.0.0/22"))
            .expect("the route");
        assert_eq!(local.target_subnet(), expected);
    }
}

#[tokio::test]
async fn target_networks_are_described_and_asked_for_ids_ignored() {
    let served = Served::start().await;
    let one = served.associate(SUBNET_1).await;
    served.associate(SUBNET_2).await;
    let describe = || {
        served
            .client
            .describe_client_vpn_target_networks()
            .client_vpn_endpoint_id(TOKYO)
    };
    let answer = describe()
        .association_ids(&one)
        .send()
        .await
        .expect("describes");
    assert_eq!(
        answer.client_vpn_target_networks().len(),
        2,
        "the real service ignores AssociationIds too"
    );
    for (name, value) in [
        ("association-id", one.as_str()),
        ("target-network-id", SUBNET_1),
    ] {
        let filter = Filter::builder()
            .name(name)
            .values("nothing")
            .values(value)
            .build();
        let answer = describe().filters(filter).send().await.expect("describes");
        let [network] = answer.client_vpn_target_networks() else {
            panic!("one network: {answer:?}")
        };
        assert_eq!(network.association_id(), Some(one.as_str()));
        assert_eq!(
            (network.target_network_id(), network.vpc_id()),
            (Some(SUBNET_1), Some(VPC))
        );
        assert_eq!(network.client_vpn_endpoint_id(), Some(TOKYO));
        let status = network.status().and_then(|status| status.code());
        assert_eq!(status, Some(&AssociationStatusCode::Associated));
        assert_eq!(network.security_groups(), ["sg-0aaaaaaaaaaaaaaaa"]);
    }
}

#[tokio::test]
async fn a_target_network_is_associated_and_disassociated() {
    let served = Served::start().await;
    let call = served
        .client
        .associate_client_vpn_target_network()
        .client_vpn_endpoint_id(TOKYO);
    let started = call
        .subnet_id(SUBNET_1)
        .client_token("stay-1")
        .send()
        .await
        .expect("associates");
    let status = started.status().and_then(|status| status.code());
    assert_eq!(status, Some(&AssociationStatusCode::Associating));
    let id = started.association_id().expect("an id");
    assert_eq!(id.len(), "cvpn-assoc-".len() + 17, "{id}");
    served.pass(300);
    let call = served
        .client
        .disassociate_client_vpn_target_network()
        .client_vpn_endpoint_id(TOKYO);
    let ended = call.association_id(id).send().await.expect("disassociates");
    assert_eq!(ended.association_id(), Some(id));
    let status = ended.status().and_then(|status| status.code());
    assert_eq!(status, Some(&AssociationStatusCode::Disassociating));
}

#[tokio::test]
async fn routes_are_made_described_and_deleted() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    let create = served
        .client
        .create_client_vpn_route()
        .client_vpn_endpoint_id(TOKYO);
    let create = create
        .destination_cidr_block("10.8.0.0/16")
        .target_vpc_subnet_id(SUBNET_1);
    let created = create
        .description("office & <lab>")
        .client_token("r-1")
        .send()
        .await
        .expect("creates");
    let status = created.status().and_then(|status| status.code());
    assert_eq!(status, Some(&ClientVpnRouteStatusCode::Creating));
    served.pass(5);
    let filter = Filter::builder()
        .name("destination-cidr")
        .values("10.8.0.0/16")
        .build();
    let describe = || {
        served
            .client
            .describe_client_vpn_routes()
            .client_vpn_endpoint_id(TOKYO)
    };
    let answer = describe().filters(filter).send().await.expect("describes");
    let [route] = answer.routes() else {
        panic!("one route: {answer:?}")
    };
    assert_eq!(
        (route.target_subnet(), route.origin()),
        (Some(SUBNET_1), Some("add-route"))
    );
    assert_eq!(route.description(), Some("office & <lab>"));
    let status = route.status().and_then(|status| status.code());
    assert_eq!(status, Some(&ClientVpnRouteStatusCode::Active));

    let origin = Filter::builder().name("origin").values("associate").build();
    let automatic = describe().filters(origin).send().await.expect("describes");
    assert_eq!(
        automatic.routes()[0].destination_cidr(),
        Some("10.0.0.0/16")
    );

    let delete = served
        .client
        .delete_client_vpn_route()
        .client_vpn_endpoint_id(TOKYO);
    let delete = delete
        .destination_cidr_block("10.8.0.0/16")
        .target_vpc_subnet_id(SUBNET_1);
    let deleted = delete.send().await.expect("deletes");
    let status = deleted.status().and_then(|status| status.code());
    assert_eq!(status, Some(&ClientVpnRouteStatusCode::Deleting));
}

#[tokio::test]
async fn security_groups_are_applied() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    let call = served
        .client
        .apply_security_groups_to_client_vpn_target_network();
    let call = call.client_vpn_endpoint_id(TOKYO).vpc_id(VPC);
    let call = call
        .security_group_ids("sg-1aaaaaaaaaaaaaaaa")
        .security_group_ids("sg-0aaaaaaaaaaaaaaaa");
    let answer = call.send().await.expect("applies");
    assert_eq!(
        answer.security_group_ids(),
        ["sg-1aaaaaaaaaaaaaaaa", "sg-0aaaaaaaaaaaaaaaa"]
    );
}

#[tokio::test]
async fn connections_are_described_and_terminated() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    let connect = |client| {
        served
            .ec2
            .change(|world, now| world.connect(now, &tokyo(), client))
            .expect("connects")
    };
    let jane = connect(Client::User("jane@example.com".to_owned()));
    connect(Client::User("jane@example.com".to_owned()));
    let laptop = connect(Client::Certificate("laptop-7".to_owned()));
    served.pass(60);

    let describe = || {
        served
            .client
            .describe_client_vpn_connections()
            .client_vpn_endpoint_id(TOKYO)
    };
    let one = Filter::builder()
        .name("connection-id")
        .values(jane.as_str())
        .build();
    let answer = describe().filters(one).send().await.expect("describes");
    let [connection] = answer.connections() else {
        panic!("one connection: {answer:?}")
    };
    assert_eq!(connection.username(), Some("jane@example.com"));
    assert_eq!(
        connection.connection_established_time(),
        Some("2026-11-23 00:05:10")
    );
    assert_eq!(
        (connection.ingress_bytes(), connection.egress_bytes()),
        (Some("123000"), Some("483000"))
    );
    assert_eq!(
        (connection.ingress_packets(), connection.egress_packets()),
        (Some("160"), Some("460"))
    );
    assert_eq!(connection.connection_end_time(), Some("-"));
    let hers = Filter::builder()
        .name("username")
        .values("jane@example.com")
        .build();
    assert_eq!(
        describe()
            .filters(hers)
            .send()
            .await
            .expect("describes")
            .connections()
            .len(),
        2
    );

    let terminate = || {
        served
            .client
            .terminate_client_vpn_connections()
            .client_vpn_endpoint_id(TOKYO)
    };
    let ended = terminate()
        .connection_id(laptop.as_str())
        .send()
        .await
        .expect("terminates");
    let [status] = ended.connection_statuses() else {
        panic!("one status: {ended:?}")
    };
    assert_eq!(status.connection_id(), Some(laptop.as_str()));
    let current = status.current_status().and_then(|status| status.code());
    assert_eq!(current, Some(&ClientVpnConnectionStatusCode::Terminating));
    let ended = terminate()
        .username("jane@example.com")
        .send()
        .await
        .expect("terminates");
    assert_eq!(
        (ended.username(), ended.connection_statuses().len()),
        (Some("jane@example.com"), 2)
    );
    served.pass(2);
    let answer = describe().send().await.expect("describes");
    let active = |code| code == Some(&ClientVpnConnectionStatusCode::Active);
    let over = answer
        .connections()
        .iter()
        .all(|c| !active(c.status().and_then(|status| status.code())));
    assert!(over && answer.connections().len() == 3, "{answer:?}");
}

#[tokio::test]
async fn the_client_configuration_names_the_endpoint() {
    let served = Served::start().await;
    let call = served
        .client
        .export_client_vpn_client_configuration()
        .client_vpn_endpoint_id(TOKYO);
    let profile = call
        .send()
        .await
        .expect("exports")
        .client_configuration
        .expect("a profile");
    assert!(profile.contains(
        "remote cvpn-endpoint-0a1b2c3d4e5f60718.prod.clientvpn.ap-northeast-1.amazonaws.com 443"
    ));
    assert!(
        profile.contains("<ca>\n-----BEGIN CERTIFICATE-----"),
        "{profile}"
    );
}

#[tokio::test]
async fn calls_are_written_down_with_who_made_them_and_what_came_of_it() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    let call = served
        .client
        .disassociate_client_vpn_target_network()
        .client_vpn_endpoint_id(TOKYO);
    call.association_id("cvpn-assoc-1")
        .send()
        .await
        .expect_err("unknown");
    let calls = served.ec2.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (calls[0].action, &calls[0].outcome),
        (Action::AssociateClientVpnTargetNetwork, &Outcome::Done)
    );
    assert_eq!(calls[0].actor, Actor::Api);
    assert_eq!(calls[0].parameters["SubnetId"], SUBNET_1);
    let refused = Outcome::Refused("InvalidClientVpnAssociationIdNotFound".to_owned());
    assert_eq!(calls[1].outcome, refused);
    assert_eq!(served.ec2.count(Action::AssociateClientVpnTargetNetwork), 1);
    served.ec2.reset_calls();
    assert_eq!(served.ec2.count(Action::AssociateClientVpnTargetNetwork), 0);
}

#[tokio::test]
async fn a_world_in_a_file_outlives_its_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ec2.json");
    let served = Served::start().await;
    let open = || Ec2::open(served.clock.clone(), settings(), &file);
    let routes = settings().endpoints[0].first_routes.clone();
    assert_eq!(
        routes[0],
        ManualRoute {
            cidr: "0.0.0.0/0".parse().expect("a range"),
            description: "internet".to_owned()
        }
    );
    let first = open().expect("a new world");
    let subnet = shared::model::SubnetId::observed(SUBNET_1);
    let id = first
        .change(|world, now| world.associate(now, &tokyo(), &subnet, None))
        .expect("associates")
        .association_id;
    drop(first);
    let second = open().expect("the same world");
    let known = second.read(|world| {
        world
            .endpoint(&tokyo())
            .is_some_and(|e| e.networks.contains_key(&id))
    });
    assert!(known);
    std::fs::write(&file, "no world").expect("writes");
    assert!(
        open().is_err(),
        "a file that is no world is not overwritten"
    );
}
