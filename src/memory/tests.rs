//! Blocks of all sizes, allocated, resized and freed in a random order and by several threads. Runs under Miri, too.

#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout};
use std::slice::from_raw_parts;
use std::sync::mpsc::{TrySendError, sync_channel};
use std::thread;

use super::{ALLOCATOR, MAX_SMALL, begin};

const STEPS: usize = if cfg!(miri) { 300 } else { 3_000 };

const LARGE: usize = if cfg!(miri) { 5_000 } else { 20_000 };

/// A block that is full of one byte.
struct Filled {
    start: *mut u8,
    layout: Layout,
    byte: u8,
}

// SAFETY: nothing else refers to the block.
#[allow(unsafe_code)]
unsafe impl Send for Filled {}

#[allow(unsafe_code)]
impl Filled {
    fn new(random: &mut Random) -> Self {
        let layout = layout(random);
        // SAFETY: the layout is not empty, and the block has its size.
        let start = unsafe {
            if random.below(4) == 0 {
                let start = ALLOCATOR.alloc_zeroed(layout);
                assert!(is_full_of(0, from_raw_parts(start, layout.size())));
                start
            } else {
                ALLOCATOR.alloc(layout)
            }
        };
        let byte = random.below(256) as u8;
        let block = Self {
            start,
            layout,
            byte,
        };
        block.fill();
        block
    }

    fn fill(&self) {
        assert!(self.start.addr().is_multiple_of(self.layout.align()));
        // SAFETY: the block has these bytes.
        unsafe { self.start.write_bytes(self.byte, self.layout.size()) };
    }

    /// Whether the first bytes are what was written to them.
    fn holds(&self, bytes: usize) -> bool {
        // SAFETY: the block has at least these bytes, which have been written.
        is_full_of(self.byte, unsafe { from_raw_parts(self.start, bytes) })
    }

    fn resize(&mut self, random: &mut Random) {
        let size = layout(random).size();
        let kept = size.min(self.layout.size());
        // SAFETY: the block was allocated with this layout, and the size is not 0.
        self.start = unsafe { ALLOCATOR.realloc(self.start, self.layout, size) };
        self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
        assert!(self.holds(kept));
        self.fill();
    }

    fn free(self) {
        assert!(self.holds(self.layout.size()));
        // SAFETY: the block was allocated with this layout, and nothing uses it any more.
        unsafe { ALLOCATOR.dealloc(self.start, self.layout) };
    }
}

/// Each byte is compared with the one behind it, which is a single step for Miri.
fn is_full_of(byte: u8, bytes: &[u8]) -> bool {
    let Some((first, behind)) = bytes.split_first() else {
        return true;
    };
    *first == byte && *behind == bytes[..behind.len()]
}

/// Mostly small.
fn layout(random: &mut Random) -> Layout {
    let limit = [64, MAX_SMALL, 3 * MAX_SMALL, LARGE][[0, 0, 0, 1, 1, 1, 2, 3][random.below(8)]];
    let align = 1 << random.below(7);
    Layout::from_size_align(1 + random.below(limit), align).unwrap()
}

/// A linear congruential generator (Knuth, MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005);
        self.0 = self.0.wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % end
    }
}

/// Allocates, resizes and frees; gives some blocks to `pass` instead of freeing them.
fn exercise(seed: u64, mut pass: impl FnMut(Filled)) {
    let mut random = Random(seed);
    let mut blocks = Vec::new();
    for step in 0..STEPS {
        // The number of blocks rises and falls.
        let wanted = if (step / (STEPS / 6)).is_multiple_of(2) {
            3
        } else {
            1
        };
        if blocks.is_empty() || random.below(4) < wanted {
            blocks.push(Filled::new(&mut random));
            continue;
        }
        let index = random.below(blocks.len());
        match random.below(3) {
            0 => blocks[index].resize(&mut random),
            1 => pass(blocks.swap_remove(index)),
            _ => blocks.swap_remove(index).free(),
        }
    }
    blocks.into_iter().for_each(Filled::free);
}

#[test]
fn blocks_keep_their_content() {
    for is_main in [false, true] {
        let exercised = thread::spawn(move || {
            if is_main {
                begin();
            }
            exercise(1, Filled::free);
            exercise(2, Filled::free);
        });
        exercised.join().unwrap();
    }
}

#[test]
fn threads_free_each_other_s_blocks() {
    let (to_second, from_first) = sync_channel::<Filled>(100);
    let (to_first, from_second) = sync_channel::<Filled>(100);
    let second = thread::spawn(move || {
        exercise(3, |block| {
            if let Err(error) = to_first.try_send(block) {
                drop_block(error);
            }
            from_first.try_iter().for_each(Filled::free);
        });
        from_first.iter().for_each(Filled::free);
    });
    exercise(4, |block| {
        if let Err(error) = to_second.try_send(block) {
            drop_block(error);
        }
        from_second.try_iter().for_each(Filled::free);
    });
    drop(to_second);
    from_second.iter().for_each(Filled::free);
    second.join().unwrap();
}

fn drop_block(error: TrySendError<Filled>) {
    match error {
        TrySendError::Full(block) | TrySendError::Disconnected(block) => block.free(),
    }
}

#[test]
fn heaps_outlive_threads() {
    for round in 0..20 {
        let threads = (0..3).map(|i| {
            thread::spawn(move || {
                let mut random = Random(round * 3 + i);
                (0..STEPS / 30)
                    .map(|_| Filled::new(&mut random))
                    .collect::<Vec<_>>()
            })
        });
        let threads: Vec<_> = threads.collect();
        for thread in threads {
            thread.join().unwrap().into_iter().for_each(Filled::free);
        }
    }
}
