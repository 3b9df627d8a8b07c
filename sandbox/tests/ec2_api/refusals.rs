//! Each refusal, as the SDK sees it.

use aws_sdk_ec2::types::Filter;

use super::{SUBNET_1, SUBNET_2, Served, TOKYO, VPC, refusal, settings};

const UNKNOWN: &str = "cvpn-endpoint-00000000000000000";

fn code(text: &str) -> (String, u16) {
    (text.to_owned(), 400)
}

#[tokio::test]
async fn an_unknown_endpoint_is_refused_by_every_call() {
    let served = Served::start().await;
    let c = &served.client;
    for id in [UNKNOWN, "cvpn-endpoint-nonsense"] {
        let refusals = [
            refusal(
                c.describe_client_vpn_endpoints()
                    .client_vpn_endpoint_ids(id)
                    .send()
                    .await,
            ),
            refusal(
                c.describe_client_vpn_target_networks()
                    .client_vpn_endpoint_id(id)
                    .send()
                    .await,
            ),
            refusal(
                c.describe_client_vpn_connections()
                    .client_vpn_endpoint_id(id)
                    .send()
                    .await,
            ),
            refusal(
                c.describe_client_vpn_routes()
                    .client_vpn_endpoint_id(id)
                    .send()
                    .await,
            ),
            refusal(
                c.export_client_vpn_client_configuration()
                    .client_vpn_endpoint_id(id)
                    .send()
                    .await,
            ),
            refusal(
                c.associate_client_vpn_target_network()
                    .client_vpn_endpoint_id(id)
                    .subnet_id(SUBNET_1)
                    .send()
                    .await,
            ),
            refusal(
                c.disassociate_client_vpn_target_network()
                    .client_vpn_endpoint_id(id)
                    .association_id("cvpn-assoc-1")
                    .send()
                    .await,
            ),
            refusal(
                c.create_client_vpn_route()
                    .client_vpn_endpoint_id(id)
                    .destination_cidr_block("1.0.0.0/8")
                    .target_vpc_subnet_id(SUBNET_1)
                    .send()
                    .await,
            ),
            refusal(
                c.delete_client_vpn_route()
                    .client_vpn_endpoint_id(id)
                    .destination_cidr_block("1.0.0.0/8")
                    .target_vpc_subnet_id(SUBNET_1)
                    .send()
                    .await,
            ),
            refusal(
                c.apply_security_groups_to_client_vpn_target_network()
                    .client_vpn_endpoint_id(id)
                    .vpc_id(VPC)
                    .security_group_ids("sg-1")
                    .send()
                    .await,
            ),
            refusal(
                c.terminate_client_vpn_connections()
                    .client_vpn_endpoint_id(id)
                    .username("jane")
                    .send()
                    .await,
            ),
        ];
        for refused in refusals {
            assert_eq!(refused, code("InvalidClientVpnEndpointId.NotFound"), "{id}");
        }
    }
}

#[tokio::test]
async fn a_dry_run_is_answered_with_its_own_refusal() {
    let served = Served::start().await;
    let call = served
        .client
        .associate_client_vpn_target_network()
        .client_vpn_endpoint_id(TOKYO)
        .subnet_id(SUBNET_1);
    let refused = refusal(call.dry_run(true).send().await);
    assert_eq!(refused, ("DryRunOperation".to_owned(), 412));
    let describe = served
        .client
        .describe_client_vpn_target_networks()
        .client_vpn_endpoint_id(TOKYO);
    assert_eq!(
        describe
            .send()
            .await
            .expect("describes")
            .client_vpn_target_networks(),
        []
    );
}

#[tokio::test]
async fn the_refusals_of_associating_keep_their_codes() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    for (subnet, token, expected) in [
        (
            SUBNET_1,
            None,
            "InvalidClientVpnDuplicateAssociationException",
        ),
        (
            "subnet-00000000000000000",
            None,
            "InvalidClientVpnSubnetId.NotFound",
        ),
        (
            "subnet-0bbbbbbbbbbbbbbb1",
            None,
            "InvalidClientVpnSubnetId.DifferentAccount",
        ),
        (SUBNET_2, Some("x".repeat(65)), "InvalidParameterValue"),
    ] {
        let call = served
            .client
            .associate_client_vpn_target_network()
            .client_vpn_endpoint_id(TOKYO);
        let refused = refusal(call.subnet_id(subnet).set_client_token(token).send().await);
        assert_eq!(refused, code(expected));
    }
    let call = served
        .client
        .associate_client_vpn_target_network()
        .client_vpn_endpoint_id(TOKYO);
    let refused = refusal(call.availability_zone("ap-northeast-1a").send().await);
    assert_eq!(refused, code("InvalidParameterCombination"));
}

#[tokio::test]
async fn the_refusals_of_routes_keep_their_codes() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    for (cidr, target, expected) in [
        ("0.0.0.0/0", SUBNET_1, "InvalidClientVpnDuplicateRoute"),
        (
            "1.0.0.0/8",
            SUBNET_2,
            "InvalidClientVpnActiveAssociationNotFound",
        ),
        ("1.0.0.1/8", SUBNET_1, "InvalidParameterValue"),
        ("nonsense", SUBNET_1, "InvalidParameterValue"),
    ] {
        let call = served
            .client
            .create_client_vpn_route()
            .client_vpn_endpoint_id(TOKYO);
        let refused = refusal(
            call.destination_cidr_block(cidr)
                .target_vpc_subnet_id(target)
                .send()
                .await,
        );
        assert_eq!(refused, code(expected), "{cidr}");
    }
    let call = served
        .client
        .delete_client_vpn_route()
        .client_vpn_endpoint_id(TOKYO);
    let refused = refusal(
        call.destination_cidr_block("1.0.0.0/8")
            .target_vpc_subnet_id(SUBNET_1)
            .send()
            .await,
    );
    assert_eq!(refused, code("InvalidClientVpnRouteNotFound"));
}

