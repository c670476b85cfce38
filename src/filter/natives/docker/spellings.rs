//! The spellings of times: RFC 3339, dates of HTTP and mail, and what Go and Ruby print.

use crate::natives::json::number_in;
use crate::natives::regex::named_groups;
use crate::natives::time::from_utc;
use dq_json::value::Num;

const DAYS: &str = "([A-Z][a-z]+, *)?(?<day>[0-9]{1,2})";
const MONTH: &str = "(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const CLOCK: &str = "(?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})";
const ZONE: &str = "(?<zone>GMT|UTC|UT|Z|[-+][0-9]{2}:?[0-9]{2})";
const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// The characters of a text with these numbers, as far as it has them.
fn characters(text: &str, from: usize, upto: usize) -> &str {
    let at = |number| {
        text.char_indices()
            .nth(number)
            .map_or(text.len(), |(at, _)| at)
    };
    &text[at(from)..at(upto.max(from))]
}

/// The seconds since the epoch of a time in RFC 3339 with any fraction and offset; `None` for other text.
pub(super) fn after_epoch(text: &str) -> Option<f64> {
    let length = text.chars().count();
    let zone_at = length.saturating_sub(if text.ends_with(['Z', 'z']) { 1 } else { 6 });
    let (date, clock) = (characters(text, 0, 10), characters(text, 11, 19));
    let seconds = from_utc(&format!("{date}T{clock}Z"))?;
    let fraction = fraction(characters(text, 19, zone_at))?;
    Some(seconds as f64 + fraction - offset(characters(text, zone_at, length))?)
}

/// The fraction of a second: a point and digits, or nothing.
fn fraction(text: &str) -> Option<f64> {
    if text.is_empty() {
        return Some(0.0);
    }
    number_in(&format!("0{text}")).as_ref().map(Num::as_f64)
}

/// The seconds of an offset such as `+05:30`.
fn offset(zone: &str) -> Option<f64> {
    if matches!(zone, "Z" | "z") {
        return Some(0.0);
    }
    let part = |from, upto| {
        number_in(characters(zone, from, upto))
            .as_ref()
            .map(Num::as_f64)
    };
    let size = part(1, 3)? * 3600.0 + part(4, 6)? * 60.0;
    Some(if zone.starts_with('-') { -size } else { size })
}

/// A time in one of the other spellings as RFC 3339.
pub(super) fn as_rfc3339(text: &str) -> Option<String> {
    of_mail(text).or_else(|| of_go(text))
}

/// The group of that name, if it took part in the match.
fn group<'g>(groups: &'g [(String, Option<String>)], name: &str) -> Option<&'g str> {
    let mut groups = groups.iter().rev();
    groups.find(|(known, _)| known == name)?.1.as_deref()
}

/// The three forms of HTTP (RFC 9110 section 5.6.7), and dates of mail (RFC 5322).
fn of_mail(text: &str) -> Option<String> {
    let patterns = [
        format!("^{DAYS}[- ]{MONTH}[- ](?<year>[0-9]{{4}}|[0-9]{{2}}) {CLOCK} {ZONE}$"),
        format!(
            "^[A-Z][a-z]{{2}} {MONTH} +(?<day>[0-9]{{1,2}}) {CLOCK} ({ZONE} )?(?<year>[0-9]{{4}})$"
        ),
    ];
    let groups = patterns.iter().find_map(|it| named_groups(text, it))?;
    let group = |name| group(&groups, name);
    let year = match group("year")? {
        year if year.len() > 2 => year.to_owned(),
        year if year < "70" => format!("20{year}"),
        year => format!("19{year}"),
    };
    let month = MONTHS.find(group("month")?)? / 3 + 1;
    let (day, clock, zone) = (group("day")?, group("clock")?, zone(group("zone")));
    Some(format!("{year}-{month:02}-{day:0>2}T{clock}{zone}"))
}

/// `2026-01-02 03:04:05 +0000 UTC`, as Go and Ruby print times.
fn of_go(text: &str) -> Option<String> {
    let pattern = format!(
        "^(?<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[ T](?<clock>[0-9:.]+) ?{ZONE}( [A-Z]{{3,5}}| [-+][0-9]{{2,4}})?( m=[-+][0-9.]+)?$"
    );
    let groups = named_groups(text, &pattern)?;
    let group = |name| group(&groups, name);
    let zone = zone(group("zone"));
    Some(format!("{}T{}{zone}", group("date")?, group("clock")?))
}

fn zone(zone: Option<&str>) -> String {
    match zone {
        Some(zone) if zone.starts_with(['-', '+']) => {
            format!("{}:{}", &zone[..3], &zone[zone.len() - 2..])
        }
        _ => "Z".into(),
    }
}
