//! The small blocks of a thread, without locks or atomic operations.
//!
//! A block that another thread frees is put on a list of the heap that it came from, which takes it back when it runs
//! out of blocks. So memory is bounded by what was in use at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use super::budget;
use super::first_blocks;
use super::main_thread;
use super::page::{Block, NO_PAGE, PAGE_BYTES, PAGES, Page, map_segment, unmap_segment};
use super::size_class::COUNT;
use super::thread_end;

/// Pages without blocks in use that keep their memory. If there are more, a segment without any is unmapped.
const MAX_EMPTY: usize = 512;

/// The segments of a heap from which on it asks for large pages of memory.
const FIRST_LARGE: usize = 8;

/// A thread's blocks. Heaps are never freed: when a thread ends, the next one takes over its heap.
pub struct Heap {
    /// For each class a list of pages, all of which but the first have free blocks. An empty one is [`NO_PAGE`].
    pages: [*mut Page; COUNT],
    /// Pages without blocks in use.
    empty: *mut Page,
    /// The number of those whose memory is counted.
    empty_count: usize,
    /// The number of segments.
    segments: usize,
    /// Blocks that other threads have freed.
    returned: AtomicPtr<Block>,
    /// The next heap that belongs to no thread.
    next_idle: *mut Self,
}

/// A heap in a static variable.
struct StaticHeap(UnsafeCell<Heap>);

// SAFETY: nothing writes to NO_HEAP, and only the main thread uses MAIN, except for its field `returned`, which is
// atomic.
#[allow(unsafe_code)]
unsafe impl Sync for StaticHeap {}

/// The heap of a thread that has not allocated: its pages have no blocks.
static NO_HEAP: StaticHeap = StaticHeap(UnsafeCell::new(Heap::new()));
static MAIN: StaticHeap = StaticHeap(UnsafeCell::new(Heap::new()));

/// The heaps that belong to no thread, as a list.
static IDLE: Mutex<AtomicPtr<Heap>> = Mutex::new(AtomicPtr::new(null_mut()));

thread_local! {
    static CURRENT: Cell<*mut Heap> = const { Cell::new(NO_HEAP.0.get()) };
}

impl Heap {
    const fn new() -> Self {
        Self {
            pages: [NO_PAGE.get(); COUNT],
            empty: null_mut(),
            empty_count: 0,
            segments: 0,
            returned: AtomicPtr::new(null_mut()),
            next_idle: null_mut(),
        }
    }
}

/// Makes this thread the main one, whose first blocks come from [`first_blocks`]. Called once, before it allocates.
pub fn begin() {
    main_thread::set();
    CURRENT.set(MAIN.0.get());
}

/// A block of a class; null if the system refuses memory.
#[inline]
#[allow(unsafe_code)]
pub fn allocate(class: usize) -> *mut u8 {
    // SAFETY: only this thread uses its heap and the pages in it. A block on a free list is not in use. `NO_PAGE` has
    // no blocks and is not written to.
    unsafe {
        let page = (*CURRENT.get()).pages[class];
        let block = (*page).free;
        if block.is_null() {
            return allocate_slowly(class);
        }
        (*page).free = (*block).next;
        (*page).used += 1;
        block.cast()
    }
}

/// Frees a block of a class.
///
/// # Safety
/// [`allocate`] has returned the block for this class, and nothing uses it any more.
#[inline]
#[allow(unsafe_code)]
pub unsafe fn free(block: *mut u8, class: usize) {
    // SAFETY: the caller's. `owner` does not change while a block of the page is in use.
    unsafe {
        if first_blocks::contains(block) {
            return free_first(block, class);
        }
        let page = Page::of(block);
        // The pointer that the owner of the block had may be good for fewer bytes than the block has.
        let block: *mut Block = with_exposed_provenance_mut(block.addr());
        let owner: *mut Heap = (*page).owner.cast();
        if owner == CURRENT.get() {
            free_own(page, block);
        } else {
            give_back(owner, block);
        }
    }
}

#[cold]
#[allow(unsafe_code)]
unsafe fn free_first(block: *mut u8, class: usize) {
    // SAFETY: the caller's.
    unsafe {
        if main_thread::is_this() {
            first_blocks::free(block, class);
        } else {
            let block = first_blocks::whole(block);
            (*block).class = class;
            give_back(MAIN.0.get(), block);
        }
    }
}

