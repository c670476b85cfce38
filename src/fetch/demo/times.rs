//! Points in time as parameters of the API give them and as responses hold them.

use super::response::Refusal;

/// Nanoseconds since 1970.
pub(crate) type Nanoseconds = i128;

const SECOND: Nanoseconds = 1_000_000_000;

/// Reads `since` or `until` of `/events` and of logs: seconds since 1970, with an optional fraction. `None` for a text
/// that is empty.
///
/// # Errors
/// dockerd answers 500 to anything else.
pub(crate) fn parse(text: &str) -> Result<Option<Nanoseconds>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<9}");
    let time = || {
        let seconds: i64 = seconds.parse().ok()?;
        let fraction: i64 = fraction.get(..9)?.parse().ok()?;
        Some(Nanoseconds::from(seconds) * SECOND + Nanoseconds::from(fraction))
    };
    time().map(Some).ok_or_else(|| {
        Refusal::server_error(format!(
            "strconv.ParseInt: parsing \"{seconds}\": invalid syntax"
        ))
    })
}

/// The time of an RFC 3339 text in UTC, such as `2026-11-23T22:41:38.1235Z`, or of a date without a time of day.
pub(crate) fn from_rfc3339(text: &str) -> Option<Nanoseconds> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let days = days_since_1970(number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let seconds = match text.len() {
        10 => 0,
        _ => number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?,
    };
    let fraction = text.get(19..).unwrap_or_default();
    let fraction = fraction.trim_start_matches('.').trim_end_matches('Z');
    let fraction: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Nanoseconds::from(days * 86400 + seconds) * SECOND + Nanoseconds::from(fraction))
}

/// A duration as Go writes it, in hours, minutes and seconds: `24h`, `1h30m`.
pub(crate) fn from_duration(text: &str) -> Option<Nanoseconds> {
    let mut total = None;
    for part in text.split_inclusive(['h', 'm', 's']) {
        let (number, unit) = part.split_at_checked(part.len().checked_sub(1)?)?;
        let seconds = match unit {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        let number: u32 = number.parse().ok()?;
        *total.get_or_insert(0) += Nanoseconds::from(number) * seconds * SECOND;
    }
    total
}

/// The days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant's days_from_civil).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_agree() {
        let text = "2026-11-23T22:41:56.5Z";
        assert_eq!(from_rfc3339(text), parse("1795473716.5").ok().flatten());
        assert_eq!(from_rfc3339("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(
            from_rfc3339("2000-02-29T00:00:00Z"),
            Some(951_782_400 * SECOND)
        );
        assert_eq!(from_rfc3339("2000-02-29"), Some(951_782_400 * SECOND));
        assert_eq!(from_rfc3339("yesterday"), None);
        assert_eq!(from_duration("1h30m"), Some(5400 * SECOND));
        assert_eq!(from_duration("1x"), None);
        assert_eq!(from_duration(""), None);
        assert!(parse("10m").is_err());
    }
}
