//! Finds, checks and removes saved filters.

use std::path::PathBuf;

use super::file;
use crate::environment::{self, Variables};
use crate::error::Error;
use crate::plan::{self, column_list, columns_path};
use dq_filter::saved::{FilterOrigin, Metadata, SavedFilter, SavedFilters};
use dq_filter::{Program, compile, compile_value_filters, standalone};
use dq_json::value::Value;

/// The saved filters, and the home directory with the definitions that they may use (`~/.jq`).
pub struct FilterStore {
    pub saved_filters: SavedFilters,
    home: Option<PathBuf>,
}

impl FilterStore {
    /// The user's saved filters, those in the directories of `-L`, and the built-in ones.
    pub fn new(library: &[PathBuf], env: Variables) -> Self {
        Self {
            saved_filters: plan::saved::saved_filters(library, env),
            home: environment::home(env),
        }
    }

    /// # Errors
    /// A name that no saved filter has.
    pub fn find(&self, name: &str) -> Result<SavedFilter, Error> {
        let found = self.saved_filters.find(name).map_err(Error::usage)?;
        found.ok_or_else(|| Error::Usage {
            message: format!("there is no saved filter {name}"),
            hint: Some(match self.saved_filters.nearest(name) {
                Some(near) => format!("did you mean {near}?"),
                None => "dq --list has them all".into(),
            }),
        })
    }

    /// The text of a saved filter with a line feed at its end, or the program for plain jq.
    ///
    /// # Errors
    /// With `is_standalone`, a filter that does not compile.
    pub fn text_of(&self, saved: &SavedFilter, is_standalone: bool) -> Result<String, Error> {
        let text = if is_standalone {
            standalone(&self.program(saved, &[]))
                .map_err(|errors| Error::Compile { errors, hint: None })?
        } else {
            saved.text.clone().into_owned()
        };
        Ok(file::with_final_newline(text))
    }

    /// Removes the file of a saved filter, and its draft.
    ///
    /// # Errors
    /// A filter that is not the user's own, a file that cannot be removed.
    pub fn remove(&self, saved: &SavedFilter) -> Result<(), Error> {
        if saved.origin != FilterOrigin::User {
            return Err(Error::usage(format!(
                "{} is not one of your own filters, and only those can be removed",
                saved.path
            )));
        }
        let path = self.user_path(&saved.name)?;
        std::fs::remove_file(&path).map_err(|error| {
            let reason = dq_text::os_reason(&error);
            Error::usage(format!("cannot remove {}: {reason}", path.display()))
        })?;
        file::discard_draft(&path);
        Ok(())
    }

    /// The path of the user's own filter of that name, whether it exists or not.
    ///
    /// # Errors
    /// There is no directory for the user's filters.
    pub fn user_path(&self, name: &str) -> Result<PathBuf, Error> {
        let directory = self
            .saved_filters
            .user_directory()
            .ok_or_else(|| Error::Usage {
                message: "there is no directory for saved filters".into(),
                hint: Some("neither XDG_CONFIG_HOME nor HOME is an absolute path".into()),
            })?;
        Ok(directory.join(format!("{name}.jq")))
    }

    /// Compiles a filter with the variables of `--arg` and `--argjson`, and runs nothing.
    ///
    /// # Errors
    /// A filter that does not compile, with `hint`.
    pub fn check(
        &self,
        saved: &SavedFilter,
        variables: &[(String, Value)],
        hint: Option<String>,
    ) -> Result<(), Error> {
        compile(&self.program(saved, variables))
            .map(drop)
            .map_err(|errors| Error::Compile { errors, hint })
    }

    /// Compiles the filters of a list of columns that is to be saved with a filter.
    ///
    /// # Errors
    /// A list that does not parse; a filter that does not compile, with `hint`.
    pub fn check_columns(
        &self,
        saved: &SavedFilter,
        metadata: &Metadata,
        hint: Option<String>,
    ) -> Result<(), Error> {
        let Some(text) = &metadata.columns else {
            return Ok(());
        };
        let path = (!saved.path.is_empty()).then(|| columns_path(saved));
        let list = column_list(text, path.as_deref())?;
        let program = Program {
            text,
            path: path.as_deref(),
            saved: None,
            is_given: true,
            has_host: false,
            ..self.program(saved, &metadata.args)
        };
        // Nothing runs, so no stack is needed.
        let compiled = compile_value_filters(&program, &list.filters, Some(saved), 0);
        compiled
            .map(drop)
            .map_err(|errors| Error::Compile { errors, hint })
    }

    fn program<'p>(&self, saved: &'p SavedFilter, variables: &[(String, Value)]) -> Program<'p> {
        Program::of_saved_filter(saved, variables, &self.saved_filters, self.home.clone())
    }
}
