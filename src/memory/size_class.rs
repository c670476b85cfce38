//! The sizes of small blocks.

/// Larger blocks come from the system's allocator, in bytes.
pub const MAX_SMALL: usize = 1024;

/// The alignment of every small block, in bytes.
pub const ALIGNMENT: usize = 16;

/// The number of size classes.
pub const COUNT: usize = 20;

/// The block size of each class, in bytes: every multiple of 16 up to 128, then four steps to the next power of two, so
/// that a block wastes at most a fifth of its bytes beyond 16.
pub const SIZES: [usize; COUNT] = [
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
];

/// The class of each number of 16-byte units.
const CLASSES: [u8; MAX_SMALL / ALIGNMENT + 1] = classes();

const fn classes() -> [u8; MAX_SMALL / ALIGNMENT + 1] {
    let mut classes = [0; MAX_SMALL / ALIGNMENT + 1];
    let (mut units, mut class) = (0, 0);
    while units < classes.len() {
        if units * ALIGNMENT > SIZES[class] {
            class += 1;
        }
        classes[units] = class as u8;
        units += 1;
    }
    classes
}

/// The class of blocks of this many bytes, at most [`MAX_SMALL`].
#[inline]
pub fn class_of(bytes: usize) -> usize {
    usize::from(CLASSES[bytes.div_ceil(ALIGNMENT)])
}

#[cfg(test)]
mod tests {
    use super::{MAX_SMALL, SIZES, class_of};

    #[test]
    fn a_class_is_the_smallest_that_is_large_enough() {
        for bytes in 1..=MAX_SMALL {
            let class = class_of(bytes);
            assert!(SIZES[class] >= bytes);
            assert!(class == 0 || SIZES[class - 1] < bytes);
        }
    }
}
