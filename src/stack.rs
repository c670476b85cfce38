//! Room for deeply nested values and recursive filters: a large stack, without the cost of a thread for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};

/// Sizes that are asked for one after the other, in bytes; only what is used of them is ever touched.
const SIZES: [usize; 3] = [1 << 30, 1 << 28, 1 << 26];

/// What there is at least where the system denies all of these, in bytes.
const LEAST: usize = 4 << 20;

/// Below the stack, so that running over its end is noticed; larger than any page.
const GUARD: usize = 64 << 10;

/// Runs where there is room; `run` is told how many bytes of stack it has.
pub fn with_room<R>(run: impl FnOnce(usize) -> R) -> R {
    let reserved = SIZES
        .into_iter()
        .find_map(|size| reserve(size).map(|base| (base, size)));
    match reserved {
        Some((base, size)) => on(base, size, run),
        None => run(LEAST),
    }
}

/// Address space for a stack, its guard included.
#[allow(unsafe_code)]
fn reserve(size: usize) -> Option<*mut u8> {
    let (access, flags) = (
        ProtFlags::READ | ProtFlags::WRITE,
        MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::STACK,
    );
    // SAFETY: the address is the system's to choose, so the mapping overlaps nothing; the part that is protected is the
    // lowest of the mapping made here, which nobody uses yet.
    unsafe {
        let base = mmap_anonymous(std::ptr::null_mut(), size, access, flags).ok()?;
        mprotect(base, GUARD, MprotectFlags::empty()).ok()?;
        Some(base.cast())
    }
}

#[allow(unsafe_code)]
fn on<R>(base: *mut u8, size: usize, run: impl FnOnce(usize) -> R) -> R {
    let size_above_guard = size - GUARD;
    let run = move || match catch_unwind(AssertUnwindSafe(|| run(size_above_guard))) {
        Ok(result) => result,
        // The panic has told what it is about; it must not leave this stack.
        Err(_) => abort(),
    };
    // SAFETY: the memory is a private mapping of that size which lives as long as the process and is used for nothing
    // else; base and size are multiples of a page, which is more than any alignment asked for; what runs on it never
    // unwinds.
    unsafe { psm::on_stack(base.add(GUARD), size_above_guard, run) }
}

#[cfg(test)]
mod tests {
    use super::with_room;

    fn depth(left: usize) -> usize {
        let room = std::hint::black_box([left; 16]);
        if left == 0 { 0 } else { depth(room[3] - 1) + 1 }
    }

    #[test]
    fn there_is_more_room_than_on_the_stack_of_a_thread() {
        let reached = with_room(|bytes| {
            assert!(bytes > 32 << 20);
            depth(100_000)
        });
        assert_eq!(reached, 100_000);
    }
}
