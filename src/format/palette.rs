//! The colours of values: jq's defaults and `JQ_COLORS`.

use colored_json::{Color, Style};

/// A style for each kind of value, and for the keys of objects. The default is jq's.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    pub(crate) null: Style,
    pub(crate) bool_false: Style,
    pub(crate) bool_true: Style,
    pub(crate) number: Style,
    pub(crate) string: Style,
    /// Brackets and commas of arrays.
    pub(crate) array: Style,
    /// Braces, colons and commas of objects.
    pub(crate) object: Style,
    pub(crate) key: Style,
}

/// jq's defaults since 1.7.1, in the order of `JQ_COLORS`.
const DEFAULTS: [&str; 8] = [
    "0;90", "0;39", "0;39", "0;39", "0;32", "1;39", "1;39", "1;34",
];

impl Default for Palette {
    fn default() -> Self {
        Self::from_codes(DEFAULTS)
    }
}

impl Palette {
    /// The palette of a `JQ_COLORS` value: styles separated by colons, with jq's defaults for missing ones. The flag
    /// is false where the value is malformed; the palette is then the default, and jq warns
    /// `Failed to set $JQ_COLORS`.
    pub fn from_jq_colors(value: Option<&str>) -> (Self, bool) {
        let fields: Vec<&str> = value.unwrap_or_default().splitn(9, ':').take(8).collect();
        let Some(codes) = valid_codes(&fields) else {
            return (Self::default(), false);
        };
        (Self::from_codes(codes), true)
    }

    fn from_codes(
        [
            null,
            bool_false,
            bool_true,
            number,
            string,
            array,
            object,
            key,
        ]: [&str; 8],
    ) -> Self {
        Self {
            null: style(null),
            bool_false: style(bool_false),
            bool_true: style(bool_true),
            number: style(number),
            string: style(string),
            array: style(array),
            object: style(object),
            key: style(key),
        }
    }
}

/// The codes of the fields, read as jq reads them: an empty last field keeps its default, an empty field before it
/// means no colour, and invalid characters at the end of the eighth field are ignored.
fn valid_codes<'a>(fields: &[&'a str]) -> Option<[&'a str; 8]> {
    let is_code = |c: char| c.is_ascii_digit() || c == ';';
    let mut codes = DEFAULTS;
    for (i, field) in fields.iter().enumerate() {
        let end = field.find(|c| !is_code(c)).unwrap_or(field.len());
        if end < field.len() && i < 7 {
            return None;
        }
        if end > 0 || i + 1 < fields.len() {
            codes[i] = &field[..end];
        }
    }
    Some(codes)
}

/// The style of an SGR sequence's parameters. Attributes that [`Style`] cannot express (fonts, overlines) are ignored.
fn style(codes: &str) -> Style {
    let mut sgr = SgrState::default();
    // An empty parameter is 0 (ECMA-48, 5.4.2); one above 255 is unknown and ignored.
    let mut codes = codes.split(';').map(|code| {
        if code.is_empty() {
            0
        } else {
            code.parse().unwrap_or(u8::MAX)
        }
    });
    while let Some(code) = codes.next() {
        sgr.apply(code, &mut codes);
    }
    sgr.style()
}

/// The attributes that a terminal has after the SGR parameters so far.
#[derive(Default)]
struct SgrState {
    foreground: Option<Color>,
    background: Option<Color>,
    /// Bold, dim, italic and so on, indexed by the code that turns the attribute on.
    attributes: [bool; 10],
}

impl SgrState {
    fn apply(&mut self, code: u8, following: &mut impl Iterator<Item = u8>) {
        match code {
            0 => *self = Self::default(),
            1..=9 => self.attributes[usize::from(code)] = true,
            22 => self.attributes[1..=2].fill(false),
            25 => self.attributes[5..=6].fill(false),
            23..=24 | 27..=29 => self.attributes[usize::from(code - 20)] = false,
            30..=37 => self.foreground = Some(BASIC[usize::from(code - 30)]),
            38 => self.foreground = extended_color(following).or(self.foreground),
            39 => self.foreground = None,
            40..=47 => self.background = Some(BASIC[usize::from(code - 40)]),
            48 => self.background = extended_color(following).or(self.background),
            49 => self.background = None,
            90..=97 => self.foreground = Some(BASIC[usize::from(code - 90) + 8]),
            100..=107 => self.background = Some(BASIC[usize::from(code - 100) + 8]),
            _ => {}
        }
    }

