//! The counters that the compiler puts at each edge of the control flow, as libFuzzer reads them.

use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

/// Where the counters of the program begin, and how many words they are. Without the flags of tests/fuzz there are none.
static FIRST: AtomicPtr<AtomicU64> = AtomicPtr::new(std::ptr::null_mut());
static WORDS: AtomicUsize = AtomicUsize::new(0);

/// Called before `main`, once for each object file, always with the same addresses (LLVM, SanitizerCoverage, "Inline
/// 8bit-counters").
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_8bit_counters_init(first: *mut u8, end: *mut u8) {
    // Whole words only: up to seven counters at each end are not looked at.
    let skipped = first.align_offset(8);
    let length = (end.addr() - first.addr()).saturating_sub(skipped);
    FIRST.store(first.wrapping_add(skipped).cast(), Ordering::Relaxed);
    WORDS.store(length / 8, Ordering::Relaxed);
}

fn words() -> &'static [AtomicU64] {
    let first = FIRST.load(Ordering::Relaxed);
    if first.is_null() {
        return &[];
    }
    // SAFETY: the linker has laid out the section of the counters; it lives as long as the program, `first` is aligned,
    // and all words are in it. What the compiler inserts may count at the same time on another thread: a count may get
    // lost, which does no harm to a byte.
    unsafe { std::slice::from_raw_parts(first, WORDS.load(Ordering::Relaxed)) }
}

/// What has been covered so far.
pub struct Coverage {
    /// For each counter, the classes of counts that were seen: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more.
    seen: Vec<[u8; 8]>,
}

impl Coverage {
    pub fn new() -> Self {
        let seen = vec![[0; 8]; words().len()];
        Self { seen }
    }

    /// How many edges there are, and how many were taken.
    pub fn edges(&self) -> (usize, usize) {
        let taken = self.seen.as_flattened().iter();
        let taken = taken.filter(|classes| **classes != 0).count();
        (self.seen.len() * 8, taken)
    }

    /// Sets all counters to zero.
    pub fn reset() {
        for word in words() {
            word.store(0, Ordering::Relaxed);
        }
    }

    /// Takes the counts since the last reset. Returns whether there is one of a class that its counter never had.
    pub fn take(&mut self) -> bool {
        let mut is_new = false;
        for (word, seen) in words().iter().zip(&mut self.seen) {
            let counts = word.load(Ordering::Relaxed);
            if counts != 0 {
                word.store(0, Ordering::Relaxed);
                for (count, seen) in counts.to_ne_bytes().into_iter().zip(seen) {
                    let class = class(count);
                    is_new |= class & !*seen != 0;
                    *seen |= class;
                }
            }
        }
        is_new
    }
}

fn class(count: u8) -> u8 {
    match count {
        0 => 0,
        1..=3 => 1 << (count - 1),
        4..=7 => 1 << 3,
        8..=15 => 1 << 4,
        16..=31 => 1 << 5,
        32..=127 => 1 << 6,
        _ => 1 << 7,
    }
}
