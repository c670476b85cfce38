//! The first small blocks of the main thread, of all sizes side by side: a short run touches a few pages of memory
//! instead of one for each size.

use std::cell::UnsafeCell;
use std::ptr::null_mut;

use super::page::Block;
use super::size_class::{COUNT, SIZES};

/// The bytes for first blocks. A small request takes about a fifth of them.
const BYTES: usize = 256 << 10;

#[repr(align(64))]
struct Bytes(UnsafeCell<[u8; BYTES]>);

struct State {
    /// The bytes that have been given out.
    end: usize,
    free: [*mut Block; COUNT],
}

struct StaticState(UnsafeCell<State>);

// SAFETY: only the main thread uses the state, and it gives out each byte of `BLOCKS` once.
#[allow(unsafe_code)]
unsafe impl Sync for StaticState {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Bytes {}

static BLOCKS: Bytes = Bytes(UnsafeCell::new([0; BYTES]));
static STATE: StaticState = StaticState(UnsafeCell::new(State {
    end: 0,
    free: [null_mut(); COUNT],
}));

/// Whether this is one of the first blocks.
#[inline]
pub fn contains(block: *mut u8) -> bool {
    block.addr().wrapping_sub(BLOCKS.0.get().addr()) < BYTES
}

/// A block of a class; null if there is none left.
///
/// # Safety
/// This is the main thread.
#[allow(unsafe_code)]
pub unsafe fn allocate(class: usize) -> *mut u8 {
    let state = STATE.0.get();
    // SAFETY: only the main thread gets here. A block on a free list is not in use; a new one lies within `BLOCKS`,
    // behind all others.
    unsafe {
        let block = (*state).free[class];
        if !block.is_null() {
            (*state).free[class] = (*block).next;
            return block.cast();
        }
        let start = (*state).end;
        if start + SIZES[class] > BYTES {
            return null_mut();
        }
        (*state).end = start + SIZES[class];
        BLOCKS.0.get().cast::<u8>().add(start)
    }
}

/// Frees a block of a class.
///
/// # Safety
/// This is the main thread; [`allocate`] has returned the block for this class, and nothing uses it any more.
#[allow(unsafe_code)]
pub unsafe fn free(block: *mut u8, class: usize) {
    let state = STATE.0.get();
    let block = whole(block);
    // SAFETY: the block lies within `BLOCKS`, and nothing else refers to it.
    unsafe {
        (*block).next = (*state).free[class];
        (*state).free[class] = block;
    }
}

/// A first block that its owner had a pointer to, which may be good for fewer bytes than the block has.
pub fn whole(block: *mut u8) -> *mut Block {
    let blocks = BLOCKS.0.get().cast::<u8>();
    blocks.wrapping_add(block.addr() - blocks.addr()).cast()
}
