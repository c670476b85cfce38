//! Filters and texts at random, the fused way against jaq-core's.
//!
//! `DQ_FUZZ_SECONDS` says how long; a moment unless told. A failure names its seed, and `DQ_FUZZ_SEED` repeats it.

use std::time::{Duration, Instant};

use super::{is_cut_short, run};

/// SplitMix64: enough chance for a test, and the same one for the same seed.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

const KEYS: [&str; 4] = ["a", "b", "c", "aa"];
const SPACES: [&str; 6] = ["", "", "", " ", "\n", "\t "];

/// A JSON text, now and then with something wrong in it.
pub fn text(chance: &mut Chance, depth: u64) -> String {
    let space = chance.pick(&SPACES);
    let inner = match chance.below(if depth == 0 { 5 } else { 9 }) {
        0 => chance
            .pick(&[
                "null", "true", "false", "0", "-0", "1", "2", "-17", "1.50", "1e3", "1E400",
            ])
            .to_owned(),
        1 => chance
            .pick(&["12345678901234567890", "0.1", "3", "100", "1", "2"])
            .to_owned(),
        2..=4 => chance
            .pick(&[
                "\"\"",
                "\"a\"",
                "\"b\"",
                "\"A b\"",
                "\"\\u0061\"",
                "\"é\"",
                "\"\\n\\\"\"",
                "\"\\ud800\"",
                "\"\u{7f}\"",
                "\"0123456789abcdef0123\"",
                "\"a/b\"",
            ])
            .to_owned(),
        5 | 6 => {
            let items: Vec<_> = (0..chance.below(4))
                .map(|_| text(chance, depth - 1))
                .collect();
            format!("[{}]", items.join(","))
        }
        _ => {
            let entries: Vec<_> = (0..chance.below(5))
                .map(|_| {
                    let key = match chance.below(12) {
                        0 => "\\u0061",
                        _ => chance.pick(&KEYS),
                    };
                    format!(
                        "\"{key}\"{}:{}",
                        chance.pick(&SPACES),
                        text(chance, depth - 1)
                    )
                })
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    };
    let inner = match chance.below(400) {
        0 => inner.replacen([',', ':', '}'], "", 1),
        1 => inner[..inner.floor_char_boundary(inner.len() / 2)].to_owned(),
        _ => inner,
    };
    format!("{space}{inner}{}", chance.pick(&SPACES))
}

/// A filter of the shapes that are fused, and of some that are not.
fn filter(chance: &mut Chance, depth: u64) -> String {
    if depth == 0 {
        return leaf(chance);
    }
    let inner = |chance: &mut Chance| filter(chance, depth - 1);
    match chance.below(20) {
        0..=4 => format!("{} | {}", inner(chance), inner(chance)),
        5 => format!("{}, {}", inner(chance), inner(chance)),
        6 => format!("select({})", inner(chance)),
        7 => format!("map({})", inner(chance)),
        8 => format!("[{}]", inner(chance)),
        9 => format!("{{a: ({}), b: .c}}", inner(chance)),
        10 => format!("\"x\\({})y\"", inner(chance)),
        11 => format!(
            "({} {} {})",
            inner(chance),
            chance.pick(&[
                "==", "!=", "<", "<=", ">", ">=", "and", "or", "//", "+", "-", "*"
            ]),
            inner(chance)
        ),
        12 => format!(
            "(if {} then {} else {} end)",
            inner(chance),
            inner(chance),
            inner(chance)
        ),
        13 => format!("(try ({}))", inner(chance)),
        14 => match chance.below(6) {
            0 => format!("last({})", inner(chance)),
            1 => format!("isempty({})", inner(chance)),
            2 => format!("skip(1; {})", inner(chance)),
            3 => format!("try ({}) catch [.]", inner(chance)),
            _ => format!("first({})", inner(chance)),
        },
        15 => format!("limit(2; {})", inner(chance)),
        16 => format!(
            "{}({})",
            chance.pick(&["sort_by", "group_by", "unique_by", "add"]),
            inner(chance)
        ),
        17 if chance.below(2) == 0 => format!(
            "{}({}) | {}",
            chance.pick(&["sort_by", "group_by", "unique_by"]),
            inner(chance),
            chance.pick(&[
                "map(.a)",
                "map(.[0].a)",
                ".[0].b.a",
                ".[] | .[].c",
                "map({k: .[0].a, n: length})",
                "map(length)",
                "map([.[] | select(.a) | .b])",
                ".[-1]",
                "map(map(.a, .b))",
            ])
        ),
        17 => match chance.below(8) {
            0 => format!("any({})", inner(chance)),
            1 => format!("all(.[]; {})", inner(chance)),
            2 => format!("reduce .[] as $y (0; {})", inner(chance)),
            3 => format!(
                "reduce ({}) as $y (null; [$y, .] | {})",
                inner(chance),
                inner(chance)
            ),
            4 => format!(
                "foreach .[] as $y ([]; $y | {}; {})",
                inner(chance),
                inner(chance)
            ),
            5 => format!("foreach .[] as [$y] ($x; [$y, .], {})", inner(chance)),
            _ => format!(".[] | {}", inner(chance)),
        },
        18 => format!(
            "[.[] | {}] | {}",
            inner(chance),
            chance.pick(&["length", "add", "sort", ".[0]"])
        ),
        _ => leaf(chance),
    }
}

fn leaf(chance: &mut Chance) -> String {
    let key = chance.pick(&KEYS);
    match chance.below(16) {
        0 => ".".into(),
        1..=3 => format!(".{key}"),
        4 => format!(".{key}.{}", chance.pick(&KEYS)),
        5 => format!(".{key}?"),
        6 => ".[]?".into(),
        7 => ".[]".into(),
        8 => format!(".[{}]", chance.pick(&["0", "1", "-1", "\"a\""])),
        9 => chance
            .pick(&["1", "\"a\"", "null", "true", "$x", "[]", "\"\"", "-1"])
            .into(),
        10 => chance
            .pick(&[
                "length", "not", "tostring", "add", "sort", "keys", "type", "tojson",
            ])
            .into(),
        11 => chance
            .pick(&[
                "numbers", "strings", "arrays", "objects", "values", "scalars",
            ])
            .into(),
        12 => chance
            .pick(&[
                "..",
                "empty",
                "@json",
                "ascii_downcase",
                "error",
                "has(\"a\")",
            ])
            .into(),
        13 => format!(".{key}[]"),
        14 => format!("{{{key}}}"),
        _ => format!("select(.{key})"),
    }
}

/// One comparison; what differs, if anything does.
fn compare(chance: &mut Chance) -> Result<bool, String> {
    let depth = 1 + chance.below(3);
    let filter = filter(chance, depth);
    let Ok(_) = run(&filter, "", 1, true) else {
        return Ok(false);
    };
    for _ in 0..6 {
        let depth = 1 + chance.below(4);
        let text = text(chance, depth);
        let core = run(&filter, &text, usize::MAX, false)?;
        let sizes = [usize::MAX, 1 + chance.below(text.len() as u64 + 1) as usize];
        for size in sizes {
            let fused = run(&filter, &text, size, true)?;
            if fused != core && !is_cut_short(&fused, &core) {
                return Err(format!(
                    "{filter}\non {text:?} by {size} bytes\nfused: {fused:?}\njaq-core: {core:?}"
                ));
            }
        }
    }
    Ok(true)
}

#[test]
fn filters_at_random_do_what_jaq_core_does() {
    let mut compared = 0u64;
    let seed = repeated(|seed| match compare(&mut Chance::new(seed)) {
        Ok(was_fused) => compared += u64::from(was_fused),
        Err(difference) => panic!("seed {seed}: {difference}"),
    });
    assert!(compared > 20, "only {compared} filters were fused");
    println!("{compared} filters compared, up to seed {seed}");
}

/// Does something with one seed after the other for as long as asked; gives the seed that would be next.
pub fn repeated(mut once: impl FnMut(u64)) -> u64 {
    let variable = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let seconds = variable("DQ_FUZZ_SECONDS").unwrap_or(2);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut seed = variable("DQ_FUZZ_SEED").unwrap_or(1);
    while Instant::now() < until {
        once(seed);
        seed += 1;
    }
    seed
}
