//! Dates, as jq has them with glibc in the C locale.

mod calendar;
mod local;
mod strftime;
mod strptime;
mod zone;

use std::cell::LazyCell;
use std::time::{SystemTime, UNIX_EPOCH};

use calendar::Moment;
use zone::Zone;

use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::value::{ValR, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    ("gmtime", "", function!(|value| gmtime(&value))),
    ("mktime", "", function!(|value| mktime(&value))),
    (
        "strptime",
        "v",
        function!(|value, format| parse(&value, &format)),
    ),
    ("localtime", "", function!(|value| localtime(&value))),
    ("now", "", function!(|_value| now())),
    (
        "fromdateiso8601",
        "",
        function!(|value| seconds_of_rfc_3339(&value)),
    ),
    (
        "strftime",
        "v",
        function!(|value, format| formatted(&value, &format, Clock::Utc)),
    ),
    (
        "strflocaltime",
        "v",
        function!(|value, format| formatted(&value, &format, Clock::Local)),
    ),
];

/// `now`
///
/// # Errors
/// The clock is before the epoch.
pub(super) fn now() -> ValR {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    match since_epoch {
        Ok(time) => Ok(Value::from(time.as_secs_f64())),
        Err(error) => fail(error),
    }
}

/// `todate` and `fromdateiso8601`
const RFC_3339: &str = "%Y-%m-%dT%H:%M:%SZ";

/// `todate` of a number of seconds.
///
/// # Errors
/// The year does not fit in C's `int`.
pub(super) fn utc(seconds: f64) -> ValR {
    formatted(&Value::from(seconds), &Value::str(RFC_3339), Clock::Utc)
}

/// [`RFC_3339`] of a year with four digits.
fn in_rfc_3339(moment: &Moment) -> String {
    let mut text = *b"0000-00-00T00:00:00Z";
    let fields = [
        (0, moment.year / 100),
        (2, moment.year % 100),
        (5, moment.month + 1),
        (8, moment.day),
        (11, moment.hour),
        (14, moment.minute),
        (17, moment.second),
    ];
    for (at, field) in fields {
        text[at] += (field / 10) as u8;
        text[at + 1] += (field % 10) as u8;
    }
    text.map(char::from).iter().collect()
}

/// `fromdateiso8601`: the seconds since the epoch of `YYYY-MM-DDThh:mm:ssZ`.
fn seconds_of_rfc_3339(value: &Value) -> ValR {
    match value.as_str().and_then(|text| canonical(text.as_bytes())) {
        Some(seconds) => Ok(Value::from(seconds as isize)),
        None => mktime(&parse(value, &Value::str(RFC_3339))?),
    }
}

/// As [`seconds_of_rfc_3339`].
pub(super) fn from_utc(text: &str) -> Option<i64> {
    match seconds_of_rfc_3339(&Value::str(text)) {
        Ok(Value::Num(seconds)) => seconds.as_integer(),
        _ => None,
    }
}

/// The seconds of a time in its usual spelling and after the epoch; `None` leaves it to [`parse`]. As in C, a day behind
/// the end of its month is one of the next.
fn canonical(text: &[u8]) -> Option<i64> {
    let is_digit = |at: usize| !matches!(at, 4 | 7 | 10 | 13 | 16 | 19);
    let fits = |(at, byte): (usize, &u8)| byte.is_ascii_digit() == is_digit(at);
    let has_form = text.len() == 20 && text.iter().enumerate().all(fits);
    let has_marks = || [4, 7, 10, 13, 16, 19].map(|at| text[at]) == *b"--T::Z";
    if !has_form || !has_marks() {
        return None;
    }
    let digit = |at: usize| i64::from(text[at] - b'0');
    let number = |at: usize| digit(at) * 10 + digit(at + 1);
    let (year, month, day) = (number(0) * 100 + number(2), number(5), number(8));
    let (hour, minute, second) = (number(11), number(14), number(17));
    let is_in_range = year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day);
    let days = calendar::days_before(year, month - 1) + day - 1;
    (is_in_range && hour < 24 && minute < 60 && second < 60)
        .then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// `strflocaltime` of a number of seconds.
///
/// # Errors
/// The year does not fit in C's `int`.
pub(super) fn local(seconds: &Value, format: &str) -> ValR {
    formatted(seconds, &Value::str(format), Clock::Local)
}

/// Which time a function shows.
#[derive(Clone, Copy)]
enum Clock {
    Utc,
    Local,
}

impl Clock {
    /// The moment a number of seconds after the epoch, and the fraction of its second.
    ///
    /// # Errors
    /// The year does not fit in C's `int`.
    fn moment(self, seconds: f64) -> Result<(Moment, f64), ValueError> {
        let moment = match self {
            Self::Utc => Moment::from_epoch(seconds.trunc()),
            Self::Local => local::moment(seconds.trunc()),
        };
        let fraction = seconds - seconds.floor();
        moment.map_or_else(out_of_range, |moment| Ok((moment, fraction)))
    }
}

