//! The local time zone: `TZ`, else `/etc/localtime`, else UTC, as jiff finds it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::calendar::Moment;
use super::zone::Zone;

/// Moments less than this many seconds from the epoch have a year that jiff supports, in every time zone.
const MAX_SECONDS: i64 = 253_402_200_000;

/// The years, and the seconds in them, after which the calendar and so the rules of time zones repeat.
const CYCLE_YEARS: i64 = 400;
const CYCLE: i64 = 12_622_780_800;

/// The number of cycles from the epoch to where moments outside of jiff's years, -9999 to 9999, are looked up.
const FAR_CYCLES: i64 = 10;

/// The local time a number of whole seconds after the epoch; `None` if its year does not fit in C's `int`.
pub(super) fn moment(seconds: f64) -> Option<Moment> {
    if seconds.abs() > 9e18 {
        return None;
    }
    let whole = seconds as i64;
    let near = if whole.abs() < MAX_SECONDS {
        whole
    } else {
        whole.rem_euclid(CYCLE) + whole.signum() * FAR_CYCLES * CYCLE
    };
    let offset = TimeZone::system().to_offset(Timestamp::from_second(near).ok()?);
    Moment::from_epoch(seconds + f64::from(offset.seconds()))
}

/// The time zone at a local time; UTC where there is no such time.
pub(super) fn zone(moment: &Moment) -> Zone {
    timestamp(moment).map_or(Zone::utc("UTC"), |(time, _)| described(time))
}

/// Seconds since the epoch of a local time.
pub(super) fn seconds(moment: &Moment) -> i64 {
    timestamp(moment).map_or(0, |(time, skipped)| time.as_second() + skipped)
}

/// The time in a year that jiff supports, and the seconds from there to the moment.
fn timestamp(moment: &Moment) -> Option<(Timestamp, i64)> {
    let year = moment.year;
    let near = if year.abs() < 9999 {
        year
    } else {
        year.rem_euclid(CYCLE_YEARS) + year.signum() * FAR_CYCLES * CYCLE_YEARS
    };
    let skipped = (year - near) / CYCLE_YEARS * CYCLE;
    Some((in_year(moment, near)?, skipped))
}

/// The moment in another year. A local time that is skipped or repeated by a change of the clocks is resolved as RFC 5545
/// does (jiff's "compatible").
fn in_year(moment: &Moment, year: i64) -> Option<Timestamp> {
    let [_, month, day, hour, minute, second, ..] = moment.fields();
    let small = |field: i64| i8::try_from(field).ok();
    let clock = DateTime::new(
        i16::try_from(year).ok()?,
        small(month + 1)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    );
    let zone = TimeZone::system();
    zone.to_ambiguous_timestamp(clock.ok()?).compatible().ok()
}

fn described(time: Timestamp) -> Zone {
    let zone = TimeZone::system();
    let info = zone.to_offset_info(time);
    Zone {
        offset: info.offset().seconds().into(),
        name: info.abbreviation().to_uppercase().into(),
    }
}
