//! An employee of a run: the browser and the laptop.

use chrono::TimeDelta;
use shared::model::ConnectionId;
use testkit::ec2::{Client, Traffic};
use testkit::people::{Leaves, Visit};

use super::People;
use crate::bugs;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::request::{ENDPOINT_NAME, Request, Response};

/// What a laptop looks up by itself: less than the keepalive packets make up for.
const CHATTER: Traffic = Traffic {
    ingress_per_second: 5,
    egress_per_second: 10,
    packet_bytes: 120,
};

impl People {
    /// An employee's visit, from the first click to the end of work.
    pub async fn visit(self, visit: Visit) {
        let email = format!("person{}@example.com", visit.person);
        if visit.fetches_profile {
            self.send(&email, Request::Profile).await;
        }
        for _ in 1..visit.clicks {
            let (people, email) = (self.clone(), email.clone());
            self.engine.spawn(async move {
                people.ask(&email).await;
            });
        }
        if !self.ask(&email).await || !self.becomes_ready(&email, visit.stays_on_page).await {
            return;
        }
        let Some(works) = visit.works else { return };
        let Some(connection) = self.connect(&email) else {
            return;
        };
        self.engine.sleep(works / 2).await;
        if let Some(minutes) = visit.extends {
            self.send(&email, Request::Extend(minutes)).await;
        }
        self.engine.sleep(works / 2).await;
        match visit.leaves {
            Leaves::Disconnects => self.disconnect(&connection),
            Leaves::SaysDone => {
                self.disconnect(&connection);
                self.send(&email, Request::Release).await;
            }
            Leaves::SaysDoneFirst => {
                self.send(&email, Request::Release).await;
                self.engine.sleep(TimeDelta::minutes(5)).await;
                self.disconnect(&connection);
            }
            Leaves::LeavesItOn => self.leave_on(&connection, visit.person, works).await,
        }
    }

    /// Goes home, and the laptop stays connected. Some laptops chatter; one person comes back hours later.
    async fn leave_on(&self, connection: &ConnectionId, person: u8, worked: TimeDelta) {
        match person {
            1 | 3 => self.moves(connection, CHATTER),
            2 => {
                self.moves(connection, Traffic::NONE);
                self.engine.sleep(TimeDelta::hours(3)).await;
                self.moves(connection, Traffic::USUAL);
                self.engine.sleep(worked / 4).await;
                self.moves(connection, Traffic::NONE);
            }
            _ => self.moves(connection, Traffic::NONE),
        }
    }

    fn moves(&self, connection: &ConnectionId, traffic: Traffic) {
        let now = self.engine.now();
        // It may have been cut off meanwhile.
        let moves = self
            .engine
            .universe()
            .vpn
            .set_traffic(now, connection, traffic);
        drop(moves);
    }

    /// Asks until the ask is durable, though not for ever.
    pub(crate) async fn ask(&self, email: &str) -> bool {
        for _ in 0..8 {
            let response = self.send(email, Request::Ask).await;
            if matches!(response.status, 200 | 202) {
                return true;
            }
            self.engine.sleep(TimeDelta::seconds(15)).await;
        }
        false
    }

    /// Looks until it is ready, or until it is clear that it will not be.
    pub(crate) async fn becomes_ready(&self, email: &str, stays_on_page: bool) -> bool {
        let seconds = if stays_on_page { 5..40 } else { 120..900 };
        for _ in 0..240 {
            let wait = self.engine.universe().chance.i64(seconds.clone());
            self.engine.sleep(TimeDelta::seconds(wait)).await;
            let response = self.send(email, Request::Status).await;
            match response.body["phase"].as_str() {
                Some("ready") => return true,
                Some("off" | "failed") => return false,
                Some(_) | None => {}
            }
        }
        false
    }

    /// A person's request, before the witness.
    pub(crate) async fn send(&self, email: &str, request: Request) -> Response {
        let asks = matches!(request, Request::Ask);
        // The answer to an order tells of the order, which is on record whether EC2 could be read or not.
        let is_order = matches!(request, Request::Order { .. });
        let mut response = self.lambda.request(email, ENDPOINT_NAME, request).await;
        bugs::told(self.engine.universe().bug, &mut response.body);
        let now = self.engine.now();
        if !is_order {
            self.engine.universe().answered(now, email, asks, &response);
        }
        response
    }

    /// A client connects, as a step of its own.
    pub(crate) async fn connects(&self, email: &str) {
        let by = (Caller::person(), "a client connects");
        let (people, who) = (self.clone(), email.to_owned());
        let now = TimeDelta::zero();
        let connect = move |_: &Engine| drop(people.connect(&who));
        self.engine.call(now, now, by, connect).await;
    }

    fn connect(&self, email: &str) -> Option<ConnectionId> {
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        let client = Client::User(email.to_owned());
        let connected = universe.vpn.connect(now, &self.endpoint, client).ok();
        universe
            .story
            .tell(now, || format!("{email} connects: {connected:?}"));
        connected
    }

    pub(super) fn disconnect(&self, connection: &ConnectionId) {
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        // It may have been cut off meanwhile.
        let ended = universe.vpn.end(now, connection);
        universe
            .story
            .tell(now, || format!("{connection} is disconnected: {ended:?}"));
    }
}
