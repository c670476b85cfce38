//! Decides whether a request is sent again, and after which pause.

use std::time::{Duration, Instant};

use super::error::Error;
use super::http_date::http_date;
use super::response::Response;

/// The first pause; each one after is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, whatever the server asks for in `Retry-After`.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The retries of one request that are left.
pub(crate) struct Retries {
    left: u32,
    /// The next pause, unless the server asks for another.
    pause: Duration,
    /// The end of `--max-time`, which is for all attempts together.
    deadline: Option<Instant>,
}

impl Retries {
    pub(crate) fn new(times: u32, deadline: Option<Instant>) -> Self {
        Self {
            left: times,
            pause: FIRST_PAUSE,
            deadline,
        }
    }

    /// How long to wait before the next attempt, and why there is one, in one line. `None` if the result is final: it
    /// is not a transient failure, or no retry or time is left.
    pub(crate) fn next(&mut self, result: &Result<Response, Error>) -> Option<(Duration, String)> {
        let (reason, retry_after) = transient(result)?;
        self.left = self.left.checked_sub(1)?;
        let pause = retry_after.unwrap_or(self.pause).min(LONGEST_PAUSE);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        let is_too_late = |deadline| Instant::now() + pause >= deadline;
        if self.deadline.is_some_and(is_too_late) {
            return None;
        }
        let more = match self.left {
            0 => "the last time".to_owned(),
            left => format!("{left} more after that"),
        };
        let seconds = pause.as_secs_f64();
        Some((
            pause,
            format!("{reason}; trying again in {seconds} s, {more}"),
        ))
    }
}

/// Why a result is a transient failure, and the pause that the server asks for. Transient are 429, 502, 503 and 504,
/// and errors before anything was sent.
fn transient(result: &Result<Response, Error>) -> Option<(String, Option<Duration>)> {
    match result {
        Ok(response) if matches!(response.status, 429 | 502..=504) => {
            let reason = format!("{} {}", response.status, response.reason);
            let retry_after = retry_after(|name| response.header(name));
            Some((reason.trim_end().to_owned(), retry_after))
        }
        Err(error) if error.is_before_sending() => Some((error.to_string(), None)),
        _ => None,
    }
}

/// The pause of `Retry-After`, which has it in seconds or as the date of its end (RFC 9110 §10.2.3). The date is
/// compared with the server's own: its clock and dq's may differ.
fn retry_after<'r>(header: impl Fn(&str) -> Option<&'r str>) -> Option<Duration> {
    let value = header("retry-after")?.trim();
    let seconds = match value.parse() {
        Ok(seconds) => seconds,
        Err(_) => http_date(value)?.saturating_sub(http_date(header("date")?)?),
    };
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused() -> Result<Response, Error> {
        Err(Error::Connect {
            host: "h".into(),
            problem: "Connection refused".into(),
            hint: None,
        })
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut retries = Retries::new(3, None);
        let pauses: Vec<_> = std::iter::from_fn(|| retries.next(&refused())).collect();
        let millis: Vec<_> = pauses.iter().map(|(pause, _)| pause.as_millis()).collect();
        assert_eq!(millis, [250, 500, 1000]);
        let why = "cannot connect to h: Connection refused; trying again in";
        assert_eq!(pauses[0].1, format!("{why} 0.25 s, 2 more after that"));
        assert_eq!(pauses[2].1, format!("{why} 1 s, the last time"));
        let mut many = Retries::new(20, None);
        let longest = std::iter::from_fn(|| many.next(&refused())).last().unwrap();
        assert_eq!(longest.0, LONGEST_PAUSE);
    }

    #[test]
    fn the_deadline_and_other_failures_end_it() {
        let short = Some(Instant::now() + Duration::from_millis(100));
        assert!(Retries::new(3, short).next(&refused()).is_none());
        let lost = Err(Error::Lost {
            problem: String::new(),
            hint: None,
        });
        assert!(Retries::new(3, None).next(&lost).is_none());
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date() {
        let now = "Wed, 21 Oct 2026 07:28:00 GMT";
        let cases = [
            (" 3 ", Some(now), Some(3)),
            ("3", None, Some(3)),
            ("-1", Some(now), None),
            ("Wed, 21 Oct 2026 07:28:05 GMT", Some(now), Some(5)),
            ("Wed, 21 Oct 2026 07:27:00 GMT", Some(now), Some(0)),
            ("Wed, 21 Oct 2026 07:28:05 GMT", None, None),
            ("soon", Some(now), None),
        ];
        for (value, date, expected) in cases {
            let header = |name: &str| if name == "date" { date } else { Some(value) };
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(header), expected, "{value}");
        }
    }
}
