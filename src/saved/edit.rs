//! `--edit`: the user's editor on a copy, which takes the place of the file once it compiles.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FilterStore, file};
use crate::environment::Variables;
use crate::error::Error;
use dq_filter::saved::{FilterOrigin, SavedFilter};
use dq_text::os_reason;

/// Opens a saved filter in the user's editor; the path of what was written, if anything changed.
///
/// One that comes with dq, or from `-L`, becomes the user's own. A text that does not compile is kept beside it and is
/// what the next `--edit` opens.
///
/// # Errors
/// No editor, files that cannot be written, a text that does not compile.
pub fn edit(
    saved: &SavedFilter,
    store: &FilterStore,
    env: Variables,
) -> Result<Option<PathBuf>, Error> {
    let path = store.path(&saved.name)?;
    let draft = draft(&path);
    let failed = |error| {
        Error::usage(format!(
            "cannot write {}: {}",
            draft.display(),
            os_reason(&error)
        ))
    };
    if !is_going_on(&draft, &path) {
        file::write(&draft, &saved.text, true).map_err(failed)?;
    }
    let ended = open(&draft, &editor(env));
    let text = std::fs::read_to_string(&draft).map_err(|error| {
        Error::usage(format!(
            "cannot read {}: {}",
            draft.display(),
            os_reason(&error)
        ))
    })?;
    let is_unchanged = text == saved.text;
    if let Err(error) = ended {
        if is_unchanged {
            discard(&draft);
        }
        return Err(error);
    }
    if is_unchanged {
        discard(&draft);
        return Ok(None);
    }
    let edited = SavedFilter {
        text: text.clone().into(),
        path: path.display().to_string(),
        origin: FilterOrigin::User,
        name: saved.name.clone(),
    };
    let kept = format!(
        "nothing is changed; dq --edit {} goes on with your text, {}",
        saved.name,
        draft.display()
    );
    store.check(&edited, &[], Some(kept))?;
    file::write(&path, &text, true).map_err(failed)?;
    discard(&draft);
    Ok(Some(path))
}

/// Where a text is until it compiles.
pub fn draft(path: &Path) -> PathBuf {
    file::beside(path, "draft.jq")
}

/// There is a text that did not compile, and the file has not become another one since.
fn is_going_on(draft: &Path, path: &Path) -> bool {
    let written = |path: &Path| std::fs::metadata(path).and_then(|it| it.modified());
    match (written(draft), written(path)) {
        (Ok(draft), Ok(path)) => draft >= path,
        (Ok(_), Err(_)) => true,
        (Err(_), _) => false,
    }
}

/// Takes the text away that did not compile, if there is one.
pub fn discard(draft: &Path) {
    // A draft that stays is opened again the next time; nothing is lost.
    let _ = std::fs::remove_file(draft);
}

/// `$VISUAL`, else `$EDITOR`, else vi, as in git and crontab.
fn editor(env: Variables) -> OsString {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or("vi".into())
}

/// Runs the editor by the shell, for it may be several words.
fn open(draft: &Path, editor: &OsString) -> Result<(), Error> {
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
            message: format!("the editor {name} failed ({status}); nothing is changed"),
            hint: Some("VISUAL or EDITOR names another".into()),
        }),
        Err(error) => Err(Error::usage(format!(
            "cannot start the editor {name}: {}",
            os_reason(&error)
        ))),
    }
}
