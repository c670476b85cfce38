//! One item of a stream: an event, a sample or an entry of a log.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;

use super::memory::Key;

/// One item, complete.
pub struct Item {
    /// What a reader of the body gets.
    pub bytes: Vec<u8>,
    /// By which it is recognised when it comes again. `None` for one without a time, which is never taken for another.
    pub key: Option<Key>,
}

/// The items of one connection, one after the other.
pub trait Items: Send {
    /// The next item; `None` at the end of the body.
    ///
    /// # Errors
    /// Those of reading the body. What there is of an incomplete item then is left out.
    fn next(&mut self) -> io::Result<Option<Item>>;
}

/// The hash of what identifies an item besides its time.
pub fn hash(identity: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    hasher.finish()
}
