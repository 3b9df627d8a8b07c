//! Reads variables one after the other, and goes on after a mistake so that all are reported together.

use std::fmt;

use super::Variable;
use crate::model::PolicyText;

/// A value, or a sentence about each thing that is wrong with the text.
pub(super) type Parsed<T> = Result<T, Vec<String>>;

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub variable: &'static str,
    pub problem: String,
}

/// All that is wrong with the configuration, at least one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(Vec<Mistake>);

impl ConfigErrors {
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong:")?;
        for Mistake { variable, problem } in &self.0 {
            write!(f, "\n  {variable}: {problem}")?;
        }
        Ok(())
    }
}

/// The environment and the mistakes found in it so far.
pub(super) struct Reader<'a, F> {
    vars: &'a F,
    texts: Vec<(&'static str, String)>,
    mistakes: Vec<Mistake>,
}

impl<'a, F: Fn(&str) -> Option<String>> Reader<'a, F> {
    pub(super) fn new(vars: &'a F) -> Self {
        Self {
            vars,
            texts: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    /// The variable's value or its default, parsed; `None` once a mistake has been noted.
    pub(super) fn read<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Option<T> {
        let set = (self.vars)(variable.name);
        let Some(text) = set.as_deref().or(variable.default) else {
            self.mistake(variable, "it is not set, and it is required");
            return None;
        };
        self.texts.push((variable.name, text.to_owned()));
        match parse(text) {
            Ok(value) => Some(value),
            Err(problems) => {
                for problem in problems {
                    self.mistake(variable, problem);
                }
                None
            }
        }
    }

    /// What was read so far, but for these: the policy in force.
    pub(super) fn policy_text(&self, but: &[&Variable]) -> PolicyText {
        let is_policy = |name| !but.iter().any(|variable| variable.name == name);
        let texts = self.texts.iter().filter(|(name, _)| is_policy(*name));
        PolicyText::of(texts.map(|(name, text)| (*name, text.as_str())))
    }

    pub(super) fn mistake(&mut self, variable: &Variable, problem: impl Into<String>) {
        self.mistakes.push(Mistake {
            variable: variable.name,
            problem: problem.into(),
        });
    }

    pub(super) fn finish<T>(self, whole: Option<T>) -> Result<T, ConfigErrors> {
        match whole {
            Some(whole) if self.mistakes.is_empty() => Ok(whole),
            Some(_) | None => Err(ConfigErrors(self.mistakes)),
        }
    }
}
