//! Each call fails, is never answered, or loses its answer after the work: what is told, and what is true afterwards.

use sandbox::dynamo::TableFault;
use shared::policy::Phase;
use shared::ports::VpnError;
use shared::reconcile::StatusError;
use testkit::ec2::{Action, FaultKind};

use crate::world::{World, person};

fn passing_faults() -> [FaultKind; 5] {
    [
        FaultKind::error("RequestLimitExceeded"),
        FaultKind::error("IncorrectState"),
        FaultKind::Hang,
        FaultKind::LoseAnswer,
        FaultKind::Garbage,
    ]
}

/// Whether each time up that is on record began, became ready and ended once.
async fn assert_told_once(world: &World, case: &str) {
    assert_eq!(world.count("association.requested").await, 1, "{case}");
    assert_eq!(world.count("association.started").await, 1, "{case}");
    assert_eq!(world.count("association.completed").await, 1, "{case}");
    for never in [
        "association.adopted",
        "association.failed",
        "disassociation.external",
    ] {
        assert_eq!(world.count(never).await, 0, "{never}: {case}");
    }
}

#[tokio::test]
async fn a_click_is_kept_whatever_passing_fault_meets_ec2() {
    let calls = [
        Action::DescribeClientVpnTargetNetworks,
        Action::DescribeClientVpnEndpoints,
        Action::AssociateClientVpnTargetNetwork,
    ];
    for action in calls {
        for kind in passing_faults() {
            let case = format!("{action:?} {kind:?}");
            let world = World::impatient().await;
            world.fault_always(action, kind);
            let asked = world.ask("yuki").await;
            assert_eq!(asked.status.phase, Phase::Starting, "{case}");
            assert!(asked.refused.is_none(), "{case}");
            if action == Action::DescribeClientVpnTargetNetworks {
                let message = asked.status.message;
                assert!(message.contains("cannot be seen"), "{case}: {message}");
            }
            world.clear_faults();
            world.sweep_until(Phase::Ready).await;
            assert_eq!(world.associations(), 2, "{case}");
            assert_told_once(&world, &case).await;
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_with_its_code_and_counted_three_times() {
    let world = World::new().await;
    world.fault_always(
        Action::AssociateClientVpnTargetNetwork,
        FaultKind::error("InvalidClientVpnSubnetId.NotFound"),
    );
    let asked = world.ask("yuki").await;
    match asked.refused {
        Some(VpnError::Refused { code, .. }) => {
            assert_eq!(code, "InvalidClientVpnSubnetId.NotFound");
        }
        other => panic!("{other:?}"),
    }
    for _ in 0..20 {
        world.pass_seconds(60);
        let _ = world.sweep().await;
    }
    assert_eq!(world.count("association.failed").await, 3);
    assert_eq!(world.ec2.count(Action::AssociateClientVpnTargetNetwork), 6);
    let records = world.records().await;
    let failures: Vec<_> = records
        .iter()
        .filter(|r| r.text("event") == "association.failed")
        .collect();
    assert!(
        failures
            .iter()
            .all(|r| r.text("error_code") == "InvalidClientVpnSubnetId.NotFound")
    );
    let standing = world.status().await;
    assert_eq!(standing.phase, Phase::Off);
    assert!(
        standing
            .message
            .contains("InvalidClientVpnSubnetId.NotFound"),
        "{}",
        standing.message
    );

    // Only a new ask tries again.
    world.clear_faults();
    assert_eq!(world.sweep().await.unwrap().phase, Phase::Off);
    world.pass_seconds(60);
    assert_eq!(world.ask("ren").await.status.phase, Phase::Starting);
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.state().await.stay.number, 2);
}

#[tokio::test]
async fn an_endpoint_that_does_not_exist_is_refused_and_given_up() {
    let world = World::new().await;
    world.fault_always(
        Action::DescribeClientVpnTargetNetworks,
        FaultKind::error("InvalidClientVpnEndpointId.NotFound"),
    );
    assert!(world.ask("yuki").await.refused.is_some());
    for _ in 0..20 {
        world.pass_seconds(60);
        assert!(world.sweep().await.is_err());
    }
    assert_eq!(world.count("association.failed").await, 3);
    assert_eq!(world.ec2.count(Action::AssociateClientVpnTargetNetwork), 0);
}

#[tokio::test]
async fn associations_that_fail_are_removed_and_tried_three_times() {
    let world = World::new().await;
    world.ec2.change(|world, _| world.fail_next_associations(4));
    world.ask("yuki").await;
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.count("association.failed").await, 2);
    assert_eq!(world.count("association.started").await, 3);
    assert_eq!(world.count("association.completed").await, 1);
    assert_eq!(world.state().await.stay.number, 1);
    assert_eq!(world.associations(), 2);
}

#[tokio::test]
async fn associations_that_always_fail_are_given_up_and_cleared_away() {
    let world = World::new().await;
    world
        .ec2
        .change(|world, _| world.fail_next_associations(100));
    world.ask("yuki").await;
    // Polls alone try three times, and then tell; a sweep clears away what is left.
    let mut told = false;
    for _ in 0..200 {
        world.pass_seconds(30);
        let standing = world.status().await;
        told = standing.phase == Phase::Failed;
        if told {
            assert!(
                standing.message.contains("association-failed"),
                "{}",
                standing.message
            );
            break;
        }
    }
    assert!(told);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("association.failed").await, 3);
    assert_eq!(world.count("disassociation.external").await, 0);
    assert_eq!(world.state().await.demand.gave_up, Some(1));
}

