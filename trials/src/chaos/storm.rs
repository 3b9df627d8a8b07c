//! The storm: the sandbox, who is at work in it, and the time, which goes on from minute to minute.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::Sandbox;
use sandbox::ec2::Ec2;
use sandbox::lambda::Signal;
use sandbox::network::Weather;
use shared::clock::Clock;
use testkit::example;
use testkit::history::SentOrder;
use testkit::people::{Answer, Wish};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::administrator::Administrator;
use super::bookings;
use super::evidence::{Evidence, JUMP, endpoints};
use super::orders::{OrderToSend, Orders};
use super::people::{People, Sent};
use super::plan::StormPlan;

/// How many sweeps may be at work at once: a sweep stuck in a frozen network holds one for seconds.
const SWEEPS_AT_ONCE: usize = 6;
/// How often records are compared with how they were, in minutes of the story.
const COMPARE_EVERY: u64 = 8;
/// How long anything may take in calm weather, in real time: longer than any function may.
const PATIENCE: Duration = Duration::from_secs(45);

/// What came to an end.
#[derive(Debug)]
enum Ended {
    Sweep {
        succeeded: bool,
    },
    Sent {
        who: Option<usize>,
        answers: Vec<Answer>,
    },
    Ordered {
        at: &'static str,
        order: Option<SentOrder>,
    },
    Signal {
        sent: bool,
        signal: Signal,
    },
}

/// How often things happened.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) minutes: u64,
    pub(super) sweeps: u64,
    pub(super) sweeps_failed: u64,
    pub(super) killed: u64,
    pub(super) terminated: u64,
}

/// The sandbox, and the story so far.
pub(super) struct Storm {
    pub(super) sandbox: Sandbox,
    pub(super) plan: StormPlan,
    pub(super) people: People,
    pub(super) administrator: Administrator,
    orders: Orders,
    pub(super) evidence: Evidence,
    pub(super) counts: Counts,
    at_work: JoinSet<anyhow::Result<Ended>>,
    sweeping: usize,
}