/// Frees a block of a page of this thread.
#[inline]
#[allow(unsafe_code)]
unsafe fn free_own(page: *mut Page, block: *mut Block) {
    // SAFETY: the page is this thread's, and nothing uses the block.
    unsafe {
        (*block).next = (*page).free;
        (*page).free = block;
        (*page).used -= 1;
        if (*page).used == 0 || (*page).is_full {
            relist(page);
        }
    }
}

/// Puts a page that had no free block back on its list, and takes a page from it that has no block in use.
#[cold]
#[inline(never)]
#[allow(unsafe_code)]
unsafe fn relist(page: *mut Page) {
    let heap = CURRENT.get();
    // SAFETY: the page and the heap are this thread's.
    unsafe {
        let first = &raw mut (*heap).pages[usize::from((*page).class)];
        if (*page).is_full {
            (*page).is_full = false;
            insert_second(first, page);
        }
        // The first page stays: its next block may be allocated at once.
        if (*page).used == 0 && *first != page {
            remove(first, page);
            discard(heap, page);
        }
    }
}

/// Inserts a page behind the first one of a list, or as the first.
#[allow(unsafe_code)]
unsafe fn insert_second(first: *mut *mut Page, page: *mut Page) {
    // SAFETY: all pages of the list are this thread's, and `page` is in none.
    unsafe {
        if *first == NO_PAGE.get() {
            (*page).previous = null_mut();
            (*page).next = null_mut();
            *first = page;
        } else {
            let next = (**first).next;
            (*page).previous = *first;
            (*page).next = next;
            (**first).next = page;
            if !next.is_null() {
                (*next).previous = page;
            }
        }
    }
}

/// Removes a page from a list that it is in.
#[allow(unsafe_code)]
unsafe fn remove(first: *mut *mut Page, page: *mut Page) {
    // SAFETY: all pages of the list are this thread's.
    unsafe {
        let (next, previous) = ((*page).next, (*page).previous);
        if !next.is_null() {
            (*next).previous = previous;
        }
        if !previous.is_null() {
            (*previous).next = next;
        } else {
            *first = if next.is_null() { NO_PAGE.get() } else { next };
        }
    }
}

/// Keeps a page that has no block in use, for any class, or unmaps its segment if none has and there are many.
#[allow(unsafe_code)]
unsafe fn discard(heap: *mut Heap, page: *mut Page) {
    let segment = Page::segment(page);
    // SAFETY: the page is in no list. Once no page of the segment is in use, all are in the list of empty ones.
    unsafe {
        push(heap, page);
        (*segment).used -= 1;
        if (*segment).used == 0 && (*heap).empty_count > MAX_EMPTY {
            for index in 0..PAGES {
                take(heap, &raw mut (*segment).pages[index]);
            }
            (*heap).segments -= 1;
            unmap_segment(segment);
        }
    }
}

/// Puts a page on the list of empty ones.
#[allow(unsafe_code)]
unsafe fn push(heap: *mut Heap, page: *mut Page) {
    // SAFETY: the page is in no list.
    unsafe {
        let next = (*heap).empty;
        (*page).previous = null_mut();
        (*page).next = next;
        if !next.is_null() {
            (*next).previous = page;
        }
        (*heap).empty = page;
        (*heap).empty_count += usize::from((*page).is_counted);
    }
}

/// Takes a page from the list of empty ones. Its memory is not counted any more.
#[allow(unsafe_code)]
unsafe fn take(heap: *mut Heap, page: *mut Page) {
    // SAFETY: the page is in the list.
    unsafe {
        let (next, previous) = ((*page).next, (*page).previous);
        if !next.is_null() {
            (*next).previous = previous;
        }
        if previous.is_null() {
            (*heap).empty = next;
        } else {
            (*previous).next = next;
        }
        if (*page).is_counted {
            (*page).is_counted = false;
            (*heap).empty_count -= 1;
            budget::subtract(PAGE_BYTES);
        }
    }
}

