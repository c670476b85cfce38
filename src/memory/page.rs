//! Pages of equal blocks, and the segments of the address space that pages are cut from.
//!
//! As in mimalloc (Leijen, Zorn, de Moura: "Mimalloc: Free List Sharding in Action", 2019), each page has a free list of
//! its own, and the descriptor of the page that a block is in follows from the block's address.

use std::cell::UnsafeCell;
use std::ptr::{null_mut, with_exposed_provenance_mut};

#[cfg(all(target_os = "linux", not(miri)))]
use rustix::mm::{Advice, madvise};
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::size_class::SIZES;

/// Size and alignment of a segment, in bytes: a large page of x86-64 and of aarch64.
pub const SEGMENT_BYTES: usize = 2 << 20;

/// The size of a page, in bytes. Memory is counted in pages.
pub const PAGE_BYTES: usize = 64 << 10;

/// The pages of a segment.
pub const PAGES: usize = SEGMENT_BYTES / PAGE_BYTES;

/// The bytes at the start of a segment that its descriptors take, a multiple of the alignment of blocks.
const HEADER_BYTES: usize = size_of::<Segment>().next_multiple_of(64);

/// Blocks are put on the free list of a new page by this many bytes at a time, so that memory is touched as it is needed.
const EXTENT_BYTES: usize = 4096;

/// A free block: the address of the next one.
pub struct Block {
    pub next: *mut Block,
    /// The class, where the list has blocks of several.
    pub class: usize,
}

/// The descriptor of a page. All of its blocks have the size of one class.
pub struct Page {
    /// The heap that allocates from the page. Others hand their blocks back to it.
    pub owner: *mut (),
    pub free: *mut Block,
    /// Blocks that are in use.
    pub used: u32,
    /// Blocks that have been on the free list.
    pub extended: u32,
    pub class: u8,
    /// The page is in no list of its heap, because it had no free block.
    pub is_full: bool,
    /// The memory of the page is counted: it has been in use.
    pub is_counted: bool,
    pub next: *mut Page,
    pub previous: *mut Page,
    /// The address of the first block.
    start: *mut u8,
    /// The bytes for blocks.
    bytes: u32,
}

/// The start of a segment.
#[repr(C)]
pub struct Segment {
    /// The descriptors of its pages.
    pub pages: [Page; PAGES],
    /// The number of pages that are in use.
    pub used: usize,
}

/// A page in a static variable.
pub struct StaticPage(UnsafeCell<Page>);

// SAFETY: nothing writes to it.
#[allow(unsafe_code)]
unsafe impl Sync for StaticPage {}

impl StaticPage {
    /// Its address.
    pub const fn get(&self) -> *mut Page {
        self.0.get()
    }
}

/// The page of a list that has none: it has no blocks. Never written to.
pub static NO_PAGE: StaticPage = StaticPage(UnsafeCell::new(Page::empty()));

impl Page {
    const fn empty() -> Self {
        Self {
            owner: null_mut(),
            free: null_mut(),
            used: 0,
            extended: 0,
            class: 0,
            is_full: false,
            is_counted: false,
            next: null_mut(),
            previous: null_mut(),
            start: null_mut(),
            bytes: 0,
        }
    }

    /// The page that a block is in.
    #[inline]
    pub fn of(block: *mut u8) -> *mut Self {
        let address = block.addr();
        let segment = address & !(SEGMENT_BYTES - 1);
        let index = address % SEGMENT_BYTES / PAGE_BYTES;
        // The pointer that the owner of the block had is good for the block only; that of the segment was exposed.
        with_exposed_provenance_mut(segment + index * size_of::<Self>())
    }

    /// Makes a page without blocks in use one of a class.
    ///
    /// # Safety
    /// The page is a page of a segment, and no other thread uses it.
    #[allow(unsafe_code)]
    pub unsafe fn assign(page: *mut Self, owner: *mut (), class: usize) {
        // SAFETY: as above.
        unsafe {
            (*page).owner = owner;
            (*page).class = class as u8;
            (*page).free = null_mut();
            (*page).used = 0;
            (*page).extended = 0;
            (*page).is_full = false;
        }
    }

