//! The local time zone: `TZ`, else `/etc/localtime`, else UTC, as jiff finds it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::calendar::Moment;

/// Seconds since the epoch whose year in any zone is one jiff can handle.
const RANGE: f64 = 253_402_200_000.0;

/// What clocks here show that many whole seconds after the epoch; `None` out of jiff's years, -9999 to 9999.
pub fn moment(seconds: f64) -> Option<Moment> {
    let here = (seconds.abs() < RANGE).then_some(seconds as i64)?;
    let offset = TimeZone::system().to_offset(Timestamp::from_second(here).ok()?);
    Moment::from_epoch(seconds + f64::from(offset.seconds()))
}

/// A moment of the clocks here as `+0900 JST SECONDS`, the last since the epoch; out of jiff's years as that of the
/// epoch in UTC.
pub fn zone(moment: &Moment) -> String {
    seconds(moment).map_or_else(|| "+0000 UTC 0".to_owned(), described)
}

/// Where clocks are put forward or back, jiff's choice is that of RFC 5545.
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
    let (hours, minutes, seconds) = {
        let offset = offset.abs();
        (offset / 3600, offset / 60 % 60, offset % 60)
    };
    let seconds = match seconds {
        0 => String::new(),
        seconds => format!("{seconds:02}"),
    };
    let name = info.abbreviation().to_uppercase();
    format!(
        "{sign}{hours:02}{minutes:02}{seconds} {name} {}",
        time.as_second()
    )
}
