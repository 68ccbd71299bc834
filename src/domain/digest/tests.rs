//! One digest per local day, whatever the clocks do.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use proptest::prelude::*;

use super::*;

/// Gaps and overlaps at every hour that has them, half hours, quarters, a half-hour shift, a shift over midnight,
/// summer time interrupted by Ramadan, and none at all.
const ZONES: [Tz; 13] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::Asia__Seoul,
    Tz::America__St_Johns,
    Tz::Africa__Casablanca,
    Tz::Asia__Beirut,
    Tz::Pacific__Apia,
    Tz::America__Nuuk,
    Tz::America__Santiago,
    Tz::Africa__Cairo,
    Tz::UTC,
];

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn next(zone: Tz, time: (u16, u16), after: &str) -> String {
    let moment = Schedule { zone, minute: time.0 * 60 + time.1 }.next(at(after), None);
    moment.with_timezone(&zone).format("%F %R %z").to_string()
}

fn day(zone: Tz, moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&zone).date_naive()
}

/// The local days from `from` on for two years, each with the digests that came on it, when each digest is
/// written `late` after its moment.
fn two_years(zone: Tz, minute: u16, from: &str, late: TimeDelta) -> BTreeMap<NaiveDate, Vec<DateTime<Utc>>> {
    let schedule = Schedule { zone, minute };
    let start = at(from);
    let (mut last, mut digests) = (None, BTreeMap::<_, Vec<_>>::new());
    let mut moment = schedule.next(start, last);
    while moment < start + TimeDelta::days(730) {
        let written = moment + late;
        digests.entry(day(zone, written)).or_default().push(moment);
        last = Some(LastDigest { at: written, zone });
        let next = schedule.next(written, last);
        assert!(next > written && next - written <= FURTHEST_AHEAD, "{zone}: {written}, then {next}");
        moment = next;
    }
    digests
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn fault_13_there_is_one_digest_on_every_local_day_of_two_years(minute in 0..MINUTES_A_DAY, zone in 0..ZONES.len()) {
        let zone = ZONES[zone];
        let digests = two_years(zone, minute, "2026-01-01T00:00:00Z", TimeDelta::zero());
        let (first, end) = (*digests.keys().next().unwrap(), *digests.keys().next_back().unwrap());
        for day in first.iter_days().take_while(|day| *day <= end) {
            prop_assert_eq!(digests.get(&day).map(Vec::len), Some(1), "{} on {}", zone, day);
        }
        prop_assert!(digests.len() >= 729);
    }

    #[test]
    fn a_digest_comes_at_its_minute_unless_the_clock_skips_it(minute in 0..MINUTES_A_DAY, zone in 0..ZONES.len()) {
        let zone = ZONES[zone];
        for (day, digests) in two_years(zone, minute, "2026-01-01T00:00:00Z", TimeDelta::zero()) {
            let wanted = day.and_time(time_of_day(minute));
            match wanted.and_local_timezone(zone).earliest() {
                Some(moment) => prop_assert_eq!(digests[0], moment.to_utc(), "the first of them"),
                // No gap of today's zones is longer than an hour.
                None => prop_assert!((digests[0].with_timezone(&zone).naive_local() - wanted).abs() <= TimeDelta::hours(1)),
            }
        }
    }

    #[test]
    fn digests_that_are_late_are_never_two_on_one_day(
        minute in 0..MINUTES_A_DAY, zone in 0..ZONES.len(), late in 0_i64..4 * 24 * 60,
    ) {
        let zone = ZONES[zone];
        for (day, digests) in two_years(zone, minute, "2026-01-01T00:00:00Z", TimeDelta::minutes(late)) {
            prop_assert_eq!(digests.len(), 1, "{} on {}", zone, day);
        }
    }

    #[test]
    fn a_traveller_never_gets_two_within_twelve_hours(
        minute in 0..MINUTES_A_DAY,
        journeys in prop::collection::vec((0..ZONES.len(), 1_i64..3 * 24 * 60), 1..40),
    ) {
        let (mut now, mut last) = (at("2026-03-01T00:00:00Z"), None::<LastDigest>);
        for (zone, stay) in journeys {
            let schedule = Schedule { zone: ZONES[zone], minute };
            let leaves = now + TimeDelta::minutes(stay);
            loop {
                let moment = schedule.next(now, last);
                if moment > leaves {
                    break;
                }
                if let Some(last) = last {
                    prop_assert!(moment - last.at >= TimeDelta::hours(12), "{last:?}, then {moment} {schedule:?}");
                    prop_assert_ne!(day(schedule.zone, last.at), day(schedule.zone, moment));
                }
                (now, last) = (moment, Some(LastDigest { at: moment, zone: schedule.zone }));
            }
            now = leaves;
        }
    }

    #[test]
    fn the_next_one_is_ahead_whatever_the_clock_said_before(
        minute in 0..MINUTES_A_DAY, zone in 0..ZONES.len(), other in 0..ZONES.len(), jump in -60_i64 * 24 * 60..60 * 24 * 60,
    ) {
        let now = at("2026-10-20T12:00:00Z");
        let last = LastDigest { at: now + TimeDelta::minutes(jump), zone: ZONES[other] };
        let next = Schedule { zone: ZONES[zone], minute }.next(now, Some(last));
        prop_assert!(next > now && next - now <= TimeDelta::hours(75));
    }
}

