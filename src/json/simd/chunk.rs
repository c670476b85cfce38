//! Classifies the bytes of a string a few at a time: which end an unescaped run, and which are not printable ASCII.

pub(crate) use imp::{CHUNK_SIZE, any_before, classify, first_byte};

/// Sixteen bytes at a time with SSE2, which every x86_64 processor has: nothing is detected at run time.
#[cfg(target_feature = "sse2")]
mod imp {
    use core::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_max_epu8, _mm_min_epu8, _mm_movemask_epi8,
        _mm_or_si128, _mm_set1_epi8,
    };

    /// Bytes of a chunk.
    pub(crate) const CHUNK_SIZE: usize = 16;

    /// Two masks of one bit a byte: the bytes that end an unescaped run (quotes, backslashes, control characters), and
    /// the bytes that are not printable ASCII (DEL and above).
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(crate) fn classify(chunk: &[u8; CHUNK_SIZE]) -> (u32, u32) {
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

    /// The index of the byte that the lowest set bit of a mask stands for.
    #[inline(always)]
    pub(crate) fn first_byte(mask: u32) -> usize {
        mask.trailing_zeros() as usize
    }

    /// Whether the mask has a bit set for one of the first `bytes` bytes.
    #[inline(always)]
    pub(crate) fn any_before(mask: u32, bytes: usize) -> bool {
        mask & ((1 << bytes) - 1) != 0
    }
}

/// Eight bytes at a time in an ordinary register: a byte is below n, or equals c, where a subtraction borrows from its
/// highest bit (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
#[cfg(not(target_feature = "sse2"))]
mod imp {
    /// Bytes of a chunk.
    pub(crate) const CHUNK_SIZE: usize = 8;
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;

    /// Two masks that use the highest bit of each byte: the bytes that end an unescaped run (and possibly some behind
    /// the first of them, because the subtraction carries), and the bytes that are not printable ASCII.
    #[inline(always)]
    pub(crate) fn classify(chunk: &[u8; CHUNK_SIZE]) -> (u64, u64) {
        let word = u64::from_le_bytes(*chunk);
        let below = |word: u64, n: u64| word.wrapping_sub(LOW * n) & !word & HIGH;
        let special = below(word, 0x20)
            | below(word ^ (LOW * u64::from(b'"')), 1)
            | below(word ^ (LOW * u64::from(b'\\')), 1);
        let high = (word | (word & !HIGH).wrapping_add(LOW)) & HIGH;
        (special, high)
    }

    /// The index of the byte that the lowest set bit of a mask stands for.
    #[inline(always)]
    pub(crate) fn first_byte(mask: u64) -> usize {
        mask.trailing_zeros() as usize / 8
    }

    /// Whether the mask has a bit set for one of the first `bytes` bytes.
    #[inline(always)]
    pub(crate) fn any_before(mask: u64, bytes: usize) -> bool {
        bytes > 0 && mask & (u64::MAX >> (64 - 8 * bytes)) != 0
    }
}
