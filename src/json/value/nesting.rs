//! Bounds the recursion of dropping containers that lie inside of each other.

use std::cell::Cell;

/// How many containers inside of each other are dropped by recursion, which is faster than a loop.
const MAX_RECURSION: u32 = 1000;

thread_local! {
    /// The number of containers that are being dropped.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Drops the contents of a container; those of a container that lies deep in others with `drop_flat`, which must not
/// recurse.
#[inline]
pub(super) fn drop_contents<C>(contents: C, drop_flat: fn(C)) {
    let depth = DEPTH.get();
    if depth < MAX_RECURSION {
        DEPTH.set(depth + 1);
        drop(contents);
        DEPTH.set(depth);
    } else {
        drop_flat(contents);
    }
}