#[tokio::test]
async fn one_subnet_that_fails_leaves_the_other_ready_with_a_warning() {
    let world = World::new().await;
    world.ec2.change(|world, _| world.fail_next_associations(1));
    world.ask("yuki").await;
    world.sweep_until(Phase::Ready).await;
    let standing = world.status().await;
    assert_eq!(standing.warnings, ["1 of 2 subnets are associated"]);
    // A client uses it: the missing one is made again.
    world.connect("yuki");
    for _ in 0..40 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.associations(), 2);
    assert_eq!(world.status().await.warnings, [""; 0]);
}

#[tokio::test]
async fn a_sweep_that_cannot_read_everything_stops_nothing_and_says_so() {
    let calls = [
        Action::DescribeClientVpnTargetNetworks,
        Action::DescribeClientVpnConnections,
        Action::DescribeClientVpnRoutes,
        Action::DescribeClientVpnEndpoints,
    ];
    for action in calls {
        for kind in passing_faults() {
            let case = format!("{action:?} {kind:?}");
            let world = World::impatient().await.made_ready().await;
            world.pass_seconds(31 * 60);
            world.fault_always(action, kind);
            assert!(world.sweep().await.is_err(), "{case}");
            assert_eq!(world.associations(), 2, "{case}");
            assert_eq!(world.count("disassociation.started").await, 0, "{case}");
            world.clear_faults();
            world.pass_seconds(60);
            assert_eq!(
                world.sweep().await.unwrap().phase,
                Phase::Stopping,
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn connections_on_later_pages_count() {
    let world = World::ready().await;
    world.behave(|ec2| ec2.page_cap = Some(1));
    let gone: Vec<_> = (0..3).map(|n| world.connect(&format!("gone{n}"))).collect();
    world.connect("stays");
    for connection in &gone {
        world.end(connection);
    }
    for _ in 0..70 {
        world.pass_seconds(60);
        assert_eq!(world.sweep().await.unwrap().phase, Phase::Ready);
    }
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("connection.ended").await, 3);
}

#[tokio::test]
async fn a_stop_whose_call_fails_is_taken_up_and_done_once() {
    for kind in passing_faults() {
        let case = format!("{kind:?}");
        let world = World::impatient().await.made_ready().await;
        world.pass_seconds(31 * 60);
        world.fault_always(Action::DisassociateClientVpnTargetNetwork, kind);
        assert!(world.sweep().await.is_err(), "{case}");
        world.clear_faults();
        world.sweep_until(Phase::Off).await;
        assert_eq!(world.count("disassociation.started").await, 1, "{case}");
        assert_eq!(world.count("disassociation.completed").await, 1, "{case}");
        assert_eq!(world.count("disassociation.external").await, 0, "{case}");
    }
}

#[tokio::test]
async fn a_stop_whose_answer_is_lost_once_is_found_done() {
    let world = World::ready().await;
    world.pass_seconds(31 * 60);
    world.fault(
        Action::DisassociateClientVpnTargetNetwork,
        FaultKind::LoseAnswer,
    );
    // Whether EC2 answers the second try with "gone" or "incorrect state", it is on its way.
    let _ = world.sweep().await;
    assert_eq!(world.associations(), 0);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("disassociation.started").await, 1);
    assert_eq!(world.count("disassociation.completed").await, 1);
}

#[tokio::test]
async fn a_stop_that_ec2_refuses_is_on_record_and_not_repeated_every_minute() {
    let world = World::ready().await;
    world.pass_seconds(31 * 60);
    world.fault_always(
        Action::DisassociateClientVpnTargetNetwork,
        FaultKind::error("UnauthorizedOperation"),
    );
    assert!(world.sweep().await.is_err());
    for _ in 0..8 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("disassociation.failed").await, 1);
    world.clear_faults();
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("disassociation.started").await, 2);
    assert_eq!(world.count("disassociation.completed").await, 1);
}

