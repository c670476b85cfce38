//! Several bytes of a string at once: which end a plain run, which are not printable ASCII.

pub use wide::{WIDTH, any_before, first, masks};

/// Sixteen bytes at a time with SSE2.
#[cfg(target_feature = "sse2")]
mod wide {
    use core::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_max_epu8, _mm_min_epu8, _mm_movemask_epi8,
        _mm_or_si128, _mm_set1_epi8,
    };

    pub const WIDTH: usize = 16;

    /// One bit a byte: those that end a plain run (quotes, backslashes, control characters), and those that are not
    /// printable ASCII.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn masks(chunk: &[u8; WIDTH]) -> (u32, u32) {
        // SAFETY: this module is compiled only where the target has SSE2, and the load, which needs no alignment, reads
        // the 16 bytes that `chunk` borrows.
        unsafe {
            let bytes = _mm_loadu_si128(chunk.as_ptr().cast::<__m128i>());
            let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            let special = _mm_or_si128(control, _mm_or_si128(quote, backslash));
            let high = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x7f)), bytes);
            (
                _mm_movemask_epi8(special) as u32,
                _mm_movemask_epi8(high) as u32,
            )
        }
    }

    /// Which byte the lowest bit stands for.
    #[inline(always)]
    pub fn first(mask: u32) -> usize {
        mask.trailing_zeros() as usize
    }

    /// Is a bit of the first bytes set?
    #[inline(always)]
    pub fn any_before(mask: u32, bytes: usize) -> bool {
        mask & ((1 << bytes) - 1) != 0
    }
}

/// Eight bytes at a time: a byte is below n, or equals c, where a subtraction borrows from its highest bit
/// (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
#[cfg(not(target_feature = "sse2"))]
mod wide {
    pub const WIDTH: usize = 8;
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;

    /// The highest bit of a byte: of those that end a plain run (and perhaps of some behind the first of them), and
    /// of those that are not printable ASCII.
    #[inline(always)]
    pub fn masks(chunk: &[u8; WIDTH]) -> (u64, u64) {
        let word = u64::from_le_bytes(*chunk);
        let below = |word: u64, n: u64| word.wrapping_sub(LOW * n) & !word & HIGH;
        let special = below(word, 0x20)
            | below(word ^ (LOW * u64::from(b'"')), 1)
            | below(word ^ (LOW * u64::from(b'\\')), 1);
        let high = (word | (word & !HIGH).wrapping_add(LOW)) & HIGH;
        (special, high)
    }

    /// Which byte the lowest bit stands for.
    #[inline(always)]
    pub fn first(mask: u64) -> usize {
        mask.trailing_zeros() as usize / 8
    }

    /// Is a bit of the first bytes set?
    #[inline(always)]
    pub fn any_before(mask: u64, bytes: usize) -> bool {
        bytes > 0 && mask & (u64::MAX >> (64 - 8 * bytes)) != 0
    }
}
