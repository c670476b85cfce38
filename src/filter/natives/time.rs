//! Dates, as jq has them with glibc in the C locale.

mod calendar;
mod local;
mod strftime;
mod strptime;

use std::time::{SystemTime, UNIX_EPOCH};

use calendar::Moment;
use strftime::Zone;

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
        "_moment",
        "vv",
        function!(|value, name, format| moment(&value, &name, &format)),
    ),
    (
        "_strftime",
        "vvv",
        function!(|value, format, zone, name| self::format(&value, &format, &zone, &name)),
    ),
    ("_zone", "", function!(|value| zone(&value))),
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
    match Moment::from_epoch(seconds.trunc()) {
        Some(it) if (1000..10_000).contains(&it.year) => Ok(Value::from(std::format!(
            "{}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            it.year,
            it.month + 1,
            it.day,
            it.hour,
            it.minute,
            it.second
        ))),
        Some(_) => {
            let name = Value::str("strftime/1");
            let fields = moment(&Value::from(seconds), &name, &Value::str(RFC_3339))?;
            format(
                &fields,
                &Value::str(RFC_3339),
                &Value::str("+0000 GMT "),
                &name,
            )
        }
        None => out_of_range(),
    }
}

/// `fromdateiso8601`: the seconds since the epoch of `YYYY-MM-DDThh:mm:ssZ`.
pub(super) fn from_utc(text: &str) -> Option<i64> {
    if let Some(seconds) = canonical(text.as_bytes()) {
        return Some(seconds);
    }
    let fields = parse(&Value::str(text), &Value::str(RFC_3339)).ok()?;
    match mktime(&fields) {
        Ok(Value::Num(seconds)) => seconds.as_integer(),
        _ => None,
    }
}

/// The seconds of a time in its usual spelling and after the epoch; `None` leaves it to [`parse`].
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
    let is_in_range = year >= 1970 && (1..=12).contains(&month) && (1..=28).contains(&day);
    let days = calendar::days_before(year, month - 1) + day - 1;
    (is_in_range && hour < 24 && minute < 60 && second < 60)
        .then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// `strflocaltime` of a number of seconds.
///
/// # Errors
/// The year does not fit in C's `int`.
pub(super) fn local(seconds: &Value, format: &str) -> ValR {
    let (name, format) = (Value::str("strflocaltime/1"), Value::str(format));
    let fields = moment(&localtime(seconds)?, &name, &format)?;
    self::format(&fields, &format, &zone(&fields)?, &name)
}

fn out_of_range<T>() -> Result<T, ValueError> {
    fail("error converting number of seconds since epoch to datetime")
}

fn gmtime(value: &Value) -> ValR {
    let Value::Num(seconds) = value else {
        return fail("gmtime() requires numeric inputs");
    };
    let seconds = seconds.as_f64();
    match Moment::from_epoch(seconds.trunc()) {
        Some(moment) => Ok(broken_down(&moment, seconds - seconds.floor())),
        None => out_of_range(),
    }
}

fn localtime(value: &Value) -> ValR {
    let Value::Num(seconds) = value else {
        return fail("localtime() requires numeric inputs");
    };
    let seconds = seconds.as_f64();
    match local::moment(seconds.trunc()) {
        Some(moment) => Ok(broken_down(&moment, seconds - seconds.floor())),
        None => out_of_range(),
    }
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

/// The first step of `strftime` and `strflocaltime`: seconds or an array become an array with all fields in range.
fn moment(value: &Value, name: &Value, format: &Value) -> ValR {
    let name = name.as_str().unwrap_or_default();
    let items = match value {
        Value::Num(_) => gmtime(value)?,
        Value::Arr(_) => value.clone(),
        _ => return not_parsed(name),
    };
    if !matches!(format, Value::Str(_)) {
        return fail(format_args!("{name} requires a string format"));
    }
    match &items {
        Value::Arr(items) => Ok(broken_down(&fields(items, name)?, 0.0)),
        _ => not_parsed(name),
    }
}

/// The local time zone at a moment, as `_strftime` reads it.
fn zone(value: &Value) -> ValR {
    let moment = match value {
        Value::Arr(items) => fields(items, "_zone")?,
        _ => return not_parsed("_zone"),
    };
    Ok(Value::from(local::zone(&moment)))
}

/// The output of `strftime` may be this much longer than its format (jq's `max_size`).
const MAX_GROWTH: usize = 100;

/// `_strftime(format; zone; name)`; the zone is `+0900 JST SECONDS`, and errors begin with the name.
fn format(value: &Value, format: &Value, zone: &Value, name: &Value) -> ValR {
    let [name, zone, format] = [name, zone, format].map(|it| it.as_str().unwrap_or_default());
    let Value::Arr(items) = value else {
        return not_parsed(name);
    };
    let format = c_string(format);
    let text = strftime::strftime(format, &fields(items, name)?, &Zone::from(zone));
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
