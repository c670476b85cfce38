//! `strftime` as in glibc, in the C locale, with its flags `_-0^#` and its widths.

use super::calendar::{Moment, days_before, weekday};
use super::local;
use super::zone::Zone;

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
pub(super) const MONTHS: [&str; 12] = [
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

/// Finds the time zone, for the formats that show it.
pub(super) type ZoneOf<'z> = &'z dyn Fn() -> &'z Zone;

/// The flags and the width of a conversion.
#[derive(Clone, Copy, Default)]
struct ConversionFlags {
    /// `_`, `-` or `0`.
    pad: Option<char>,
    upper: bool,
    /// `#`
    swap: bool,
    width: usize,
}

/// The output of a conversion before it is padded.
enum Converted<'t> {
    Number(i64, usize),
    /// A number padded with spaces.
    Spaced(i64, usize),
    Text(&'t str),
    Lower(&'t str),
    /// Other conversions that it stands for.
    Format(&'static str),
    Char(char),
    /// The offset of a time zone in seconds, shown as `+hhmm`.
    Offset(i64),
}

/// The moment in a format.
pub(super) fn strftime(format: &str, moment: &Moment, zone: ZoneOf) -> String {
    let mut text = String::with_capacity(format.len() + 16);
    expand(&mut text, format, moment, zone, false);
    text
}

/// Appends the moment in a format.
fn expand(text: &mut String, format: &str, moment: &Moment, zone: ZoneOf, upper: bool) {
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, flags, conversion) = specification(rest);
        let flags = ConversionFlags {
            upper: flags.upper || upper,
            ..flags
        };
        match conversion.and_then(|c| field(c, moment, zone)) {
            Some(field) => write(text, &field, flags, moment, zone),
            // glibc copies a conversion that it does not know.
            None => text.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    text.push_str(rest);
}

/// The length in bytes, the flags and the letter of the conversion at the start of the text.
fn specification(text: &str) -> (usize, ConversionFlags, Option<char>) {
    let mut flags = ConversionFlags::default();
    let body = &text[1..];
    let after_flags = body.trim_start_matches(['_', '-', '0', '^', '#']);
    for flag in body[..body.len() - after_flags.len()].chars() {
        match flag {
            '^' => flags.upper = true,
            '#' => flags.swap = true,
            pad => flags.pad = Some(pad),
        }
    }
    let after_width = after_flags.trim_start_matches(|c: char| c.is_ascii_digit());
    let width = &after_flags[..after_flags.len() - after_width.len()];
    flags.width = width.parse().unwrap_or(0).min(1 << 16);
    let (letter, refused) = match after_width.as_bytes().first() {
        Some(b'E') => (&after_width[1..], "aAbhBDdeFgGHIjklmMSUVWw"),
        Some(b'O') => (&after_width[1..], "aAcDFxXY"),
        _ => (after_width, ""),
    };
    let Some(c) = letter.chars().next() else {
        return (text.len(), flags, None);
    };
    let length = text.len() - letter.len() + c.len_utf8();
    (length, flags, Some(c).filter(|c| !refused.contains(*c)))
}

fn name(names: &'static [&'static str], index: i64) -> &'static str {
    let name = usize::try_from(index).ok().and_then(|i| names.get(i));
    name.copied().unwrap_or("?")
}

fn field<'z>(c: char, moment: &Moment, zone: ZoneOf<'z>) -> Option<Converted<'z>> {
    let half = if moment.hour < 12 { "AM" } else { "PM" };
    Some(match c {
        'a' => Converted::Text(&name(&WEEKDAYS, moment.weekday)[..3]),
        'A' => Converted::Text(name(&WEEKDAYS, moment.weekday)),
        'b' | 'h' => Converted::Text(&name(&MONTHS, moment.month)[..3]),
        'B' => Converted::Text(name(&MONTHS, moment.month)),
        'c' => Converted::Format("%a %b %e %H:%M:%S %Y"),
        'x' | 'D' => Converted::Format("%m/%d/%y"),
        'F' => Converted::Format("%Y-%m-%d"),
        'X' | 'T' => Converted::Format("%H:%M:%S"),
        'R' => Converted::Format("%H:%M"),
        'r' => Converted::Format("%I:%M:%S %p"),
        'p' => Converted::Text(half),
        'P' => Converted::Lower(half),
        'Z' => Converted::Text(&zone().name),
        'z' => Converted::Offset(zone().offset),
        's' => Converted::Spaced(local::seconds(moment), 1),
        '%' => Converted::Char('%'),
        'n' => Converted::Char('\n'),
        't' => Converted::Char('\t'),
        c => return number(c, moment),
    })
}

