//! Random filters on random texts: the fused evaluator against jaq-core.
//!
//! `DQ_FUZZ_SECONDS` sets how long the test runs (2 seconds by default). A failure names its seed, and `DQ_FUZZ_SEED`
//! starts at that seed.

use std::time::{Duration, Instant};

use super::{is_cut_short, run};

/// A pseudo-random generator (SplitMix64), seeded to make failures repeatable.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

const KEYS: [&str; 4] = ["a", "b", "c", "aa"];
const SPACES: [&str; 6] = ["", "", "", " ", "\n", "\t "];

/// A random JSON text, sometimes with an error.
pub(super) fn text(random: &mut Random, depth: u64) -> String {
    let space = random.pick(&SPACES);
    let inner = match random.below(if depth == 0 { 5 } else { 9 }) {
        0 => random
            .pick(&[
                "null", "true", "false", "0", "-0", "1", "2", "-17", "1.50", "1e3", "1E400",
            ])
            .to_owned(),
        1 => random
            .pick(&["12345678901234567890", "0.1", "3", "100", "1", "2"])
            .to_owned(),
        2..=4 => random
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
            let items: Vec<_> = (0..random.below(4))
                .map(|_| text(random, depth - 1))
                .collect();
            format!("[{}]", items.join(","))
        }
        _ => {
            let entries: Vec<_> = (0..random.below(5))
                .map(|_| {
                    let key = match random.below(12) {
                        0 => "\\u0061",
                        _ => random.pick(&KEYS),
                    };
                    format!(
                        "\"{key}\"{}:{}",
                        random.pick(&SPACES),
                        text(random, depth - 1)
                    )
                })
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    };
    let inner = match random.below(400) {
        0 => inner.replacen([',', ':', '}'], "", 1),
        1 => inner[..inner.floor_char_boundary(inner.len() / 2)].to_owned(),
        _ => inner,
    };
    format!("{space}{inner}{}", random.pick(&SPACES))
}

/// A random filter; most are fused, some are not.
fn filter(random: &mut Random, depth: u64) -> String {
    if depth == 0 {
        return leaf(random);
    }
    let inner = |random: &mut Random| filter(random, depth - 1);
    match random.below(20) {
        0..=4 => format!("{} | {}", inner(random), inner(random)),
        5 => format!("{}, {}", inner(random), inner(random)),
        6 => format!("select({})", inner(random)),
        7 => format!("map({})", inner(random)),
        8 => format!("[{}]", inner(random)),
        9 => format!("{{a: ({}), b: .c}}", inner(random)),
        10 => format!("\"x\\({})y\"", inner(random)),
        11 => format!(
            "({} {} {})",
            inner(random),
            random.pick(&[
                "==", "!=", "<", "<=", ">", ">=", "and", "or", "//", "+", "-", "*"
            ]),
            inner(random)
        ),
        12 => format!(
            "(if {} then {} else {} end)",
            inner(random),
            inner(random),
            inner(random)
        ),
        13 => format!("(try ({}))", inner(random)),
        14 => match random.below(6) {
            0 => format!("last({})", inner(random)),
            1 => format!("isempty({})", inner(random)),
            2 => format!("skip(1; {})", inner(random)),
            3 => format!("try ({}) catch [.]", inner(random)),
            _ => format!("first({})", inner(random)),
        },
        15 => format!("limit(2; {})", inner(random)),
        16 => format!(
            "{}({})",
            random.pick(&["sort_by", "group_by", "unique_by", "add"]),
            inner(random)
        ),
        17 if random.below(2) == 0 => format!(
            "{}({}) | {}",
            random.pick(&["sort_by", "group_by", "unique_by"]),
            inner(random),
            random.pick(&[
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
        17 => match random.below(8) {
            0 => format!("any({})", inner(random)),
            1 => format!("all(.[]; {})", inner(random)),
            2 => format!("reduce .[] as $y (0; {})", inner(random)),
            3 => format!(
                "reduce ({}) as $y (null; [$y, .] | {})",
                inner(random),
                inner(random)
            ),
            4 => format!(
                "foreach .[] as $y ([]; $y | {}; {})",
                inner(random),
                inner(random)
            ),
            5 => format!("foreach .[] as [$y] ($x; [$y, .], {})", inner(random)),
            _ => format!(".[] | {}", inner(random)),
        },
        18 => format!(
            "[.[] | {}] | {}",
            inner(random),
            random.pick(&["length", "add", "sort", ".[0]"])
        ),
        _ => leaf(random),
    }
}

fn leaf(random: &mut Random) -> String {
    let key = random.pick(&KEYS);
    match random.below(16) {
        0 => ".".into(),
        1..=3 => format!(".{key}"),
        4 => format!(".{key}.{}", random.pick(&KEYS)),
        5 => format!(".{key}?"),
        6 => ".[]?".into(),
        7 => ".[]".into(),
        8 => format!(".[{}]", random.pick(&["0", "1", "-1", "\"a\""])),
        9 => random
            .pick(&["1", "\"a\"", "null", "true", "$x", "[]", "\"\"", "-1"])
            .into(),
        10 => random
            .pick(&[
                "length", "not", "tostring", "add", "sort", "keys", "type", "tojson",
            ])
            .into(),
        11 => random
            .pick(&[
                "numbers", "strings", "arrays", "objects", "values", "scalars",
            ])
            .into(),
        12 => random
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

/// Compares one filter on a few texts; gives whether the filter is fused.
///
/// # Errors
/// A difference, as a message.
fn compare(random: &mut Random) -> Result<bool, String> {
    let depth = 1 + random.below(3);
    let filter = filter(random, depth);
    let Ok(_) = run(&filter, "", 1, true) else {
        return Ok(false);
    };
    for _ in 0..6 {
        let depth = 1 + random.below(4);
        let text = text(random, depth);
        let core = run(&filter, &text, usize::MAX, false)?;
        let sizes = [usize::MAX, 1 + random.below(text.len() as u64 + 1) as usize];
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
fn random_filters_agree_with_jaq_core() {
    let mut compared = 0u64;
    let seed = repeated(|seed| match compare(&mut Random::new(seed)) {
        Ok(was_fused) => compared += u64::from(was_fused),
        Err(difference) => panic!("seed {seed}: {difference}"),
    });
    assert!(compared > 20, "only {compared} filters were fused");
    println!("{compared} filters compared, up to seed {seed}");
}

/// Calls a function with one seed after the other until the time is up; gives the next seed.
pub(super) fn repeated(mut once: impl FnMut(u64)) -> u64 {
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
