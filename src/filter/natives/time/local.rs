//! The local time zone: `TZ`, else `/etc/localtime`, else UTC, as jiff finds it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::calendar::Moment;

/// Moments less than this many seconds from the epoch have a year that jiff supports, in every time zone.
const MAX_SECONDS: f64 = 253_402_200_000.0;

/// The local time a number of whole seconds after the epoch; `None` outside of jiff's years, -9999 to 9999.
pub(super) fn moment(seconds: f64) -> Option<Moment> {
    let whole = (seconds.abs() < MAX_SECONDS).then_some(seconds as i64)?;
    let offset = TimeZone::system().to_offset(Timestamp::from_second(whole).ok()?);
    Moment::from_epoch(seconds + f64::from(offset.seconds()))
}

/// The offset, the name of the time zone and the seconds since the epoch of a local time, as `+0900 JST SECONDS`.
/// Outside of jiff's years it is `+0000 UTC 0`.
pub(super) fn zone(moment: &Moment) -> String {
    seconds(moment).map_or_else(|| "+0000 UTC 0".to_owned(), described)
}

/// A local time that is skipped or repeated by a change of the clocks is resolved as RFC 5545 does (jiff's
/// "compatible").
fn seconds(moment: &Moment) -> Option<Timestamp> {
    let [year, month, day, hour, minute, second, ..] = moment.fields();
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

fn described(time: Timestamp) -> String {
    let zone = TimeZone::system();
    let info = zone.to_offset_info(time);
    let offset = info.offset().seconds();
    let sign = if offset < 0 { '-' } else { '+' };
    // As in glibc, the seconds of offsets from before standard time are left out.
    let (hours, minutes) = (offset.abs() / 3600, offset.abs() / 60 % 60);
    let name = info.abbreviation().to_uppercase();
    format!("{sign}{hours:02}{minutes:02} {name} {}", time.as_second())
}
