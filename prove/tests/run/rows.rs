//! Each row, as expected and otherwise.

use prove::run::{CIDR, ROWS, Setup, Verdict};
use sandbox::dynamo::ConflictCodes;
use testkit::ec2::{Action, Behaviour, Fault, FaultKind, RouteOutcome, Traffic};

use crate::stage::{SMALL, Stage, connects};

/// With everything that a run can be given.
async fn whole(behaviour: impl FnOnce(&mut Behaviour)) -> Stage {
    let mut stage = Stage::with(|settings| {
        settings.behaviour.fail_small_subnets_later = true;
        behaviour(&mut settings.behaviour);
    })
    .await;
    stage.setup = Setup {
        connect: true,
        small_subnet: Some(SMALL.to_owned()),
        ..stage.setup
    };
    stage.hook = connects(stage.setup.endpoint.clone(), Traffic::NONE);
    stage
}

#[tokio::test]
async fn against_the_sandbox_every_row_is_as_expected() {
    let stage = whole(|_| {}).await;
    let outcome = stage.run().await;
    for row in &outcome.rows {
        assert_eq!(
            row.verdict,
            Verdict::AsExpected,
            "{}: {}",
            row.row.id,
            row.observed
        );
    }
    assert!(outcome.is_fine(), "{:?} {:?}", outcome.stop, outcome.left);
}

/// Every row but these is as expected, and these are different.
async fn only_differs(stage: Stage, id: &str) {
    let outcome = stage.run().await;
    for row in &outcome.rows {
        println!("{}: {:?}: {}", row.row.id, row.verdict, row.observed);
    }
    assert_eq!(Stage::rows(&outcome, Verdict::Different), [id]);
    assert_eq!(
        Stage::rows(&outcome, Verdict::NotSettled),
        Vec::<&str>::new()
    );
    assert!(!outcome.is_fine());
    assert_eq!(outcome.left, Vec::new());
    let (associations, routes, _) = stage.on_endpoint();
    assert_eq!(associations, Vec::<String>::new());
    // Where routes stay, those of the administrator do too.
    assert!(
        !routes
            .iter()
            .any(|route| route.starts_with(CIDR) || route.ends_with(" local")),
        "{routes:?}"
    );
}

/// An unexpected code, once so many calls have passed.
async fn refusing(action: Action, after: u32, code: &str) -> Stage {
    let stage = whole(|_| {}).await;
    let kind = FaultKind::error(code);
    let fault = Fault {
        after,
        ..Fault::once(action, kind)
    };
    stage.inject(fault);
    stage
}

/// A test for each row: in this world it differs, and no other.
macro_rules! differs {
    ($($test:ident: $row:literal, $stage:expr;)+) => {
        $(#[tokio::test]
        async fn $test() {
            only_differs($stage.await, $row).await;
        })+
    };
}

// The numbers count calls, of which the small subnet's comes first.
differs! {
    an_empty_listing_without_its_end_differs: "empty-listing", whole(|it| it.cut_empty_listings = true);
    a_token_that_is_refused_differs: "token-again",
        refusing(Action::AssociateClientVpnTargetNetwork, 2, "InvalidClientVpnDuplicateAssociationException");
    another_code_for_a_duplicate_differs: "associate-twice",
        refusing(Action::AssociateClientVpnTargetNetwork, 3, "ResourceAlreadyAssociated");
    an_association_that_is_listed_late_differs: "listed-in-time", whole(|it| {
        // It takes longer than the listing lags, so that nothing is up before it is listed.
        it.listing_lag_seconds = 150;
        it.associating = testkit::ec2::Delay::exactly(200);
    });
    a_route_that_does_not_come_differs: "routes-made", whole(|it| it.route_outcome = RouteOutcome::StaysCreating);
    a_local_route_by_another_name_differs: "local-target", whole(|it| it.local_routes_by_another_name = true);
    an_end_without_its_time_differs: "end-time", whole(|it| it.ends_unstated = true);
    a_listing_that_cannot_be_read_differs: "readable", refusing(Action::DescribeClientVpnEndpoints, 1, "InternalFoo");
    a_profile_that_is_refused_differs: "profile", refusing(Action::ExportClientVpnClientConfiguration, 0, "Unsupported");
    another_code_for_what_is_going_differs: "disassociate-twice",
        refusing(Action::DisassociateClientVpnTargetNetwork, 2, "OperationNotPermitted");
    routes_that_stay_differ: "routes-go", whole(|it| it.keep_manual_routes = true);
    another_code_for_what_is_gone_differs: "disassociate-gone",
        refusing(Action::DisassociateClientVpnTargetNetwork, 4, "InvalidState");
    a_token_that_is_forgotten_differs_and_what_it_made_is_taken_back: "token-after-gone",
        whole(|it| it.forget_tokens_of_gone = true);
    a_listing_that_keeps_what_is_gone_differs: "dropped", whole(|it| it.disassociated_listed_seconds = 3600);
    groups_that_are_forgotten_differ: "groups-survive", whole(|it| it.forget_security_groups = true);
    counters_that_stand_still_differ: "counters-grow", whole(|it| it.keepalive_bytes = 0);
    a_chatty_client_differs: "idle-payload", chatty();
}

async fn chatty() -> Stage {
    let mut stage = whole(|_| {}).await;
    stage.hook = connects(stage.setup.endpoint.clone(), Traffic::USUAL);
    stage
}

#[tokio::test]
async fn a_local_route_is_as_expected_with_or_without_its_target() {
    for without in [false, true] {
        let stage = Stage::with(|it| it.behaviour.local_routes_without_target = without).await;
        assert!(stage.run().await.is_fine(), "{without}");
    }
}

#[tokio::test]
async fn other_names_for_conflicts_differ() {
    for (transaction, write, id) in [
        (
            "TransactionInProgress",
            "TransactionConflictException",
            "transaction-conflict",
        ),
        (
            "TransactionConflict",
            "ReplicatedWriteConflictException",
            "write-conflict",
        ),
    ] {
        let stage = whole(|_| {}).await;
        stage
            .embedded
            .dynamo
            .let_writes_conflict(ConflictCodes { transaction, write });
        only_differs(stage, id).await;
    }
}

#[tokio::test]
async fn without_a_person_or_a_small_subnet_their_rows_are_not_settled() {
    let outcome = Stage::new().await.run().await;
    let open = ["counters-grow", "idle-payload", "end-time", "failed-listed"];
    assert_eq!(Stage::rows(&outcome, Verdict::NotSettled), open);
    assert!(outcome.is_fine());
}

#[test]
fn every_row_says_what_it_means_and_what_to_change() {
    let mut ids: Vec<&str> = ROWS.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ROWS.len());
    for row in ROWS {
        for text in [row.expected, row.means, row.change, row.by_hand] {
            assert!(
                !text.is_empty() && !text.ends_with('.'),
                "{}: {text}",
                row.id
            );
        }
    }
}
