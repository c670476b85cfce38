//! Blocks of text at once, with the wide registers of processors that have them.

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// What the bytes of a block are, one bit each.
#[derive(Clone, Copy, Debug)]
pub struct Masks {
    pub quotes: u64,
    pub backslashes: u64,
    /// Below U+0020.
    pub control: u64,
    /// Space, tab and line ends.
    pub space: u64,
    /// Brackets, commas, colons; and two control characters, which only whoever looks at them can tell.
    pub signs: u64,
}

/// Work that profits from wide registers. Its method must be inlined: only there they are used.
pub trait Widely {
    type Output;
    fn widely(self, wide: Wide) -> Self::Output;
}

pub use lanes::Wide;

#[cfg(target_arch = "x86_64")]
mod lanes {
    use core::arch::x86_64::{
        __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
        _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_setr_epi64x, _mm256_shuffle_epi8,
    };

    use super::{BLOCK, Masks, Widely};

    /// The processor has AVX2 and carry-less multiplication: there is no other way to come by one of these.
    #[derive(Clone, Copy, Debug)]
    pub struct Wide(());

    impl Wide {
        /// Asks the processor.
        pub fn detect() -> Option<Self> {
            let has_all = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("pclmulqdq")
                && is_x86_feature_detected!("bmi1");
            has_all.then_some(Self(()))
        }

        /// Does some work.
        #[allow(unsafe_code)]
        pub fn run<W: Widely>(self, work: W) -> W::Output {
            #[target_feature(enable = "avx2,pclmulqdq,bmi1")]
            fn run<W: Widely>(wide: Wide, work: W) -> W::Output {
                work.widely(wide)
            }
            // SAFETY: that there is a `Wide` says that the processor has all of these.
            unsafe { run(self, work) }
        }

        /// What the bytes of a block are.
        #[inline(always)]
        #[allow(unsafe_code)]
        pub fn masks(self, block: &[u8; BLOCK]) -> Masks {
            // SAFETY: that there is a `Wide` says that the processor has AVX2, and the loads, which need no alignment,
            // read the first and the last 32 of the 64 bytes that `block` borrows.
            unsafe {
                let low = _mm256_loadu_si256(block.as_ptr().cast::<__m256i>());
                let high = _mm256_loadu_si256(block.as_ptr().add(BLOCK / 2).cast::<__m256i>());
                Masks {
                    quotes: bits(equal(low, b'"'), equal(high, b'"')),
                    backslashes: bits(equal(low, b'\\'), equal(high, b'\\')),
                    control: bits(control(low), control(high)),
                    space: bits(space(low), space(high)),
                    signs: bits(signs(low), signs(high)),
                }
            }
        }

        /// Bits that have an odd number of set bits at or below them.
        #[inline(always)]
        #[allow(unsafe_code)]
        pub fn parity(self, bits: u64) -> u64 {
            // SAFETY: that there is a `Wide` says that the processor has this multiplication.
            unsafe {
                let ones = _mm_set1_epi8(-1);
                let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits as i64), ones);
                _mm_cvtsi128_si64(product) as u64
            }
        }
    }

    /// The highest bits of the bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(low: __m256i, high: __m256i) -> u64 {
        let bits = |bytes| u64::from(_mm256_movemask_epi8(bytes) as u32);
        bits(low) | bits(high) << 32
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn equal(bytes: __m256i, byte: u8) -> __m256i {
        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn control(bytes: __m256i) -> __m256i {
        _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes)
    }

    /// Which bytes are what a table has for their lower four bits?
    #[inline]
    #[target_feature(enable = "avx2")]
    fn looked_up(table: [u8; 16], bytes: __m256i, compared: __m256i) -> __m256i {
        let table = u128::from_le_bytes(table);
        let (low, high) = (table as i64, (table >> 64) as i64);
        let table = _mm256_setr_epi64x(low, high, low, high);
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), compared)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn space(bytes: __m256i) -> __m256i {
        // What is no space is not to be equal: 1 never is, for it would be looked up under 1.
        let mut table = [1; 16];
        table[0] = b' ';
        table[1] = 0;
        table[9] = b'\t';
        table[10] = b'\n';
        table[13] = b'\r';
        looked_up(table, bytes, bytes)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn signs(bytes: __m256i) -> __m256i {
        let mut table = [0; 16];
        table[10] = b':';
        table[11] = b'{';
        table[12] = b',';
        table[13] = b'}';
        // This makes [ a { and ] a }.
        let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
        looked_up(table, bytes, folded)
    }
}

/// There is no such processor.
#[cfg(not(target_arch = "x86_64"))]
mod lanes {
    use super::{BLOCK, Masks, Widely};

    #[derive(Clone, Copy, Debug)]
    pub enum Wide {}

    impl Wide {
        pub fn detect() -> Option<Self> {
            None
        }

        pub fn run<W: Widely>(self, _: W) -> W::Output {
            match self {}
        }

        pub fn masks(self, _: &[u8; BLOCK]) -> Masks {
            match self {}
        }

        pub fn parity(self, _: u64) -> u64 {
            match self {}
        }
    }
}
