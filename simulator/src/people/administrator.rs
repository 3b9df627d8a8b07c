//! The administrator of a run: what is done by hand, at EC2 and in the lease table.

use chrono::TimeDelta;
use shared::model::item::rfc3339;
use shared::model::update::Update;
use testkit::ec2::{AssociationStatus, Caller, Request};
use testkit::people::{self, Deed, Order};

use super::People;
use crate::request::Request as PageRequest;
use crate::universe::Universe;

impl People {
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
                let request = people::associate(&self.endpoint, &self.subnets[0]);
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
            Deed::Order(order) => {
                if let Ok(state) = universe.tables.state(&self.endpoint) {
                    universe.reached.mode_set(&state);
                }
                self.engine.spawn(self.clone().order(order.clone()));
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
                        Request::TerminateConnection {
                            endpoint,
                            connection,
                        },
                    );
                }
            }
        }
    }

    /// Orders a mode by the page, in the place of the one that it shows.
    async fn order(self, order: Order) {
        let look = self.send(order.by, PageRequest::Status).await;
        let shown = look.body["mode"]["text"].as_str().unwrap_or("none");
        if order.is_contested {
            let other = self.clone().give(order.contested(), shown.to_owned());
            self.engine.spawn(other);
        }
        self.clone().give(order, shown.to_owned()).await;
    }

    async fn give(self, order: Order, shown: String) {
        let request = PageRequest::Order {
            mode: order.mode,
            minutes: order.minutes,
            shown,
        };
        if self.send(order.by, request).await.status == 409 {
            self.engine.universe().reached.order_refused();
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
                Request::Disassociate {
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
            let request = people::change_route(&self.endpoint, cidr, subnet, add);
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
        let Some(groups) = people::groups_of(&vpc) else {
            return;
        };
        let chosen = universe.chance.usize(1..=2);
        let request = Request::ApplySecurityGroups {
            endpoint: self.endpoint.clone(),
            vpc,
            groups: groups[2 - chosen..].to_vec(),
        };
        self.by_hand(universe, request);
        let now = self.engine.now();
        universe.witness.routes_changed(now, &universe.vpn);
    }

    /// EC2 refuses an administrator too; then nothing is done.
    fn by_hand(&self, universe: &mut Universe, request: Request) {
        let now = self.engine.now();
        let done = universe.vpn.perform(now, &Caller::admin(), request);
        universe
            .story
            .tell(now, || format!("EC2 to the administrator: {done:?}"));
    }
}