fn number<'t>(c: char, moment: &Moment) -> Option<Converted<'t>> {
    let twelve = (moment.hour + 11) % 12 + 1;
    let monday = (moment.weekday + 6) % 7;
    Some(match c {
        'C' => Converted::Number(moment.year.div_euclid(100), 1),
        'd' => Converted::Number(moment.day, 2),
        'e' => Converted::Spaced(moment.day, 2),
        'g' => Converted::Number(iso_week(moment).0.rem_euclid(100), 2),
        'G' => Converted::Number(iso_week(moment).0, 1),
        'H' => Converted::Number(moment.hour, 2),
        'I' => Converted::Number(twelve, 2),
        'j' => Converted::Number(moment.yearday + 1, 3),
        'k' => Converted::Spaced(moment.hour, 2),
        'l' => Converted::Spaced(twelve, 2),
        'm' => Converted::Number(moment.month + 1, 2),
        'M' => Converted::Number(moment.minute, 2),
        'S' => Converted::Number(moment.second, 2),
        'u' => Converted::Number(monday + 1, 1),
        'U' => Converted::Number((moment.yearday - moment.weekday + 7) / 7, 2),
        'V' => Converted::Number(iso_week(moment).1, 2),
        'w' => Converted::Number(moment.weekday, 1),
        'W' => Converted::Number((moment.yearday - monday + 7) / 7, 2),
        'y' => Converted::Number(moment.year.rem_euclid(100), 2),
        'Y' => Converted::Number(moment.year, 1),
        _ => return None,
    })
}

/// Year and week of ISO 8601: a week belongs to the year of its Thursday.
fn iso_week(moment: &Moment) -> (i64, i64) {
    let monday = moment.yearday - (moment.weekday + 6) % 7;
    let first_monday = |year: i64| {
        let start = weekday(days_before(year, 0));
        // The first week is that of January 4th.
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

fn write(
    text: &mut String,
    field: &Converted,
    flags: ConversionFlags,
    moment: &Moment,
    zone: ZoneOf,
) {
    match *field {
        Converted::Char(c) => write_padded(text, c.encode_utf8(&mut [0; 4]), flags),
        Converted::Number(n, digits) => write_number(text, n, digits, '0', flags),
        Converted::Spaced(n, digits) => write_number(text, n, digits, ' ', flags),
        Converted::Offset(seconds) => {
            let sign = if seconds < 0 { "-" } else { "+" };
            write_padded(text, sign, flags);
            // As in glibc, the seconds of offsets from before standard time are left out.
            let minutes = seconds.abs() / 60;
            write_number(text, minutes / 60 * 100 + minutes % 60, 4, '0', flags);
        }
        Converted::Format(format) => {
            let mut expanded = String::new();
            expand(&mut expanded, format, moment, zone, flags.upper);
            write_padded(text, &expanded, flags);
        }
        Converted::Lower(name) => write_padded(text, &name.to_ascii_lowercase(), flags),
        Converted::Text(name) => {
            // `#` changes a name of capitals only (AM, GMT) to lower case, any other to upper case.
            let is_upper = || name.bytes().all(|b| b.is_ascii_uppercase());
            if flags.swap && is_upper() {
                write_padded(text, &name.to_ascii_lowercase(), flags);
            } else if flags.swap || flags.upper {
                write_padded(text, &name.to_ascii_uppercase(), flags);
            } else {
                write_padded(text, name, flags);
            }
        }
    }
}

/// The padding character, and the least number of characters.
fn padding(flags: ConversionFlags, usual: char, digits: usize) -> (char, usize) {
    match flags.pad {
        Some('-') => (' ', flags.width),
        Some('_') => (' ', digits.max(flags.width)),
        pad => (pad.unwrap_or(usual), digits.max(flags.width)),
    }
}

fn write_padded(text: &mut String, field: &str, flags: ConversionFlags) {
    let (pad, width) = padding(flags, ' ', 0);
    if width > 0 {
        let missing = width.saturating_sub(field.chars().count());
        text.extend(std::iter::repeat_n(pad, missing));
    }
    text.push_str(field);
}

fn write_number(text: &mut String, n: i64, digits: usize, usual: char, flags: ConversionFlags) {
    let sign = if n < 0 { "-" } else { "" };
    let (mut buffer, mut start, mut rest) = ([b'0'; 20], 20, n.unsigned_abs());
    while start == 20 || rest > 0 {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let (pad, width) = padding(flags, usual, digits);
    let missing = width.saturating_sub(sign.len() + 20 - start);
    let pads = std::iter::repeat_n(pad, missing);
    if pad == ' ' {
        text.extend(pads);
        text.push_str(sign);
    } else {
        text.push_str(sign);
        text.extend(pads);
    }
    text.extend(buffer[start..].iter().copied().map(char::from));
}
