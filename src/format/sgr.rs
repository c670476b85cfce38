//! The escape sequences of a text style: SGR, "select graphic rendition" (ECMA-48, 8.3.117).

use colored_json::Style;

/// The sequences that turn a style on and off; both are empty for a style without attributes.
pub struct SgrCodes {
    pub on: String,
    pub off: String,
}

impl SgrCodes {
    pub fn new(style: Style) -> Self {
        Self {
            on: style.prefix().into_owned(),
            off: style.suffix().into_owned(),
        }
    }

    pub fn wrap(&self, text: &str) -> String {
        [&self.on, text, &self.off].concat()
    }
}
