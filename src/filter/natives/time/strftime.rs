//! `strftime` as in glibc, in the C locale, with its flags `_-0^#` and its widths.

use super::calendar::{Moment, days_before, weekday};

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

/// The time zone of a moment.
pub(super) struct Zone<'z> {
    offset: &'z str,
    name: &'z str,
    /// Seconds since the epoch, the moment taken as a local time (`%s`).
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
    /// The offset of a time zone, as `+hhmm`.
    Offset(&'t str),
}

/// The moment in a format.
pub(super) fn strftime(format: &str, moment: &Moment, zone: &Zone) -> String {
    expand(format, moment, zone, false)
}

fn expand(format: &str, moment: &Moment, zone: &Zone, upper: bool) -> String {
    let mut text = String::with_capacity(format.len() + 16);
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
            Some(field) => text.push_str(&write(field, flags, moment, zone)),
            // glibc copies a conversion that it does not know.
            None => text.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    text + rest
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

fn field<'t>(c: char, moment: &Moment, zone: &'t Zone) -> Option<Converted<'t>> {
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
        'Z' => Converted::Text(zone.name),
        'z' => Converted::Offset(zone.offset),
        's' => Converted::Number(zone.seconds.parse().unwrap_or(0), 1),
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

fn write(field: Converted, flags: ConversionFlags, moment: &Moment, zone: &Zone) -> String {
    match field {
        Converted::Char(c) => padded(&c.to_string(), flags, ' '),
        Converted::Number(n, digits) => signed(n, digits, '0', flags),
        Converted::Spaced(n, digits) => signed(n, digits, ' ', flags),
        Converted::Offset(offset) => {
            let (sign, digits) = offset.split_at(1.min(offset.len()));
            let number = signed(digits.parse().unwrap_or(0), 4, '0', flags);
            padded(sign, flags, ' ') + &number
        }
        Converted::Format(format) => padded(&expand(format, moment, zone, flags.upper), flags, ' '),
        Converted::Lower(text) => padded(&text.to_ascii_lowercase(), flags, ' '),
        Converted::Text(text) => {
            // `#` changes a name of capitals only (AM, GMT) to lower case, any other to upper case.
            let is_upper = text.bytes().all(|b| b.is_ascii_uppercase());
            let text = match (flags.swap && is_upper, flags.swap || flags.upper) {
                (true, _) => text.to_ascii_lowercase(),
                (false, true) => text.to_ascii_uppercase(),
                (false, false) => text.to_owned(),
            };
            padded(&text, flags, ' ')
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

fn padded(text: &str, flags: ConversionFlags, usual: char) -> String {
    let (pad, width) = padding(flags, usual, 0);
    let missing = width.saturating_sub(text.chars().count());
    pad.to_string().repeat(missing) + text
}

fn signed(n: i64, digits: usize, usual: char, flags: ConversionFlags) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let text = n.unsigned_abs().to_string();
    let (pad, width) = padding(flags, usual, digits);
    let missing = pad
        .to_string()
        .repeat(width.saturating_sub(sign.len() + text.len()));
    match pad {
        ' ' => missing + sign + &text,
        _ => sign.to_owned() + &missing + &text,
    }
}
