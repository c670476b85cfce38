//! Colours, and the text without them.

use super::*;

/// `{"b":[1,{"x":null}],"a":{},"é":[],"Z":[true,false,"q\"\n"]}`
fn sample() -> Value {
    obj([
        ("b", arr([int(1), obj([("x", Value::Null)])])),
        ("a", obj([])),
        ("é", arr([])),
        (
            "Z",
            arr([Value::Bool(true), Value::Bool(false), text("q\"\n")]),
        ),
    ])
}

#[test]
fn colours() {
    let value = obj([
        ("k\n", arr([int(1), text("a\"é"), Value::Null])),
        (
            "b",
            arr([Value::Bool(false), Value::Bool(true), arr([]), obj([])]),
        ),
    ]);
    let distinct = "31:32:33:34:35:36:4:7";
    let palette = |codes| Some(Palette::from_jq_colors(Some(codes)).0);
    let (on, off) = (|code: u8| format!("\x1b[{code}m"), "\x1b[0m");
    let (null, no, yes, num, string, array, object, key) =
        (on(31), on(32), on(33), on(34), on(35), on(36), on(4), on(7));
    let expected = format!(
        "{object}{{{off}\n  {key}\"k\\n\"{off}{object}:{off} {array}[{off}\n    {num}1{off}{array},{off}\n    \
         {string}\"a\\\"é\"{off}{array},{off}\n    {null}null{off}\n  {array}]{off}{object},{off}\n  \
         {key}\"b\"{off}{object}:{off} {array}[{off}\n    {no}false{off}{array},{off}\n    {yes}true{off}{array},{off}\n    \
         {array}[{off}{array}]{off}{array},{off}\n    {object}{{{off}{object}}}{off}\n  {array}]{off}\n{object}}}{off}\n"
    );
    assert_eq!(
        written(
            Settings {
                palette: palette(distinct),
                ..Settings::default()
            },
            &value
        ),
        expected
    );
    let none = Settings {
        palette: palette(":::::::0"),
        ..Settings::default()
    };
    assert_eq!(written(none, &value), written(Settings::default(), &value));
}

#[test]
fn raw_strings_have_no_colours() {
    let settings = Settings {
        raw: RawOutput::Lines,
        ..colored(compact())
    };
    assert_eq!(written(settings.clone(), &text("é")), "é\n");
    assert_eq!(
        written(
            Settings {
                ascii: true,
                ..settings
            },
            &text("é")
        ),
        "\"\\u00e9\"\n"
    );
}

/// A xorshift generator, with the same values on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn string(&mut self) -> String {
        let alphabet = [
            'a', 'B', ' ', '"', '\\', '\n', '\0', '\x1f', '\x7f', '\u{9b}', 'é', '\u{202e}', '漢',
            '😀',
        ];
        (0..self.below(24))
            .map(|_| alphabet[self.below(alphabet.len() as u64) as usize])
            .collect()
    }

    fn number(&mut self) -> Num {
        match self.below(4) {
            0 => Num::Int(self.0 as i64 >> self.below(64)),
            1 => Num::Float(f64::from_bits(self.0)),
            2 => Num::Float(self.0 as f64 / 1000.0),
            _ => Num::Literal(format!("{0}.{0}E-{1}", self.below(1 << 60), self.0 % 2000).into()),
        }
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.below(if depth == 0 { 5 } else { 9 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => Value::Num(self.number()),
            3 | 4 => text(&self.string()),
            5 | 6 => arr((0..self.below(5))
                .map(|_| self.value(depth - 1))
                .collect::<Vec<_>>()),
            _ => {
                let entries = (0..self.below(6)).map(|_| (self.string(), self.value(depth - 1)));
                Value::object(entries.collect::<Vec<_>>())
            }
        }
    }
}

#[test]
fn colours_do_not_change_the_text() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let layouts = [
        compact().layout,
        Settings::default().layout,
        pretty(Indent::Tab).layout,
        pretty(Indent::Spaces(0)).layout,
    ];
    for round in 0..2000 {
        let value = arr([sample(), random.value(5)]);
        let settings = Settings {
            layout: layouts[round % layouts.len()],
            sort_keys: random.below(2) == 0,
            ascii: random.below(2) == 0,
            sanitize: random.below(2) == 0,
            seq: random.below(2) == 0,
            ..Settings::default()
        };
        let plain = written(settings.clone(), &value);
        assert_eq!(
            stripped(&written(colored(settings.clone()), &value)),
            plain,
            "{settings:?}"
        );
        let json: serde_json::Value =
            serde_json::from_str(plain.trim_start_matches('\x1e')).unwrap();
        assert_eq!(json.as_array().map(Vec::len), Some(2));
    }
}
