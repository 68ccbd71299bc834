//! Quiet hours: a span of the local day, every day, which may cross midnight.
//!
//! They end when the person's clock shows the end, the first time that it does; where the clock skips that minute,
//! at the end of the gap. A clock that goes back over an end makes it quiet again, until it shows the end again.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::digest::minute_of_day;

/// A span of the local day, which may cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute after local midnight, 0–1439.
    pub from_minute: u16,
    /// First minute that is not quiet any more, 0–1439.
    pub until_minute: u16,
}

impl QuietHours {
    /// Whether this minute of the local day is quiet.
    pub fn cover(self, minute: u16) -> bool {
        let Self { from_minute: from, until_minute: until } = self;
        if from <= until { (from..until).contains(&minute) } else { minute >= from || minute < until }
    }

    /// Whether it is quiet at `now` for a person in `zone`.
    pub fn cover_moment(self, zone: Tz, now: DateTime<Utc>) -> bool {
        self.cover(minute_of_day(zone, now))
    }

    /// The first moment after `now` at which they end in `zone`.
    pub fn end_after(self, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.with_timezone(&zone).date_naive();
        // From yesterday: where the clock goes back over midnight, an end of yesterday may still be ahead.
        let days = (today - Days::new(1)).iter_days().take(DAYS_LOOKED_AT);
        let ends = days.flat_map(|day| moments(zone, day, self.until_minute));
        ends.filter(|end| *end > now).min().unwrap_or(now + TimeDelta::days(1))
    }
}

/// Yesterday, today, tomorrow, and one more for where tomorrow does not exist (Samoa, 30 December 2011).
const DAYS_LOOKED_AT: usize = 4;

/// A gap ends on a quarter of an hour and is shorter than a day.
const GAP_STEP: TimeDelta = TimeDelta::minutes(15);
const GAP_STEPS: usize = 96;

/// When the clock of `zone` shows `minute` on `day`: once; twice where it goes back; at the end of the gap where it
/// skips that minute.
fn moments(zone: Tz, day: NaiveDate, minute: u16) -> Vec<DateTime<Utc>> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0).unwrap_or_default();
    let wanted = day.and_time(time).and_local_timezone(zone);
    let mut found: Vec<_> =
        [wanted.earliest(), wanted.latest()].into_iter().flatten().map(|it| it.to_utc()).collect();
    if found.is_empty() {
        // The next quarter of an hour that exists: gaps begin and end on one.
        let quarter = day.and_time(time) - TimeDelta::minutes(i64::from(minute % 15));
        let mut after = (1..=GAP_STEPS).map(|step| quarter + GAP_STEP * i32::try_from(step).unwrap_or(0));
        let end = after.find_map(|local| local.and_local_timezone(zone).earliest());
        found.extend(end.map(|it| it.to_utc()));
    }
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gaps and overlaps at every hour that has them, half hours, quarters, a half-hour shift, a shift over midnight,
    /// summer time interrupted by Ramadan, and none at all.
    const ZONES: [Tz; 12] = [
        Tz::Europe__Berlin,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::Asia__Kathmandu,
        Tz::Asia__Seoul,
        Tz::America__St_Johns,
        Tz::Africa__Casablanca,
        Tz::Asia__Beirut,
        Tz::America__Nuuk,
        Tz::America__Santiago,
        Tz::Africa__Cairo,
        Tz::UTC,
    ];

    const DAY: u16 = 24 * 60;

    fn end(zone: Tz, (from, until): (u16, u16), now: &str) -> String {
        let now = DateTime::parse_from_rfc3339(now).unwrap().to_utc();
        let hours = QuietHours { from_minute: from, until_minute: until };
        assert!(hours.cover_moment(zone, now), "{now} is not quiet in {zone}");
        hours.end_after(zone, now).with_timezone(&zone).format("%F %R %z").to_string()
    }

    #[test]
    fn quiet_hours_may_cross_midnight() {
        let quiet =
            |from_minute, until_minute, minute| QuietHours { from_minute, until_minute }.cover(minute);
        for (minute, expected) in
            [(1319, false), (1320, true), (1439, true), (0, true), (479, true), (480, false)]
        {
            assert_eq!(quiet(1320, 480, minute), expected, "{minute}");
        }
        for (minute, expected) in [(59, false), (60, true), (119, true), (120, false)] {
            assert_eq!(quiet(60, 120, minute), expected, "{minute}");
        }
        assert!(!quiet(60, 60, 60), "an empty span");
    }

    #[test]
    fn a_night_ends_in_the_morning_whichever_side_of_midnight_it_is() {
        let night = (1320, 480);
        assert_eq!(end(Tz::Asia__Seoul, night, "2026-11-22T13:00:00Z"), "2026-11-23 08:00 +0900");
        assert_eq!(end(Tz::Asia__Seoul, night, "2026-11-22T22:59:59Z"), "2026-11-23 08:00 +0900");
        assert_eq!(end(Tz::Asia__Kathmandu, night, "2026-11-22T17:00:00Z"), "2026-11-23 08:00 +0545");
    }

    #[test]
    fn a_night_over_a_change_of_the_clocks_ends_when_the_clock_says_so() {
        let night = (1320, 480);
        assert_eq!(end(Tz::Europe__Berlin, night, "2026-03-28T22:00:00Z"), "2026-03-29 08:00 +0200");
        assert_eq!(end(Tz::Europe__Berlin, night, "2026-10-24T21:00:00Z"), "2026-10-25 08:00 +0100");
    }

    #[test]
    fn an_end_that_the_clock_skips_is_the_end_of_the_gap() {
        assert_eq!(end(Tz::Europe__Berlin, (1320, 150), "2026-03-28T22:00:00Z"), "2026-03-29 03:00 +0200");
        assert_eq!(
            end(Tz::Australia__Lord_Howe, (1320, 135), "2026-10-03T13:00:00Z"),
            "2026-10-04 02:30 +1100"
        );
        // Greenland skips the last hour of a Saturday; the end of the gap is Sunday.
        assert_eq!(end(Tz::America__Nuuk, (1200, 1410), "2026-03-28T23:00:00Z"), "2026-03-29 00:00 -0100");
    }

    #[test]
    fn an_end_that_comes_twice_ends_them_twice() {
        assert_eq!(end(Tz::Europe__Berlin, (1320, 150), "2026-10-24T21:00:00Z"), "2026-10-25 02:30 +0200");
        // 02:10 for the second time.
        assert_eq!(end(Tz::Europe__Berlin, (1320, 150), "2026-10-25T01:10:00Z"), "2026-10-25 02:30 +0100");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn they_end_within_a_day_and_then_it_is_not_quiet(
            zone in 0..ZONES.len(), from in 0..DAY, length in 1..DAY - 120, minutes in 0_i64..2 * 365 * 24 * 60,
        ) {
            let zone = ZONES[zone];
            let hours = QuietHours { from_minute: from, until_minute: (from + length) % DAY };
            let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
            let now = start + TimeDelta::minutes(minutes);
            let end = hours.end_after(zone, now);
            prop_assert!(end > now && end - now <= TimeDelta::hours(25), "{zone}: {now} until {end}");
            prop_assert!(!hours.cover_moment(zone, end), "{hours:?} in {zone}: still quiet at {end}");
            if hours.cover_moment(zone, now) {
                let mut passed = now + TimeDelta::minutes(1);
                while passed < end {
                    let shown = minute_of_day(zone, passed);
                    prop_assert_ne!(shown, hours.until_minute, "{} ended earlier than {}", zone, end);
                    passed += TimeDelta::minutes(1);
                }
            }
        }
    }
}