fn out_of_range<T>() -> Result<T, ValueError> {
    fail("error converting number of seconds since epoch to datetime")
}

fn gmtime(value: &Value) -> ValR {
    let Value::Num(seconds) = value else {
        return fail("gmtime() requires numeric inputs");
    };
    let (moment, fraction) = Clock::Utc.moment(seconds.as_f64())?;
    Ok(broken_down(&moment, fraction))
}

fn localtime(value: &Value) -> ValR {
    let Value::Num(seconds) = value else {
        return fail("localtime() requires numeric inputs");
    };
    let (moment, fraction) = Clock::Local.moment(seconds.as_f64())?;
    Ok(broken_down(&moment, fraction))
}

fn broken_down(moment: &Moment, fraction: f64) -> Value {
    let mut fields = moment.fields().map(|field| field as f64);
    fields[5] += fraction;
    fields.into_iter().map(Value::from).collect()
}

fn mktime(value: &Value) -> ValR {
    let Value::Arr(items) = value else {
        return fail("mktime requires array inputs");
    };
    match fields(items, "mktime")?.seconds() {
        Some(seconds) if seconds != -1 => Ok(Value::from(seconds as isize)),
        _ => fail("invalid gmtime representation"),
    }
}

/// The moment that an array of numbers stands for; numbers out of range carry over, as in C's `timegm`.
fn fields(items: &[Value], name: &str) -> Result<Moment, ValueError> {
    let mut fields = [1900, 0, 0, 0, 0, 0];
    for (i, item) in items.iter().take(8).enumerate() {
        match (item, fields.get_mut(i)) {
            (Value::Num(n), _) if n.as_f64().is_nan() => return not_parsed(name),
            // As in C, the fraction of a year is cut off from the years since 1900.
            (Value::Num(n), Some(year)) if i == 0 => {
                *year = ((n.as_f64() - 1900.0) as i64).saturating_add(1900)
            }
            (Value::Num(n), Some(field)) => *field = n.as_f64() as i64,
            (Value::Num(_), None) => {}
            _ => return not_parsed(name),
        }
    }
    Ok(Moment::normalized(fields))
}

fn not_parsed<T>(name: &str) -> Result<T, ValueError> {
    fail(format_args!("{name} requires parsed datetime inputs"))
}

/// The output of `strftime` may be this much longer than its format (jq's `max_size`).
const MAX_GROWTH: usize = 100;

/// `strftime` and `strflocaltime`, of a number of seconds or an array of fields, which may be out of range.
fn formatted(value: &Value, format: &Value, clock: Clock) -> ValR {
    let name = match clock {
        Clock::Utc => "strftime/1",
        Clock::Local => "strflocaltime/1",
    };
    let moment = match value {
        Value::Num(seconds) => {
            let (moment, fraction) = clock.moment(seconds.as_f64())?;
            Ok(moment.with_fraction(fraction))
        }
        Value::Arr(items) => fields(items, name),
        _ => return not_parsed(name),
    };
    // As in jq, the format is looked at before the array.
    let Value::Str(format) = format else {
        return fail(format_args!("{name} requires a string format"));
    };
    let moment = moment?;
    let format = c_string(format);
    if matches!(clock, Clock::Utc) && format == RFC_3339 && (1000..10_000).contains(&moment.year) {
        return Ok(Value::from(in_rfc_3339(&moment)));
    }
    let zone = LazyCell::new(|| match clock {
        Clock::Utc => Zone::utc("GMT"),
        Clock::Local => local::zone(&moment),
    });
    let text = strftime::strftime(format, &moment, &|| &zone);
    if text.len() >= format.len() + MAX_GROWTH || (text.is_empty() && !format.is_empty()) {
        return fail(format_args!("{name}: unknown system failure"));
    }
    Ok(Value::from(text))
}

/// The text as C sees it: up to the first NUL.
fn c_string(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

fn parse(value: &Value, format: &Value) -> ValR {
    let (Value::Str(text), Value::Str(format)) = (value, format) else {
        return fail("strptime/1 requires string inputs and arguments");
    };
    let [text, format] = [c_string(text), c_string(format)];
    let parsed = strptime::strptime(text, format);
    let parsed = parsed.filter(|(_, rest)| !rest.starts_with(|c: char| !strptime::is_space(c)));
    let Some((fields, rest)) = parsed else {
        return fail(format_args!(
            "date \"{text}\" does not match format \"{format}\""
        ));
    };
    let rest = Some(rest).filter(|rest| !rest.is_empty());
    let fields = fields.into_iter().map(|field| Value::from(field as isize));
    Ok(fields.chain(rest.map(Value::str)).collect())
}
