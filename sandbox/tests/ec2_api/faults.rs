//! What goes wrong on demand, as the SDK sees it and as the world remembers it.

use std::time::Duration;

use aws_sdk_ec2::error::SdkError;
use testkit::ec2::{Action, Client, Fault, FaultKind, Outcome};

use super::{SUBNET_1, Served, TOKYO, client, refusal, tokyo};

const ASSOCIATE: Action = Action::AssociateClientVpnTargetNetwork;

impl Served {
    fn inject(&self, fault: Fault) {
        self.ec2
            .change(|world, _| world.inject(fault))
            .expect("a valid fault");
    }

    fn networks(&self) -> usize {
        self.ec2.read(|world| {
            world
                .endpoint(&tokyo())
                .map_or(0, |endpoint| endpoint.networks.len())
        })
    }
}

macro_rules! associate {
    ($served:expr) => {
        $served
            .client
            .associate_client_vpn_target_network()
            .client_vpn_endpoint_id(TOKYO)
            .subnet_id(SUBNET_1)
            .client_token("t")
            .send()
            .await
    };
}

#[tokio::test]
async fn an_error_on_demand_does_nothing_and_strikes_once() {
    let served = Served::start().await;
    served.inject(Fault::once(
        ASSOCIATE,
        FaultKind::error("ServiceUnavailable"),
    ));
    assert_eq!(
        refusal(associate!(served)),
        ("ServiceUnavailable".to_owned(), 503)
    );
    assert_eq!(served.networks(), 0);
    assert!(matches!(
        served.ec2.calls()[0].outcome,
        Outcome::Fault(FaultKind::Error { .. })
    ));
    associate!(served).expect("the next call is well");
}

#[tokio::test]
async fn an_answer_lost_after_the_work_leaves_the_work_done() {
    let served = Served::start().await;
    served.inject(Fault::once(ASSOCIATE, FaultKind::LoseAnswer));
    let error = associate!(served).expect_err("no answer");
    assert!(
        !matches!(error, SdkError::ServiceError(_) | SdkError::TimeoutError(_)),
        "{error:?}"
    );
    assert_eq!(served.networks(), 1);
    let again = associate!(served).expect("the token finds the first result");
    assert!(again.association_id().is_some());
    assert_eq!(served.networks(), 1);
}

#[tokio::test]
async fn a_call_that_hangs_times_out_with_the_work_undone_or_done() {
    for (kind, networks) in [(FaultKind::Hang, 0), (FaultKind::HangAfterWork, 1)] {
        let served = Served::start().await;
        served.inject(Fault::once(ASSOCIATE, kind));
        let error = associate!(served).expect_err("no answer");
        assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
        assert_eq!(served.networks(), networks);
    }
}

#[tokio::test]
async fn a_late_call_is_done_although_the_client_gave_up() {
    let served = Served::start().await;
    served.inject(Fault::once(
        ASSOCIATE,
        FaultKind::Late { milliseconds: 3000 },
    ));
    let error = associate!(served).expect_err("gives up after 1.5 s");
    assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
    assert_eq!(served.networks(), 0, "not done yet");
    // The next call is late too, so that the first one is through when it is answered.
    let late = FaultKind::Late { milliseconds: 2000 };
    served.inject(Fault::once(Action::DescribeClientVpnEndpoints, late));
    let patient = client(&served.url, Duration::from_mins(1));
    patient
        .describe_client_vpn_endpoints()
        .send()
        .await
        .expect("is answered in the end");
    assert_eq!(served.networks(), 1);
}

#[tokio::test]
async fn garbage_is_an_answer_without_a_code() {
    let served = Served::start().await;
    served.inject(Fault::once(ASSOCIATE, FaultKind::Garbage));
    let error = associate!(served).expect_err("garbage");
    assert_eq!(
        error
            .raw_response()
            .map(|response| response.status().as_u16()),
        Some(500)
    );
    assert_eq!(served.networks(), 0);
}

#[tokio::test]
async fn connections_can_be_read_as_they_were() {
    let served = Served::start().await;
    served.associate(SUBNET_1).await;
    served.pass(60);
    let jane = Client::User("jane@example.com".to_owned());
    served
        .ec2
        .change(|world, now| world.connect(now, &tokyo(), jane))
        .expect("connects");
    let action = Action::DescribeClientVpnConnections;
    served.inject(Fault::once(action, FaultKind::Stale { seconds: 30 }));
    let describe = || {
        served
            .client
            .describe_client_vpn_connections()
            .client_vpn_endpoint_id(TOKYO)
            .send()
    };
    assert_eq!(describe().await.expect("describes").connections().len(), 0);
    assert_eq!(describe().await.expect("describes").connections().len(), 1);
}
