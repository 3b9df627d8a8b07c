//! What goes wrong with the calls of a time: drawn for each call, so that any call can be the one.

use chrono::TimeDelta;

/// What was sent in a storm may arrive so much later.
pub(crate) const LAST_OF_IT: TimeDelta = TimeDelta::seconds(60);

/// How often what goes wrong, in thousandths of the calls, while it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weather {
    /// Calls that never arrive.
    pub lost_requests: u32,
    /// Calls that are done, and whose answers are lost.
    pub lost_answers: u32,
    /// Calls that are done long after their caller gave up.
    pub late: u32,
    /// Calls that take seconds and are answered in the end.
    pub slow: u32,
    /// Calls to EC2 that are throttled.
    pub throttled: u32,
    /// Calls to EC2 that fail inside, some of them after the work was done.
    pub internal_errors: u32,
    /// Writes that meet another transaction once too often.
    pub conflicts: u32,
    /// Listings of connections that are old.
    pub stale: u32,
    /// How old at most, in seconds.
    pub stale_seconds: u32,
    /// Listings of connections without their counters.
    pub missing_counters: u32,
    /// Listings of connections before which their counters begin anew.
    pub restarted_counters: u32,
    /// Calls that change EC2 and are refused for good.
    pub refused: u32,
    /// Invocations whose process is killed.
    pub killed: u32,
    /// Associations that end in `association-failed`.
    pub failing_associations: u32,
    /// How long a new association may be missing from its listing, in seconds.
    pub listing_lag_seconds: u32,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done and answered.
    Answered {
        /// On its way there.
        there: TimeDelta,
        /// On its way back.
        back: TimeDelta,
    },
    /// It is not done; the caller hears of it after this.
    Failed {
        /// What went wrong.
        error: Failing,
        /// Until the caller hears of it.
        after: TimeDelta,
    },
    /// It is done, and the caller hears an error.
    DoneAndFailed {
        /// What went wrong.
        error: Failing,
        /// Until it is done.
        there: TimeDelta,
        /// Until the caller hears of it.
        after: TimeDelta,
    },
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// No answer comes.
    NoAnswer,
    /// `RequestLimitExceeded`.
    Throttled,
    /// `InternalError`.
    Internal,
    /// `TransactionConflict`.
    Conflict,
    /// `UnauthorizedOperation`.
    Refused,
}

/// To whom a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// EC2; whether it changes something, and how long the caller waits at most.
    Ec2 {
        /// Whether it changes something.
        changes: bool,
    },
    /// DynamoDB; whether it writes.
    Dynamo {
        /// Whether it writes.
        writes: bool,
    },
    /// The ALB's key server.
    Keys,
}

impl Weather {
    /// Nothing goes wrong.
    pub const fn calm() -> Self {
        Self {
            lost_requests: 0,
            lost_answers: 0,
            late: 0,
            slow: 0,
            throttled: 0,
            internal_errors: 0,
            conflicts: 0,
            stale: 0,
            stale_seconds: 0,
            missing_counters: 0,
            restarted_counters: 0,
            refused: 0,
            killed: 0,
            failing_associations: 0,
            listing_lag_seconds: 0,
        }
    }

    /// A storm of the strength that chance gives it: some things go wrong often, most do not at all.
    pub fn storm(chance: &mut fastrand::Rng) -> Self {
        // Drawn aside, so that seeds stay the plans that they are.
        let mut aside = chance.clone();
        let mut of_counters = |most: u32| {
            if aside.u8(..4) == 0 {
                aside.u32(..=most)
            } else {
                0
            }
        };
        let (missing_counters, restarted_counters) = (of_counters(1_000), of_counters(100));
        let mut often = |most: u32| {
            if chance.bool() {
                chance.u32(..=most)
            } else {
                0
            }
        };
        Self {
            lost_requests: often(200),
            lost_answers: often(200),
            late: often(100),
            slow: often(300),
            throttled: often(400),
            internal_errors: often(200),
            conflicts: often(150),
            stale: often(500),
            stale_seconds: 60,
            missing_counters,
            restarted_counters,
            refused: often(150),
            killed: often(400),
            failing_associations: often(500),
            listing_lag_seconds: often(50),
        }
    }

    /// How often each kind of fault strikes.
    fn kinds(&mut self) -> [&mut u32; Self::KINDS] {
        [
            &mut self.lost_requests,
            &mut self.lost_answers,
            &mut self.late,
            &mut self.slow,
            &mut self.throttled,
            &mut self.internal_errors,
            &mut self.conflicts,
            &mut self.stale,
            &mut self.missing_counters,
            &mut self.restarted_counters,
            &mut self.refused,
            &mut self.killed,
            &mut self.failing_associations,
            &mut self.listing_lag_seconds,
        ]
    }

    /// How many kinds of faults there are.
    pub const KINDS: usize = 14;

    /// Leaves one kind of fault, and makes it strike: what two faults together hide shows with one alone.
    pub fn keep_only(&mut self, kind: usize) {
        for (number, strikes) in self.kinds().into_iter().enumerate() {
            *strikes = if number == kind {
                (*strikes).max(50)
            } else {
                0
            };
        }
    }

    /// Leaves one kind of fault out.
    pub fn leave_out(&mut self, kind: usize) {
        if let Some(strikes) = self.kinds().into_iter().nth(kind) {
            *strikes = 0;
        }
    }

    /// What becomes of a call.
    pub fn fate(&self, to: To, chance: &mut fastrand::Rng) -> Fate {
        let mut strikes = |thousandths: u32| thousandths > 0 && chance.u32(..1000) < thousandths;
        let (ec2, writes) = match to {
            To::Ec2 { changes } => (true, changes),
            To::Dynamo { writes } => (false, writes),
            To::Keys => (false, false),
        };
        let lost = strikes(self.lost_requests);
        let unanswered = strikes(self.lost_answers);
        let late = strikes(self.late);
        let throttled = ec2 && strikes(self.throttled);
        let internal = ec2 && strikes(self.internal_errors);
        let conflict = !ec2 && writes && strikes(self.conflicts);
        let refused = ec2 && writes && strikes(self.refused);
        let slow = strikes(self.slow);
        // As the SDK's clients of `shared::aws::Clients` give up.
        let patience = TimeDelta::seconds(if ec2 { 12 } else { 5 });
        let mut quick = || TimeDelta::milliseconds(chance.i64(1..60));
        let (there, back) = (quick(), quick());
        let failed = |error, after| Fate::Failed { error, after };
        if lost {
            return failed(Failing::NoAnswer, patience);
        }
        if throttled {
            return failed(Failing::Throttled, there + back);
        }
        if refused {
            return failed(Failing::Refused, there + back);
        }
        if conflict {
            return failed(Failing::Conflict, TimeDelta::milliseconds(800));
        }
        if internal {
            let error = Failing::Internal;
            let after = there + back;
            return if chance.bool() {
                Fate::Failed { error, after }
            } else {
                Fate::DoneAndFailed {
                    error,
                    there,
                    after,
                }
            };
        }
        let error = Failing::NoAnswer;
        if unanswered {
            return Fate::DoneAndFailed {
                error,
                there,
                after: patience,
            };
        }
        if late {
            let there = patience + TimeDelta::milliseconds(chance.i64(0..8_000));
            return Fate::DoneAndFailed {
                error,
                there,
                after: patience,
            };
        }
        if slow {
            let most = patience.num_milliseconds() / 2 - 1;
            let mut slow = || TimeDelta::milliseconds(chance.i64(100..most));
            return Fate::Answered {
                there: slow(),
                back: slow(),
            };
        }
        Fate::Answered { there, back }
    }
}
