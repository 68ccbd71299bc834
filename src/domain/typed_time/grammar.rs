//! How words make a time: a wait, or a day and a time of it in any order.

use chrono::{NaiveTime, TimeDelta};

use super::words::{Half, Token, Unit, Word};
use super::{Day, Unusable, When};
use Token::{Mark, Number, Word as W};

/// What `tokens` say, all of them.
pub(super) fn parse(tokens: &[Token]) -> Result<When, Unusable> {
    match tokens {
        [W(Word::Now)] => Ok(When::Now),
        [W(Word::In), wait @ ..] | [wait @ .., W(Word::Later)] => {
            waited(wait).map(When::After).ok_or(Unusable::NotUnderstood)
        }
        _ => Parts::of(tokens).ok_or(Unusable::NotUnderstood)?.when(),
    }
}

/// "2 hours 30 minutes", "1시간 반".
fn waited(mut tokens: &[Token]) -> Option<TimeDelta> {
    let mut wait = TimeDelta::zero();
    while let [Number(count, _), W(unit), rest @ ..] = tokens {
        let unit = match unit {
            Word::Unit(unit) => *unit,
            Word::DayOrSunday => Unit::Day,
            _ => return None,
        };
        wait = wait.checked_add(&unit.times(*count)?)?;
        tokens = rest;
        if let (Unit::Hour, [W(Word::AndAHalf), rest @ ..]) = (unit, tokens) {
            wait = wait.checked_add(&TimeDelta::minutes(30))?;
            tokens = rest;
        }
    }
    (tokens.is_empty() && wait > TimeDelta::zero()).then_some(wait)
}

/// A time of day as it was written.
#[derive(Clone, Copy)]
enum Written {
    /// "9", which alone is anything.
    Bare(u32),
    /// "9:30", "9시 반"
    Clock(u32, u32),
    Noon,
    Midnight,
}

/// What a day and its time are made of, each at most once.
#[derive(Default)]
struct Parts {
    day: Option<Day>,
    time: Option<Written>,
    half: Option<Half>,
}

impl Parts {
    fn of(mut tokens: &[Token]) -> Option<Self> {
        let mut parts = Self::default();
        while !tokens.is_empty() {
            tokens = parts.take(tokens)?;
        }
        Some(parts)
    }

    /// Takes one part; what is left. `None` when it is none, or one that was there.
    fn take<'a>(&mut self, tokens: &'a [Token]) -> Option<&'a [Token]> {
        if let [W(Word::Half(half)), rest @ ..] = tokens {
            return self.half.replace(*half).is_none().then_some(rest);
        }
        if let Some((day, rest)) = named_day(tokens).or_else(|| date(tokens)) {
            return self.day.replace(day).is_none().then_some(rest);
        }
        let (time, rest) = time(tokens)?;
        self.time.replace(time).is_none().then_some(rest)
    }

    fn when(self) -> Result<When, Unusable> {
        let day = self.day;
        let (hour, minute) = match self.time {
            None if day.is_some() => return Err(Unusable::NoTimeOfDay),
            None => return Err(Unusable::NotUnderstood),
            Some(Written::Bare(_)) if day.is_none() && self.half.is_none() => {
                return Err(Unusable::NotUnderstood);
            }
            // Whether a day begins or ends with it, people do not agree on.
            Some(Written::Midnight) if day.is_some() || self.half.is_some() => {
                return Err(Unusable::NotUnderstood);
            }
            Some(Written::Midnight) => (0, 0),
            Some(Written::Noon) => (12, 0),
            Some(Written::Bare(hour)) => (hour, 0),
            Some(Written::Clock(hour, minute)) => (hour, minute),
        };
        let hour = on_24_hours(hour, self.half);
        let time = hour.and_then(|hour| NaiveTime::from_hms_opt(hour, minute, 0));
        Ok(When::At { day, time: time.ok_or(Unusable::NotUnderstood)? })
    }
}

