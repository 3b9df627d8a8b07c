//! Each step's answers with their times: all that the rows are judged by.

use chrono::{DateTime, TimeDelta, Utc};

use super::plan::{CIDR, Step};
use crate::aws::Collisions;
use crate::seen::{Answer, Connection, Endpoint, Network, Refusal, Route};

/// One call's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub step: Step,
    pub seen: Seen,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// A change: the id or the status that it was answered with.
    Changed(Answer<String>),
    /// An answer's text, byte for byte.
    Text(Answer<String>),
    Networks(Answer<Vec<Network>>),
    Routes(Answer<Vec<Route>>),
    Connections(Answer<Vec<Connection>>),
    Endpoint(Answer<Endpoint>),
    /// What the adapters made of EC2's answers: the listing, and what it holds or why it cannot be read.
    Adapter(&'static str, Result<String, String>),
    /// The outcomes of writes that met.
    Collisions(Answer<Collisions>),
    /// A step that could not be taken, and why.
    LeftOut(String),
}

macro_rules! accessors {
    ($($name:ident: $variant:ident($type:ty);)+) => {
        impl Seen {
            $(
                pub fn $name(&self) -> Option<&$type> {
                    if let Self::$variant(content) = self {
                        Some(content)
                    } else {
                        None
                    }
                }
            )+
        }
    };
}

accessors! {
    changed: Changed(Answer<String>);
    text: Text(Answer<String>);
    networks: Networks(Answer<Vec<Network>>);
    routes: Routes(Answer<Vec<Route>>);
    connections: Connections(Answer<Vec<Connection>>);
    endpoint: Endpoint(Answer<Endpoint>);
    collisions: Collisions(Answer<Collisions>);
    left_out: LeftOut(String);
}

impl Seen {
    /// The listing, and what an adapter made of it.
    pub fn adapter(&self) -> Option<(&'static str, &Result<String, String>)> {
        if let Self::Adapter(listing, read) = self {
            Some((listing, read))
        } else {
            None
        }
    }
}

/// All of it, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    pub entries: Vec<Entry>,
    /// Where the `local` route of this run leads: to the clients' own range, as AWS's guide has it
    /// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateClientVpnRoute.html>).
    pub client_cidr: String,
}

impl Record {
    /// Whether this run made it, if it was not there before: by hand through a subnet, or from client to client.
    pub fn is_ours(&self, route: &Route) -> bool {
        if route.is_through_subnet() {
            route.cidr == CIDR
        } else {
            route.cidr == self.client_cidr
        }
    }

    pub fn of(&self, step: Step) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.step == step)
    }

    /// What a step's change was answered with.
    pub fn changed(&self, step: Step) -> Option<&Answer<String>> {
        self.of(step).find_map(|entry| entry.seen.changed())
    }

    /// When a step's change was answered.
    pub fn changed_at(&self, step: Step) -> Option<DateTime<Utc>> {
        let mut entries = self.of(step);
        let change = entries.find(|entry| entry.seen.changed().is_some());
        change.map(|entry| entry.at)
    }

    /// Why a step was not taken.
    pub fn left_out(&self, step: Step) -> Option<&str> {
        let why = self.of(step).find_map(|entry| entry.seen.left_out());
        why.map(String::as_str)
    }

    /// The listings of target networks that were read in a step, with their times.
    pub fn networks(&self, step: Step) -> impl Iterator<Item = (DateTime<Utc>, &Vec<Network>)> {
        self.of(step)
            .filter_map(|entry| Some((entry.at, entry.seen.networks()?.as_ref().ok()?)))
    }

    /// The same of routes.
    pub fn routes(&self, step: Step) -> impl Iterator<Item = (DateTime<Utc>, &Vec<Route>)> {
        self.of(step)
            .filter_map(|entry| Some((entry.at, entry.seen.routes()?.as_ref().ok()?)))
    }

    /// The same of connections.
    pub fn connections(
        &self,
        step: Step,
    ) -> impl Iterator<Item = (DateTime<Utc>, &Vec<Connection>)> {
        self.of(step)
            .filter_map(|entry| Some((entry.at, entry.seen.connections()?.as_ref().ok()?)))
    }

    /// The endpoint as a step read it first.
    pub fn endpoint(&self, step: Step) -> Option<&Endpoint> {
        self.of(step)
            .find_map(|entry| entry.seen.endpoint()?.as_ref().ok())
    }

    /// What the adapters made of answers in a step.
    pub fn adapters(
        &self,
        step: Step,
    ) -> impl Iterator<Item = (&'static str, &Result<String, String>)> {
        self.of(step).filter_map(|entry| entry.seen.adapter())
    }

    /// How long it took from `from` until a listing held something.
    pub fn until(
        &self,
        from: DateTime<Utc>,
        step: Step,
        holds: impl Fn(&[Network]) -> bool,
    ) -> Option<TimeDelta> {
        let mut listings = self.networks(step);
        listings
            .find(|(_, networks)| holds(networks))
            .map(|(at, _)| at - from)
    }
}

impl Entry {
    /// For the operator.
    pub fn says(&self) -> String {
        fn of<T>(answer: &Answer<T>, says: impl Fn(&T) -> String) -> String {
            answer.as_ref().map_or_else(Refusal::to_string, says)
        }
        match &self.seen {
            Seen::Changed(answer) => of(answer, |text| format!("`{text}`")),
            Seen::Text(answer) => of(answer, |text| format!("{} bytes", text.len())),
            Seen::Networks(answer) => of(answer, |networks| {
                listed(
                    networks
                        .iter()
                        .map(|network| format!("`{}` {}", network.association_id, network.status)),
                )
            }),
            Seen::Routes(answer) => of(answer, |routes| {
                // The company's other routes do not belong in a report.
                let (ours, others): (Vec<_>, Vec<_>) = routes
                    .iter()
                    .partition(|it| it.cidr == CIDR || !it.is_through_subnet());
                let ours = listed(ours.into_iter().map(|route| {
                    let target = route.target_subnet.as_deref().unwrap_or("no target");
                    format!("{} → {target} {}", route.cidr, route.status)
                }));
                format!("{ours}; and {} others", others.len())
            }),
            Seen::Connections(answer) => of(answer, |connections| {
                listed(connections.iter().map(|connection| {
                    let [sent, received] = &connection.bytes;
                    let [sent_packets, received_packets] = &connection.packets;
                    format!(
                        "`{}` {}, ended {}, bytes {sent} and {received}, packets {sent_packets} and {received_packets}",
                        connection.connection_id, connection.status, connection.end_time
                    )
                }))
            }),
            Seen::Endpoint(answer) => of(answer, |endpoint| {
                let groups = listed(endpoint.security_group_ids.iter().cloned());
                format!("{}, security groups {groups}", endpoint.status)
            }),
            Seen::Adapter(listing, Ok(read)) => format!("{listing}: {read}"),
            Seen::Adapter(listing, Err(why)) => format!("{listing} cannot be read: {why}"),
            Seen::Collisions(answer) => of(answer, |seen| {
                format!(
                    "transactions {:?}, plain writes {:?}",
                    seen.transactions, seen.writes
                )
            }),
            Seen::LeftOut(why) => format!("left out: {why}"),
        }
    }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join("; ")
    }
}
