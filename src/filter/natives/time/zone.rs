//! A time zone, as a format shows it.

use std::borrow::Cow;

/// The time zone of a moment.
pub(super) struct Zone {
    /// Seconds east of Greenwich.
    pub offset: i64,
    pub name: Cow<'static, str>,
}

impl Zone {
    /// UTC by one of its names.
    pub(super) const fn utc(name: &'static str) -> Self {
        Self {
            offset: 0,
            name: Cow::Borrowed(name),
        }
    }
}
