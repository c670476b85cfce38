//! Finds and reads the user's options file.

use std::io::ErrorKind;

use crate::cli::{BadLine, Cli, Defaults};
use crate::environment::{Variables, configuration};
use crate::error::Error;
use dq_text::{os_reason, read_file};

/// Whether there is no such file, or it belongs to somebody else: sudo and the like often keep HOME.
fn is_absent(error: &std::io::Error) -> bool {
    use ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | NotADirectory | PermissionDenied)
}

/// Reads `dq/options` in the user's configuration directory; without that file, or with `--no-defaults`, nothing is set.
///
/// # Errors
/// A file that cannot be read; a line that is not an option, or not one that may be a default.
pub(super) fn read(cli: &Cli, env: Variables) -> Result<Defaults, Error> {
    if cli.no_defaults {
        return Ok(Defaults::default());
    }
    let Some(path) = configuration(env).map(|it| it.join("dq/options")) else {
        return Ok(Defaults::default());
    };
    let refused = |message: String| Error::Usage {
        message,
        hint: Some("--no-defaults leaves that file out".into()),
    };
    let shown = path.display();
    let bytes = match read_file(&path) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(Defaults::default()),
        Err(error) => {
            return Err(refused(format!(
                "cannot read {shown}: {}",
                os_reason(&error)
            )));
        }
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| refused(format!("cannot read {shown}: it is not valid UTF-8")))?;
    Defaults::read(&text)
        .map_err(|BadLine { number, message }| refused(format!("{shown}:{number}: {message}")))
}
