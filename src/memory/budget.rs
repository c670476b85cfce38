//! Counts the memory in use, and ends the run at the ceiling.

use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

use super::available::{self, Available};
use super::exhausted::{self, Reason};

/// What a thread counts by itself before it adds it to the sum, in bytes.
const BATCH: isize = 256 << 10;

/// The memory in use from which on the ceiling is looked at, in bytes.
const FIRST_CHECK: isize = 16 << 20;

/// The memory in use that was counted, in bytes. It may be negative, because blocks from before a change of class or from
/// C code are not counted.
static USED: AtomicIsize = AtomicIsize::new(0);

/// The sum at which the ceiling is looked at next.
static CHECK_AT: AtomicIsize = AtomicIsize::new(FIRST_CHECK);

/// The ceiling that the user has set, in bytes; 0 without one.
static LIMIT: AtomicUsize = AtomicUsize::new(0);

/// The highest address of the large stack; 0 before there is one.
static STACK_TOP: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static UNSETTLED: Cell<isize> = const { Cell::new(0) };
}

/// Sets the ceiling, in bytes.
pub fn set_limit(bytes: usize) {
    LIMIT.store(bytes, Ordering::Relaxed);
    CHECK_AT.store(0, Ordering::Relaxed);
}

/// Names the stack whose used part counts, too: its highest address.
pub fn count_stack(top: usize) {
    STACK_TOP.store(top, Ordering::Relaxed);
}

/// The bytes that may still be used: those to the ceiling, or what the system still gives.
pub fn left() -> usize {
    let limit = LIMIT.load(Ordering::Relaxed);
    if limit == 0 {
        return available::now().map_or(usize::MAX, |it| it.bytes);
    }
    let used = USED.load(Ordering::Relaxed) + stack_in_use();
    limit.saturating_sub(used.max(0).unsigned_abs())
}

/// Counts bytes that are about to be allocated. Does not return if they are too many.
#[inline]
pub fn add(bytes: usize) {
    let unsettled = UNSETTLED.get().saturating_add_unsigned(bytes);
    UNSETTLED.set(unsettled);
    if unsettled > BATCH {
        settle();
    }
}

/// Counts bytes that were freed.
#[inline]
pub fn subtract(bytes: usize) {
    let unsettled = UNSETTLED.get().saturating_sub_unsigned(bytes);
    UNSETTLED.set(unsettled);
    if unsettled < -BATCH {
        settle();
    }
}

/// Adds what a thread that ends has counted to the sum.
pub fn end_thread() {
    USED.fetch_add(UNSETTLED.take(), Ordering::Relaxed);
}

#[cold]
#[inline(never)]
fn settle() {
    let change = UNSETTLED.take();
    let used = USED
        .fetch_add(change, Ordering::Relaxed)
        .saturating_add(change);
    let used = used.saturating_add(stack_in_use());
    if change > 0 && used > CHECK_AT.load(Ordering::Relaxed) {
        check(used, change.unsigned_abs());
    }
    exhausted::end_if_due();
}

/// The bytes of the large stack in use, if this thread is on it.
fn stack_in_use() -> isize {
    let here = 0_u8;
    let top = STACK_TOP.load(Ordering::Relaxed);
    let depth = top.wrapping_sub((&raw const here).addr());
    let is_on_it = top > 0 && depth <= 1 << 30;
    if is_on_it { depth as isize } else { 0 }
}

/// Ends the run if `used` bytes, of which `new` are to be allocated now, are too many.
fn check(used: isize, new: usize) {
    let limit = LIMIT.load(Ordering::Relaxed);
    if limit > 0 {
        if used.unsigned_abs() > limit {
            exhausted::end(Reason::Limit(limit));
        }
        return;
    }
    let next = match available::now() {
        None => new,
        Some(Available { bytes, is_group }) => {
            if bytes < new {
                exhausted::end(Reason::Available {
                    bytes,
                    new,
                    is_group,
                });
            }
            // The closer the end, the more often it is looked at.
            (bytes - new) / 4
        }
    };
    CHECK_AT.store(used.saturating_add_unsigned(next), Ordering::Relaxed);
}
