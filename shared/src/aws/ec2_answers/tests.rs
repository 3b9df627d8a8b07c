use super::*;

#[test]
fn a_time_is_utc_without_a_zone_and_a_dash_is_none() {
    let expected = DateTime::parse_from_rfc3339("2019-08-12T07:57:14Z")
        .unwrap()
        .to_utc();
    assert_eq!(ec2_time("2019-08-12 07:57:14"), Some(expected));
    assert_eq!(ec2_time(" 2019-08-12T07:57:14Z"), Some(expected));
    for none in [
        "-",
        "",
        "yesterday",
        "2019-08-12",
        "2019-13-12 07:57:14",
        "+262142-12-31 23:59:59",
        "-0001-12-31 23:59:59",
    ] {
        assert_eq!(ec2_time(none), None, "{none}");
    }
}

fn status(code: &str) -> types::ClientVpnConnectionStatus {
    types::ClientVpnConnectionStatus::builder()
        .code(code.into())
        .build()
}

#[test]
fn connected_is_what_is_not_said_to_be_over_or_about_to_be() {
    let built = types::ClientVpnConnection::builder().connection_end_time("2019-08-12 07:57:14");
    for (code, active) in [
        ("active", true),
        ("failed-to-terminate", true),
        ("new-word", true),
        ("Active", true),
        ("", true),
        ("terminated", false),
        ("terminating", false),
    ] {
        let found = connection(built.clone().status(status(code)).build());
        assert_eq!(found.active, active, "{code}");
        assert_eq!(found.ended_at.is_some(), !active, "{code}");
    }
    let nothing = types::ClientVpnConnectionStatus::builder().build();
    assert!(connection(built.clone().status(nothing).build()).active);
    assert!(connection(built.build()).active);
}

#[test]
fn what_is_over_has_an_end_whether_or_not_ec2_says_when() {
    let time = |text: &str| ec2_time(text).unwrap();
    let now = time("2019-08-12 08:30:00");
    let stated = "2019-08-12 07:57:14";
    let listed = "2019-08-12 08:00:00";
    for (end, timestamp, expected) in [
        (Some(stated), Some(listed), stated),
        (Some("-"), Some(listed), listed),
        (Some("yesterday"), Some(listed), listed),
        (Some("2019-13-12 07:57:14"), Some(listed), listed),
        (Some(""), Some(listed), listed),
        (None, Some(listed), listed),
        (None, Some("2019-08-12 08:30:01"), "2019-08-12 08:30:00"),
        (None, Some("-"), "2019-08-12 08:30:00"),
        (None, None, "2019-08-12 08:30:00"),
    ] {
        let built = types::ClientVpnConnection::builder()
            .set_connection_end_time(end.map(str::to_owned))
            .set_timestamp(timestamp.map(str::to_owned));
        let over = connection(built.clone().status(status("terminated")).build());
        let case = format!("{end:?} {timestamp:?}");
        assert_eq!(over.ended_at.unwrap().at(now), time(expected), "{case}");
        let says_when = end == Some(stated);
        let is_stated = matches!(over.ended_at, Some(EndedAt::Stated(_)));
        assert_eq!(is_stated, says_when, "{case}");
        let going = connection(built.status(status("terminating")).build());
        assert_eq!(going.ended_at.is_some(), says_when, "{case}");
    }
}

#[test]
fn a_network_or_route_without_its_names_is_no_evidence() {
    let endpoint: EndpointId = "cvpn-endpoint-0a1b2c3d4e5f60718".parse().unwrap();
    let network = types::TargetNetwork::builder();
    let is_unreadable = |built: types::builders::TargetNetworkBuilder| {
        target_network(built.build(), &endpoint).is_err()
    };
    assert!(is_unreadable(network.clone().target_network_id("subnet-1")));
    let other = network.client_vpn_endpoint_id("cvpn-endpoint-0123456789abcdef0");
    assert!(matches!(target_network(other.build(), &endpoint), Ok(None)));

    let route_without_a_destination = types::ClientVpnRoute::builder();
    assert!(
        route(
            route_without_a_destination
                .target_subnet("subnet-1")
                .build()
        )
        .is_err()
    );
}

