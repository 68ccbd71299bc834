//! The daily digest: when the next one comes, and what one says.
//!
//! A person has one digest per local day, at their own minute of it. Where the clock skips that minute it comes
//! at the first moment after the gap; where the minute happens twice, at its first time.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::event::EventData;
use super::failure_code::FailureCode;
use super::week::Week;

/// How close may two digests come when the person has changed their zone in between?
const APART_ACROSS_ZONES: TimeDelta = TimeDelta::hours(12);

/// How many days ahead is a moment looked for? One day may have had its digest, one may be too close to it, and
/// one may not exist at all (Samoa had no 30 December 2011).
const DAYS_AHEAD: usize = 7;

/// How far ahead the next digest is at most: the one of today came just after midnight, tomorrow's comes just
/// before the next, on a day with 25 hours. What is further ahead was written by a clock that was wrong.
pub const FURTHEST_AHEAD: TimeDelta = TimeDelta::hours(50);

/// How long back does a person's first digest look?
pub const FIRST_LOOKS_BACK: TimeDelta = TimeDelta::hours(24);

/// When a person's digest comes: a minute of the day, in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Where the person is.
    pub zone: Tz,
    /// Minutes after local midnight, 0–1439.
    pub minute: u16,
}

/// The latest digest that was written for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastDigest {
    /// When.
    pub at: DateTime<Utc>,
    /// The person's zone then.
    pub zone: Tz,
}

impl Schedule {
    /// The first moment after `after` at which a digest is to come.
    pub fn next(self, after: DateTime<Utc>, last: Option<LastDigest>) -> DateTime<Utc> {
        let today = after.with_timezone(&self.zone).date_naive();
        // From yesterday: where the clock goes back over midnight, a moment of yesterday may still be ahead.
        let days = (today - Days::new(1)).iter_days().take(DAYS_AHEAD);
        days.filter_map(|day| self.moment_on(day))
            .find(|moment| *moment > after && self.allows(*moment, last))
            .unwrap_or(after + TimeDelta::days(1))
    }

    /// Whether a digest may come at `moment`: not on a day that had one, and not within twelve hours of one that
    /// came in another zone.
    pub fn allows(self, moment: DateTime<Utc>, last: Option<LastDigest>) -> bool {
        let Some(last) = last else { return true };
        let day = |at: DateTime<Utc>| at.with_timezone(&self.zone).date_naive();
        let far_enough = last.zone == self.zone || (moment - last.at).abs() >= APART_ACROSS_ZONES;
        far_enough && day(moment) != day(last.at)
    }

    /// The digest's moment on the local day `day`; `None` where that day does not exist.
    pub(super) fn moment_on(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let wanted = time_of_day(self.minute);
        let first = |time: NaiveTime| day.and_time(time).and_local_timezone(self.zone).earliest();
        if let Some(moment) = first(wanted) {
            return Some(moment.to_utc());
        }
        // In a gap. One that reaches the end of the day leaves nothing after it: then the last minute before.
        let minute_after = |minute: &u16| first(time_of_day(*minute));
        let after = (self.minute..MINUTES_A_DAY).find_map(|minute| minute_after(&minute));
        let before = || (0..self.minute).rev().find_map(|minute| minute_after(&minute));
        after.or_else(before).map(|moment| moment.to_utc())
    }
}

const MINUTES_A_DAY: u16 = 24 * 60;

/// The next local midnight; where the clock skips it, the end of the gap.
pub fn next_midnight(zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    Schedule { zone, minute: 0 }.next(now, None)
}

/// The first moment of the local day `day`; for a day that does not exist, that of the next one that does.
pub fn start_of_day(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let days = day.iter_days().take(DAYS_AHEAD);
    let first = days.filter_map(|day| Schedule { zone, minute: 0 }.moment_on(day)).next();
    first.unwrap_or_else(|| day.and_time(NaiveTime::MIN).and_utc())
}

/// The minute of the local day.
pub fn minute_of_day(zone: Tz, now: DateTime<Utc>) -> u16 {
    let time = now.with_timezone(&zone).time();
    u16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}

fn time_of_day(minute: u16) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0).unwrap_or_default()
}

/// Since when a digest counts: since the last one of this link, else since a day ago.
pub fn counts_since(
    last: Option<DateTime<Utc>>,
    linked_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    // A last one that lies ahead was written by a clock that was wrong.
    let last = last.filter(|last| *last <= now && linked_at.is_none_or(|linked_at| linked_at <= *last));
    last.unwrap_or(now - FIRST_LOOKS_BACK)
}

/// What a digest's row keeps: all that is told is looked up when it is sent. It ends when the row was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestSpan {
    /// What it counts was heard of after this.
    pub since: DateTime<Utc>,
}

/// What a digest tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DigestNews {
    /// Posts that went out.
    pub published: u64,
    /// Posts that did not.
    pub failed: u64,
    /// Why they did not, most frequent first; the rare ones of many may be missing.
    pub causes: Vec<Cause>,
    /// Posts that go out before the local day ends.
    pub coming_up: u64,
    /// The first of them.
    pub posts: Vec<ComingUp>,
    /// The week that ended, once a week.
    pub week: Option<Week>,
}

impl DigestNews {
    /// Whether the day has nothing to tell; the week that ended may have.
    pub fn is_quiet(&self) -> bool {
        self.published == 0 && self.failed == 0 && self.coming_up == 0
    }

    /// Whether there is nothing to tell at all.
    pub fn is_empty(&self) -> bool {
        self.is_quiet() && self.week.as_ref().is_none_or(Week::is_empty)
    }
}

/// Why some posts did not go out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// The platform's id of the network.
    pub network: String,
    /// The class of the failure, told in the reader's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<FailureCode>,
    /// Why, in the platform's words, where there is no class; none where it gave none.
    pub error: Option<String>,
    /// How many posts.
    pub posts: u64,
}

impl Cause {
    /// Why the one post did not go out of which `data` tells, in at most so many characters of the platform's words.
    pub fn of(data: &EventData, longest: usize) -> Self {
        let code = data.error_code;
        let words = data.error.as_deref().filter(|_| code.is_none());
        let error = words.map(|words| words.chars().take(longest).collect());
        Self { network: data.network.clone().unwrap_or_default(), code, error, posts: 1 }
    }
}

/// A post that will go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComingUp {
    /// When.
    pub at: DateTime<Utc>,
    /// Where: the platform's id of the network.
    pub network: String,
    /// How it begins.
    pub text: String,
}

#[cfg(test)]
mod tests;
