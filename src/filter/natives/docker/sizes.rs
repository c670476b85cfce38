//! Sizes and percentages as docker prints them.

use crate::natives::math::unary;
use crate::natives::native::fail;
use dq_json::value::{Num, ValR, Value};

const SI: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const IEC: [&str; 9] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/// `bytes($units)`
pub(super) fn bytes_in(value: &Value, units: &Value) -> ValR {
    bytes(value, units.as_str().unwrap_or_default())
}

/// `bytes`: a size with an SI unit and three digits, or with a binary unit and four.
pub(super) fn bytes(value: &Value, units: &str) -> ValR {
    let size = match value {
        Value::Null => return Ok(Value::Null),
        Value::Num(size) => size.as_f64(),
        other => return no_size(other.type_name()),
    };
    if size == -1.0 {
        return Ok(Value::Null);
    }
    if size.is_nan() {
        return no_size("nan");
    }
    let sign = if size < 0.0 { "-" } else { "" };
    let size = if size < 0.0 { -size } else { size };
    let (base, names, most) = match units {
        "si" => (1000.0, SI, 3),
        "iec" => (1024.0, IEC, 4),
        _ => return fail("bytes takes \"si\" or \"iec\""),
    };
    Ok(Value::from(format!(
        "{sign}{}",
        scaled(size, base, &names, most)
    )))
}

fn no_size(kind: &str) -> ValR {
    fail(format_args!("{kind} is no number of bytes"))
}

fn scaled(mut size: f64, base: f64, names: &[&str], most: u8) -> String {
    let mut names = names.iter();
    let mut name = names.next();
    loop {
        let shown = digits(size, most);
        let unit = name.copied().unwrap_or_default();
        name = names.next();
        if shown < base || name.is_none() {
            return format!("{}{unit}", Num::from(shown));
        }
        size /= base;
    }
}

/// The size with so many significant digits, as far as they are behind the point.
fn digits(size: f64, most: u8) -> f64 {
    let parts = match size {
        _ if size >= 1000.0 => 1.0,
        _ if size >= 100.0 => 10.0,
        _ if size >= 10.0 => 100.0,
        _ => 1000.0,
    };
    let parts = if most == 3 { parts / 10.0 } else { parts };
    if parts < 1.0 {
        size.round()
    } else {
        (size * parts).round() / parts
    }
}

/// `_percent`: a percentage with two decimals.
pub(super) fn percent(value: Value) -> ValR {
    if matches!(value, Value::Null) {
        return Ok(Value::Null);
    }
    let hundred = || Value::from(100usize);
    let hundredths = unary(&(value * hundred())?, f64::round)?;
    let whole = unary(&(hundredths.clone() / hundred())?, f64::floor)?.to_json();
    let rest = (hundredths % hundred())?.to_json();
    let zero = if rest.len() == 1 { "0" } else { "" };
    Ok(Value::from(format!("{whole}.{zero}{rest}%")))
}
