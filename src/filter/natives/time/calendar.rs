//! The proleptic Gregorian calendar in UTC.

const DAY: i64 = 86_400;

/// A moment as fields of the calendar, all in range.
pub(super) struct Moment {
    pub year: i64,
    /// From 0.
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// From Sunday, 0.
    pub weekday: i64,
    /// From 0.
    pub yearday: i64,
}

impl Moment {
    /// The moment a number of whole seconds after the epoch; `None` if its year does not fit in C's `int`.
    pub(super) fn from_epoch(seconds: f64) -> Option<Self> {
        let moment = (seconds.abs() < 9e18).then(|| Self::at(seconds as i64))?;
        i32::try_from(moment.year - 1900).ok().map(|_| moment)
    }

    /// The moment of a year, month (from 0), day, hour, minute and second; fields out of range carry over.
    pub(super) fn normalized(fields: [i64; 6]) -> Self {
        let clamp = |field: i64| field.clamp(i32::MIN.into(), i32::MAX.into());
        let [_, month, day, hour, minute, second] = fields.map(clamp);
        let year = 1900 + clamp(fields[0].saturating_sub(1900));
        let days = days_before(year + month.div_euclid(12), month.rem_euclid(12)) + day - 1;
        Self::at(days * DAY + hour * 3600 + minute * 60 + second)
    }

    fn at(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let year = year_of(days);
        let yearday = days - days_before(year, 0);
        let month = (0..12)
            .rev()
            .find(|month| month_start(year, *month) <= yearday);
        let month = month.unwrap_or(0);
        Self {
            year,
            month,
            day: yearday - month_start(year, month) + 1,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: weekday(days),
            yearday,
        }
    }

    /// The moment with a fraction of a second added, which may be 1 by rounding.
    pub(super) fn with_fraction(self, fraction: f64) -> Self {
        let second = (self.second as f64 + fraction) as i64;
        if second == self.second {
            return self;
        }
        let [year, month, day, hour, minute, ..] = self.fields();
        Self::normalized([year, month, day, hour, minute, second])
    }

    /// The fields in the order of jq's arrays.
    pub(super) fn fields(&self) -> [i64; 8] {
        [
            self.year,
            self.month,
            self.day,
            self.hour,
            self.minute,
            self.second,
            self.weekday,
            self.yearday,
        ]
    }

    /// Seconds since the epoch; `None` if the year does not fit in C's `int`.
    pub(super) fn seconds(&self) -> Option<i64> {
        let days = days_before(self.year, 0) + self.yearday;
        let seconds = days * DAY + self.hour * 3600 + self.minute * 60 + self.second;
        i32::try_from(self.year - 1900).ok().map(|_| seconds)
    }
}

/// The weekday, from Sunday as 0, of a day counted from the epoch; the epoch was a Thursday.
pub(super) fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

/// Days from the epoch to the first day of a month; months count from 0.
pub(super) fn days_before(year: i64, month: i64) -> i64 {
    let past = year - 1;
    let leap_days = past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400);
    // 719,162 days lie between 0001-01-01 and the epoch.
    past * 365 + leap_days - 719_162 + month_start(year, month)
}

fn year_of(days: i64) -> i64 {
    // The mean year has 365.2425 days, so that the guess is off by at most one.
    let guess = 1970 + (days * 400).div_euclid(146_097);
    let later = (guess - 1..=guess + 1).rev();
    later
        .into_iter()
        .find(|year| days_before(*year, 0) <= days)
        .unwrap_or(guess)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of the year before a month; months count from 0, and 12 gives the length of the year.
pub(super) fn month_start(year: i64, month: i64) -> i64 {
    const STARTS: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let start = usize::try_from(month).ok().and_then(|m| STARTS.get(m));
    start.copied().unwrap_or(0) + i64::from(month > 1 && is_leap(year))
}
