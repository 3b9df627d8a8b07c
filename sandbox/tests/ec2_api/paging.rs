//! Every listing in pages.

use std::collections::BTreeSet;

use testkit::ec2::{Client, NewRoute, RouteTarget};

use super::{SUBNET_1, SUBNET_2, Served, TOKYO, refusal, settings, tokyo};

async fn one_at_a_time() -> Served {
    let mut settings = settings();
    settings.behaviour.page_cap = Some(1);
    Served::with(settings).await
}

#[tokio::test]
async fn every_listing_comes_in_pages_and_the_pages_make_the_whole() {
    let served = one_at_a_time().await;
    served.associate(SUBNET_1).await;
    served.associate(SUBNET_2).await;
    for number in 0..3 {
        let client = Client::User(format!("{number}@example.com"));
        served
            .ec2
            .change(|world, now| world.connect(now, &tokyo(), client))
            .expect("connects");
    }
    let c = &served.client;
    let endpoints = c
        .describe_client_vpn_endpoints()
        .into_paginator()
        .items()
        .send();
    assert_eq!(endpoints.try_collect().await.expect("pages").len(), 2);
    let networks = c
        .describe_client_vpn_target_networks()
        .client_vpn_endpoint_id(TOKYO);
    assert_eq!(
        networks
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .expect("pages")
            .len(),
        2
    );
    let routes = c.describe_client_vpn_routes().client_vpn_endpoint_id(TOKYO);
    assert_eq!(
        routes
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .expect("pages")
            .len(),
        8
    );
    let connections = c
        .describe_client_vpn_connections()
        .client_vpn_endpoint_id(TOKYO);
    let connections = connections
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .expect("pages");
    let ids: BTreeSet<_> = connections
        .iter()
        .map(|connection| connection.connection_id().expect("an id"))
        .collect();
    assert_eq!((connections.len(), ids.len()), (3, 3));
}

#[tokio::test]
async fn a_page_is_as_large_as_asked_for() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    let route = |number: u8| NewRoute {
        cidr: format!("{number}.0.0.0/8").parse().expect("a range"),
        target: RouteTarget::Local,
        description: String::new(),
    };
    let routes: Vec<NewRoute> = (1..=9).map(route).collect();
    served
        .ec2
        .change(|world, now| world.install_routes(now, &tokyo(), routes))
        .expect("installs");
    let describe = || {
        served
            .client
            .describe_client_vpn_routes()
            .client_vpn_endpoint_id(TOKYO)
            .max_results(5)
    };
    let first = describe().send().await.expect("a page");
    assert_eq!(first.routes().len(), 5);
    let second = describe()
        .set_next_token(first.next_token)
        .send()
        .await
        .expect("a page");
    let third = describe()
        .set_next_token(second.next_token)
        .send()
        .await
        .expect("a page");
    assert_eq!(
        (
            second.routes.map(|r| r.len()),
            third.routes.map(|r| r.len())
        ),
        (Some(5), Some(3))
    );
    assert_eq!(third.next_token, None);
}

#[tokio::test]
async fn a_token_works_for_its_own_listing_only() {
    let served = one_at_a_time().await;
    let page = served
        .client
        .describe_client_vpn_endpoints()
        .send()
        .await
        .expect("a page");
    let call = served
        .client
        .describe_client_vpn_routes()
        .client_vpn_endpoint_id(TOKYO);
    let refused = refusal(call.set_next_token(page.next_token).send().await);
    assert_eq!(refused, ("InvalidNextToken".to_owned(), 400));
}

#[tokio::test]
async fn what_goes_between_two_pages_hides_nothing_that_stays() {
    let served = one_at_a_time().await;
    served.associate(SUBNET_1).await;
    let describe = || {
        served
            .client
            .describe_client_vpn_routes()
            .client_vpn_endpoint_id(TOKYO)
    };
    let first = describe().send().await.expect("a page");
    assert_eq!(first.routes()[0].destination_cidr(), Some("10.0.0.0/16"));
    let second = describe()
        .set_next_token(first.next_token)
        .send()
        .await
        .expect("a page");
    let gone = second.routes()[0]
        .destination_cidr()
        .expect("a range")
        .to_owned();
    let delete = served
        .client
        .delete_client_vpn_route()
        .client_vpn_endpoint_id(TOKYO);
    delete
        .destination_cidr_block(&gone)
        .target_vpc_subnet_id(SUBNET_1)
        .send()
        .await
        .expect("deletes");
    served.pass(3);
    let third = describe()
        .set_next_token(second.next_token)
        .send()
        .await
        .expect("a page");
    assert_eq!(third.routes()[0].destination_cidr(), Some("172.16.0.0/16"));
}