/// A block where the first page of the class has no free one.
#[cold]
#[inline(never)]
#[allow(unsafe_code)]
fn allocate_slowly(class: usize) -> *mut u8 {
    let heap = current();
    if heap.is_null() {
        return null_mut();
    }
    // SAFETY: the heap and its pages are this thread's.
    unsafe {
        take_returned(heap);
        if main_thread::is_this() {
            let block = first_blocks::allocate(class);
            if !block.is_null() {
                return block;
            }
        }
        let first = &raw mut (*heap).pages[class];
        while *first != NO_PAGE.get() {
            let page = *first;
            if !(*page).free.is_null() || Page::extend(page) {
                return allocate(class);
            }
            remove(first, page);
            (*page).is_full = true;
        }
        let page = new_page(heap);
        if page.is_null() {
            return null_mut();
        }
        Page::assign(page, heap.cast(), class);
        Page::extend(page);
        insert_second(first, page);
        allocate(class)
    }
}

/// A page without blocks in use, in no list; null if the system refuses.
#[allow(unsafe_code)]
unsafe fn new_page(heap: *mut Heap) -> *mut Page {
    // SAFETY: the heap is this thread's, and so are the pages that nothing uses.
    unsafe {
        if (*heap).empty.is_null() {
            let segment = map_segment((*heap).segments >= FIRST_LARGE);
            if segment.is_null() {
                return null_mut();
            }
            (*heap).segments += 1;
            for index in (0..PAGES).rev() {
                push(heap, &raw mut (*segment).pages[index]);
            }
        }
        let page = (*heap).empty;
        take(heap, page);
        (*page).is_counted = true;
        (*Page::segment(page)).used += 1;
        budget::add(PAGE_BYTES);
        page
    }
}

/// Hands a block to the heap of another thread.
#[cold]
#[inline(never)]
#[allow(unsafe_code)]
unsafe fn give_back(owner: *mut Heap, block: *mut Block) {
    // SAFETY: heaps are never freed, and the field is atomic. The block belongs to this thread until it is on the list.
    unsafe {
        let returned = &(*owner).returned;
        let mut first = returned.load(Ordering::Relaxed);
        loop {
            (*block).next = first;
            match returned.compare_exchange_weak(first, block, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(changed) => first = changed,
            }
        }
    }
}

/// Frees the blocks that other threads have handed to this heap.
#[allow(unsafe_code)]
unsafe fn take_returned(heap: *mut Heap) {
    // SAFETY: the heap is this thread's, and so are the blocks of the list once it is taken off.
    unsafe {
        if (*heap).returned.load(Ordering::Relaxed).is_null() {
            return;
        }
        let mut block = (*heap).returned.swap(null_mut(), Ordering::Acquire);
        while !block.is_null() {
            let next = (*block).next;
            if first_blocks::contains(block.cast()) {
                first_blocks::free(block.cast(), (*block).class);
            } else {
                free_own(Page::of(block.cast()), block);
            }
            block = next;
        }
    }
}

/// The heap of this thread; null if the system refuses memory.
fn current() -> *mut Heap {
    if CURRENT.get() == NO_HEAP.0.get() {
        let heap = take_idle();
        if !heap.is_null() {
            CURRENT.set(heap);
            thread_end::call(leave);
        }
        return heap;
    }
    CURRENT.get()
}

/// A heap that belongs to no thread.
#[allow(unsafe_code)]
fn take_idle() -> *mut Heap {
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let heap = idle.load(Ordering::Relaxed);
    // SAFETY: a heap in the list is not used by any thread, and the list is locked. A new one is written before it is
    // used.
    unsafe {
        if !heap.is_null() {
            idle.store((*heap).next_idle, Ordering::Relaxed);
            return heap;
        }
        let heap: *mut Heap = System.alloc(Layout::new::<Heap>()).cast();
        if !heap.is_null() {
            heap.write(Heap::new());
        }
        heap
    }
}

/// Leaves this thread's heap to the next thread. If this one allocates again, it takes over a heap, too.
#[allow(unsafe_code)]
fn leave() {
    let heap = CURRENT.replace(NO_HEAP.0.get());
    budget::end_thread();
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: no thread uses the heap any more.
    unsafe { (*heap).next_idle = idle.load(Ordering::Relaxed) };
    idle.store(heap, Ordering::Relaxed);
}