/// Today, a weekday, a weekday of the next week.
fn named_day(tokens: &[Token]) -> Option<(Day, &[Token])> {
    if let [W(Word::Next), W(Word::Unit(Unit::Week)), rest @ ..] = tokens {
        return match named_day(rest)? {
            (Day::Weekday(weekday), rest) => Some((Day::NextWeek(weekday), rest)),
            _ => None,
        };
    }
    Some(match tokens {
        [W(Word::Today(later)), rest @ ..] => (Day::Today(*later), rest),
        [W(Word::Unit(Unit::Day)), W(Word::After), W(Word::Today(1)), rest @ ..] => (Day::Today(2), rest),
        [W(Word::Weekday(weekday)), rest @ ..] => (Day::Weekday(*weekday), rest),
        [W(Word::MonthOrMonday), rest @ ..] => (Day::Weekday(chrono::Weekday::Mon), rest),
        [W(Word::DayOrSunday), rest @ ..] => (Day::Weekday(chrono::Weekday::Sun), rest),
        _ => return None,
    })
}

/// "2026-12-01", "2026. 12. 1.", "1 Dec 2026", "Dec 1", "12월 1일".
fn date(tokens: &[Token]) -> Option<(Day, &[Token])> {
    let year_of = |year: u32| i32::try_from(year).ok();
    let dated = |year, month, day| Day::Date { year, month, day };
    Some(match tokens {
        [
            Number(year, 4),
            Mark('.'),
            Number(month, 1 | 2),
            Mark('.'),
            Number(day, 1 | 2),
            Mark('.'),
            rest @ ..,
        ] => (dated(year_of(*year), *month, *day), rest),
        [Number(year, 4), Mark(one), Number(month, 1 | 2), Mark(two), Number(day, 1 | 2), rest @ ..]
            if one == two && *one != ':' =>
        {
            (dated(year_of(*year), *month, *day), rest)
        }
        [Number(year, 4), W(Word::Year), rest @ ..] => {
            let ((month, day), rest) = korean_date(rest)?;
            (dated(year_of(*year), month, day), rest)
        }
        [Number(day, 1 | 2), W(Word::Month(month)), Number(year, 4), rest @ ..]
        | [W(Word::Month(month)), Number(day, 1 | 2), Number(year, 4), rest @ ..] => {
            (dated(year_of(*year), *month, *day), rest)
        }
        [Number(day, 1 | 2), W(Word::Month(month)), rest @ ..] => (dated(None, *month, *day), rest),
        // "Dec 9:00" names no day.
        [W(Word::Month(_)), Number(..), Mark(':'), ..] => return None,
        [W(Word::Month(month)), Number(day, 1 | 2), rest @ ..] => (dated(None, *month, *day), rest),
        _ => {
            let ((month, day), rest) = korean_date(tokens)?;
            (dated(None, month, day), rest)
        }
    })
}

/// "12월 1일".
fn korean_date(tokens: &[Token]) -> Option<((u32, u32), &[Token])> {
    match tokens {
        [Number(month, _), W(Word::MonthOrMonday), Number(day, _), W(Word::DayOrSunday), rest @ ..] => {
            Some(((*month, *day), rest))
        }
        _ => None,
    }
}

fn time(tokens: &[Token]) -> Option<(Written, &[Token])> {
    Some(match tokens {
        [Number(hour, 1 | 2), Mark(':'), Number(minute, 2), rest @ ..]
        | [Number(hour, _), W(Word::OClock), Number(minute, _), W(Word::Unit(Unit::Minute)), rest @ ..] => {
            (Written::Clock(*hour, *minute), rest)
        }
        [Number(hour, _), W(Word::OClock), W(Word::AndAHalf), rest @ ..] => (Written::Clock(*hour, 30), rest),
        [Number(hour, _), W(Word::OClock), rest @ ..] => (Written::Clock(*hour, 0), rest),
        [W(Word::Noon), rest @ ..] => (Written::Noon, rest),
        [W(Word::Midnight), rest @ ..] => (Written::Midnight, rest),
        [Number(hour, 1 | 2), rest @ ..] => (Written::Bare(*hour), rest),
        _ => return None,
    })
}

/// The hour of 24; `None` where there is no such hour in that half of the day.
fn on_24_hours(hour: u32, half: Option<Half>) -> Option<u32> {
    match (half, hour) {
        (None, 0..=23) | (Some(Half::Afternoon | Half::Evening), 13..=23) => Some(hour),
        (Some(Half::Morning), 0..=12) => Some(hour % 12),
        (Some(Half::Afternoon), 1..=12) => Some(hour % 12 + 12),
        (Some(Half::Evening), 5..=11) => Some(hour + 12),
        _ => None,
    }
}
