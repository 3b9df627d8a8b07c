//! The people of a run: employees with their browsers and laptops, and the administrator.

use chrono::TimeDelta;
use shared::model::item::rfc3339;
use shared::model::update::Update;
use shared::model::{ConnectionId, EndpointId, SubnetId};
use testkit::ec2::{AssociationStatus, Client, NewRoute, RouteTarget, Traffic};
use testkit::ec2::{Caller as ApiCaller, Request as Ec2Request};

use crate::bugs;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::lambda::Lambda;
use crate::plan::{Deed, Leaves, Visit};
use crate::request::{ENDPOINT_NAME, Request, Response};
use crate::universe::Universe;

/// What a laptop looks up by itself: less than the keepalive packets make up for.
const CHATTER: Traffic = Traffic {
    ingress_per_second: 5,
    egress_per_second: 10,
    packet_bytes: 120,
};

/// What people act on.
#[derive(Clone)]
pub struct Stage {
    /// Time.
    pub engine: Engine,
    /// The functions.
    pub lambda: Lambda,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its configured subnets.
    pub subnets: Vec<SubnetId>,
}

impl Stage {
    /// An employee's visit, from the first click to the end of work.
    pub async fn visit(self, visit: Visit) {
        let email = format!("person{}@example.com", visit.person);
        if visit.fetches_profile {
            self.send(&email, Request::Profile).await;
        }
        for _ in 1..visit.clicks {
            let (stage, email) = (self.clone(), email.clone());
            self.engine.spawn(async move {
                stage.ask(&email).await;
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
        let mut response = self.lambda.request(email, ENDPOINT_NAME, request).await;
        bugs::told(self.engine.universe().bug, &mut response.body);
        let asks = matches!(request, Request::Ask);
        let now = self.engine.now();
        self.engine.universe().answered(now, email, asks, &response);
        response
    }

    /// A client connects, as a step of its own.
    pub(crate) async fn connects(&self, email: &str) {
        let by = (Caller::person(), "a client connects");
        let (stage, who) = (self.clone(), email.to_owned());
        let now = TimeDelta::zero();
        let connect = move |_: &Engine| drop(stage.connect(&who));
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

    fn disconnect(&self, connection: &ConnectionId) {
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        // It may have been cut off meanwhile.
        let ended = universe.vpn.end(now, connection);
        universe
            .story
            .tell(now, || format!("{connection} is disconnected: {ended:?}"));
    }

    /// Everybody goes home for good, and the administrator takes the mode away.
    pub fn everybody_leaves(&self) {
        let connections: Vec<ConnectionId> = {
            let universe = &*self.engine.universe();
            let endpoint = universe.vpn.endpoint(&self.endpoint);
            let connections = endpoint.into_iter().flat_map(|e| e.connections.values());
            let open = connections.filter(|connection| connection.ended_at.is_none());
            open.map(|connection| connection.id.clone()).collect()
        };
        for connection in connections {
            self.disconnect(&connection);
        }
        self.deed(&Deed::NoMode);
    }

    /// The administrator does something by hand.
    pub fn deed(&self, deed: &Deed) {
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        universe.advance(now);
        universe.witness.deed(now);
        universe
            .story
            .tell(now, || format!("administrator: {deed:?}"));
        match deed {
            Deed::Associate => {
                let request = Ec2Request::Associate {
                    endpoint: self.endpoint.clone(),
                    subnet: self.subnets[0].clone(),
                    client_token: None,
                };
                self.by_hand(universe, request);
                universe
                    .witness
                    .deed_on_networks(now, universe.vpn.take_history());
            }
            Deed::Disassociate => self.disassociate(universe, usize::MAX),
            Deed::DisassociateOne => self.disassociate(universe, 1),
            Deed::AddRoute(net) => self.change_routes(universe, *net, true),
            Deed::DeleteRoute(net) => self.change_routes(universe, *net, false),
            Deed::ChooseGroups => self.choose_groups(universe),
            Deed::Mode(word, minutes) => {
                let until = now + TimeDelta::minutes(*minutes);
                let update = Update::new()
                    .set("mode", *word)
                    .set("mode_until", rfc3339(until));
                if let Ok(state) = universe.tables.state(&self.endpoint) {
                    universe.reached.mode_set(&state);
                }
                universe.tables.set_by_hand(&self.endpoint, &update);
                universe.witness.mode_set(now, Some((word, until)));
            }
            Deed::NoMode => {
                let update = Update::new().remove(&["mode", "mode_until"]);
                universe.tables.set_by_hand(&self.endpoint, &update);
                universe.witness.mode_set(now, None);
            }
            Deed::TerminateConnections => {
                let endpoint = universe.vpn.endpoint(&self.endpoint);
                let ids: Vec<_> = endpoint
                    .into_iter()
                    .flat_map(|endpoint| endpoint.connections.keys().cloned())
                    .collect();
                for connection in ids {
                    let endpoint = self.endpoint.clone();
                    self.by_hand(
                        universe,
                        Ec2Request::TerminateConnection {
                            endpoint,
                            connection,
                        },
                    );
                }
            }
        }
    }

    fn disassociate(&self, universe: &mut Universe, at_most: usize) {
        let endpoint = universe.vpn.endpoint(&self.endpoint);
        let networks = endpoint.into_iter().flat_map(|e| e.networks.values());
        let up = networks.filter(|n| n.status == AssociationStatus::Associated);
        let ids: Vec<_> = up.map(|n| n.association_id.clone()).take(at_most).collect();
        for association in ids {
            let endpoint = self.endpoint.clone();
            self.by_hand(
                universe,
                Ec2Request::Disassociate {
                    endpoint,
                    association,
                },
            );
        }
        let now = self.engine.now();
        universe
            .witness
            .deed_on_networks(now, universe.vpn.take_history());
    }

    /// Only while all is up and ready: nothing promises to keep what an administrator changes at another time.
    fn is_settled(&self, universe: &Universe) -> bool {
        let ready = universe
            .tables
            .state(&self.endpoint)
            .is_ok_and(|state| state.stay.ready_since.is_some() && state.stay.stop.since.is_none());
        let endpoint = universe.vpn.endpoint(&self.endpoint);
        ready
            && endpoint.is_some_and(|endpoint| {
                self.subnets.iter().all(|subnet| {
                    endpoint
                        .associated()
                        .any(|network| network.subnet_id == *subnet)
                })
            })
    }

    fn change_routes(&self, universe: &mut Universe, net: u8, add: bool) {
        if !self.is_settled(universe) {
            return;
        }
        // Some of them are those that the endpoint was created with.
        let cidr = [
            "172.16.0.0/16",
            "192.168.0.0/16",
            "10.50.0.0/16",
            "10.60.0.0/16",
        ][usize::from(net % 4)];
        let Ok(cidr) = cidr.parse() else { return };
        for subnet in &self.subnets {
            let target = RouteTarget::Subnet(subnet.clone());
            let endpoint = self.endpoint.clone();
            let request = if add {
                let description = "by hand".to_owned();
                let route = NewRoute {
                    cidr,
                    target,
                    description,
                };
                Ec2Request::CreateRoute {
                    endpoint,
                    route,
                    client_token: None,
                }
            } else {
                Ec2Request::DeleteRoute {
                    endpoint,
                    cidr,
                    target,
                }
            };
            self.by_hand(universe, request);
        }
        let now = self.engine.now();
        universe.witness.routes_changed(now, &universe.vpn);
    }

    fn choose_groups(&self, universe: &mut Universe) {
        if !self.is_settled(universe) {
            return;
        }
        let endpoint = universe.vpn.endpoint(&self.endpoint);
        let Some(vpc) = endpoint.and_then(|endpoint| endpoint.vpc_id.clone()) else {
            return;
        };
        let digits = vpc.as_str().trim_start_matches("vpc-").to_owned();
        let groups = [format!("sg-{digits}"), format!("sg-1{}", &digits[1..])];
        let chosen = universe.chance.usize(1..=2);
        let groups = groups[2 - chosen..].iter().cloned();
        let request = Ec2Request::ApplySecurityGroups {
            endpoint: self.endpoint.clone(),
            vpc,
            groups: groups
                .map(shared::model::SecurityGroupId::observed)
                .collect(),
        };
        self.by_hand(universe, request);
        let now = self.engine.now();
        universe.witness.routes_changed(now, &universe.vpn);
    }

    /// EC2 refuses an administrator too; then nothing is done.
    fn by_hand(&self, universe: &mut Universe, request: Ec2Request) {
        let now = self.engine.now();
        let done = universe.vpn.perform(now, &ApiCaller::admin(), request);
        universe
            .story
            .tell(now, || format!("EC2 to the administrator: {done:?}"));
    }

    /// Whether there is anything that a sweep could do or miss: an endpoint that is off and that no employee wants is swept
    /// less often, which saves the simulator time and is within what a schedule may do.
    pub(crate) fn is_asleep(&self) -> bool {
        let universe = &*self.engine.universe();
        let off = universe
            .vpn
            .endpoint(&self.endpoint)
            .is_some_and(|endpoint| {
                let mut networks = endpoint.networks.values();
                networks.all(|network| network.status == AssociationStatus::Disassociated)
            });
        let settled = universe.tables.state(&self.endpoint).is_ok_and(|state| {
            let answered = state.demand.served.max(state.demand.gave_up.unwrap_or(0));
            state.demand.requests <= answered
                && state.stay.association_ids.is_empty()
                && state.order.text() == state.order.noted
        });
        off && settled
    }
}
