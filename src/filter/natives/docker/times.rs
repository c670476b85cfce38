//! Times and durations as docker prints them.

use super::spellings::{after_epoch, as_rfc3339};
use crate::natives::json::number_in;
use crate::natives::native::fail;
use crate::natives::time::{now, utc};
use dq_json::value::{Num, ValR, Value};

/// Go's zero time in seconds, milliseconds, microseconds and nanoseconds, and as `UnixNano` of Go gives it.
const ZERO_TIMES: [&str; 5] = [
    "-62135596800",
    "-62135596800e3",
    "-62135596800e6",
    "-62135596800e9",
    "-6795364578871345152",
];

/// `_seconds`: seconds since the epoch, from a number or from a text in any of the known spellings.
pub(super) fn seconds(value: &Value) -> ValR {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Num(number) => of_number(number.clone()),
        Value::Str(text) => of_text(text),
        other => fail(format_args!("{} is no time", other.type_name())),
    }
}

/// A number of seconds, or of a smaller unit if it is too large for seconds.
fn of_number(number: Num) -> ValR {
    let x = number.as_f64();
    if !x.is_finite() {
        return fail("a number that is not finite is no time");
    }
    let is_zero_time = |text: &&str| Num::parse(text) == number;
    if x < -1e10 && ZERO_TIMES.iter().any(is_zero_time) {
        return Ok(Value::Null);
    }
    Ok(match x.abs() {
        size if size < 1e11 => Value::Num(number),
        size if size < 1e14 => Value::from(x / 1e3),
        size if size < 1e17 => Value::from(x / 1e6),
        _ => Value::from(x / 1e9),
    })
}

fn of_text(text: &str) -> ValR {
    if text.is_empty() || text.starts_with("0001-01-01T00:00:00") {
        return Ok(Value::Null);
    }
    if let Some(number) = number_in(text) {
        return of_number(number);
    }
    let other_spelling = || after_epoch(&as_rfc3339(text)?);
    match after_epoch(text).or_else(other_spelling) {
        Some(seconds) => of_number(Num::from(seconds)),
        None => {
            let shown = Value::str(text).to_json();
            let end = shown.char_indices().nth(40);
            let shown = &shown[..end.map_or(shown.len(), |(at, _)| at)];
            fail(format_args!(
                "{shown} is no time: neither RFC 3339, an HTTP date nor seconds since the epoch"
            ))
        }
    }
}

/// `_time`: a time as RFC 3339; a text stays as it is.
pub(super) fn time(value: Value) -> ValR {
    match &value {
        Value::Null => Ok(value),
        Value::Num(number) => match of_number(number.clone())? {
            Value::Num(seconds) => utc(seconds.as_f64().floor()),
            other => Ok(other),
        },
        Value::Str(text)
            if text.is_empty() || text.starts_with("0001-01-01") || &**text == ZERO_TIMES[0] =>
        {
            Ok(Value::Null)
        }
        Value::Str(_) => Ok(value),
        _ => fail("startswith() requires string inputs"),
    }
}

/// `ago`: how long ago a time was, or will have been.
pub(super) fn ago(value: &Value) -> ValR {
    let Some(age) = age(value)? else {
        return Ok(Value::Null);
    };
    Ok(Value::from(if age > -1.0 {
        format!("{} ago", in_words(age))
    } else {
        let words = in_words(-age);
        let (first, rest) = words.split_at(1);
        format!("in {}{rest}", first.to_ascii_lowercase())
    }))
}

/// The seconds from a time until now; `None` for no time.
fn age(value: &Value) -> Result<Option<f64>, dq_json::value::ValueError> {
    match (now()?, seconds(value)?) {
        (Value::Num(now), Value::Num(then)) => Ok(Some(now.as_f64() - then.as_f64())),
        _ => Ok(None),
    }
}

/// `duration`: a number of seconds, or the time since a moment, in words.
pub(super) fn duration(value: Value) -> ValR {
    let seconds = match &value {
        Value::Num(number) => Some(number.as_f64()),
        other => age(other)?,
    };
    Ok(seconds.map_or(Value::Null, |seconds| Value::from(in_words(seconds))))
}

/// `_human_duration`: a number of seconds in words.
pub(super) fn human_duration(value: Value) -> ValR {
    match value {
        Value::Num(seconds) => Ok(Value::from(in_words(seconds.as_f64()))),
        other => other / Value::from(60usize),
    }
}

/// A duration in the words of HumanDuration of go-units.
fn in_words(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor();
    let hours = (seconds / 3600.0 + 0.5).floor();
    // In jq NaN is less than any number.
    let (count, unit) = match seconds {
        _ if seconds.is_nan() || seconds < 1.0 => return "Less than a second".into(),
        _ if seconds < 2.0 => return "1 second".into(),
        _ if minutes == 1.0 => return "About a minute".into(),
        _ if seconds < 60.0 => (seconds, "seconds"),
        _ if minutes < 60.0 => (minutes, "minutes"),
        _ if hours == 1.0 => return "About an hour".into(),
        _ if hours < 48.0 => (hours, "hours"),
        _ if hours < 336.0 => (hours / 24.0, "days"),
        _ if hours < 1440.0 => (hours / 168.0, "weeks"),
        _ if hours < 17520.0 => (hours / 720.0, "months"),
        _ => (seconds / 31_536_000.0, "years"),
    };
    format!("{} {unit}", Num::from(count.floor()))
}