    fn style(&self) -> Style {
        let mut style = Style::new();
        style.foreground = self.foreground;
        style.background = self.background;
        for (code, set) in ATTRIBUTES {
            if self.attributes[code] {
                style = set(style);
            }
        }
        style
    }
}

/// The colour after 38 or 48: `5;n` of the 256-colour palette, or `2;r;g;b`.
fn extended_color(codes: &mut impl Iterator<Item = u8>) -> Option<Color> {
    match codes.next()? {
        5 => Some(Color::Fixed(codes.next()?)),
        2 => Some(Color::Rgb(codes.next()?, codes.next()?, codes.next()?)),
        _ => None,
    }
}

type SetAttribute = fn(Style) -> Style;

const ATTRIBUTES: [(usize, SetAttribute); 9] = [
    (1, |style| style.bold()),
    (2, |style| style.dim()),
    (3, |style| style.italic()),
    (4, |style| style.underline()),
    (5, |style| style.blink()),
    (6, |style| style.rapid_blink()),
    (7, |style| style.invert()),
    (8, |style| style.conceal()),
    (9, |style| style.strike()),
];

const BASIC: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::White,
    Color::BrightBlack,
    Color::BrightRed,
    Color::BrightGreen,
    Color::BrightYellow,
    Color::BrightBlue,
    Color::BrightMagenta,
    Color::BrightCyan,
    Color::BrightWhite,
];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// The parameters of the sequences that turn the palette's eight styles on.
    fn sequences(palette: Palette) -> String {
        let Palette {
            null,
            bool_false,
            bool_true,
            number,
            string,
            array,
            object,
            key,
        } = palette;
        let styles = [
            null, bool_false, bool_true, number, string, array, object, key,
        ];
        let codes = styles.map(|style| {
            style
                .prefix()
                .trim_start_matches("\x1b[")
                .trim_end_matches('m')
                .to_owned()
        });
        codes.join(":")
    }

    #[test]
    fn jq_colors() {
        let defaults = "90::::32:1:1:1;34";
        let cases = [
            // JQ_COLORS, the expected palette, whether the value is well formed
            ("", defaults, true),
            ("31", "31::::32:1:1:1;34", true),
            ("31:", "31::::32:1:1:1;34", true),
            (":", "::::32:1:1:1;34", true),
            (":31", ":31:::32:1:1:1;34", true),
            (
                "0;30:0;31:0;32:0;33:0;34:1;35:1;36:1;37",
                "30:31:32:33:34:1;35:1;36:1;37",
                true,
            ),
            ("1:2:3:4:5:6:7:8:9:x", "1:2:3:4:5:6:7:8", true),
            ("1:2:3:4:5:6:7:8x", "1:2:3:4:5:6:7:8", true),
            ("1:2:3:4:5:6:7x:8", defaults, false),
            ("/", defaults, false),
            ("[30", defaults, false),
            ("30m", defaults, false),
            ("30:31m:32", defaults, false),
            ("30:*:31", defaults, false),
            ("31 ", defaults, false),
        ];
        for (value, expected, is_valid) in cases {
            let (palette, valid) = Palette::from_jq_colors(Some(value));
            assert_eq!(
                (sequences(palette).as_str(), valid),
                (expected, is_valid),
                "{value:?}"
            );
        }
        let (palette, valid) = Palette::from_jq_colors(None);
        assert_eq!((sequences(palette).as_str(), valid), (defaults, true));
    }

    #[test]
    fn sgr_parameters() {
        let cases = [
            // parameters, and the parameters of the resulting style
            ("", ""),
            ("0", ""),
            ("1;2;3;4;5;6;7;8;9", "1;2;3;4;5;6;7;8;9"),
            ("1;;31", "31"),
            ("31;0", ""),
            ("1;2;22;31", "31"),
            ("3;4;5;6;7;8;9;23;24;25;27;28;29", ""),
            ("97;107", "107;97"),
            ("31;41;39", "41"),
            ("31;41;49", "31"),
            ("38;5;208", "38;5;208"),
            ("48;2;1;2;255;1", "1;48;2;1;2;255"),
            ("38;2;1", ""),
            ("31;38;5", "31"),
            ("10;21;53;99;300;99999999999;32", "32"),
        ];
        for (codes, expected) in cases {
            let on = style(codes)
                .prefix()
                .trim_start_matches("\x1b[")
                .trim_end_matches('m')
                .to_owned();
            assert_eq!(on, expected, "{codes:?}");
        }
    }
}
