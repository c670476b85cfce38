//! The options of one command line, read by clap: it is shown only those that were typed.
//!
//! Most command lines have none or a few of the many there are, and clap's work grows with those it knows of.

use std::any::Any;
use std::ffi::OsString;

use clap::ArgMatches;
use clap::parser::{Indices, ValueSource, ValuesRef};

use super::options::{self, Opt};

/// What was typed; an option that was not is as good as unset.
pub struct Given(Option<ArgMatches>);

impl Given {
    /// Reads the options, a name for clap in front; `typed` are those that occur, or `None` where one is not known.
    pub fn read(
        arguments: Vec<OsString>,
        typed: Option<Vec<&'static Opt>>,
    ) -> Result<Self, clap::Error> {
        if arguments.len() == 1 {
            return Ok(Self(None));
        }
        let all = || options::command(options::all());
        let Some(typed) = typed else {
            return all()
                .try_get_matches_from(arguments)
                .map(|read| Self(Some(read)));
        };
        let read = options::command(typed.into_iter()).try_get_matches_from(&arguments);
        // What is wrong is said by the one who knows all options.
        let read = read.or_else(|_| all().try_get_matches_from(&arguments));
        read.map(|read| Self(Some(read)))
    }

    fn with<'m, T>(
        &'m self,
        name: &str,
        get: impl FnOnce(&'m ArgMatches) -> Option<T>,
    ) -> Option<T> {
        let matches = self.0.as_ref()?;
        matches.try_contains_id(name).ok()?.then(|| get(matches))?
    }

    pub fn get_flag(&self, name: &str) -> bool {
        self.with(name, |matches| matches.get_one::<bool>(name).copied())
            .unwrap_or(false)
    }

    pub fn get_one<T: Any + Clone + Send + Sync>(&self, name: &str) -> Option<&T> {
        self.with(name, |matches| matches.get_one(name))
    }

    pub fn get_many<T: Any + Clone + Send + Sync>(&self, name: &str) -> Option<ValuesRef<'_, T>> {
        self.with(name, |matches| matches.get_many(name))
    }

    /// The values of each time the option was typed.
    pub fn get_occurrences<T: Any + Clone + Send + Sync>(
        &self,
        name: &str,
    ) -> Option<impl Iterator<Item = impl Iterator<Item = &T>>> {
        self.with(name, |matches| matches.get_occurrences::<T>(name))
    }

    /// Where on the command line its values are.
    pub fn indices_of(&self, name: &str) -> Option<Indices<'_>> {
        self.with(name, |matches| matches.indices_of(name))
    }

    /// The option stands on the command line; clap has a value for every flag it knows.
    pub fn was_typed(&self, name: &str) -> bool {
        self.with(name, |matches| matches.value_source(name)) == Some(ValueSource::CommandLine)
    }
}
