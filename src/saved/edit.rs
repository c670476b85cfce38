//! `--edit`: opens a draft in the user's editor, which replaces the file once it compiles.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::file;
use super::store::FilterStore;
use crate::environment::Variables;
use crate::error::Error;
use dq_filter::saved::{FilterOrigin, SavedFilter};
use dq_text::{os_reason, read_file};

/// Opens a saved filter in the user's editor. Returns the path of the written file, or `None` if nothing changed.
///
/// A built-in filter, or one from `-L`, becomes the user's own. A draft that does not compile is kept, and the next
/// `--edit` opens it.
///
/// # Errors
/// No editor, files that cannot be written, a draft that does not compile.
pub fn edit(
    saved: &SavedFilter,
    store: &FilterStore,
    env: Variables,
) -> Result<Option<PathBuf>, Error> {
    let path = store.user_path(&saved.name)?;
    let draft = file::draft_path(&path);
    let failed = |action: &str, error: &std::io::Error| {
        let reason = os_reason(error);
        Error::usage(format!("cannot {action} {}: {reason}", draft.display()))
    };
    if !is_resumed(&draft, &path) {
        file::write_draft(&draft, &saved.text).map_err(|error| failed("write", &error))?;
    }
    let ended = run_editor(&draft, &editor(env));
    let bytes = read_file(&draft).map_err(|error| failed("read", &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("{} is not valid UTF-8", draft.display())))?;
    if text == saved.text {
        file::discard_draft(&path);
        return ended.map(|()| None);
    }
    ended?;
    let edited = SavedFilter {
        text: text.clone().into(),
        path: path.display().to_string(),
        origin: FilterOrigin::User,
        name: saved.name.clone(),
    };
    let hint = format!(
        "nothing was changed; dq --edit {} continues with your draft, {}",
        saved.name,
        draft.display()
    );
    store.check(&edited, &[], Some(hint.clone()))?;
    let metadata = edited.metadata().unwrap_or_default();
    store.check_columns(&edited, &metadata, Some(hint))?;
    file::write(&path, &text, true).map_err(|error| failed("write", &error))?;
    file::discard_draft(&path);
    Ok(Some(path))
}

/// Whether there is a draft to continue with: one that did not compile, and is not older than the file.
fn is_resumed(draft: &Path, path: &Path) -> bool {
    let is_file = std::fs::symlink_metadata(draft).is_ok_and(|it| it.is_file());
    let modified = |path: &Path| std::fs::metadata(path).and_then(|it| it.modified());
    if !is_file {
        return false;
    }
    match (modified(draft), modified(path)) {
        (Ok(draft), Ok(path)) => draft >= path,
        (Ok(_), Err(_)) => true,
        (Err(_), _) => false,
    }
}

/// `$VISUAL`, else `$EDITOR`, else vi, as git(1) and crontab(1) choose it.
fn editor(env: Variables) -> OsString {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or("vi".into())
}

/// Runs the editor through the shell, because the variable may hold several words.
fn run_editor(draft: &Path, editor: &OsString) -> Result<(), Error> {
    let mut line = editor.clone();
    line.push(" \"$@\"");
    let status = Command::new("sh")
        .arg("-c")
        .arg(line)
        .arg("dq")
        .arg(draft)
        .status();
    let name = editor.to_string_lossy();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Usage {
            message: format!("the editor {name} failed ({status}); nothing was changed"),
            hint: Some("VISUAL or EDITOR names another".into()),
        }),
        Err(error) => Err(Error::usage(format!(
            "cannot start the editor {name}: {}",
            os_reason(&error)
        ))),
    }
}