impl Storm {
    pub(super) async fn new(sandbox: Sandbox, plan: StormPlan) -> anyhow::Result<Self> {
        sandbox.ec2().change(|world, _| world.keep_history());
        let people = People::sign_in(&plan, sandbox.url(), sandbox.clock()).await?;
        let orders = Orders::sign_in(sandbox.url(), sandbox.clock()).await?;
        Ok(Self {
            sandbox,
            plan,
            people,
            administrator: Administrator::default(),
            orders,
            evidence: Evidence::new(),
            counts: Counts::default(),
            at_work: JoinSet::new(),
            sweeping: 0,
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.sandbox.clock().now()
    }

    pub(super) fn ec2(&self) -> &Ec2 {
        self.sandbox.ec2()
    }

    /// A minute in which things go wrong. For what is under way at its end, time jumps.
    pub(super) async fn stormy_minute(&mut self) -> anyhow::Result<()> {
        let minute = self.counts.minutes;
        self.change_weather(minute);
        let mut dice = self.plan.dice("minute", minute);
        self.sweep();
        if dice.chance(20) {
            self.sweep();
        }
        let ec2 = self.ec2().clone();
        for sent in self.people.act(&self.plan, minute, &ec2) {
            self.send(sent);
        }
        for order in self.orders.act(self.plan.dice("orders", minute)) {
            self.order(order);
        }
        if dice.chance(30) {
            self.signal(minute);
        }
        let by_hand = self.plan.dice("administrator", minute);
        let leases = self.sandbox.dynamo().items(example::LEASE_TABLE).await?;
        self.administrator
            .act(by_hand, &ec2, &leases, &mut self.evidence);
        let booking = self.plan.dice("booking", minute);
        let (now, dynamo) = (self.now(), self.sandbox.dynamo());
        bookings::act(booking, now, dynamo, &mut self.evidence).await?;
        let patience = Duration::from_millis(dice.between(40, 220));
        self.wait(patience).await?;
        self.learn();
        if minute.is_multiple_of(COMPARE_EVERY) {
            self.compare().await?;
        }
        let seconds = i64::try_from(dice.between(25, 60)).unwrap_or(60);
        self.jump(TimeDelta::seconds(seconds))
    }

    /// A minute in which nothing goes wrong: a sweep, and whatever was under way, to their ends.
    pub(super) async fn calm_minute(&mut self) -> anyhow::Result<()> {
        self.sweep();
        self.finish().await?;
        self.jump(JUMP)
    }

    /// Waits until all that is under way has ended.
    pub(super) async fn finish(&mut self) -> anyhow::Result<()> {
        self.wait(PATIENCE).await?;
        if !self.at_work.is_empty() {
            bail!("something is still at work after {} s", PATIENCE.as_secs());
        }
        self.learn();
        Ok(())
    }

    /// No more faults.
    pub(super) fn clear_up(&mut self) {
        let ports = self.sandbox.network().into_iter();
        for port in ports.flat_map(sandbox::network::Network::ports) {
            port.set_weather(Weather::Clear);
        }
        self.ec2()
            .change(|world, _| world.fail_next_associations(0));
    }

    /// An administrator takes all orders away.
    pub(super) async fn end_orders(&mut self) -> anyhow::Result<()> {
        for (at, _) in endpoints() {
            let browser = self.orders.any_browser();
            let order = browser.order(at, "none", 1).await?;
            let is_given = order.as_ref().is_some_and(SentOrder::is_given);
            ensure!(
                is_given,
                "the order at {at} cannot be taken away: {order:?}"
            );
            self.evidence.ordered(at, order);
        }
        Ok(())
    }

    /// One person asks something, and waits for the answer.
    pub(super) async fn ask(&mut self, at: &'static str, wish: Wish) -> anyhow::Result<Answer> {
        let browser = self.people.any_browser().context("there is no employee")?;
        let answer = browser.send(at, wish).await?;
        self.evidence.heard(vec![answer.clone()]);
        self.learn();
        Ok(answer)
    }

    /// Compares the records with how they were.
    pub(super) async fn compare(&mut self) -> anyhow::Result<()> {
        let records = self.sandbox.dynamo().records().await?;
        self.evidence.compare(self.now(), &records);
        Ok(())
    }

    /// Ends the story.
    pub(super) async fn shutdown(mut self) -> (Evidence, Counts, Administrator) {
        self.at_work.shutdown().await;
        self.sandbox.shutdown().await;
        (self.evidence, self.counts, self.administrator)
    }

    fn change_weather(&self, minute: u64) {
        let ports = self.sandbox.network().into_iter();
        for port in ports.flat_map(sandbox::network::Network::ports) {
            let weather = self.plan.weather(port.name(), minute);
            if port.weather() != weather {
                port.set_weather(weather);
            }
        }
    }

    fn sweep(&mut self) {
        if self.sweeping >= SWEEPS_AT_ONCE {
            return;
        }
        self.sweeping += 1;
        self.counts.sweeps += 1;
        let scheduler = self.sandbox.scheduler().clone();
        self.at_work.spawn(async move {
            let succeeded = scheduler.fire().await.is_ok();
            Ok(Ended::Sweep { succeeded })
        });
    }

    fn send(&mut self, sent: Sent) {
        let Sent {
            who,
            browser,
            at,
            wishes,
        } = sent;
        self.at_work.spawn(async move {
            let all = wishes.into_iter().map(|wish| browser.send(at, wish));
            let answers = futures::future::try_join_all(all).await?;
            let who = Some(who);
            Ok(Ended::Sent { who, answers })
        });
    }

    fn order(&mut self, order: OrderToSend) {
        let OrderToSend {
            browser,
            at,
            mode,
            minutes,
        } = order;
        self.at_work.spawn(async move {
            let order = browser.order(at, mode, minutes).await?;
            Ok(Ended::Ordered { at, order })
        });
    }

    /// Ends a process a moment later, most of the time one that is at work.
    fn signal(&mut self, minute: u64) {
        let mut dice = self.plan.dice("signal", minute);
        let lambda = self.sandbox.lambda().clone();
        self.at_work.spawn(async move {
            tokio::time::sleep(Duration::from_millis(dice.between(0, 180))).await;
            let function = if dice.chance(55) {
                "reaper"
            } else {
                "associate"
            };
            let signal = if dice.chance(70) {
                Signal::Kill
            } else {
                Signal::Terminate
            };
            let sent = lambda.signal(function, dice.chance(85), dice.draw(), signal);
            Ok(Ended::Signal { sent, signal })
        });
    }

    async fn wait(&mut self, patience: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + patience;
        while let Ok(Some(ended)) = tokio::time::timeout_at(end, self.at_work.join_next()).await {
            match ended?? {
                Ended::Sweep { succeeded } => {
                    self.sweeping -= 1;
                    self.counts.sweeps_failed += u64::from(!succeeded);
                }
                Ended::Sent { who, answers } => {
                    if let Some(who) = who {
                        self.people.heard(who, &answers);
                    }
                    self.evidence.heard(answers);
                }
                Ended::Ordered { at, order } => self.evidence.ordered(at, order),
                Ended::Signal { sent: false, .. } => {}
                Ended::Signal { signal, .. } => match signal {
                    Signal::Kill => self.counts.killed += 1,
                    Signal::Terminate => self.counts.terminated += 1,
                },
            }
        }
        Ok(())
    }

    fn learn(&mut self) {
        let ec2 = self.ec2().clone();
        self.evidence.learn(&ec2);
    }

    fn jump(&mut self, by: TimeDelta) -> anyhow::Result<()> {
        self.counts.minutes += 1;
        let clock = self.sandbox.clock();
        clock.advance(by).context("the clock cannot be moved")
    }
}
