//! The function with its surroundings, and requests by people.

use std::ops::Deref;
use std::sync::Arc;

use associate::{App, Ports};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use shared::clock::Clock as _;
use shared::config::AssociateConfig;
use shared::model::audit::EventIds;
use testkit::alb::{KeyServer, TokenMint};

use crate::request::{Answer, Request};
use crate::stage::{Stage, variables};

/// `MANAGED_ENDPOINTS` with one endpoint.
pub const ONLY_TOKYO: (&str, &str) = (
    "MANAGED_ENDPOINTS",
    "tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-0aaaaaaaaaaaaaaa1,subnet-0aaaaaaaaaaaaaaa2",
);

pub struct World {
    pub app: App,
    pub stage: Stage,
    pub mint: TokenMint,
    pub keys: Arc<KeyServer>,
}

impl Deref for World {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl World {
    pub async fn new() -> Self {
        Self::configured(&[]).await
    }

    /// With these variables changed.
    pub async fn configured(changes: &[(&str, &str)]) -> Self {
        let stage = Stage::set().await;
        let mint = TokenMint::development();
        let keys = Arc::new(KeyServer::new(&mint));
        let config = AssociateConfig::from_vars(&variables(changes)).unwrap();
        let ports = Ports {
            vpn: stage.vpn.clone(),
            store: stage.store.clone(),
            keys: keys.clone(),
            clock: stage.clock.clone(),
            ids: EventIds::from_entropy(),
        };
        Self {
            app: App::new(config, ports).unwrap(),
            stage,
            mint,
            keys,
        }
    }

    /// Sends a request as Yuki, who is permitted.
    pub async fn send(&self, request: Request) -> Answer {
        self.send_as("yuki@example.com", request).await
    }

    /// Sends a request as an employee whom the ALB has signed in.
    pub async fn send_as(&self, email: &str, request: Request) -> Answer {
        let token = self.mint.mint(email, "sub-1", self.clock.now());
        self.send_bare(request.identity(&token, "sub-1")).await
    }

    /// Sends a request without an identity.
    pub async fn send_bare(&self, request: Request) -> Answer {
        self.send_event(request.event(), request.multi).await
    }

    pub async fn send_event(&self, event: Value, multi: bool) -> Answer {
        let response = self.app.handle(event, "request-1").await.unwrap();
        let json = serde_json::to_value(response).unwrap();
        Answer { json, multi }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Asks, and waits until the VPN is ready.
    pub async fn bring_up(&self, name: &str) {
        Box::pin(self.send(Request::post(&format!("/vpn/{name}")))).await;
        for _minute in 0..30 {
            self.clock.advance(TimeDelta::minutes(1));
            let status = Request::get(&format!("/vpn/{name}/status"));
            // In a box: the whole handler is in this future, and so would be in each test's.
            let response = Box::pin(self.send(status)).await;
            if response.json_body()["phase"] == "ready" {
                self.clock.advance(TimeDelta::seconds(10));
                self.take_calls();
                return;
            }
        }
        panic!("not ready within half an hour");
    }
}