#[tokio::test]
async fn a_click_is_durable_or_refused_whatever_happens_to_dynamodb() {
    let operations = [
        "GetItem",
        "PutItem",
        "UpdateItem",
        "Query",
        "TransactWriteItems",
    ];
    let faults = [
        TableFault::Error("ProvisionedThroughputExceededException".to_owned()),
        TableFault::Error("TransactionConflictException".to_owned()),
        TableFault::TransactionConflict,
        TableFault::Hang,
        TableFault::AnswerLost,
    ];
    for operation in operations {
        for fault in &faults {
            if *fault == TableFault::TransactionConflict && operation != "TransactWriteItems" {
                continue;
            }
            for skip in 0..3 {
                let case = format!("{operation} {fault:?} after {skip}");
                let world = World::impatient().await;
                world
                    .dynamo
                    .inject_after(skip, Some(operation), fault.clone(), 100);
                let asked = world
                    .reconciler()
                    .ask(&world.endpoint, person("yuki"))
                    .await;
                world.clear_faults();
                let durable = world.state().await.demand.requests == 1;
                // "Not asked" is never said of an ask that will be served, but for an answer that DynamoDB never gave.
                let unknown = matches!(fault, TableFault::AnswerLost | TableFault::Hang);
                assert!(
                    asked.is_ok() == durable || (unknown && asked.is_err()),
                    "{case}: {asked:?}"
                );
                if durable {
                    world.sweep_until(Phase::Ready).await;
                    assert_eq!(world.associations(), 2, "{case}");
                    assert_told_once(&world, &case).await;
                } else {
                    world.sweep().await.unwrap();
                    assert_eq!(world.associations(), 0, "{case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_once_is_done_once() {
    for operation in ["PutItem", "UpdateItem", "TransactWriteItems"] {
        for skip in 0..4 {
            let case = format!("{operation} after {skip}");
            let world = World::new().await;
            world
                .dynamo
                .inject_after(skip, Some(operation), TableFault::AnswerLost, 1);
            world.ask("yuki").await;
            world.sweep_until(Phase::Ready).await;
            assert_eq!(world.state().await.demand.requests, 1, "{case}");
            assert_told_once(&world, &case).await;
        }
    }
}

#[tokio::test]
async fn a_conflict_with_another_transaction_is_tried_again() {
    let world = World::new().await;
    world.dynamo.inject(
        Some("TransactWriteItems"),
        TableFault::TransactionConflict,
        2,
    );
    world.dynamo.inject(
        Some("UpdateItem"),
        TableFault::Error("TransactionConflictException".to_owned()),
        2,
    );
    world.ask("yuki").await;
    assert_eq!(world.count("association.started").await, 1);
}

#[tokio::test]
async fn a_status_that_cannot_be_read_is_no_status() {
    let world = World::ready().await;
    world.pass_seconds(10);
    world.fault_always(
        Action::DescribeClientVpnTargetNetworks,
        FaultKind::error("RequestLimitExceeded"),
    );
    let status = world.reconciler_status().await;
    assert!(
        matches!(status, Err(StatusError::Vpn(VpnError::TryLater { .. }))),
        "{status:?}"
    );
    world.dynamo.inject(
        None,
        TableFault::Error("ThrottlingException".to_owned()),
        100,
    );
    assert!(matches!(
        world.reconciler_status().await,
        Err(StatusError::Store(_))
    ));
}

#[tokio::test]
async fn an_association_whose_answer_is_lost_beside_a_refusal_is_ours() {
    let world = World::impatient().await;
    world.fault(
        Action::AssociateClientVpnTargetNetwork,
        FaultKind::error("ClientVpnEndpointAssociationLimitExceeded"),
    );
    world.fault_always(
        Action::AssociateClientVpnTargetNetwork,
        FaultKind::LoseAnswer,
    );
    world.ask("yuki").await;
    world.clear_faults();
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("association.adopted").await, 0);
    assert_eq!(world.count("association.started").await, 1);
}
