//! Classifies blocks of 64 bytes with AVX2 and carry-less multiplication, where the processor has them (Langdale and
//! Lemire, "Parsing Gigabytes of JSON per Second", §3.1).

/// Bytes of a block.
pub(crate) const BLOCK_SIZE: usize = 64;

/// The classes of the bytes of a block, one bit a byte, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockMasks {
    pub quotes: u64,
    pub backslashes: u64,
    /// Control characters: bytes below U+0020.
    pub control: u64,
    /// JSON's whitespace: space, tab, line feed and carriage return.
    pub whitespace: u64,
    /// Brackets, braces, commas and colons. The lookup also matches two control characters (0x0c and 0x1a), which the
    /// caller must reject by looking at the byte.
    pub structural: u64,
}

/// Work that uses the vector instructions of [`Simd`].
///
/// `with_simd` must be `#[inline(always)]`: the instructions are only enabled in the function it is inlined into.
pub(crate) trait WithSimd {
    type Output;
    fn with_simd(self, simd: Simd) -> Self::Output;
}

pub(crate) use imp::Simd;

#[cfg(target_arch = "x86_64")]
mod imp {
    use core::arch::x86_64::{
        __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
        _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_setr_epi64x, _mm256_shuffle_epi8,
    };

    use super::{BLOCK_SIZE, BlockMasks, WithSimd};

    /// Proof that the processor has AVX2, PCLMULQDQ and BMI1: only [`Simd::detect`] creates one.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Simd(());

    impl Simd {
        /// Detects the instructions with `cpuid`; `None` if one is missing.
        ///
        /// The standard library caches the answer. The first call is slow in a virtual machine, where `cpuid` traps.
        pub(crate) fn detect() -> Option<Self> {
            let has_all = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("pclmulqdq")
                && is_x86_feature_detected!("bmi1");
            has_all.then_some(Self(()))
        }

        /// Runs `work` in a function that has the instructions enabled.
        #[allow(unsafe_code)]
        pub(crate) fn dispatch<W: WithSimd>(self, work: W) -> W::Output {
            #[target_feature(enable = "avx2,pclmulqdq,bmi1")]
            fn run<W: WithSimd>(simd: Simd, work: W) -> W::Output {
                work.with_simd(simd)
            }
            // SAFETY: a `Simd` exists only if the processor has all of these instructions.
            unsafe { run(self, work) }
        }

        /// Classifies the bytes of a block.
        #[inline(always)]
        #[allow(unsafe_code)]
        pub(crate) fn classify(self, block: &[u8; BLOCK_SIZE]) -> BlockMasks {
            // SAFETY: a `Simd` exists only if the processor has AVX2, and the loads, which need no alignment, read the
            // first and the last 32 of the 64 bytes that `block` borrows.
            unsafe {
                let low = _mm256_loadu_si256(block.as_ptr().cast::<__m256i>());
                let high = _mm256_loadu_si256(block.as_ptr().add(BLOCK_SIZE / 2).cast::<__m256i>());
                BlockMasks {
                    quotes: bits(equal(low, b'"'), equal(high, b'"')),
                    backslashes: bits(equal(low, b'\\'), equal(high, b'\\')),
                    control: bits(control(low), control(high)),
                    whitespace: bits(whitespace(low), whitespace(high)),
                    structural: bits(structural(low), structural(high)),
                }
            }
        }

        /// The prefix XOR: each bit is the parity of the bits at and below it, so that a mask of quotes becomes a mask
        /// of the strings between them.
        #[inline(always)]
        #[allow(unsafe_code)]
        pub(crate) fn prefix_xor(self, bits: u64) -> u64 {
            // SAFETY: a `Simd` exists only if the processor has carry-less multiplication.
            unsafe {
                let ones = _mm_set1_epi8(-1);
                let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits as i64), ones);
                _mm_cvtsi128_si64(product) as u64
            }
        }
    }

    /// The highest bits of the bytes of two vectors, as one mask.
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

    /// Compares `compared` with what the table has for the lower four bits of each byte.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn lookup_matches(table: [u8; 16], bytes: __m256i, compared: __m256i) -> __m256i {
        let table = u128::from_le_bytes(table);
        let (low, high) = (table as i64, (table >> 64) as i64);
        let table = _mm256_setr_epi64x(low, high, low, high);
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), compared)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn whitespace(bytes: __m256i) -> __m256i {
        // Unused entries must match no byte. 1 matches only the byte 0x01, which looks up entry 1: that one is 0.
        let mut table = [1; 16];
        table[0] = b' ';
        table[1] = 0;
        table[9] = b'\t';
        table[10] = b'\n';
        table[13] = b'\r';
        lookup_matches(table, bytes, bytes)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn structural(bytes: __m256i) -> __m256i {
        let mut table = [0; 16];
        table[10] = b':';
        table[11] = b'{';
        table[12] = b',';
        table[13] = b'}';
        // Setting this bit maps [ to { and ] to }.
        let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
        lookup_matches(table, bytes, folded)
    }
}

/// Other architectures: the type has no values, and the reader scans token by token.
#[cfg(not(target_arch = "x86_64"))]
mod imp {
    use super::{BLOCK_SIZE, BlockMasks, WithSimd};

    /// Proof that the processor has the instructions: there is none here.
    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Simd {}

    impl Simd {
        /// Always `None`.
        pub(crate) fn detect() -> Option<Self> {
            None
        }

        pub(crate) fn dispatch<W: WithSimd>(self, _: W) -> W::Output {
            match self {}
        }

        pub(crate) fn classify(self, _: &[u8; BLOCK_SIZE]) -> BlockMasks {
            match self {}
        }

        pub(crate) fn prefix_xor(self, _: u64) -> u64 {
            match self {}
        }
    }
}
