//! The options about saved filters.

use crate::cli::options;
use crate::cli::parsed_options::ParsedOptions;
use crate::cli::typed::{Manage, Save, SavedOptions};

use super::values::{text, texts};

/// Reads the options about saved filters. At most one of them says what to do; the others belong to one of those.
pub fn saved(options: &ParsedOptions) -> Result<SavedOptions, String> {
    let modes = ["save", "list", "show", "edit", "remove"];
    let mut typed = modes.iter().filter(|mode| options.was_typed(mode));
    let mode = typed.next().copied();
    if let (Some(mode), Some(other)) = (mode, typed.next()) {
        return Err(format!("--{mode} and --{other} cannot be used together"));
    }
    if let Some(mode) = mode.filter(|mode| *mode != "list")
        && texts(options, mode, &format!("the value of --{mode}"))?.len() > 1
    {
        return Err(format!("--{mode} is given twice: it takes one name"));
    }
    for (option, owner) in [("about", "save"), ("force", "save"), ("standalone", "show")] {
        if options.was_typed(option) && mode != Some(owner) {
            return Err(format!("--{option} goes with --{owner}"));
        }
    }
    Ok(SavedOptions {
        list: mode == Some("list"),
        manage: match mode {
            Some(mode) if mode != "list" => manage(options, mode)?,
            _ => None,
        },
    })
}

fn manage(options: &ParsedOptions, mode: &str) -> Result<Option<Manage>, String> {
    let name = text(options, mode)?.unwrap_or_default();
    Ok(match mode {
        "save" => Some(Manage::Save(Save {
            name,
            about: text(options, "about")?,
            force: options.get_flag("force"),
            options: typed_options(options),
        })),
        "show" => Some(Manage::Show {
            name,
            standalone: options.get_flag("standalone"),
        }),
        "edit" => Some(Manage::Edit { name }),
        "remove" => Some(Manage::Remove { name }),
        _ => None,
    })
}

/// Every option that was typed, by its long name. clap never sees `--args` and `--jsonargs`.
fn typed_options(options: &ParsedOptions) -> Vec<&'static str> {
    options::all()
        .map(|option| option.long)
        .filter(|long| !matches!(*long, "help" | "args" | "jsonargs" | "no-defaults"))
        .filter(|long| options.was_typed(long))
        .collect()
}
