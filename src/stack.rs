//! Runs the work on a large stack, because deeply nested values and recursive filters recurse in Rust.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;

use crate::memory;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};

/// Stack sizes to try in turn, in bytes. Only address space is reserved; a page takes memory once it is touched.
const SIZES: [usize; 3] = [1 << 30, 1 << 28, 1 << 26];

/// The stack size to report where the system refuses all of [`SIZES`], in bytes. It is below the usual limit of a main
/// thread's stack, 8 MB.
const FALLBACK_BYTES: usize = 4 << 20;

/// The inaccessible bytes at the low end of the stack, which turn an overflow into a fault. A multiple of every page
/// size in use (64 kB on some aarch64 systems).
const GUARD_BYTES: usize = 64 << 10;

/// Linux charges a mapping without `MAP_NORESERVE` against its overcommit limit; macOS reserves no swap space anyhow, and
/// the BSDs lack the flag.
#[cfg(target_os = "linux")]
const MAP_FLAGS: MapFlags = MapFlags::PRIVATE
    .union(MapFlags::NORESERVE)
    .union(MapFlags::STACK);
#[cfg(not(target_os = "linux"))]
const MAP_FLAGS: MapFlags = MapFlags::PRIVATE;

/// Calls `run` on the largest stack the system grants, with the stack's size in bytes.
///
/// The stack is switched in place, with psm, because a thread with such a stack costs more: its start and end, and the
/// arena that glibc's allocator sets up for it. Over the main thread's own stack, psm costs 12 µs and 2 system calls, a
/// thread 118 µs and 26 (the best of 300 runs each, x86_64, static glibc).
pub fn with_large_stack<R>(run: impl FnOnce(usize) -> R) -> R {
    let reserved = SIZES
        .into_iter()
        .find_map(|size| reserve(size).map(|base| (base, size)));
    match reserved {
        Some((base, size)) => run_on(base, size, run),
        None => run(FALLBACK_BYTES),
    }
}

/// Maps memory for a stack with its guard, and returns the lowest address.
#[allow(unsafe_code)]
fn reserve(size: usize) -> Option<*mut u8> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the system chooses the address, so the mapping overlaps nothing. The protected part is the low end of the
    // mapping made here, which is not in use yet.
    unsafe {
        let base = mmap_anonymous(std::ptr::null_mut(), size, access, MAP_FLAGS).ok()?;
        mprotect(base, GUARD_BYTES, MprotectFlags::empty()).ok()?;
        Some(base.cast())
    }
}

/// Calls `run` on the stack of `size` bytes at `base`, with the bytes above the guard.
#[allow(unsafe_code)]
fn run_on<R>(base: *mut u8, size: usize, run: impl FnOnce(usize) -> R) -> R {
    let stack_bytes = size - GUARD_BYTES;
    let run = move || match catch_unwind(AssertUnwindSafe(|| run(stack_bytes))) {
        Ok(result) => result,
        // The panic hook has printed the message. Unwinding past the end of this stack is undefined behaviour.
        Err(_) => abort(),
    };
    memory::count_stack(base.addr() + size);
    // Miri does not run the assembly of psm, and its stack has no limit.
    #[cfg(miri)]
    return run();
    // SAFETY: the memory is a private mapping of that size, which lives as long as the process and has no other use.
    // Base and size are multiples of a page, which is more than the required alignment. The callback never unwinds.
    #[cfg(not(miri))]
    unsafe {
        psm::on_stack(base.add(GUARD_BYTES), stack_bytes, run)
    }
}

#[cfg(test)]
mod tests {
    use super::with_large_stack;

    fn recurse(remaining: usize) -> usize {
        let frame = std::hint::black_box([remaining; 16]);
        if remaining == 0 {
            0
        } else {
            recurse(frame[3] - 1) + 1
        }
    }

    #[test]
    fn the_stack_is_larger_than_a_thread_s() {
        let depth = with_large_stack(|stack_bytes| {
            assert!(stack_bytes > 32 << 20);
            recurse(100_000)
        });
        assert_eq!(depth, 100_000);
    }
}
