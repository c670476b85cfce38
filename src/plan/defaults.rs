//! The user's file of options that hold unless the command line says otherwise.

use std::io::ErrorKind;

use super::{Var, saved};
use crate::cli::{BadLine, Defaults};
use crate::error::Error;
use dq_text::os_reason;

/// There is no such file, or it is somebody else's: HOME is often kept by sudo and its like.
fn is_absent(error: &std::io::Error) -> bool {
    use ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | NotADirectory | PermissionDenied)
}

/// Reads `dq/options` in the user's configuration; without such a file nothing is set.
///
/// # Errors
/// A file that cannot be read, a line that is no option or none that may stand there.
pub fn defaults(var: Var) -> Result<Defaults, Error> {
    let Some(path) = saved::configuration(var).map(|it| it.join("dq/options")) else {
        return Ok(Defaults::default());
    };
    let refused = |message: String| Error::Usage {
        message,
        hint: Some("--no-defaults leaves that file out".into()),
    };
    let shown = path.display();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if is_absent(&error) => return Ok(Defaults::default()),
        Err(error) => {
            return Err(refused(format!(
                "cannot read {shown}: {}",
                os_reason(&error)
            )));
        }
    };
    Defaults::read(&text)
        .map_err(|BadLine { number, message }| refused(format!("{shown}:{number}: {message}")))
}
