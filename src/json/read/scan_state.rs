//! States and results shared by the two scans: the one token by token and the one by the structural index.

/// What the grammar allows next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Expect {
    /// A value.
    #[default]
    Value,
    /// A value, or the end of the array that has just begun.
    FirstElement,
    /// A key.
    Key,
    /// A key, or the end of the object that has just begun.
    FirstKey,
    /// The colon after a key.
    Colon,
    /// A comma, or the end of the container.
    Separator,
}

/// How far a scan has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ScanProgress {
    /// The value is complete; its length in bytes.
    Complete(usize),
    /// The text ends inside the value.
    NeedsMore,
}

/// The text is not JSON. The `diagnosis` module finds the message and the position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidJson;

/// The result of scanning a token: `None` if the text ends before the token does.
pub(super) type TokenResult<T> = Result<Option<T>, InvalidJson>;
