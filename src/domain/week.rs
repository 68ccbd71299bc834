//! A person's week, Monday to Sunday where they are: which one a digest looks back on, and how their posts went in it.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::digest::start_of_day;

/// A calendar week in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekSpan {
    /// Its Monday.
    pub first_day: NaiveDate,
    /// Where.
    pub zone: Tz,
}

impl WeekSpan {
    /// The week that a digest written at `at`, which counts from `since`, looks back on: the one before, when it is
    /// the first digest since Monday began. That is Monday's; the next one, where Monday's could not be sent.
    pub fn looked_back_on(zone: Tz, since: DateTime<Utc>, at: DateTime<Utc>) -> Option<Self> {
        let today = at.with_timezone(&zone).date_naive();
        let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        let first_since = since < start_of_day(zone, monday);
        first_since.then_some(Self { first_day: monday - Days::new(7), zone })
    }

    /// The moments at which its days begin, and the end of the last: each day is from its own until the next.
    pub fn bounds(self) -> [DateTime<Utc>; 8] {
        [0, 1, 2, 3, 4, 5, 6, 7].map(|day| start_of_day(self.zone, self.first_day + Days::new(day)))
    }
}

/// How a week's posts went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub first_day: NaiveDate,
    /// Monday to Sunday.
    pub days: [Outcomes; 7],
}

/// How many posts ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Went out.
    pub published: u64,
    /// Did not.
    pub failed: u64,
    /// May have.
    pub unconfirmed: u64,
}

impl Week {
    /// The whole week.
    pub fn total(&self) -> Outcomes {
        self.days.iter().fold(Outcomes::default(), |sum, day| Outcomes {
            published: sum.published.saturating_add(day.published),
            failed: sum.failed.saturating_add(day.failed),
            unconfirmed: sum.unconfirmed.saturating_add(day.unconfirmed),
        })
    }

    /// Whether nothing happened in it.
    pub fn is_empty(&self) -> bool {
        self.total() == Outcomes::default()
    }
}

impl Outcomes {
    /// However they ended.
    pub fn posts(self) -> u64 {
        self.published.saturating_add(self.failed).saturating_add(self.unconfirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: &str) -> DateTime<Utc> {
        moment.parse().unwrap()
    }

    fn looked_back_on(zone: Tz, since: &str, now: &str) -> Option<String> {
        WeekSpan::looked_back_on(zone, at(since), at(now)).map(|week| week.first_day.to_string())
    }

    #[test]
    fn mondays_digest_looks_back_on_the_week_that_ended_where_the_person_is() {
        // 2026-11-23 is a Monday; in Seoul it begins at 15:00 UTC on Sunday.
        let seoul = Tz::Asia__Seoul;
        let monday = looked_back_on(seoul, "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
        assert_eq!(monday.as_deref(), Some("2026-11-16"));
        assert_eq!(looked_back_on(seoul, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"), None, "Tuesday");
        assert_eq!(looked_back_on(seoul, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"), None, "Sunday");
        let new_york = Tz::America__New_York;
        assert_eq!(
            looked_back_on(new_york, "2026-11-22T02:00:00Z", "2026-11-23T02:00:00Z"),
            None,
            "still Sunday there, at 21:00"
        );
    }

    #[test]
    fn a_monday_without_a_digest_is_made_up_for_by_the_next_one() {
        let tuesday = looked_back_on(Tz::UTC, "2026-11-22T09:00:00Z", "2026-11-24T09:00:00Z");
        assert_eq!(tuesday.as_deref(), Some("2026-11-16"));
    }

    #[test]
    fn the_week_of_a_change_of_the_clocks_has_a_day_of_another_length() {
        let first_day = NaiveDate::from_ymd_opt(2026, 10, 26).unwrap();
        let bounds = WeekSpan { first_day, zone: Tz::America__New_York }.bounds();
        assert_eq!(bounds[0], at("2026-10-26T04:00:00Z"));
        let hours: Vec<i64> = bounds.windows(2).map(|day| (day[1] - day[0]).num_hours()).collect();
        assert_eq!(hours, [24, 24, 24, 24, 24, 24, 25], "New York falls back on Sunday, November 1");
    }

    #[test]
    fn a_day_that_does_not_exist_is_empty() {
        // Samoa went from Thursday, December 29, to Saturday, December 31, 2011.
        let first_day = NaiveDate::from_ymd_opt(2011, 12, 26).unwrap();
        let bounds = WeekSpan { first_day, zone: Tz::Pacific__Apia }.bounds();
        let hours: Vec<i64> = bounds.windows(2).map(|day| (day[1] - day[0]).num_hours()).collect();
        assert_eq!(hours, [24, 24, 24, 24, 0, 24, 24]);
    }
}
