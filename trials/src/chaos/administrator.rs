//! An administrator who does things by hand, and what the endpoints should have in the end.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use sandbox::ec2::Ec2;
use shared::model::audit::Event;
use shared::model::{AssociationId, EndpointId, SubnetId, VpcId};
use testkit::dice::Dice;
use testkit::ec2::{Answer, AssociationStatus, Cidr, Ec2World, Request};
use testkit::people;

use super::evidence::{Evidence, Present, RoutePair, endpoints};

const SUBNETS: [(&str, &str); 3] = [
    ("tokyo", "subnet-0aaaaaaaaaaaaaaa1"),
    ("tokyo", "subnet-0aaaaaaaaaaaaaaa2"),
    ("osaka", "subnet-0bbbbbbbbbbbbbbb1"),
];
/// Routes that come and go.
const EXTRA: [&str; 3] = ["10.41.0.0/16", "10.42.0.0/16", "10.43.0.0/16"];

/// The administrator.
#[derive(Debug, Default)]
pub(super) struct Administrator {
    wanted: BTreeMap<EndpointId, Wanted>,
    /// What was done, and how often.
    pub(super) did: BTreeMap<&'static str, u32>,
}

/// What an endpoint should have.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) routes: BTreeSet<RoutePair>,
    pub(super) groups: BTreeSet<String>,
    /// When it was changed by hand, until that is on record. Meanwhile nothing else is done there by hand: a route
    /// that no sweep saw before it was deleted cannot be brought back.
    edited_at: Option<DateTime<Utc>>,
}

impl Administrator {
    /// Associates everything, as on every day until now.
    pub(super) fn associate_all(&mut self, ec2: &Ec2, evidence: &mut Evidence) {
        for (_, subnet) in SUBNETS {
            self.associate(ec2, subnet, evidence);
        }
    }

    /// From now on the endpoints should stay as they are.
    pub(super) fn wants_what_is_there(&mut self, ec2: &Ec2) {
        for (_, id) in endpoints() {
            let present = Present::of(ec2, &id);
            let wanted = Wanted {
                routes: present.routes,
                groups: present.groups,
                edited_at: None,
            };
            self.wanted.insert(id, wanted);
        }
    }

    pub(super) fn wanted(&self, endpoint: &EndpointId) -> Option<&Wanted> {
        self.wanted.get(endpoint)
    }

    /// Does something by hand in this minute, or not. `leases`: the lease table.
    pub(super) fn act(
        &mut self,
        mut dice: Dice,
        ec2: &Ec2,
        leases: &[Record],
        evidence: &mut Evidence,
    ) {
        self.note_records(evidence);
        let Some((_, id)) = dice.pick(&endpoints().collect::<Vec<_>>()).cloned() else {
            return;
        };
        match dice.between(0, 99) {
            0..1 => self.disassociate(dice, ec2, &id, evidence),
            1..4 => {
                if let Some((_, subnet)) = dice.pick(&SUBNETS) {
                    self.associate(ec2, subnet, evidence);
                }
            }
            4..5 => {
                ec2.change(|world, _| world.fail_next_associations(1));
                self.did("let the next association fail");
            }
            5..25 if is_settled(leases, &id, evidence) => self.edit(dice, ec2, &id, evidence),
            _ => {}
        }
    }

    fn did(&mut self, what: &'static str) {
        *self.did.entry(what).or_default() += 1;
    }

    fn associate(&mut self, ec2: &Ec2, subnet: &str, evidence: &mut Evidence) {
        let Some((_, id)) = SUBNETS
            .iter()
            .find(|(_, known)| *known == subnet)
            .and_then(|(name, _)| endpoints().find(|(known, _)| known == name))
        else {
            return;
        };
        let request = people::associate(&id, &SubnetId::observed(subnet));
        // EC2 refuses what is associated already.
        if let Ok(Answer::Associated(association)) = ec2.by_hand(request)
            && let Some(history) = evidence.history(&id)
        {
            history.made_by_hand.insert(association.association_id);
            self.did("associated a subnet");
        }
    }

    fn disassociate(
        &mut self,
        mut dice: Dice,
        ec2: &Ec2,
        id: &EndpointId,
        evidence: &mut Evidence,
    ) {
        if self
            .wanted
            .get(id)
            .is_none_or(|wanted| wanted.edited_at.is_some())
        {
            return;
        }
        let Some(history) = evidence.history(id) else {
            return;
        };
        let networks = history.networks.iter();
        let networks: Vec<AssociationId> = networks
            .filter(|(_, network)| network.held().is_some_and(|(_, to)| to.is_none()))
            .map(|(association, _)| association.clone())
            .collect();
        let Some(association) = dice.pick(&networks) else {
            return;
        };
        let request = Request::Disassociate {
            endpoint: id.clone(),
            association: association.clone(),
        };
        // EC2 refuses while it is on its way up or down.
        if ec2.by_hand(request).is_ok() {
            history.left_by_hand.insert(association.clone());
            self.did("disassociated a subnet");
        }
    }

