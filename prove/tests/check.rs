//! `check` against the sandbox: with everything right nothing is wrong, and each thing that is wrong is found, and no
//! other.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use prove::aws::Aws;
use prove::check::{Facts, Finding, findings, is_fine, text};
use prove::config::Config;
use sandbox::embedded::{Embedded, Options};
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::model::item::rfc3339;
use shared::model::{EndpointId, SubnetId};
use testkit::ec2::{Action, Cidr, Fault, FaultKind, ManualRoute, NewRoute, RouteTarget, Settings};
use testkit::example::{AUDIT_TABLE, LEASE_TABLE, MANAGED_ENDPOINTS, OSAKA, TOKYO};

struct Stage {
    embedded: Embedded,
    vars: BTreeMap<&'static str, String>,
}

impl Stage {
    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut options = Options::at("2026-11-24T03:00:00Z".parse().unwrap());
        change(&mut options.ec2);
        let vars = [
            ("MANAGED_ENDPOINTS", MANAGED_ENDPOINTS),
            ("LEASE_TABLE", LEASE_TABLE),
            ("AUDIT_TABLE", AUDIT_TABLE),
        ];
        Self {
            embedded: Embedded::start(options).await.unwrap(),
            vars: vars.map(|(name, value)| (name, value.to_owned())).into(),
        }
    }

    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.vars.insert(name, value.to_owned());
        self
    }

    async fn by_hand(self, operation: &str, request: Value) -> Self {
        self.embedded
            .dynamo
            .by_hand(operation, &request)
            .await
            .unwrap();
        self
    }

    async fn put(self, item: Value) -> Self {
        self.by_hand("PutItem", json!({ "TableName": LEASE_TABLE, "Item": item }))
            .await
    }

    fn refuse(self, action: Action) -> Self {
        let kind = FaultKind::error("UnauthorizedOperation");
        self.embedded
            .ec2
            .change(|world, _| world.inject(Fault::once(action, kind)))
            .unwrap();
        self
    }

    async fn findings(&self) -> Vec<Finding> {
        let config = Config::from_vars(&|name: &str| self.vars.get(name).cloned()).unwrap();
        let (ec2, dynamo) = (self.embedded.ec2_config(), self.embedded.dynamo_config());
        let aws = Aws::new(&ec2, &dynamo, config.tables.as_ref());
        let facts = Facts::read(&aws, &config).await;
        findings(&config, &facts, self.embedded.clock.now())
    }

    /// Exactly one thing is wrong, and it says so.
    async fn finds(&self, about: &str) {
        let findings = self.findings().await;
        let wrong = wrong(&findings);
        assert!(
            matches!(&wrong[..], [one] if one.contains(about)),
            "{about}: {wrong:?}"
        );
        assert!(!is_fine(&findings));
        assert!(text(&findings).ends_with("\nOne thing is wrong.\n"));
    }

    /// Several things are wrong, all with this.
    async fn finds_several(&self, about: &str) {
        let findings = self.findings().await;
        let wrong = wrong(&findings);
        assert!(!wrong.is_empty());
        assert!(wrong.iter().all(|it| it.contains(about)), "{wrong:?}");
    }

    /// Nothing is wrong, and one line says this.
    async fn says(&self, line: &str) {
        let findings = self.findings().await;
        assert!(is_fine(&findings), "{}", text(&findings));
        assert!(
            text(&findings).contains(line),
            "{line}: {}",
            text(&findings)
        );
    }
}

fn wrong(findings: &[Finding]) -> Vec<&str> {
    let mut wrong = Vec::new();
    for finding in findings {
        if let Finding::Wrong { what, .. } = finding {
            wrong.push(what.as_str());
        }
    }
    wrong
}

/// Of a sandbox that was changed like this, this is said to be wrong, and nothing else.
async fn found(about: &str, change: impl FnOnce(&mut Settings)) {
    Stage::with(change).await.finds(about).await;
}

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn tokyo() -> EndpointId {
    TOKYO.parse().unwrap()
}

#[tokio::test]
async fn where_all_is_right_nothing_is_wrong() {
    let stage = Stage::new().await;
    for line in [
        "fine      tokyo (cvpn-endpoint-0a1b2c3d4e5f60718) exists and takes subnets\n",
        "fine      the subnets of tokyo can be associated",
        "fine      tokyo has authorization rules for 0.0.0.0/0\n",
        "fine      the table vpn-leases is as the template makes it\n",
        "fine      the table vpn-audit is as the template makes it\n",
        "fine      ASSOCIATION_HOUR_PRICE_USD is 0.15",
        "note      tokyo right now: it is off; 0 connections\n",
        "skipped   ALB_ARN",
        "WriteAttributes",
    ] {
        stage.says(line).await;
    }
    let calls = stage.embedded.ec2.calls();
    assert!(calls.iter().all(|call| call.action.only_reads()));
}

