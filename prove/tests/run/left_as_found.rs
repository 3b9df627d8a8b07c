//! Whatever happens, the endpoint is left as it was found, or the operator is told what is left.

use std::time::Duration;

use prove::run::{Stop, Verdict};
use testkit::ec2::{Action, Fault, FaultKind, Settings, Traffic};

use crate::stage::{SMALL, Stage, connects};

const GROUP: &str = "sg-1aaaaaaaaaaaaaaaa";

/// An administrator has chosen a VPC and a group.
fn chosen(settings: &mut Settings) {
    let vpc = settings.vpcs[0].clone();
    let endpoint = &mut settings.endpoints[0];
    endpoint.vpc_id = Some(vpc.id);
    endpoint.security_group_ids = vpc.security_groups;
}

async fn whole() -> Stage {
    let mut stage = Stage::with(|settings| {
        chosen(settings);
        settings.behaviour.fail_small_subnets_later = true;
    })
    .await;
    stage.setup.connect = true;
    stage.setup.small_subnet = Some(SMALL.to_owned());
    stage.hook = connects(stage.setup.endpoint.clone(), Traffic::NONE);
    stage
}

fn as_found() -> (Vec<String>, Vec<String>, Vec<String>) {
    (Vec::new(), Vec::new(), vec![GROUP.to_owned()])
}

#[tokio::test]
async fn a_whole_run_leaves_nothing() {
    let stage = whole().await;
    assert_eq!(stage.on_endpoint(), as_found());
    let outcome = stage.run().await;
    assert!(outcome.is_fine(), "{:?} {:?}", outcome.stop, outcome.left);
    assert_eq!(stage.on_endpoint(), as_found());
    let items = stage
        .embedded
        .dynamo
        .items(testkit::example::LEASE_TABLE)
        .await
        .unwrap();
    assert!(items.is_empty());
}

#[tokio::test]
async fn interrupted_before_any_step_nothing_is_left() {
    for step in whole().await.setup.plan() {
        let mut stage = whole().await;
        let (interrupt, connects) = (stage.interrupt.clone(), stage.hook);
        stage.hook = Box::new(move |ec2, begins| {
            connects(ec2, begins);
            if begins == step {
                interrupt.send_replace(true);
            }
        });
        let outcome = stage.run().await;
        assert_eq!(outcome.stop, Some(Stop::Interrupted), "{step:?}");
        assert_eq!(outcome.left, Vec::new(), "{step:?}");
        assert_eq!(stage.on_endpoint(), as_found(), "{step:?}");
        let different = Stage::rows(&outcome, Verdict::Different);
        assert_eq!(different, Vec::<&str>::new(), "{step:?}");
    }
}

#[tokio::test]
async fn interrupted_while_it_waits_nothing_is_left() {
    // The small subnet's two minutes, the association's one, routes, ten idle minutes, and the way down.
    for seconds in [0, 30, 70, 130, 200, 260, 300, 600, 900] {
        let mut stage = whole().await;
        stage.interrupt_after = Some(Duration::from_secs(seconds));
        let outcome = stage.run().await;
        assert_eq!(outcome.stop, Some(Stop::Interrupted), "{seconds} s");
        assert_eq!(outcome.left, Vec::new(), "{seconds} s");
        assert_eq!(stage.on_endpoint(), as_found(), "{seconds} s");
    }
}

/// Whether a change is refused, or is done and its answer lost.
#[tokio::test]
async fn whichever_call_fails_nothing_is_left() {
    let changes = [
        (Action::AssociateClientVpnTargetNetwork, 5),
        (Action::DisassociateClientVpnTargetNetwork, 4),
        (Action::CreateClientVpnRoute, 2),
        (Action::ApplySecurityGroupsToClientVpnTargetNetwork, 1),
        (Action::DescribeClientVpnTargetNetworks, 3),
        (Action::DescribeClientVpnRoutes, 3),
    ];
    let refused = FaultKind::error("UnauthorizedOperation");
    for (action, calls) in changes {
        for after in 0..calls {
            for (kind, times) in [(refused.clone(), 1), (FaultKind::LoseAnswer, 3)] {
                let stage = Stage::with(chosen).await;
                let hook_fault = Fault {
                    action: Some(action),
                    after,
                    times: Some(times),
                    kind: kind.clone(),
                };
                let found = stage.found().await;
                stage.inject(hook_fault);
                let outcome = stage.run_as_found(&found).await;
                assert_eq!(outcome.left, Vec::new(), "{action:?} {after} {kind:?}");
                assert_eq!(
                    stage.on_endpoint(),
                    as_found(),
                    "{action:?} {after} {kind:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_named_with_the_command_that_does() {
    let stage = Stage::with(chosen).await;
    let refused = FaultKind::error("UnauthorizedOperation");
    let fault = Fault::always(Action::DisassociateClientVpnTargetNetwork, refused);
    stage.inject(fault);
    let outcome = stage.run().await;
    assert!(!outcome.is_fine());
    let (associations, _, _) = stage.on_endpoint();
    assert_eq!(associations.len(), 2);
    for id in associations {
        let left = outcome
            .left
            .iter()
            .find(|left| left.what.contains(&id))
            .unwrap();
        assert!(
            left.command
                .starts_with("aws ec2 disassociate-client-vpn-target-network ")
        );
        assert!(left.command.ends_with(&format!("--association-id {id}")));
    }
}

#[tokio::test]
async fn what_an_employee_started_meanwhile_is_left_alone() {
    let mut stage = Stage::with(chosen).await;
    let endpoint = stage.setup.endpoint.clone();
    stage.hook = Box::new(move |ec2, step| {
        if step == prove::run::Step::ReadGroups {
            let subnet = endpoint.subnets[1].clone();
            ec2.change(|world, now| world.associate(now, &endpoint.id, &subnet, None))
                .unwrap();
        }
    });
    let outcome = stage.run().await;
    assert_eq!(outcome.left, Vec::new());
    let (associations, _, _) = stage.on_endpoint();
    assert_eq!(associations.len(), 1);
}