    /// Puts further blocks on the free list, which is empty; whether there were any.
    ///
    /// # Safety
    /// The page has been assigned, and no other thread uses it.
    #[allow(unsafe_code)]
    pub unsafe fn extend(page: *mut Self) -> bool {
        // SAFETY: the page is not shared. The blocks from `extended` on lie within its bytes and have never been given
        // out, so that nothing else refers to them.
        unsafe {
            let size = SIZES[usize::from((*page).class)];
            let first = (*page).extended as usize;
            let all = (*page).bytes as usize / size;
            let end = all.min(first + (EXTENT_BYTES / size).max(1));
            let mut next = null_mut();
            for index in (first..end).rev() {
                let block: *mut Block = (*page).start.add(index * size).cast();
                block.write(Block { next, class: 0 });
                next = block;
            }
            (*page).free = next;
            (*page).extended = end as u32;
            first < end
        }
    }

    /// The segment of a page.
    #[inline]
    pub fn segment(page: *mut Self) -> *mut Segment {
        with_exposed_provenance_mut(page.addr() & !(SEGMENT_BYTES - 1))
    }
}

/// Maps a segment; null if the system refuses. `is_large` asks for large pages of memory, which are faster to get and to
/// use, but are touched as a whole.
#[allow(unsafe_code)]
pub fn map_segment(is_large: bool) -> *mut Segment {
    let Some(base) = map_aligned() else {
        return null_mut();
    };
    if is_large {
        advise_large(base, SEGMENT_BYTES);
    }
    base.expose_provenance();
    let segment: *mut Segment = base.cast();
    for index in 0..PAGES {
        let skipped = if index == 0 { HEADER_BYTES } else { 0 };
        // SAFETY: the segment was mapped just now, for reading and writing, and the descriptors fit into its first page.
        unsafe {
            (&raw mut (*segment).pages[index]).write(Page {
                start: base.add(index * PAGE_BYTES + skipped),
                bytes: (PAGE_BYTES - skipped) as u32,
                ..Page::empty()
            });
        }
    }
    segment
}

/// Unmaps a segment.
///
/// # Safety
/// No block in it is in use, and none of its pages is in a list.
#[allow(unsafe_code)]
pub unsafe fn unmap_segment(segment: *mut Segment) {
    unmap(segment.cast(), SEGMENT_BYTES);
}

/// Asks for large pages of memory. Where they are switched off or there are none, nothing changes.
#[allow(unsafe_code)]
pub fn advise_large(start: *mut u8, bytes: usize) {
    #[cfg(all(target_os = "linux", not(miri)))]
    // SAFETY: the range is part of a mapping, and the advice does not change what it contains.
    let _ = unsafe { madvise(start.cast(), bytes, Advice::LinuxHugepage) };
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = (start, bytes);
}

/// Maps [`SEGMENT_BYTES`] at a multiple of them. Segments follow each other, so that mostly the first try is aligned.
fn map_aligned() -> Option<*mut u8> {
    let base = map(SEGMENT_BYTES)?;
    if base.addr().is_multiple_of(SEGMENT_BYTES) {
        return Some(base);
    }
    unmap(base, SEGMENT_BYTES);
    let base = map(2 * SEGMENT_BYTES)?;
    let before = base.align_offset(SEGMENT_BYTES);
    unmap(base, before);
    let aligned = base.wrapping_add(before);
    unmap(aligned.wrapping_add(SEGMENT_BYTES), SEGMENT_BYTES - before);
    Some(aligned)
}

#[allow(unsafe_code)]
fn map(bytes: usize) -> Option<*mut u8> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the system chooses the address, so the mapping overlaps nothing.
    let mapped = unsafe { mmap_anonymous(null_mut(), bytes, access, MapFlags::PRIVATE) };
    mapped.ok().map(<*mut _>::cast)
}

#[allow(unsafe_code)]
fn unmap(start: *mut u8, bytes: usize) {
    // Miri knows no mapping that is unmapped in part.
    if bytes > 0 && !cfg!(miri) {
        // SAFETY: called with parts of a mapping that was made just now and is not in use. A failure leaves them mapped.
        let _ = unsafe { munmap(start.cast(), bytes) };
    }
}