#[tokio::test]
async fn before_the_first_deploy_the_endpoints_alone_are_looked_at() {
    let mut stage = Stage::new().await;
    stage.vars.remove("LEASE_TABLE");
    stage.vars.remove("AUDIT_TABLE");
    stage.says("skipped   LEASE_TABLE").await;
    assert!(stage.embedded.dynamo.calls().is_empty());
}

#[tokio::test]
async fn an_endpoint_of_another_form_or_none_is_found() {
    let gateway = |it: &mut Settings| {
        it.endpoints[1].transit_gateway_id = Some("tgw-0123456789abcdef0".to_owned());
    };
    found(
        "osaka (cvpn-endpoint-0b1b2c3d4e5f60718) is attached to a transit gateway",
        gateway,
    )
    .await;
    Stage::with(|it| drop(it.endpoints.pop()))
        .await
        .finds_several("osaka")
        .await;
}

#[tokio::test]
async fn each_thing_wrong_with_a_subnet_is_found() {
    found("has 19 free addresses", |it| {
        it.subnets[1].free_addresses = 19;
    })
    .await;
    Stage::with(|it| it.subnets[1].free_addresses = 20)
        .await
        .says("can be associated")
        .await;
    let same_zone = |it: &mut Settings| {
        it.subnets[1].availability_zone = it.subnets[0].availability_zone.clone();
    };
    found("are both in ap-northeast-1a", same_zone).await;
    let other_vpc = |it: &mut Settings| it.endpoints[1].vpc_id = Some(it.vpcs[0].id.clone());
    found(
        "is in vpc-0bbbbbbbbbbbbbbbb, the endpoint in vpc-0aaaaaaaaaaaaaaaa",
        other_vpc,
    )
    .await;
    let apart = |it: &mut Settings| it.subnets[1].vpc_id = it.vpcs[1].id.clone();
    found("are in different VPCs", apart).await;
    let unknown = format!("osaka={OSAKA}:subnet-00000000000000000");
    Stage::new()
        .await
        .set("MANAGED_ENDPOINTS", &unknown)
        .finds("does not exist")
        .await;
}

