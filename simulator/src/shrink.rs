//! Cuts a run that fails down to a short story: the same invariant, broken by as little as possible.

use crate::plan::{RunPlan, What};
use crate::run::{Options, Outcome, run};
use crate::weather::Weather;
use testkit::rulebook::Invariant;

/// How many runs a story may cost.
const TRIES: u32 = 400;

/// The smallest plan found that breaks the same invariant, and its run, told.
///
/// # Errors
/// A plan whose configuration is none.
pub fn shrink(
    plan: &RunPlan,
    options: Options,
    broken: Invariant,
) -> anyhow::Result<(RunPlan, Outcome)> {
    let mut search = Search {
        best: plan.clone(),
        options,
        broken,
        tries: TRIES,
    };
    // Nothing after the violation matters.
    let failed_at = run(plan, options)?.violation.map(|violation| violation.at);
    if let Some(at) = failed_at {
        let mut cut = plan.clone();
        cut.events.retain(|event| event.at <= at);
        search.try_plan(cut)?;
    }
    search.drop_events()?;
    search.calm_storms()?;
    search.drop_events()?;
    let told = Options {
        told: true,
        ..options
    };
    let outcome = run(&search.best, told)?;
    Ok((search.best, outcome))
}

struct Search {
    best: RunPlan,
    options: Options,
    broken: Invariant,
    tries: u32,
}

impl Search {
    /// Keeps a smaller plan if it still fails in the same way.
    fn try_plan(&mut self, plan: RunPlan) -> anyhow::Result<bool> {
        if self.tries == 0 {
            return Ok(false);
        }
        self.tries -= 1;
        let outcome = run(&plan, self.options)?;
        let same = outcome
            .violation
            .is_some_and(|violation| violation.invariant == self.broken);
        if same {
            self.best = plan;
        }
        Ok(same)
    }

    /// Leaves out ever smaller parts of what happens.
    fn drop_events(&mut self) -> anyhow::Result<()> {
        let mut part = self.best.events.len().div_ceil(2);
        while part > 0 {
            let mut from = 0;
            while from < self.best.events.len() {
                let mut smaller = self.best.clone();
                let to = (from + part).min(smaller.events.len());
                smaller.events.drain(from..to);
                if !self.try_plan(smaller)? {
                    from += part;
                }
            }
            part /= 2;
        }
        Ok(())
    }

    /// Leaves out, one by one, what a storm consists of.
    fn calm_storms(&mut self) -> anyhow::Result<()> {
        for place in 0..self.best.events.len() {
            for kind in 0..Weather::KINDS {
                let mut smaller = self.best.clone();
                if let What::Storm(weather, _) = &mut smaller.events[place].what {
                    let before = weather.clone();
                    weather.leave_out(kind);
                    if *weather != before {
                        self.try_plan(smaller)?;
                    }
                }
            }
        }
        Ok(())
    }
}
