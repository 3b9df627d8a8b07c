//! The employees of the storm, each with habits of their own.

use std::sync::Arc;

use reqwest::redirect::Policy;
use sandbox::clock::ClockKeeper;
use sandbox::ec2::Ec2;
use shared::model::{ConnectionId, EndpointId};
use testkit::dice::Dice;
use testkit::ec2::Client;
use testkit::people::{Answer, Wish};

use super::evidence::{ENDPOINTS, EXTENSION_MINUTES, endpoint};
use super::plan::StormPlan;
use crate::browser::Browser;

const NAMES: [&str; 7] = ["aoi", "hana", "ken", "mio", "ren", "sora", "yuki"];

/// All of them.
#[derive(Debug)]
pub(super) struct People(Vec<Person>);

#[derive(Debug)]
struct Person {
    browser: Browser,
    activity: Activity,
    /// Waiting for an answer; a person does one thing at a time.
    waits: bool,
    /// Whether this one tends to leave the client connected.
    forgetful: bool,
}

/// What an employee is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Activity {
    Away,
    /// Asked, and reads the status now and then.
    Waiting {
        at: &'static str,
        told_ready: bool,
    },
    Connected {
        at: &'static str,
        connection: ConnectionId,
    },
}

/// Something to be sent: by whom, where to, and what, all at once.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) who: usize,
    pub(super) browser: Browser,
    pub(super) at: &'static str,
    pub(super) wishes: Vec<Wish>,
}

impl People {
    /// All employees sign in.
    pub(super) async fn sign_in(
        plan: &StormPlan,
        url: &str,
        clock: &Arc<ClockKeeper>,
    ) -> anyhow::Result<Self> {
        let mut people = Vec::new();
        for (number, name) in (0..).zip(NAMES) {
            let browser = Browser::new(name, url, clock.clone(), Policy::none())?;
            browser.sign_in("/").await?;
            people.push(Person {
                browser,
                activity: Activity::Away,
                waits: false,
                forgetful: plan.dice("forgetful", number).chance(45),
            });
        }
        Ok(Self(people))
    }

    /// What each employee does in a minute of the storm.
    pub(super) fn act(&mut self, plan: &StormPlan, minute: u64, ec2: &Ec2) -> Vec<Sent> {
        let mut sent = Vec::new();
        for (who, person) in self.0.iter_mut().enumerate() {
            let dice = plan.dice(NAMES[who], minute);
            if person.waits {
                continue;
            }
            if let Some((at, wishes)) = person.act(dice, minute, ec2) {
                person.waits = true;
                let browser = person.browser.clone();
                sent.push(Sent {
                    who,
                    browser,
                    at,
                    wishes,
                });
            }
        }
        sent
    }

    /// An employee takes in the answers.
    pub(super) fn heard(&mut self, who: usize, answers: &[Answer]) {
        let Some(person) = self.0.get_mut(who) else {
            return;
        };
        person.waits = false;
        if let Activity::Waiting { told_ready, .. } = &mut person.activity {
            *told_ready = answers
                .iter()
                .any(|answer| answer.phase.as_deref() == Some("ready"));
        }
    }

    /// All employees disconnect and go home.
    pub(super) fn leave(&mut self, ec2: &Ec2) {
        for person in &mut self.0 {
            person.disconnect(ec2);
        }
    }

    /// One employee's browser, for what the story needs.
    pub(super) fn any_browser(&self) -> Option<Browser> {
        self.0.first().map(|person| person.browser.clone())
    }
}

impl Person {
    fn act(&mut self, mut dice: Dice, minute: u64, ec2: &Ec2) -> Option<(&'static str, Vec<Wish>)> {
        let roll = dice.between(0, 99);
        match self.activity.clone() {
            Activity::Away => self.may_come(dice, roll, minute),
            Activity::Waiting { at, told_ready } => {
                if told_ready && roll < 70 {
                    self.connect(at, ec2);
                    return None;
                }
                if !is_busy(at, minute) && roll < 15 {
                    self.activity = Activity::Away;
                    return dice.chance(50).then(|| (at, vec![Wish::Release]));
                }
                match roll {
                    0..4 => Some((at, vec![Wish::Ask])),
                    4..70 => Some((at, vec![Wish::Status])),
                    _ => None,
                }
            }
            Activity::Connected { at, .. } => self.may_leave(dice, roll, at, minute, ec2),
        }
    }

    fn may_come(
        &mut self,
        mut dice: Dice,
        roll: u64,
        minute: u64,
    ) -> Option<(&'static str, Vec<Wish>)> {
        let (at, _) = *dice.pick(&ENDPOINTS)?;
        if !is_busy(at, minute) {
            // Looking is not use, at any time.
            return (roll < 8).then(|| (at, vec![Wish::Status]));
        }
        let wishes = match roll {
            0..5 => vec![Wish::Ask],
            5..8 => vec![Wish::Ask, Wish::Ask],
            8..11 => vec![Wish::Open],
            11..13 => vec![Wish::Open, Wish::Ask, Wish::Status],
            13..15 => vec![Wish::Extend(extension(&mut dice))],
            15..20 => return Some((at, vec![Wish::Status])),
            20 => return Some((at, vec![Wish::Release])),
            _ => return None,
        };
        self.activity = Activity::Waiting {
            at,
            told_ready: false,
        };
        Some((at, wishes))
    }

    fn may_leave(
        &mut self,
        mut dice: Dice,
        roll: u64,
        at: &'static str,
        minute: u64,
        ec2: &Ec2,
    ) -> Option<(&'static str, Vec<Wish>)> {
        let leaves = match (is_busy(at, minute), self.forgetful) {
            (true, _) => 2,
            (false, true) => 4,
            (false, false) => 25,
        };
        if roll < leaves {
            self.disconnect(ec2);
            return dice.chance(40).then(|| (at, vec![Wish::Release]));
        }
        match roll {
            80..84 => Some((at, vec![Wish::Extend(extension(&mut dice))])),
            84..94 => Some((at, vec![Wish::Status])),
            _ => None,
        }
    }

    /// The client may find that the VPN has gone meanwhile; then its user looks again.
    fn connect(&mut self, at: &'static str, ec2: &Ec2) {
        let user = Client::User(self.browser.email().to_owned());
        let connected = endpoint(at)
            .and_then(|id: EndpointId| ec2.change(|world, now| world.connect(now, &id, user)).ok());
        self.activity = match connected {
            Some(connection) => Activity::Connected { at, connection },
            None => Activity::Waiting {
                at,
                told_ready: false,
            },
        };
    }

    fn disconnect(&mut self, ec2: &Ec2) {
        if let Activity::Connected { connection, .. } = &self.activity {
            // It may have been cut already.
            let _ = ec2.change(|world, now| world.end(now, connection));
        }
        self.activity = Activity::Away;
    }
}

fn is_busy(at: &str, minute: u64) -> bool {
    let number = ENDPOINTS.iter().position(|(name, _)| *name == at);
    number.is_some_and(|number| StormPlan::is_busy(number, minute))
}

fn extension(dice: &mut Dice) -> i64 {
    i64::try_from(dice.between(5, EXTENSION_MINUTES)).unwrap_or(5)
}
