//! Makes inputs of other inputs.

/// The longest input that is made, in bytes.
const LONGEST: usize = 4096;

/// Texts that make an input interesting.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "\\(",
    "\\u",
    "\\ud800",
    ",",
    ":",
    ";",
    "|",
    "?//",
    "//=",
    "..",
    ".",
    "$",
    "@",
    "-",
    "+",
    "1e",
    "0",
    "9223372036854775808",
    "-1",
    "1e309",
    "null",
    "true",
    "def f: ",
    "if ",
    " then ",
    " end",
    " as $x | ",
    "reduce ",
    "foreach ",
    "try ",
    " catch ",
    "label $l | ",
    "$__loc__",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\u{1e}",
    "\u{feff}",
    "\u{1b}[31m",
    "\u{200d}",
    "\u{301}",
    "HTTP/1.1 ",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "0\r\n\r\n",
    "ffffffffffffffff\r\n",
    "%",
    "%00",
    "%2F",
    "=",
    "&",
    "#",
    "://",
    "token=",
    "{x...}",
    "module {",
    "};",
];

/// The generator of SplitMix64.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// A new input, made of those of the pool. The last ones of the pool have reached code that the others have not.
pub fn mutate(random: &mut Random, pool: &[Vec<u8>]) -> Vec<u8> {
    let recent = match random.below(2) {
        0 => pool.len(),
        _ => pool.len().min(50),
    };
    let mut input = pool[pool.len() - 1 - random.below(recent)].clone();
    for _ in 0..1 + random.below(6) {
        let at = random.below(input.len() + 1);
        let end = (at + 1 + random.below(12)).min(input.len());
        match random.below(8) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => input[at] = random.next() as u8,
            2 if at < end => drop(input.drain(at..end)),
            3 if at < end => {
                let copy = input[at..end].to_vec();
                let copy = copy.repeat(1 + random.below(20));
                drop(input.splice(at..at, copy));
            }
            4 => {
                let other = &pool[random.below(pool.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(60)).min(other.len());
                drop(input.splice(at..at, other[from..to].to_vec()));
            }
            5 => input.truncate(at),
            _ => {
                let word = WORDS[random.below(WORDS.len())].as_bytes().to_vec();
                drop(input.splice(at..at, word));
            }
        }
    }
    input.truncate(LONGEST);
    input
}
