//! The options of one command line, parsed by clap, which is shown only those that were typed.
//!
//! Most command lines have few of the many options there are, and clap's work grows with those it is given.

use std::any::Any;
use std::ffi::OsString;

use clap::ArgMatches;
use clap::parser::{Indices, ValueSource, ValuesRef};

use super::options::{self, Opt};

/// The options that were typed; every other one counts as unset.
pub struct ParsedOptions(Option<ArgMatches>);

impl ParsedOptions {
    /// Parses the options, a program name in front. `typed` are those that occur, `None` where one is unknown.
    ///
    /// # Errors
    /// clap's, with suggestions from among all options.
    pub fn parse(
        arguments: &[OsString],
        typed: Option<Vec<&'static Opt>>,
    ) -> Result<Self, clap::Error> {
        if arguments.len() == 1 {
            return Ok(Self(None));
        }
        let all = || options::command(options::all());
        let Some(typed) = typed else {
            return all()
                .try_get_matches_from(arguments)
                .map(|parsed| Self(Some(parsed)));
        };
        let parsed = options::command(typed.into_iter()).try_get_matches_from(arguments);
        // Only the complete definition gives good error messages.
        let parsed = parsed.or_else(|_| all().try_get_matches_from(arguments));
        parsed.map(|parsed| Self(Some(parsed)))
    }

    fn with<'m, T>(
        &'m self,
        name: &str,
        get: impl FnOnce(&'m ArgMatches) -> Option<T>,
    ) -> Option<T> {
        let matches = self.0.as_ref()?;
        matches.try_contains_id(name).ok()?.then(|| get(matches))?
    }

    /// Whether a flag was typed.
    pub fn get_flag(&self, name: &str) -> bool {
        self.with(name, |matches| matches.get_one::<bool>(name).copied())
            .unwrap_or(false)
    }

    /// The value of an option, the last one where it may be repeated.
    pub fn get_one<T: Any + Clone + Send + Sync>(&self, name: &str) -> Option<&T> {
        self.with(name, |matches| matches.get_one(name))
    }

    /// All values of an option.
    pub fn get_many<T: Any + Clone + Send + Sync>(&self, name: &str) -> Option<ValuesRef<'_, T>> {
        self.with(name, |matches| matches.get_many(name))
    }

    /// The values of each occurrence of an option.
    pub fn get_occurrences<T: Any + Clone + Send + Sync>(
        &self,
        name: &str,
    ) -> Option<impl Iterator<Item = impl Iterator<Item = &T>>> {
        self.with(name, |matches| matches.get_occurrences::<T>(name))
    }

    /// The positions of the values on the command line.
    pub fn indices_of(&self, name: &str) -> Option<Indices<'_>> {
        self.with(name, |matches| matches.indices_of(name))
    }

    /// Whether the option was typed: clap has a value for every flag it knows.
    pub fn was_typed(&self, name: &str) -> bool {
        self.with(name, |matches| matches.value_source(name)) == Some(ValueSource::CommandLine)
    }
}