#[tokio::test]
async fn a_token_used_for_something_else_is_a_mismatch() {
    let served = Served::start().await;
    let call = || {
        served
            .client
            .associate_client_vpn_target_network()
            .client_vpn_endpoint_id(TOKYO)
            .client_token("t")
    };
    let first = call().subnet_id(SUBNET_1).send().await.expect("associates");
    let again = call().subnet_id(SUBNET_1).send().await.expect("replays");
    assert_eq!(first.association_id(), again.association_id());
    let refused = refusal(call().subnet_id(SUBNET_2).send().await);
    assert_eq!(refused, code("IdempotentParameterMismatch"));
}

#[tokio::test]
async fn unknown_filters_and_pages_out_of_range_are_refused() {
    let served = Served::start().await;
    let connections = || {
        served
            .client
            .describe_client_vpn_connections()
            .client_vpn_endpoint_id(TOKYO)
    };
    let filter = Filter::builder().name("status").values("active").build();
    assert_eq!(
        refusal(connections().filters(filter).send().await),
        code("InvalidParameterValue")
    );
    for out_of_range in [4, 1001] {
        assert_eq!(
            refusal(connections().max_results(out_of_range).send().await),
            code("InvalidParameterValue")
        );
    }
    for in_range in [5, 1000] {
        connections()
            .max_results(in_range)
            .send()
            .await
            .expect("is in range");
    }
    assert_eq!(
        refusal(connections().next_token("nonsense").send().await),
        code("InvalidNextToken")
    );
}

#[tokio::test]
async fn too_many_calls_are_refused() {
    let mut settings = settings();
    settings.behaviour.throttle = Some(testkit::ec2::Throttle {
        capacity: 1,
        refill_per_second: 1,
    });
    let served = Served::with(settings).await;
    let describe = || served.client.describe_client_vpn_endpoints().send();
    describe().await.expect("the first");
    assert_eq!(
        refusal(describe().await),
        ("RequestLimitExceeded".to_owned(), 503)
    );
    served.pass(1);
    describe().await.expect("a second later");
}

#[tokio::test]
async fn requests_that_no_sdk_makes_are_refused() {
    let served = Served::start().await;
    let scope = |scope: &str| {
        format!("AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders=host, Signature=0")
    };
    let good = scope("20261123/eu-west-1/ec2/aws4_request");
    let version = "Version=2016-11-15";
    for (authorization, body, expected, status) in [
        (
            None,
            "Action=DescribeClientVpnEndpoints".to_owned(),
            "MissingAuthenticationToken",
            403,
        ),
        (
            Some("Basic x".to_owned()),
            String::new(),
            "AuthFailure",
            401,
        ),
        (
            Some(scope("20261123/eu-west-1/s3/aws4_request")),
            String::new(),
            "AuthFailure",
            401,
        ),
        (
            Some(scope("20261123/EU<west>/ec2/aws4_request")),
            String::new(),
            "AuthFailure",
            401,
        ),
        (Some(good.clone()), String::new(), "MissingAction", 400),
        (
            Some(good.clone()),
            format!("Action=RunInstances&{version}"),
            "InvalidAction",
            400,
        ),
        (
            Some(good.clone()),
            "Action=DescribeClientVpnEndpoints".to_owned(),
            "MissingParameter",
            400,
        ),
        (
            Some(good.clone()),
            "Action=DescribeClientVpnEndpoints&Version=1".to_owned(),
            "NoSuchVersion",
            400,
        ),
        (
            Some(good.clone()),
            format!("Action=DescribeClientVpnRoutes&{version}"),
            "MissingParameter",
            400,
        ),
        (
            Some(good.clone()),
            format!("Action=DescribeClientVpnEndpoints&{version}&Colour=blue"),
            "UnknownParameter",
            400,
        ),
        (
            Some(good.clone()),
            format!("Action=DescribeClientVpnEndpoints&{version}&DryRun=maybe"),
            "InvalidParameterValue",
            400,
        ),
        (
            Some(good.clone()),
            format!("Action=TerminateClientVpnConnections&{version}&ClientVpnEndpointId={TOKYO}"),
            "MissingParameter",
            400,
        ),
    ] {
        let mut request = reqwest::Client::new().post(&served.url).body(body.clone());
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{body}");
        let text = response.text().await.expect("a body");
        assert!(
            text.contains(&format!("<Response><Errors><Error><Code>{expected}</Code>")),
            "{body}: {text}"
        );
        assert!(text.contains("<RequestID>"), "{text}");
    }
}

#[tokio::test]
async fn the_region_is_the_one_the_call_was_signed_for_and_a_get_does_as_well() {
    let served = Served::start().await;
    let url = format!(
        "{}/?Action=DescribeClientVpnEndpoints&Version=2016-11-15",
        served.url
    );
    let authorization =
        "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/ec2/aws4_request, Signature=0";
    let request = reqwest::Client::new()
        .get(url)
        .header("authorization", authorization);
    let text = request
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    assert!(
        text.contains(".prod.clientvpn.eu-west-1.amazonaws.com</dnsName>"),
        "{text}"
    );
    assert!(text.contains(
        "<DescribeClientVpnEndpointsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
    ));
}
