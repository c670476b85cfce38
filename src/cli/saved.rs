//! What the command line says about saved filters.

use super::given::Given;
use super::options;
use super::{Request, Word, text, texts};

/// The options about saved filters.
pub struct Saved {
    /// List them instead of asking a server.
    pub list: bool,
    /// Do this instead of a run.
    pub manage: Option<Manage>,
}

/// What can be done with the file of a saved filter, by its name.
pub enum Manage {
    Save(Save),
    Show {
        name: String,
        /// As one program for plain jq.
        standalone: bool,
    },
    Edit {
        name: String,
    },
    Remove {
        name: String,
    },
}

/// How the command line is to be saved.
pub struct Save {
    pub name: String,
    pub about: Option<String>,
    /// Replace one of that name.
    pub force: bool,
    /// Every option of the command line, by its long name.
    pub options: Vec<&'static str>,
}

/// Reads the options; at most one of them says what to do, the others go with theirs.
pub(super) fn read(matches: &Given) -> Result<Saved, String> {
    let modes = ["save", "list", "show", "edit", "remove"];
    let mut given = modes.iter().filter(|mode| matches.was_typed(mode));
    let mode = given.next().copied();
    if let (Some(mode), Some(other)) = (mode, given.next()) {
        return Err(format!("--{mode} and --{other} cannot be used together"));
    }
    if let Some(mode) = mode.filter(|mode| *mode != "list")
        && texts(matches, mode)?.len() > 1
    {
        return Err(format!("--{mode} is given twice: it takes one name"));
    }
    for (option, of) in [("about", "save"), ("force", "save"), ("standalone", "show")] {
        if matches.was_typed(option) && mode != Some(of) {
            return Err(format!("--{option} goes with --{of}"));
        }
    }
    let name = |mode| text(matches, mode).map(Option::unwrap_or_default);
    let manage = match mode {
        Some("save") => Some(Manage::Save(Save {
            name: name("save")?,
            about: text(matches, "about")?,
            force: matches.get_flag("force"),
            options: options::all()
                .map(|option| option.long)
                // Two are not clap's; what they are for, positional arguments, is in the words.
                .filter(|long| !matches!(*long, "help" | "args" | "jsonargs" | "no-defaults"))
                .filter(|long| matches.was_typed(long))
                .collect(),
        })),
        Some("show") => Some(Manage::Show {
            name: name("show")?,
            standalone: matches.get_flag("standalone"),
        }),
        Some("edit") => Some(Manage::Edit {
            name: name("edit")?,
        }),
        Some("remove") => Some(Manage::Remove {
            name: name("remove")?,
        }),
        _ => None,
    };
    Ok(Saved {
        list: mode == Some("list"),
        manage,
    })
}

/// A refusal with a hint for fingers that know docker's letters: `dq ps -q`, `dq logs web -f`.
pub(super) fn hinted(refused: Request, words: &[Word]) -> Request {
    let Request::Wrong(message, None) = refused else {
        return refused;
    };
    let first = words.first().and_then(|word| word.text.to_str());
    let option = message.split(' ').next().unwrap_or_default();
    let hint = match (first, option) {
        (Some(name), "--query") => quiet(name),
        (Some("logs"), "--from-file") => Some("to follow: -q follow=1".into()),
        _ => None,
    };
    Request::Wrong(message, hint)
}

/// What gives the IDs alone, as docker's `-q` of that list does.
pub fn quiet(list: &str) -> Option<String> {
    match list {
        "ps" => Some("dq ids has the IDs alone".into()),
        "volumes" => Some("dq volumes '.[].name' -r has the names alone".into()),
        "psa" | "images" | "dangling" | "networks" | "nodes" | "services" | "tasks" => {
            Some(format!("dq {list} '.[].id' -r has the IDs alone"))
        }
        _ => None,
    }
}