#[test]
fn zones_in_place_of_subnets_look_like_a_transit_gateway() {
    let endpoint: EndpointId = "cvpn-endpoint-0a1b2c3d4e5f60718".parse().unwrap();
    for (target, zone) in [
        (None, Some("ap-northeast-1a")),
        (Some(""), Some("ap-northeast-1a")),
        (Some("tgw-attach-1"), None),
        (None, None),
    ] {
        let network = types::TargetNetwork::builder()
            .association_id("cvpn-assoc-1")
            .set_target_network_id(target.map(str::to_owned))
            .set_availability_zones(zone.map(|zone| vec![zone.to_owned()]));
        let read = target_network(network.build(), &endpoint);
        assert!(read.unwrap_err().is_transit_gateway(), "{target:?}");
    }
}

#[test]
fn a_route_without_a_target_is_local_unless_it_leads_to_a_transit_gateway() {
    let read = |target: Option<&str>, attachment: Option<&str>| {
        let built = types::ClientVpnRoute::builder()
            .destination_cidr("10.100.0.0/22")
            .set_target_subnet(target.map(str::to_owned))
            .set_transit_gateway_attachment_id(attachment.map(str::to_owned));
        route(built.build()).map(|route| route.key.to_string())
    };
    for (target, attachment) in [
        (Some("local"), None),
        (None, None),
        (Some(""), None),
        (None, Some("")),
    ] {
        let key = read(target, attachment).unwrap();
        assert_eq!(key, "10.100.0.0/22 local", "{target:?} {attachment:?}");
    }
    let through = read(Some("subnet-1"), Some("tgw-attach-1")).unwrap();
    assert_eq!(through, "10.100.0.0/22 subnet-1");
    let refused = read(None, Some("tgw-attach-1")).unwrap_err();
    assert!(refused.is_transit_gateway());
}

#[test]
fn a_route_is_somebodys_unless_it_came_with_the_association() {
    for (origin, manual) in [
        (Some("associate"), false),
        (Some("add-route"), true),
        (Some("new-word"), true),
        (None, true),
    ] {
        let built = types::ClientVpnRoute::builder()
            .destination_cidr("0.0.0.0/0")
            .target_subnet("subnet-1")
            .set_origin(origin.map(str::to_owned));
        assert_eq!(route(built.build()).unwrap().manual, manual, "{origin:?}");
    }
}

#[test]
fn counters_that_cannot_be_read_are_not_zero() {
    let built = || {
        types::ClientVpnConnection::builder()
            .connection_id("cvpn-connection-0123456789abcdef0")
            .status(status("active"))
    };
    for (ingress, egress, expected) in [
        ("32302", "5707", Some(38009)),
        ("32302", "-", None),
        ("", "5707", None),
        ("-1", "5707", None),
        ("99999999999999999999999", "1", None),
        ("18446744073709551615", "1", Some(u64::MAX)),
    ] {
        let bytes = built().ingress_bytes(ingress).egress_bytes(egress);
        let read = connection(bytes.build());
        assert_eq!((read.bytes, read.packets), (expected, None), "{ingress}");
        let packets = built().ingress_packets(ingress).egress_packets(egress);
        let read = connection(packets.build());
        assert_eq!((read.bytes, read.packets), (None, expected), "{ingress}");
    }
    let one_way = built().ingress_bytes("1").ingress_packets("1").build();
    assert_eq!(connection(one_way).counters(), None);
    let whose = types::ClientVpnConnection::builder()
        .status(status("active"))
        .ingress_bytes("1")
        .egress_bytes("1")
        .ingress_packets("1")
        .egress_packets("1");
    assert_eq!(connection(whose.build()).counters(), None);
}
