//! Words of the command line as text.

use std::ffi::OsStr;

use crate::error::Error;

/// The word as text.
pub(super) fn unicode(text: &OsStr) -> Result<String, Error> {
    text.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Error::usage(format!("{} is not valid UTF-8", text.to_string_lossy())))
}
