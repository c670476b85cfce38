//! `strptime` as in glibc, in the C locale.

use super::calendar::{Moment, days_before, month_start, weekday};
use super::strftime::{MONTHS, WEEKDAYS};

/// The values that jq's array has for a weekday and a day of the year that are not known.
const NO_WEEKDAY: i64 = 8;
const NO_YEARDAY: i64 = 367;

/// The fields that were parsed so far.
struct ParsedTime<'t> {
    rest: &'t str,
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: Option<i64>,
    yearday: Option<i64>,
    /// `%p` was PM; it is ignored unless the hour is of a 12-hour clock.
    is_pm: bool,
    is_12_hour: bool,
    century: Option<i64>,
    short_year: bool,
    /// The week of the year, and the weekday that weeks begin with.
    week: Option<(i64, i64)>,
    /// Part of a date was parsed, so that the weekday and the day of the year are computed.
    has_date: bool,
}

/// Parses a text by a format: the fields of jq's array, and the rest of the text. `None` if the text does not match.
pub(super) fn strptime<'t>(text: &'t str, format: &str) -> Option<([i64; 8], &'t str)> {
    let mut parsed = ParsedTime {
        rest: text,
        year: 1900,
        month: None,
        day: None,
        hour: 0,
        minute: 0,
        second: 0,
        weekday: None,
        yearday: None,
        is_pm: false,
        is_12_hour: false,
        century: None,
        short_year: false,
        week: None,
        has_date: false,
    };
    parsed.parse(format)?;
    parsed.complete();
    Some((parsed.fields(), parsed.rest))
}

