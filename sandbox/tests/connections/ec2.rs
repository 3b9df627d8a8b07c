//! EC2's connections, whose greeting is not waited for.

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use sandbox::ec2::Ec2;
use sandbox::server::{self, Server};
use sandbox::tls::{Authority, Connections};
use shared::aws::{Ec2ClientVpn, OpensConnection, warm_up};
use shared::clock::FnClock;
use shared::ports::{ClientVpn as _, VpnError};
use testkit::ec2::Settings;
use testkit::example;
use tokio::sync::mpsc;

use crate::frozen::{Runtimes, configuration};

/// A client of EC2, and EC2.
pub(crate) struct FrozenVpn {
    runtimes: Runtimes,
    server: Server,
    vpn: Ec2ClientVpn,
}

impl FrozenVpn {
    /// A try ends after that time.
    pub(crate) fn with_short_tries(tries: u32, limit: Duration) -> Self {
        Self::serving(|ec2| ec2, tries, limit)
    }

    fn serving(change: impl FnOnce(Router) -> Router, tries: u32, limit: Duration) -> Self {
        let runtimes = Runtimes::new();
        let authority = Authority::new().unwrap();
        let tls = authority.local_server().unwrap();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let ec2 = Ec2::new(Arc::new(FnClock(move || now)), Settings::example());
        let server = runtimes.aws.block_on(async {
            let listener = server::bind(None).await.unwrap();
            Server::start_tls(listener, change(ec2.router()), &tls).unwrap()
        });
        let limit = TimeoutConfig::builder().operation_attempt_timeout(limit);
        let config = Builder::from(&configuration(&authority, &server.url(), tries));
        let client = Client::from_conf(config.timeout_config(limit.build()).build());
        Self {
            runtimes,
            server,
            vpn: Ec2ClientVpn::new(client),
        }
    }

    pub(crate) fn connections(&self) -> &Connections {
        self.server.connections().unwrap()
    }

    pub(crate) fn open(&self, count: usize) {
        self.runtimes.open(&self.vpn, count, self.connections());
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.runtimes.function.block_on(self.read()).is_ok()
    }

    async fn read(&self) -> Result<(), VpnError> {
        let endpoint = example::TOKYO.parse().unwrap();
        self.vpn.target_networks(&endpoint).await.map(drop)
    }
}

#[test]
fn calls_open_connections_of_their_own_while_ec2_has_not_answered_the_greetings() {
    let (greeted, mut greetings) = mpsc::unbounded_channel();
    let never_answered = move |request: Request, next: Next| {
        let greeted = greeted.clone();
        async move {
            if request.method() == Method::GET {
                greeted.send(()).unwrap();
                return std::future::pending().await;
            }
            next.run(request).await
        }
    };
    let hold = |ec2: Router| ec2.layer(middleware::from_fn(never_answered));
    let frozen = FrozenVpn::serving(hold, 1, Duration::from_mins(1));
    let calls = async {
        greetings.recv().await.unwrap();
        greetings.recv().await.unwrap();
        assert_eq!(frozen.connections().accepted(), 2);
        tokio::join!(frozen.read(), frozen.read())
    };
    let plan: [(&dyn OpensConnection, usize); 1] = [(&frozen.vpn, 2)];
    let (one, other) = frozen.runtimes.function.block_on(async {
        tokio::select! {
            () = warm_up(&plan) => panic!("the calls wait for the greetings, or take longer than they may"),
            answers = calls => answers,
        }
    });
    assert!(one.is_ok() && other.is_ok(), "{one:?}, {other:?}");
    assert_eq!(frozen.connections().accepted(), 4);
}
