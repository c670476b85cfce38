//! Files of data: `import "f" as $d;`, `--slurpfile` and `--rawfile`.

use std::fmt::Display;
use std::path::Path;

use dq_json::read::ValueReader;
use dq_json::value::{Value, lossy};
use dq_text::os_reason;

/// All JSON values of a file, as an array (`--slurpfile`).
///
/// # Errors
/// A message that names the file, if it cannot be read or is not JSON.
pub fn read_values(file: &Path) -> Result<Value, String> {
    let failed = |error: &dyn Display| format!("{}: {error}", file.display());
    let opened = std::fs::File::open(file).map_err(|error| failed(&os_reason(&error)))?;
    let mut reader = ValueReader::new(opened);
    let values = std::iter::from_fn(|| reader.next_value());
    values
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
        .map_err(|error| failed(&error))
}

/// The text of a file, as a string (`--rawfile`). Invalid UTF-8 becomes U+FFFD.
///
/// # Errors
/// A message that names the file, if it cannot be read.
pub fn read_text(file: &Path) -> Result<Value, String> {
    let bytes = std::fs::read(file)
        .map_err(|error| format!("{}: {}", file.display(), os_reason(&error)))?;
    Ok(Value::str(&*lossy(&bytes)))
}
