//! The operating system's own words for an error.

use std::io;

/// The error's message without the number that Rust appends: `No such file or directory`, not
/// `No such file or directory (os error 2)`.
pub fn os_reason(error: &io::Error) -> String {
    let mut text = error.to_string();
    if let Some(end) = text.rfind(" (os error ") {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_number_is_removed() {
        let error = io::Error::from_raw_os_error(2);
        assert_eq!(os_reason(&error), "No such file or directory");
        assert_eq!(os_reason(&io::Error::other("broken")), "broken");
    }
}
