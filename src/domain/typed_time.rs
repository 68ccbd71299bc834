//! A moment that a person typed: "tomorrow 9:00", "fri 6:30 pm", "in 2 hours", "내일 오전 9시", "30분 뒤".
//!
//! A small strict grammar of both languages, whatever the person's own one is. What can be meant in two ways is not
//! guessed ("12/1", "next friday", "tomorrow midnight"): the person is asked again, with examples. The crates that
//! read dates know English alone, or guess.
//!
//! Where the clock skips the time it is the first moment after the gap; where the time happens twice it is the first
//! one that still lies ahead.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;

use super::digest::Schedule;

mod grammar;
mod preset;
mod words;

pub use preset::Preset;

/// How far ahead may a moment be? Further is more likely a mistake in the year.
pub const FURTHEST: TimeDelta = TimeDelta::days(366);

/// More than the longest time that anybody types, in characters.
const LONGEST: usize = 64;

/// Why words are no moment that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// They are none that we know.
    NotUnderstood,
    /// They name a day and no time of it.
    NoTimeOfDay,
    /// It is over.
    Past,
    /// It is further ahead than [`FURTHEST`].
    TooFar,
}

/// The moment that `words` name for somebody in `zone` at `now`: never before `now`.
///
/// A time of day without a day is the next such time; so is a weekday, and a date without a year.
pub fn read(words: &str, zone: Tz, now: DateTime<Utc>) -> Result<DateTime<Utc>, Unusable> {
    if words.chars().nth(LONGEST).is_some() {
        return Err(Unusable::NotUnderstood);
    }
    let tokens = words::tokens(words).ok_or(Unusable::NotUnderstood)?;
    let at = Reader { zone, now }.moment(grammar::parse(&tokens)?)?;
    if at < now {
        Err(Unusable::Past)
    } else if at - now > FURTHEST {
        Err(Unusable::TooFar)
    } else {
        Ok(at)
    }
}

/// What was typed, before it is known for whom and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Now,
    After(TimeDelta),
    At { day: Option<Day>, time: NaiveTime },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// Today and so many days.
    Today(u64),
    /// The next one, be it today.
    Weekday(Weekday),
    /// That of the week after this one; a week begins on Monday.
    NextWeek(Weekday),
    Date {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
}

/// For whom words are read.
#[derive(Clone, Copy)]
struct Reader {
    zone: Tz,
    now: DateTime<Utc>,
}

impl Reader {
    fn moment(self, when: When) -> Result<DateTime<Utc>, Unusable> {
        match when {
            When::Now => Ok(self.now),
            When::After(wait) => self.now.checked_add_signed(wait).ok_or(Unusable::TooFar),
            When::At { day, time } => self.at(day, time),
        }
    }

    fn at(self, day: Option<Day>, time: NaiveTime) -> Result<DateTime<Utc>, Unusable> {
        let today = self.now.with_timezone(&self.zone).date_naive();
        match day {
            // Three days: one of them may not exist.
            None => self.first_ahead(today.iter_days().take(3), time).ok_or(Unusable::NotUnderstood),
            Some(Day::Today(later)) => self.on(today.checked_add_days(Days::new(later)), time),
            Some(Day::Weekday(weekday)) => {
                let days = today.iter_days().filter(|day| day.weekday() == weekday);
                self.first_ahead(days.take(3), time).ok_or(Unusable::NotUnderstood)
            }
            Some(Day::NextWeek(weekday)) => {
                let monday = today.week(Weekday::Mon).checked_first_day();
                let later = 7 + u64::from(weekday.num_days_from_monday());
                self.on(monday.and_then(|monday| monday.checked_add_days(Days::new(later))), time)
            }
            Some(Day::Date { year: Some(year), month, day }) => {
                self.on(NaiveDate::from_ymd_opt(year, month, day), time)
            }
            Some(Day::Date { year: None, month, day }) => {
                let years = [today.year(), today.year() + 1];
                let days = years.into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
                self.first_ahead(days, time).ok_or(Unusable::NotUnderstood)
            }
        }
    }

    /// The first of these days whose `time` lies ahead.
    fn first_ahead(
        self,
        mut days: impl Iterator<Item = NaiveDate>,
        time: NaiveTime,
    ) -> Option<DateTime<Utc>> {
        days.find_map(|day| self.on(Some(day), time).ok())
    }

    /// The `time` of `day`, as long as it lies ahead.
    fn on(self, day: Option<NaiveDate>, time: NaiveTime) -> Result<DateTime<Utc>, Unusable> {
        let day = day.ok_or(Unusable::NotUnderstood)?;
        let times = day.and_time(time).and_local_timezone(self.zone);
        let [first, second] = [times.earliest(), times.latest()].map(|at| at.map(|at| at.to_utc()));
        let minute = u16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default();
        let after_the_gap = || Schedule { zone: self.zone, minute }.moment_on(day);
        let at = first.filter(|first| *first > self.now).or(second).or_else(after_the_gap);
        match at {
            Some(at) if at > self.now => Ok(at),
            Some(_) => Err(Unusable::Past),
            None => Err(Unusable::NotUnderstood),
        }
    }
}

#[cfg(test)]
mod tests;
