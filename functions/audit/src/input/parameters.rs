//! The parameters that a page knows.

use web::Query;

use super::error::InputError;

/// Those that were given, decoded.
pub(super) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Those of these names.
    pub(super) fn read(query: &Query, known: &[&'static str]) -> Result<Self, InputError> {
        let mut given = Vec::new();
        for (sent, value) in query.decoded() {
            let Some(name) = known.iter().copied().find(|name| *name == sent) else {
                continue;
            };
            let value = value.map_err(|_| InputError::Encoding(name))?;
            if !value.is_empty() {
                given.push((name, value));
            }
        }
        Ok(Self(given))
    }

    /// The value of a parameter that is there once at most.
    pub(super) fn take(&mut self, name: &'static str) -> Result<Option<String>, InputError> {
        let mut values = self.take_all(name).into_iter();
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(InputError::Repeated(name)),
        }
    }

    /// All values of a parameter, in the order in which they were sent.
    pub(super) fn take_all(&mut self, name: &'static str) -> Vec<String> {
        let taken = self.0.extract_if(.., |(given, _)| *given == name);
        taken.map(|(_, value)| value).collect()
    }
}
