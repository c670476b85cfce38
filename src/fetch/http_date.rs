//! Reads the dates of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The seconds since 1970 of a date; `None` for another form. The two obsolete forms are not read: no server that dq
/// talks to sends them.
pub fn http_date(text: &str) -> Option<u64> {
    let (_, text) = text.trim().split_once(", ")?;
    let mut parts = text.split(' ');
    let day: u64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year: u64 = parts.next()?.parse().ok()?;
    let mut clock = parts.next()?.split(':');
    let mut number = || clock.next()?.parse::<u64>().ok();
    let (hours, minutes, seconds) = (number()?, number()?, number()?);
    let is_valid = (1970..=9999).contains(&year) && (1..=31).contains(&day) && hours < 24;
    (is_valid && minutes < 60 && seconds <= 60 && parts.next() == Some("GMT")).then(|| {
        let days = days_before(year, month as u64 + 1) + day - 1;
        ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    })
}

/// The days from 1970-01-01 to the first of a month in the Gregorian calendar. Counted from March on, the leap day is
/// the last one of a year.
fn days_before(year: u64, month: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let to_march = 365 * year + year / 4 - year / 100 + year / 400;
    // 719468 days are from the first of March in the year 0 to 1970-01-01.
    to_march + (153 * month + 2) / 5 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let cases = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            (" Thu, 29 Feb 2024 23:59:60 GMT ", Some(1_709_251_200)),
            ("Sat, 28 Nov 2026 15:00:00 GMT", Some(1_795_878_000)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun Nov  6 08:49:37 1994", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 99999999999999 08:49:37 GMT", None),
            ("Sun, 00 Nov 1994 08:49:37 GMT", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(http_date(text), seconds, "{text}");
        }
    }
}