impl ParsedTime<'_> {
    fn parse(&mut self, format: &str) -> Option<()> {
        let mut format = format.chars();
        while let Some(c) = format.next() {
            match c {
                c if is_space(c) => self.skip_space(),
                '%' => {
                    let mut letter = format.find(|c| !matches!(c, '_' | '-' | '0' | '^' | '#'))?;
                    if matches!(letter, 'E' | 'O') {
                        letter = format.next()?;
                    }
                    self.conversion(letter)?;
                }
                c => self.rest = self.rest.strip_prefix(c)?,
            }
        }
        Some(())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn conversion(&mut self, letter: char) -> Option<()> {
        match letter {
            '%' => self.rest = self.rest.strip_prefix('%')?,
            'n' | 't' => self.skip_space(),
            'a' | 'A' => self.weekday = Some(self.name(&WEEKDAYS)?),
            'p' => self.is_pm = self.name(&["AM", "PM"])? == 1,
            'b' | 'B' | 'h' => {
                self.month = Some(self.name(&MONTHS)?);
                self.has_date = true;
            }
            'c' => self.parse("%a %b %e %H:%M:%S %Y")?,
            'D' | 'x' => self.parse("%m/%d/%y")?,
            'F' => self.parse("%Y-%m-%d")?,
            'T' | 'X' => self.parse("%H:%M:%S")?,
            'R' => self.parse("%H:%M")?,
            'r' => self.parse("%I:%M:%S %p")?,
            'Z' => {
                self.skip_space();
                self.rest = self.rest.trim_start_matches(|c| !is_space(c));
            }
            'z' => self.offset()?,
            's' => self.epoch()?,
            _ => self.numeric(letter)?,
        }
        Some(())
    }

    fn numeric(&mut self, letter: char) -> Option<()> {
        match letter {
            'C' => self.century = Some(self.number(0, 99, 2)?),
            'd' | 'e' => self.day = Some(self.number(1, 31, 2)?),
            'm' => self.month = Some(self.number(1, 12, 2)? - 1),
            'Y' => {
                self.year = self.number(0, 9999, 4)?;
                self.short_year = false;
            }
            'y' => {
                let short = self.number(0, 99, 2)?;
                self.year = short + if short >= 69 { 1900 } else { 2000 };
                self.short_year = true;
            }
            'H' | 'k' => {
                self.hour = self.number(0, 23, 2)?;
                self.is_12_hour = false;
            }
            'I' | 'l' => {
                self.hour = self.number(1, 12, 2)? % 12;
                self.is_12_hour = true;
            }
            'j' => self.yearday = Some(self.number(1, 366, 3)? - 1),
            'M' => self.minute = self.number(0, 59, 2)?,
            'S' => self.second = self.number(0, 61, 2)?,
            'u' => self.weekday = Some(self.number(1, 7, 1)? % 7),
            'w' => self.weekday = Some(self.number(0, 6, 1)?),
            'U' => self.week = Some((self.number(0, 53, 2)?, 0)),
            'W' => self.week = Some((self.number(0, 53, 2)?, 1)),
            // glibc parses these and ignores them.
            'g' => drop(self.number(0, 99, 2)?),
            'V' => drop(self.number(0, 53, 2)?),
            'G' => drop(self.digits()?),
            _ => return None,
        }
        self.has_date |= matches!(letter, 'C' | 'd' | 'e' | 'm' | 'y' | 'Y');
        Some(())
    }

    /// A number of at most `digits` digits, after optional spaces.
    fn number(&mut self, least: i64, most: i64, digits: usize) -> Option<i64> {
        self.rest = self.rest.trim_start_matches(' ');
        let (mut value, mut read) = (0, 0);
        for digit in self.rest.chars().map_while(|c| c.to_digit(10)).take(digits) {
            if read > 0 && value * 10 > most {
                break;
            }
            value = value * 10 + i64::from(digit);
            read += 1;
        }
        self.rest = &self.rest[read..];
        Some(value).filter(|value| read > 0 && (least..=most).contains(value))
    }

    fn digits(&mut self) -> Option<&str> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(self.rest.len() - rest.len());
        self.rest = rest;
        Some(digits).filter(|digits| !digits.is_empty())
    }

    /// The index of the name that comes next: in full or its first three letters, in any case.
    fn name(&mut self, names: &[&str]) -> Option<i64> {
        let text = self.rest;
        let starts = |name: &str| {
            let start = text.get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        let mut candidates = names.iter().enumerate().flat_map(|(i, name)| {
            let short = &name[..name.len().min(3)];
            [(i, *name), (i, short)]
        });
        let (index, name) = candidates.find(|(_, name)| starts(name))?;
        self.rest = &text[name.len()..];
        Some(index as i64)
    }

    /// `Z`, `+hh`, `+hhmm` or `+hh:mm`; jq ignores it.
    fn offset(&mut self) -> Option<()> {
        self.skip_space();
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Some(());
        }
        let rest = self.rest.strip_prefix(['+', '-'])?;
        let digit = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let colon = rest.as_bytes().get(2) == Some(&b':');
        let minutes = 2 + usize::from(colon);
        let length = match (digit(0) && digit(1), digit(minutes) && digit(minutes + 1)) {
            (true, true) => minutes + 2,
            (true, false) if !colon && !digit(minutes) => 2,
            _ => return None,
        };
        self.rest = &rest[length..];
        Some(())
    }

    /// Seconds since the epoch.
    fn epoch(&mut self) -> Option<()> {
        let seconds = self.digits()?.parse().ok()?;
        let moment = Moment::from_epoch(seconds)?;
        (self.year, self.month, self.day) = (moment.year, Some(moment.month), Some(moment.day));
        (self.hour, self.minute, self.second) = (moment.hour, moment.minute, moment.second);
        (self.weekday, self.yearday) = (Some(moment.weekday), Some(moment.yearday));
        Some(())
    }

    /// Computes fields that follow from those that were parsed.
    fn complete(&mut self) {
        let (has_weekday, has_yearday) = (self.weekday.is_some(), self.yearday.is_some());
        if self.is_12_hour && self.is_pm {
            self.hour += 12;
        }
        if let Some(century) = self.century {
            let short = if self.short_year { self.year % 100 } else { 0 };
            self.year = century * 100 + short;
        }
        if self.has_date && self.weekday.is_none() {
            self.date_from_yearday();
            self.weekday = Some(weekday(self.days()));
        }
        if self.has_date && self.yearday.is_none() {
            self.yearday = Some(self.days() - days_before(self.year, 0));
        }
        if has_weekday {
            self.date_from_week(has_yearday);
        }
    }

    /// Days since the epoch; a missing day of the month is 0, the day before the first, as in C.
    fn days(&self) -> i64 {
        days_before(self.year, self.month.unwrap_or(0)) + self.day.unwrap_or(0) - 1
    }

    /// Computes the month and the day from the day of the year, unless they were parsed.
    fn date_from_yearday(&mut self) {
        let Some(yearday) = self
            .yearday
            .filter(|_| self.month.is_none() || self.day.is_none())
        else {
            return;
        };
        let months = (0..12).rev();
        let month = months
            .into_iter()
            .find(|m| month_start(self.year, *m) <= yearday);
        let month = month.unwrap_or(0);
        self.month.get_or_insert(month);
        self.day
            .get_or_insert(yearday - month_start(self.year, month) + 1);
    }

    fn date_from_week(&mut self, has_yearday: bool) {
        let (Some((week, first)), Some(day)) = (self.week, self.weekday) else {
            return;
        };
        let new_year = weekday(days_before(self.year, 0));
        let start = (7 - (new_year - first)) % 7;
        let yearday = start + (week - 1) * 7 + (day - first + 7) % 7;
        if !has_yearday {
            self.yearday = Some(yearday);
        }
        self.date_from_yearday();
    }

    fn fields(&self) -> [i64; 8] {
        [
            self.year,
            self.month.unwrap_or(0),
            self.day.unwrap_or(0),
            self.hour,
            self.minute,
            self.second,
            self.weekday.unwrap_or(NO_WEEKDAY),
            self.yearday.unwrap_or(NO_YEARDAY),
        ]
    }
}

/// C's `isspace`.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}
