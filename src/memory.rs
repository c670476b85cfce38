//! The allocator: small blocks from pages of each thread, larger ones from the system, and a ceiling on all of it.

mod available;
mod budget;
mod exhausted;
mod first_blocks;
mod heap;
mod limit;
mod main_thread;
mod page;
mod size_class;
#[cfg(test)]
mod tests;
mod thread_end;

use std::alloc::{GlobalAlloc, Layout, System};

use exhausted::Reason;
use page::{SEGMENT_BYTES, advise_large};
use size_class::{ALIGNMENT, MAX_SMALL, class_of};

pub use budget::{count_stack, left, set_limit};
pub use exhausted::{before_end, before_waiting, end_for_another_thread};
pub use heap::begin;
pub use limit::parse;

/// The allocator of the process.
struct Allocator;

#[cfg_attr(not(test), global_allocator)]
static ALLOCATOR: Allocator = Allocator;

/// The size of the system's pages, in bytes. Where they are larger, the advice is refused, which does no harm.
const SMALLEST_PAGE: usize = 4096;

/// Whether the block comes from a page. A sanitizer (`tests/run --long`) sees blocks of the system's allocator only.
fn is_small(layout: Layout) -> bool {
    layout.size() <= MAX_SMALL && layout.align() <= ALIGNMENT && !cfg!(sanitized)
}

// SAFETY: small blocks have the size and alignment of their class, are used by one owner at a time, and stay until they
// are freed; which kind a block is of follows from its layout, so that each is freed by what allocated it. No method
// unwinds: where there is no memory, the process ends.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = if is_small(layout) {
            heap::allocate(class_of(layout.size()))
        } else {
            budget::add(layout.size());
            // SAFETY: the caller's.
            advised(unsafe { System.alloc(layout) }, layout.size())
        };
        checked(block, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's; a small block has at least the bytes of its layout.
        unsafe {
            if is_small(layout) {
                let block = self.alloc(layout);
                block.write_bytes(0, layout.size());
                return block;
            }
            budget::add(layout.size());
            checked(System.alloc_zeroed(layout), layout.size())
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe {
            if is_small(layout) {
                heap::free(block, class_of(layout.size()));
            } else {
                System.dealloc(block, layout);
                budget::subtract(layout.size());
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's: `size` is not 0 and does not overflow when rounded up to the alignment.
        unsafe {
            let new = Layout::from_size_align_unchecked(size, layout.align());
            if is_small(layout) && is_small(new) && class_of(layout.size()) == class_of(size) {
                return block;
            }
            if is_small(layout) || is_small(new) {
                return moved(block, layout, new);
            }
            if size > layout.size() {
                budget::add(size - layout.size());
            } else {
                budget::subtract(layout.size() - size);
            }
            checked(advised(System.realloc(block, layout, size), size), size)
        }
    }
}

/// Moves the content of a block to one of another layout.
///
/// # Safety
/// As for [`GlobalAlloc::realloc`].
#[allow(unsafe_code)]
unsafe fn moved(block: *mut u8, old: Layout, new: Layout) -> *mut u8 {
    // SAFETY: the caller's; both blocks have the bytes that are copied, and they are different blocks.
    unsafe {
        let target = ALLOCATOR.alloc(new);
        target.copy_from_nonoverlapping(block, old.size().min(new.size()));
        ALLOCATOR.dealloc(block, old);
        target
    }
}

/// The block, in large pages of memory where they fit into it: one fault fills as much as 512 others.
#[inline]
fn advised(block: *mut u8, bytes: usize) -> *mut u8 {
    if bytes >= SEGMENT_BYTES && !block.is_null() {
        // A block as large as this is a mapping of its own. Advice about a part of it would divide it, so that it could
        // not be moved as a whole when it grows.
        let before = block.addr() % SMALLEST_PAGE;
        advise_large(block.wrapping_sub(before), before + bytes);
    }
    block
}

/// The block, if there is one. Otherwise the process ends.
#[inline]
fn checked(block: *mut u8, bytes: usize) -> *mut u8 {
    if block.is_null() {
        refused(bytes);
    }
    block
}

#[cold]
fn refused(bytes: usize) -> ! {
    loop {
        exhausted::end(Reason::Refused(bytes));
    }
}
