//! `strftime` as glibc has it in the C locale, its flags `_-0^#` and widths included.

use super::calendar::{Moment, days_before, weekday};

pub const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The time zone a moment is shown in.
pub struct Zone<'z> {
    offset: &'z str,
    name: &'z str,
    /// Seconds since the epoch of the moment, taken as one of the local time zone (`%s`).
    seconds: &'z str,
}

impl<'z> From<&'z str> for Zone<'z> {
    fn from(text: &'z str) -> Self {
        let mut parts = text.splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_default();
        Self {
            offset: part(),
            name: part(),
            seconds: part(),
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Style {
    /// `_`, `-` or `0`.
    pad: Option<char>,
    upper: bool,
    /// `#`
    swap: bool,
    width: usize,
}

/// What a conversion gives before it is padded.
enum Field<'t> {
    Number(i64, usize),
    /// A number padded with spaces.
    Spaced(i64, usize),
    Text(&'t str),
    Lower(&'t str),
    /// Other conversions in its place.
    Format(&'static str),
    Char(char),
    /// The offset of a time zone, as `+hhmm`.
    Offset(&'t str),
}

pub fn strftime(format: &str, moment: &Moment, zone: &Zone) -> String {
    expand(format, moment, zone, false)
}

fn expand(format: &str, moment: &Moment, zone: &Zone, upper: bool) -> String {
    let mut text = String::with_capacity(format.len() + 16);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, style, conversion) = specification(rest);
        let style = Style {
            upper: style.upper || upper,
            ..style
        };
        match conversion.and_then(|c| field(c, moment, zone)) {
            Some(field) => text.push_str(&write(field, style, moment, zone)),
            // glibc leaves what it does not know as it is.
            None => text.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    text + rest
}

/// Length, flags and letter of the conversion at the start of the text.
fn specification(text: &str) -> (usize, Style, Option<char>) {
    let mut style = Style::default();
    let body = &text[1..];
    let flags = body.trim_start_matches(['_', '-', '0', '^', '#']);
    for flag in body[..body.len() - flags.len()].chars() {
        match flag {
            '^' => style.upper = true,
            '#' => style.swap = true,
            pad => style.pad = Some(pad),
        }
    }
    let unsized_part = flags.trim_start_matches(|c: char| c.is_ascii_digit());
    let width = &flags[..flags.len() - unsized_part.len()];
    style.width = width.parse().unwrap_or(0).min(1 << 16);
    let (letter, refused) = match unsized_part.as_bytes().first() {
        Some(b'E') => (&unsized_part[1..], "aAbhBDdeFgGHIjklmMSUVWw"),
        Some(b'O') => (&unsized_part[1..], "aAcDFxXY"),
        _ => (unsized_part, ""),
    };
    let Some(c) = letter.chars().next() else {
        return (text.len(), style, None);
    };
    let length = text.len() - letter.len() + c.len_utf8();
    (length, style, Some(c).filter(|c| !refused.contains(*c)))
}

fn name(names: &'static [&'static str], index: i64) -> &'static str {
    let name = usize::try_from(index).ok().and_then(|i| names.get(i));
    name.copied().unwrap_or("?")
}

fn field<'t>(c: char, moment: &Moment, zone: &'t Zone) -> Option<Field<'t>> {
    let half = if moment.hour < 12 { "AM" } else { "PM" };
    Some(match c {
        'a' => Field::Text(&name(&WEEKDAYS, moment.weekday)[..3]),
        'A' => Field::Text(name(&WEEKDAYS, moment.weekday)),
        'b' | 'h' => Field::Text(&name(&MONTHS, moment.month)[..3]),
        'B' => Field::Text(name(&MONTHS, moment.month)),
        'c' => Field::Format("%a %b %e %H:%M:%S %Y"),
        'x' | 'D' => Field::Format("%m/%d/%y"),
        'F' => Field::Format("%Y-%m-%d"),
        'X' | 'T' => Field::Format("%H:%M:%S"),
        'R' => Field::Format("%H:%M"),
        'r' => Field::Format("%I:%M:%S %p"),
        'p' => Field::Text(half),
        'P' => Field::Lower(half),
        'Z' => Field::Text(zone.name),
        'z' => Field::Offset(zone.offset),
        's' => Field::Number(zone.seconds.parse().unwrap_or(0), 1),
        '%' => Field::Char('%'),
        'n' => Field::Char('\n'),
        't' => Field::Char('\t'),
        c => return number(c, moment),
    })
}

fn number<'t>(c: char, moment: &Moment) -> Option<Field<'t>> {
    let twelve = (moment.hour + 11) % 12 + 1;
    let monday = (moment.weekday + 6) % 7;
    Some(match c {
        'C' => Field::Number(moment.year.div_euclid(100), 1),
        'd' => Field::Number(moment.day, 2),
        'e' => Field::Spaced(moment.day, 2),
        'g' => Field::Number(iso_week(moment).0.rem_euclid(100), 2),
        'G' => Field::Number(iso_week(moment).0, 1),
        'H' => Field::Number(moment.hour, 2),
        'I' => Field::Number(twelve, 2),
        'j' => Field::Number(moment.yearday + 1, 3),
        'k' => Field::Spaced(moment.hour, 2),
        'l' => Field::Spaced(twelve, 2),
        'm' => Field::Number(moment.month + 1, 2),
        'M' => Field::Number(moment.minute, 2),
        'S' => Field::Number(moment.second, 2),
        'u' => Field::Number(monday + 1, 1),
        'U' => Field::Number((moment.yearday - moment.weekday + 7) / 7, 2),
        'V' => Field::Number(iso_week(moment).1, 2),
        'w' => Field::Number(moment.weekday, 1),
        'W' => Field::Number((moment.yearday - monday + 7) / 7, 2),
        'y' => Field::Number(moment.year.rem_euclid(100), 2),
        'Y' => Field::Number(moment.year, 1),
        _ => return None,
    })
}

/// Year and week of ISO 8601: a week belongs to the year its Thursday is in.
fn iso_week(moment: &Moment) -> (i64, i64) {
    let monday = moment.yearday - (moment.weekday + 6) % 7;
    let first_monday = |year: i64| {
        let start = weekday(days_before(year, 0));
        // The week of January 4th is the first.
        3 - (start + 3 + 6) % 7
    };
    let length = days_before(moment.year + 1, 0) - days_before(moment.year, 0);
    if monday < first_monday(moment.year) {
        let last = days_before(moment.year, 0) - days_before(moment.year - 1, 0);
        let week = (monday + last - first_monday(moment.year - 1)) / 7 + 1;
        (moment.year - 1, week)
    } else if monday >= length + first_monday(moment.year + 1) {
        (moment.year + 1, 1)
    } else {
        (moment.year, (monday - first_monday(moment.year)) / 7 + 1)
    }
}

fn write(field: Field, style: Style, moment: &Moment, zone: &Zone) -> String {
    match field {
        Field::Char(c) => padded(&c.to_string(), style, ' '),
        Field::Number(n, digits) => signed(n, digits, '0', style),
        Field::Spaced(n, digits) => signed(n, digits, ' ', style),
        Field::Offset(offset) => {
            let (sign, digits) = offset.split_at(1.min(offset.len()));
            let number = signed(digits.parse().unwrap_or(0), 4, '0', style);
            padded(sign, style, ' ') + &number
        }
        Field::Format(format) => padded(&expand(format, moment, zone, style.upper), style, ' '),
        Field::Lower(text) => padded(&text.to_ascii_lowercase(), style, ' '),
        Field::Text(text) => {
            // `#` turns a name that is all capitals, AM or GMT, to small letters and others to capitals.
            let is_upper = text.bytes().all(|b| b.is_ascii_uppercase());
            let text = match (style.swap && is_upper, style.swap || style.upper) {
                (true, _) => text.to_ascii_lowercase(),
                (false, true) => text.to_ascii_uppercase(),
                (false, false) => text.to_owned(),
            };
            padded(&text, style, ' ')
        }
    }
}

/// The character in front, and how many there are at least without a width.
fn padding(style: Style, usual: char, digits: usize) -> (char, usize) {
    match style.pad {
        Some('-') => (' ', style.width),
        Some('_') => (' ', digits.max(style.width)),
        pad => (pad.unwrap_or(usual), digits.max(style.width)),
    }
}

fn padded(text: &str, style: Style, usual: char) -> String {
    let (pad, width) = padding(style, usual, 0);
    let missing = width.saturating_sub(text.chars().count());
    pad.to_string().repeat(missing) + text
}

fn signed(n: i64, digits: usize, usual: char, style: Style) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let text = n.unsigned_abs().to_string();
    let (pad, width) = padding(style, usual, digits);
    let missing = pad
        .to_string()
        .repeat(width.saturating_sub(sign.len() + text.len()));
    match pad {
        ' ' => missing + sign + &text,
        _ => sign.to_owned() + &missing + &text,
    }
}