#[tokio::test]
async fn a_missing_authorization_rule_is_found() {
    found("tokyo has no authorization rule", |it| {
        it.endpoints[0].authorization_rules.clear();
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_not_permitted_is_found() {
    for (action, about) in [
        (Action::DescribeSubnets, "subnets of"),
        (
            Action::DescribeClientVpnAuthorizationRules,
            "authorization rules of",
        ),
        (Action::DescribeClientVpnRoutes, "routes of"),
        (
            Action::DescribeClientVpnTargetNetworks,
            "target networks of",
        ),
        (Action::DescribeClientVpnEndpoints, "the endpoint"),
    ] {
        let one = format!("tokyo={TOKYO}:subnet-0aaaaaaaaaaaaaaa1");
        Stage::new()
            .await
            .set("MANAGED_ENDPOINTS", &one)
            .refuse(action)
            .finds(about)
            .await;
    }
}

#[tokio::test]
async fn a_security_group_of_another_vpc_is_found() {
    let foreign = |it: &mut Settings| {
        it.endpoints[0].vpc_id = Some(it.vpcs[0].id.clone());
        it.endpoints[0].security_group_ids = it.vpcs[1].security_groups.clone();
    };
    found("which its VPC does not have", foreign).await;
}

#[tokio::test]
async fn routes_that_differ_between_subnets_are_found() {
    let up = |it: &mut Settings| {
        it.behaviour.associating = testkit::ec2::Delay::exactly(0);
        it.endpoints[0].first_routes = vec![ManualRoute {
            cidr: cidr("192.168.0.0/16"),
            description: String::new(),
        }];
    };
    let stage = Stage::with(up).await;
    let [one, other] =
        ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"].map(SubnetId::observed);
    stage.embedded.ec2.change(|world, now| {
        world.associate(now, &tokyo(), &one, None).unwrap();
        world.associate(now, &tokyo(), &other, None).unwrap();
    });
    stage
        .says("every subnet of tokyo has the same manual routes (in force): 192.168.0.0/16")
        .await;
    stage.embedded.ec2.change(|world, now| {
        let route = NewRoute {
            cidr: cidr("172.16.0.0/16"),
            target: RouteTarget::Subnet(one),
            description: String::new(),
        };
        world.install_routes(now, &tokyo(), vec![route]).unwrap();
    });
    stage
        .finds("subnet-0aaaaaaaaaaaaaaa2 has none to 172.16.0.0/16")
        .await;
}

#[tokio::test]
async fn routes_that_are_remembered_for_one_subnet_only_are_found() {
    let snapshot = json!({
        "endpoint_id": { "S": TOKYO }, "item": { "S": "snapshot" }, "taken_at": { "S": "2026-11-23T03:00:00Z" },
        "routes": { "L": [{ "M": {
            "cidr": { "S": "172.16.0.0/16" }, "subnet_id": { "S": "subnet-0aaaaaaaaaaaaaaa1" },
        } }] },
    });
    let stage = Stage::new().await.put(snapshot).await;
    stage
        .finds("(remembered): subnet-0aaaaaaaaaaaaaaa2 has none to 172.16.0.0/16")
        .await;
}

#[tokio::test]
async fn another_price_is_found_and_an_unknown_region_says_where_to_look() {
    let stage = Stage::new().await.set("ASSOCIATION_HOUR_PRICE_USD", "0.1");
    stage
        .finds("ASSOCIATION_HOUR_PRICE_USD is 0.1, and 0.15 was published")
        .await;
}

#[tokio::test]
async fn each_thing_wrong_with_a_table_is_found() {
    let update = |change: Value| {
        let mut request = json!({ "TableName": AUDIT_TABLE });
        request
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        request
    };
    for (operation, request, about) in [
        (
            "UpdateTable",
            update(json!({ "DeletionProtectionEnabled": false })),
            "no deletion protection",
        ),
        (
            "UpdateTable",
            update(json!({ "StreamSpecification": { "StreamEnabled": false } })),
            "no stream of new and old images",
        ),
        (
            "UpdateTable",
            update(
                json!({ "GlobalSecondaryIndexUpdates": [{ "Delete": { "IndexName": "by-day" } }] }),
            ),
            "lacks the indexes",
        ),
        (
            "UpdateTimeToLive",
            json!({ "TableName": LEASE_TABLE, "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": false } }),
            "vpn-leases has no time to live",
        ),
    ] {
        Stage::new()
            .await
            .by_hand(operation, request)
            .await
            .finds(about)
            .await;
    }
    let stage = Stage::new().await;
    stage.embedded.dynamo.set_recoverable(false);
    stage.finds_several("has no point-in-time recovery").await;
    Stage::new()
        .await
        .set("AUDIT_TABLE", "elsewhere")
        .finds("the table elsewhere cannot be described")
        .await;
    let swapped = Stage::new()
        .await
        .set("LEASE_TABLE", AUDIT_TABLE)
        .set("AUDIT_TABLE", LEASE_TABLE);
    assert!(!is_fine(&swapped.findings().await));
}

#[tokio::test]
async fn leases_are_listed_and_sweeps_that_have_stopped_are_found() {
    let state = |minutes: i64| {
        let swept_at = rfc3339(
            "2026-11-24T03:00:00Z"
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
                - TimeDelta::minutes(minutes),
        );
        json!({ "endpoint_id": { "S": TOKYO }, "item": { "S": "state" }, "last_sweep_at": { "S": swept_at } })
    };
    Stage::new()
        .await
        .put(state(15))
        .await
        .says("fine      tokyo was swept at")
        .await;
    Stage::new()
        .await
        .put(state(16))
        .await
        .finds("tokyo was last swept at")
        .await;
    let lease = json!({
        "endpoint_id": { "S": TOKYO }, "item": { "S": "lease#hana@example.com" }, "email": { "S": "hana@example.com" },
        "requested_at": { "S": "2026-11-24T02:59:00Z" }, "until": { "S": "2026-11-24T03:29:00Z" }, "stay": { "N": "1" },
    });
    Stage::new()
        .await
        .put(lease)
        .await
        .says("tokyo was asked for by hana@example.com")
        .await;
    let broken = json!({ "endpoint_id": { "S": TOKYO }, "item": { "S": "state" }, "requests": { "S": "many" } });
    Stage::new()
        .await
        .put(broken)
        .await
        .finds("the items of tokyo in the lease table cannot be read")
        .await;
}

/// The tables are compared with what the template makes: it makes no index that the check does not know.
#[test]
fn the_template_has_the_indexes_that_are_looked_for() {
    let template = include_str!("../../template.yaml");
    let named: Vec<&str> = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- IndexName: "))
        .collect();
    assert_eq!(named, ["by-actor", "by-day", "by-month"]);
}
