//! Which thread is the main one.

use std::cell::Cell;

thread_local! {
    static IS_THIS: Cell<bool> = const { Cell::new(false) };
}

/// From now on this is the main thread.
pub fn set() {
    IS_THIS.set(true);
}

/// Whether this is the main thread.
#[inline]
pub fn is_this() -> bool {
    IS_THIS.get()
}
