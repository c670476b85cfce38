//! Keeping saved filters: `--save`, `--show`, `--edit` and `--remove`, which ask no server.

mod edit;
mod file;
mod save;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use crate::cli::{Cli, Manage};
use crate::environment::{self, Variables};
use crate::error::Error;
use crate::plan;
use dq_filter::saved::{FilterOrigin, SavedFilter, SavedFilters, alone, check, standalone};
use dq_json::value::Value;

/// Does what the command line says about one saved filter.
///
/// # Errors
/// Usage errors, files that cannot be read or written, a filter that does not compile.
pub fn manage(manage: Manage, cli: Cli, env: Variables) -> Result<u8, Error> {
    if !matches!(manage, Manage::Save(_))
        && let Some(word) = cli.words.first()
    {
        return Err(Error::usage(format!(
            "unexpected word {}: nothing is asked or filtered here",
            word.text.to_string_lossy()
        )));
    }
    let store = FilterStore {
        saved_filters: plan::saved::saved_filters(&cli.filter.library, env),
        home: environment::home(env),
    };
    match manage {
        Manage::Save(order) => {
            let path = save::save(&order, cli, &store)?;
            print(&format!("{}\n", path.display()))
        }
        Manage::Show { name, standalone } => print(&store.shown(&store.find(&name)?, standalone)?),
        Manage::Edit { name } => match edit::edit(&store.find(&name)?, &store, env)? {
            Some(path) => print(&format!("{}\n", path.display())),
            None => Ok(0),
        },
        Manage::Remove { name } => store.remove(&store.find(&name)?),
    }
}

/// Prints text that may be from anybody: a terminal is not to obey it.
fn print(text: &str) -> Result<u8, Error> {
    let mut stdout = std::io::stdout();
    let text = if stdout.is_terminal() {
        dq_text::sanitize(text)
    } else {
        text.into()
    };
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(dq_format::Error::Io)?;
    Ok(0)
}

/// Where saved filters are, and the definitions of the user's that they may use.
struct FilterStore {
    saved_filters: SavedFilters,
    home: Option<PathBuf>,
}

impl FilterStore {
    fn find(&self, name: &str) -> Result<SavedFilter, Error> {
        let found = self.saved_filters.find(name).map_err(Error::usage)?;
        found.ok_or_else(|| Error::Usage {
            message: format!("there is no saved filter {name}"),
            hint: Some(match self.saved_filters.nearest(name) {
                Some(near) => format!("did you mean {near}?"),
                None => "dq --list has them all".into(),
            }),
        })
    }

    fn shown(&self, saved: &SavedFilter, is_standalone: bool) -> Result<String, Error> {
        let text = if !is_standalone {
            saved.text.clone().into_owned()
        } else {
            standalone(&alone(saved, &[], &self.saved_filters, self.home.clone()))
                .map_err(|errors| Error::Compile { errors, hint: None })?
        };
        Ok(if text.ends_with('\n') {
            text
        } else {
            text + "\n"
        })
    }

    fn remove(&self, saved: &SavedFilter) -> Result<u8, Error> {
        if saved.origin != FilterOrigin::User {
            return Err(Error::usage(format!(
                "{} is not among your own: only those are removed",
                saved.path
            )));
        }
        let path = self.path(&saved.name)?;
        let removed = std::fs::remove_file(&path);
        removed.map_err(|error| {
            let why = dq_text::os_reason(&error);
            Error::usage(format!("cannot remove {}: {why}", path.display()))
        })?;
        edit::discard(&edit::draft(&path));
        Ok(0)
    }

    /// The user's own file of that name, whether it is there or not.
    fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let directory = self
            .saved_filters
            .user_directory()
            .ok_or_else(|| Error::Usage {
                message: "there is no place for saved filters".into(),
                hint: Some("neither XDG_CONFIG_HOME nor HOME is an absolute path".into()),
            })?;
        Ok(directory.join(format!("{name}.jq")))
    }

    /// Compiles a text; nothing runs.
    fn check(
        &self,
        saved: &SavedFilter,
        named: &[(String, Value)],
        hint: Option<String>,
    ) -> Result<(), Error> {
        check(saved, named, &self.saved_filters, self.home.clone())
            .map_err(|errors| Error::Compile { errors, hint })
    }
}
