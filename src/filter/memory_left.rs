//! The memory that no allocator of Rust counts: that of a deep stack, and that of Oniguruma while it matches.

use std::cell::Cell;
use std::sync::OnceLock;

/// Tells how many bytes may still be used.
static LEFT: OnceLock<fn() -> usize> = OnceLock::new();

/// Names the function that tells how many bytes may still be used. Filters ask it before they recurse deeply or match a
/// long text. It may take some time, and is not asked often. Without one, there is no limit.
pub fn set_memory_left(left: fn() -> usize) {
    // It is the same function each time.
    let _ = LEFT.set(left);
}

/// The bytes that may still be used.
pub(crate) fn memory_left() -> usize {
    LEFT.get().map_or(usize::MAX, |left| left())
}

/// The depth from which on the stack asks how much memory is left, in bytes.
const FIRST_BYTES: usize = 32 << 20;

/// The stack does not grow while less than this is left, in bytes.
const LEAST_LEFT: usize = 4 << 20;

/// How far the stack of this thread may grow.
pub(crate) struct StackLimit {
    /// The address below which it must not grow before the memory is looked at again.
    next: Cell<usize>,
    /// The address below which it must not grow.
    end: usize,
}

impl StackLimit {
    /// For a stack that must not grow below this address.
    pub(crate) fn new(end: usize) -> Self {
        Self {
            next: Cell::new(end.max(here().saturating_sub(FIRST_BYTES))),
            end,
        }
    }

    /// Whether the stack may grow further.
    #[inline(always)]
    pub(crate) fn allows_more(&self) -> bool {
        let here = here();
        here >= self.next.get() || self.extend(here)
    }

    #[cold]
    #[inline(never)]
    fn extend(&self, here: usize) -> bool {
        let left = memory_left();
        if here < self.end || left < LEAST_LEFT {
            return false;
        }
        // The closer the end, the more often it is looked at.
        self.next.set(self.end.max(here.saturating_sub(left / 4)));
        true
    }
}

/// An address on the stack.
#[inline(always)]
fn here() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(&marker).addr()
}

#[cfg(test)]
mod tests {
    use super::{FIRST_BYTES, StackLimit, here};

    #[test]
    fn a_stack_grows_to_its_end_where_memory_is_not_limited() {
        let limit = StackLimit::new(here() - 2 * FIRST_BYTES);
        assert!(limit.next.get() > limit.end);
        assert!(limit.extend(here() - FIRST_BYTES));
        assert_eq!(limit.next.get(), limit.end);
        assert!(!limit.extend(limit.end - 1));
    }
}