#[test]
fn the_minute_that_the_clock_skips_is_the_end_of_the_gap() {
    assert_eq!(next(Tz::Europe__Berlin, (2, 30), "2026-03-28T12:00:00Z"), "2026-03-29 03:00 +0200");
    assert_eq!(next(Tz::America__New_York, (2, 0), "2026-03-07T12:00:00Z"), "2026-03-08 03:00 -0400");
    assert_eq!(next(Tz::Australia__Lord_Howe, (2, 15), "2026-10-03T12:00:00Z"), "2026-10-04 02:30 +1100");
    assert_eq!(next(Tz::Asia__Beirut, (0, 0), "2026-03-28T12:00:00Z"), "2026-03-29 01:00 +0300");
}

#[test]
fn a_gap_that_ends_with_the_day_leaves_the_minute_before_it() {
    // Greenland skips 23:00–24:00 of a Saturday: a digest on Sunday would be Sunday's second.
    assert_eq!(next(Tz::America__Nuuk, (23, 30), "2026-03-28T12:00:00Z"), "2026-03-28 22:59 -0200");
    assert_eq!(next(Tz::America__Nuuk, (23, 30), "2026-03-29T01:00:00Z"), "2026-03-29 23:30 -0100");
}

#[test]
fn the_minute_that_comes_twice_counts_the_first_time() {
    assert_eq!(next(Tz::Europe__Berlin, (2, 30), "2026-10-24T12:00:00Z"), "2026-10-25 02:30 +0200");
    assert_eq!(next(Tz::Europe__Berlin, (2, 30), "2026-10-25T00:30:00Z"), "2026-10-26 02:30 +0100");
    assert_eq!(next(Tz::Australia__Lord_Howe, (1, 45), "2026-04-04T12:00:00Z"), "2026-04-05 01:45 +1100");
    assert_eq!(next(Tz::Asia__Beirut, (23, 30), "2026-10-24T12:00:00Z"), "2026-10-24 23:30 +0300");
}

#[test]
fn a_day_that_does_not_exist_has_no_digest() {
    // Samoa went from Thursday to Saturday.
    assert_eq!(next(Tz::Pacific__Apia, (9, 0), "2011-12-29T20:00:00Z"), "2011-12-31 09:00 +1400");
    let days: Vec<_> = two_years(Tz::Pacific__Apia, 540, "2011-12-25T00:00:00Z", TimeDelta::zero())
        .into_keys()
        .take(8)
        .map(|day| day.day())
        .collect();
    assert_eq!(days, [25, 26, 27, 28, 29, 31, 1, 2]);
}

#[test]
fn a_day_that_had_its_digest_has_no_other_hour() {
    let schedule = Schedule { zone: Tz::Asia__Seoul, minute: 20 * 60 };
    let last = LastDigest { at: at("2026-11-22T00:00:00Z"), zone: Tz::Asia__Seoul };
    assert_eq!(schedule.next(at("2026-11-22T01:00:00Z"), Some(last)), at("2026-11-23T11:00:00Z"));
    assert_eq!(schedule.next(at("2026-11-22T01:00:00Z"), None), at("2026-11-22T11:00:00Z"));
}

#[test]
fn a_flight_to_seoul_skips_the_digest_that_would_follow_at_once() {
    // 09:00 in New York, ten hours before 09:00 in Seoul.
    let last = LastDigest { at: at("2026-11-22T14:00:00Z"), zone: Tz::America__New_York };
    let seoul = Schedule { zone: Tz::Asia__Seoul, minute: 540 };
    assert_eq!(seoul.next(at("2026-11-22T15:00:00Z"), Some(last)), at("2026-11-24T00:00:00Z"));
}

#[test]
fn midnight_is_the_end_of_the_local_day() {
    assert_eq!(next_midnight(Tz::Asia__Kathmandu, at("2026-11-22T18:20:00Z")), at("2026-11-23T18:15:00Z"));
    assert_eq!(next_midnight(Tz::Asia__Beirut, at("2026-03-28T12:00:00Z")), at("2026-03-28T22:00:00Z"));
    assert_eq!(minute_of_day(Tz::Asia__Kathmandu, at("2026-11-22T18:20:00Z")), 5);
}

#[test]
fn a_digest_counts_since_the_last_one_of_its_link() {
    let [now, last, linked] =
        ["2026-11-22T09:00:00Z", "2026-11-19T09:00:00Z", "2026-11-01T00:00:00Z"].map(at);
    assert_eq!(counts_since(Some(last), Some(linked), now), last);
    let a_day_ago = now - TimeDelta::hours(24);
    assert_eq!(counts_since(None, Some(linked), now), a_day_ago);
    assert_eq!(
        counts_since(Some(linked - TimeDelta::days(9)), Some(linked), now),
        a_day_ago,
        "an earlier link"
    );
    assert_eq!(
        counts_since(Some(now + TimeDelta::days(9)), Some(linked), now),
        a_day_ago,
        "a clock set back"
    );
}