    /// Changes routes or groups of an endpoint that is whole and in use: nothing takes it away just now.
    fn edit(&mut self, mut dice: Dice, ec2: &Ec2, id: &EndpointId, evidence: &mut Evidence) {
        let Present {
            subnets,
            routes,
            in_use,
            ..
        } = Present::of(ec2, id);
        let all = SUBNETS.iter().filter(|(name, _)| {
            endpoints().any(|(known, endpoint)| known == *name && endpoint == *id)
        });
        let Some(wanted) = self.wanted.get_mut(id) else {
            return;
        };
        let whole = subnets.len() == all.count() && routes == wanted.routes;
        if !whole || !in_use || wanted.edited_at.is_some() {
            return;
        }
        let Some(cidr) = dice.pick(&EXTRA) else {
            return;
        };
        let now = ec2.read(Ec2World::now);
        let what = if dice.chance(20) {
            change_groups(ec2, id, wanted)
        } else {
            change_route(ec2, id, cidr, &subnets, wanted)
        };
        if let Some(what) = what {
            wanted.edited_at = Some(now);
            if let Some(history) = evidence.history(id) {
                history.edits_by_hand += 1;
            }
            self.did(what);
        }
    }

    /// A change that a sweep has put on record is safe.
    fn note_records(&mut self, evidence: &Evidence) {
        for (id, wanted) in &mut self.wanted {
            let Some(edited_at) = wanted.edited_at else {
                continue;
            };
            let noted = evidence
                .of(id, Event::RoutesChanged)
                .any(|record| record.occurred_at >= edited_at);
            if noted {
                wanted.edited_at = None;
            }
        }
    }
}

/// Whether a snapshot was taken since the last subnet came up, and nothing is being made again. Before that, what is not
/// there is taken for lost with the subnet, and not for deleted by hand.
fn is_settled(leases: &[Record], id: &EndpointId, evidence: &Evidence) -> bool {
    let item = |key: &str| {
        let mut items = leases.iter();
        items.find(|item| item.text("endpoint_id") == id.as_str() && item.text("item") == key)
    };
    let (Some(state), Some(snapshot)) = (item("state"), item("snapshot")) else {
        return false;
    };
    let taken: Option<DateTime<Utc>> = snapshot.text("taken_at").parse().ok();
    let networks = evidence
        .0
        .get(id)
        .map(|book| book.history.networks.values());
    let came_up = networks
        .into_iter()
        .flatten()
        .filter_map(|network| network.first(AssociationStatus::Associated))
        .max();
    let restores = !state.set("to_restore").is_empty();
    // A network is seen as associated by the sweep after it, and the snapshot is of a sweep after that one.
    taken > came_up.map(|at| at + TimeDelta::minutes(1)) && !restores
}

fn change_route(
    ec2: &Ec2,
    id: &EndpointId,
    cidr: &str,
    subnets: &BTreeSet<SubnetId>,
    wanted: &mut Wanted,
) -> Option<&'static str> {
    let range: Cidr = cidr.parse().ok()?;
    let there = wanted.routes.iter().any(|(known, _)| known == cidr);
    let mut changed = None;
    for subnet in subnets {
        let pair = (cidr.to_owned(), subnet.to_string());
        let request = people::change_route(id, range, subnet, !there);
        if ec2.by_hand(request).is_err() {
            continue;
        }
        if there {
            wanted.routes.remove(&pair);
            changed = Some("deleted a route");
        } else {
            wanted.routes.insert(pair);
            changed = Some("made a route");
        }
    }
    changed
}

fn change_groups(ec2: &Ec2, id: &EndpointId, wanted: &mut Wanted) -> Option<&'static str> {
    let vpc: VpcId = ec2.read(|world| world.endpoint(id)?.vpc_id.clone())?;
    let mut groups = people::groups_of(&vpc)?.into_iter();
    let other = groups.find(|group| !wanted.groups.contains(group.as_str()))?;
    let request = Request::ApplySecurityGroups {
        endpoint: id.clone(),
        vpc,
        groups: vec![other.clone()],
    };
    ec2.by_hand(request).ok()?;
    wanted.groups = BTreeSet::from([other.to_string()]);
    Some("changed the security groups")
}
