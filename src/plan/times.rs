//! `since` and `until` as docker takes them: a duration before now, a date, a Unix time.

use std::ffi::OsString;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::catalogue;
use crate::cli::RequestOptions;
use crate::error::Error;

const NAMES: [&str; 2] = ["since", "until"];

const FORMS: &str = "times are 10m or 1h30m before now, 2026-11-28, 2026-11-28T10:00, with or without a zone, \
                     or seconds since 1970";

/// Replaces the times in the `since` and `until` of an endpoint of Docker's that has those parameters by Unix times: the
/// engine knows no other form, docker converts them as well (moby api/types/time/timestamp.go). The query typed in the
/// endpoint is left as it is, that of a saved filter's endpoint is not (`is_saved`).
///
/// # Errors
/// A typed time that cannot be read.
pub(super) fn resolve(
    source: &mut String,
    is_saved: bool,
    typed: &mut RequestOptions,
) -> Result<(), Error> {
    let is_get = super::request::method(typed) == "GET";
    let is_in_fields = typed.method.is_some() && is_get;
    let has_time = |text: &str| NAMES.iter().any(|name| value_of(text, name).is_some());
    let is_wanted = typed.query.iter().any(|pair| has_time(pair))
        || is_in_fields
            && typed
                .fields
                .iter()
                .any(|field| field.text.to_str().is_some_and(has_time))
        || is_saved && source.contains('?');
    if !is_wanted || !is_get || !source.starts_with('/') {
        return Ok(());
    }
    let path = source.split('?').next().unwrap_or_default();
    let found = catalogue::fitting(path);
    let endpoint = found.iter().find(|it| it.method == "GET");
    let names: Vec<_> = endpoint
        .iter()
        .flat_map(|it| it.parameters())
        .map(|it| it.name)
        .collect();
    let now = Timestamp::now();
    for name in NAMES.iter().filter(|name| names.contains(name)) {
        for pair in &mut typed.query {
            replace(pair, name, now)?;
        }
        for field in typed.fields.iter_mut().filter(|_| is_in_fields) {
            if let Some(text) = field.text.to_str() {
                let mut text = text.to_owned();
                replace(&mut text, name, now)?;
                field.text = OsString::from(text);
            }
        }
        if is_saved {
            *source = with_time(source, name, now);
        }
    }
    Ok(())
}

/// The value of `NAME=VALUE`, where there is one.
fn value_of<'t>(pair: &'t str, name: &str) -> Option<&'t str> {
    pair.strip_prefix(name)?.strip_prefix('=')
}

fn replace(pair: &mut String, name: &str, now: Timestamp) -> Result<(), Error> {
    let Some(value) = value_of(pair, name).filter(|value| !value.is_empty()) else {
        return Ok(());
    };
    let time = unix_time(value, now).ok_or_else(|| Error::Usage {
        message: format!("{name}={value} is no time"),
        hint: Some(FORMS.into()),
    })?;
    *pair = format!("{name}={time}");
    Ok(())
}

/// The endpoint of a saved filter with the time of its query resolved; unchanged where that is none.
fn with_time(endpoint: &str, name: &str, now: Timestamp) -> String {
    let Some((path, query)) = endpoint.split_once('?') else {
        return endpoint.to_owned();
    };
    let resolved = |pair: &str| {
        let time = value_of(pair, name).and_then(|value| unix_time(value, now));
        time.map_or_else(|| pair.to_owned(), |time| format!("{name}={time}"))
    };
    let pairs: Vec<_> = query.split('&').map(resolved).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// The time as the engine takes it: seconds, with nine digits of a fraction where there is one.
fn unix_time(text: &str, now: Timestamp) -> Option<String> {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if is_number(seconds) && is_number(fraction) {
        return Some(text.to_owned());
    }
    if let Some(duration) = duration(text) {
        let time = now.checked_sub(duration).ok()?;
        return Some(time.as_second().to_string());
    }
    let time = timestamp(text)?;
    Some(match time.subsec_nanosecond() {
        0 => time.as_second().to_string(),
        // Before 1970 the fraction would count in the other direction.
        _ if time.as_second() < 0 => return None,
        nanoseconds => format!("{}.{nanoseconds:09}", time.as_second()),
    })
}

/// A duration as Go writes it: `1h30m`, `1.5h`, `-10m`.
fn duration(text: &str) -> Option<SignedDuration> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut rest = unsigned;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        seconds += number.parse::<f64>().ok()? * seconds_of(unit)?;
        rest = after;
    }
    let is_negative = text.starts_with('-');
    let seconds = if is_negative { -seconds } else { seconds };
    let duration = SignedDuration::try_from_secs_f64(seconds).ok()?;
    (!unsigned.is_empty()).then_some(duration)
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    })
}

/// A date, or a date and a time, in the local time zone unless it has one.
fn timestamp(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let (date, after) = text.split_at_checked("2026-11-28".len())?;
    let date: Date = date.parse().ok()?;
    if after.starts_with(['Z', 'z', '+', '-']) {
        return format!("{date}T00:00{after}").parse().ok();
    }
    let time = match after.strip_prefix('T') {
        // An hour alone, which docker takes as well.
        Some(hour) if hour.len() == 2 => format!("{date}T{hour}:00"),
        Some(time) => format!("{date}T{time}"),
        None if after.is_empty() => format!("{date}T00:00"),
        None => return None,
    };
    let time: DateTime = time.parse().ok()?;
    TimeZone::system().to_timestamp(time).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_docker_reads_them() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let cases = [
            ("0", Some("0")),
            ("1790000000", Some("1790000000")),
            ("1790000000.000000001", Some("1790000000.000000001")),
            ("10m", Some("1799999400")),
            ("1h30m", Some("1799994600")),
            ("1.5h", Some("1799994600")),
            ("90s", Some("1799999910")),
            ("-10m", Some("1800000600")),
            ("2026-11-28T10:00:00Z", Some("1795860000")),
            ("2026-11-28T10:00Z", Some("1795860000")),
            ("2026-11-28T10:00:00+02:00", Some("1795852800")),
            ("2026-11-28T10:00:00.25Z", Some("1795860000.250000000")),
            (
                "2026-11-28T10:00:00.000000001Z",
                Some("1795860000.000000001"),
            ),
            ("2026-11-28Z", Some("1795824000")),
            ("2026-11-28+01:00", Some("1795820400")),
            ("", None),
            ("10", Some("10")),
            ("10x", None),
            ("10d", None),
            ("m", None),
            ("-", None),
            ("1h30", None),
            ("1.2.3s", None),
            ("yesterday", None),
            ("2026-13-28", None),
            ("2026-11-28 10:00", None),
            ("2026-11-28T25:00", None),
            ("28.11.2026", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unix_time(text, now).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn times_without_a_zone_are_local() {
        let now = Timestamp::now();
        let zone = TimeZone::system();
        for text in [
            "2026-11-28",
            "2026-11-28T10",
            "2026-11-28T10:00",
            "2026-11-28T10:00:00",
        ] {
            let time: i64 = unix_time(text, now).unwrap().parse().unwrap();
            let local = Timestamp::from_second(time).unwrap().to_zoned(zone.clone());
            let hour = if text.contains('T') { 10 } else { 0 };
            assert_eq!(local.datetime().hour(), hour, "{text}");
        }
    }

    #[test]
    fn a_saved_endpoint_keeps_what_is_no_time() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let endpoint = "/events?since=10m&until=x&filters={}";
        let expected = "/events?since=1799999400&until=x&filters={}";
        let since = with_time(endpoint, "since", now);
        assert_eq!(with_time(&since, "until", now), expected);
    }
}
