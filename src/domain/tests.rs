//! A year of a person's days, with everything that decides when they hear of something: what happens, their nights,
//! their digest, and what is told together.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::account::{BatchWindow, Digest, Preferences, QuietHours, Settings};
use super::digest::{DigestSpan, LastDigest, Schedule};
use super::event::{Event, EventData, EventKind};
use super::holding::{DIGEST_NEAR, HoldReason};
use super::notification::{NewNotification, State};

/// An hour that is skipped and one that comes twice, on either half of the year; half an hour; two hours; three
/// quarters off; the first zone of a day; and two whose clocks never change.
const ZONES: [Tz; 8] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::Asia__Seoul,
    Tz::Pacific__Apia,
    Tz::America__St_Johns,
    Tz::Antarctica__Troll,
];

/// As often as the timetable looks, but for speed: no rule is finer than this.
const STEP: TimeDelta = TimeDelta::minutes(5);

/// Somebody in `zone` who sleeps and reads a digest at these minutes of the day.
fn person(zone: Tz, (from_minute, until_minute): (u16, u16), digest_minute: u16) -> Settings {
    Settings {
        account: "mina".into(),
        account_name: "Mina’s Bakery".into(),
        account_email_masked: None,
        chat_id: Some(7),
        enabled: true,
        disabled: None,
        chosen_language: None,
        telegram_language: None,
        zone: Some(zone),
        digest: Digest { enabled: true, minute: digest_minute, when_empty: false },
        preferences: Preferences { published: super::account::Delivery::On, ..Preferences::default() },
        quiet_hours: Some(QuietHours { from_minute, until_minute }),
        muted_until: None,
        batch_published: BatchWindow::Off,
        late_posts_minutes: None,
        has_places: false,
        linked_at: None,
    }
}

/// What reached the person.
#[derive(Default)]
struct Year {
    happened: usize,
    /// How many events were told, by whatever message.
    told: usize,
    /// Messages that made a sound though it was quiet.
    woken: Vec<DateTime<Utc>>,
    /// Messages at night about nothing to mend.
    untimely: Vec<DateTime<Utc>>,
    digests: BTreeMap<NaiveDate, u32>,
    /// Messages that told what the night held, by the day on which they came.
    catch_ups: BTreeMap<NaiveDate, u32>,
    longest_wait: TimeDelta,
}

impl Year {
    fn tells(&mut self, settings: &Settings, row: &NewNotification, now: DateTime<Utc>) {
        self.told += 1;
        self.longest_wait = self.longest_wait.max(now - row.event_at);
        if settings.is_quiet_at(now) && !row.silent {
            self.woken.push(now);
        }
    }
}

/// Lives a year: a post goes out every 25 minutes and one fails every 7 hours.
fn year(settings: &Settings) -> Year {
    let zone = settings.zone.expect("a zone");
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().expect("a moment");
    let schedule = Schedule { zone, minute: settings.digest.minute };
    let day = |moment: DateTime<Utc>| moment.with_timezone(&zone).date_naive();
    let (mut year, mut waiting) = (Year::default(), Vec::<NewNotification>::new());
    let mut next = schedule.next(start, None);
    let mut now = start;
    // Two days more, for what waits at the end.
    while now < start + TimeDelta::days(367) {
        let minute = (now - start).num_minutes();
        for (kind, each) in [(EventKind::PostPublished, 25), (EventKind::PostFailed, 420)] {
            if minute % each == 0 && minute < 365 * 24 * 60 {
                let event = Event {
                    kind,
                    account: "mina".into(),
                    at: Some(now),
                    data: EventData::default(),
                    post: None,
                };
                let row = NewNotification::for_event(&event, Some(settings), now);
                assert_eq!(row.state, State::Pending, "{now}");
                waiting.push(row);
                year.happened += 1;
            }
        }
        if next <= now {
            *year.digests.entry(day(now)).or_default() += 1;
            let digest = NewNotification::digest(settings, 7, DigestSpan { since: start }, now);
            assert!(digest.silent || !settings.is_quiet_at(now), "a digest wakes somebody at {now}");
            // What is due soon after it goes with it, but for what has to be mended.
            let (carried, others) = waiting.into_iter().partition(|row: &NewNotification| {
                row.reason.is_some() && row.due_at <= now + DIGEST_NEAR && row.kind.urgency() > 0
            });
            waiting = others;
            carried
                .iter()
                .for_each(|row| year.tells(settings, &NewNotification { silent: true, ..row.clone() }, now));
            next = schedule.next(now, Some(LastDigest { at: now, zone }));
        }
        let (due, others): (Vec<_>, _) = waiting.into_iter().partition(|row| row.due_at <= now);
        waiting = others;
        if due.iter().any(|row| row.reason == Some(HoldReason::QuietHours.as_str())) {
            *year.catch_ups.entry(day(now)).or_default() += 1;
        }
        for row in &due {
            year.tells(settings, row, now);
            if settings.is_quiet_at(now) && row.kind.urgency() > 0 {
                year.untimely.push(now);
            }
        }
        now += STEP;
    }
    assert!(waiting.is_empty(), "{zone}: some of the year is never told");
    year
}

/// What is true of every person's year.
fn well_lived(settings: &Settings) -> Year {
    let (zone, year) = (settings.zone.expect("a zone"), year(settings));
    let context = format!("{zone}, quiet {:?}, digest at {}", settings.quiet_hours, settings.digest.minute);
    assert_eq!(year.told, year.happened, "{context}: each event is told once");
    assert_eq!(year.woken, Vec::<DateTime<Utc>>::new(), "{context}: it is quiet when it is quiet");
    assert_eq!(year.untimely, Vec::<DateTime<Utc>>::new(), "{context}: nights are for what has to be mended");
    let first = year.digests.keys().next().copied().expect("a digest");
    for day in first.iter_days().take(365) {
        assert_eq!(year.digests.get(&day), Some(&1), "{context}: digests on {day}");
    }
    year
}

#[test]
fn a_year_in_which_the_digest_brings_what_the_night_held() {
    for zone in ZONES {
        let year = well_lived(&person(zone, (22 * 60, 8 * 60), 8 * 60 + 30));
        assert!(year.catch_ups.is_empty(), "{zone}: the digest is near enough on {:?}", year.catch_ups);
        // A night, the half hour to the digest, and the two hours that Troll's autumn adds.
        assert!(year.longest_wait <= TimeDelta::minutes(12 * 60 + 35), "{zone}: {}", year.longest_wait);
    }
}

#[test]
fn a_year_in_which_each_night_has_its_catch_up() {
    for zone in ZONES {
        let year = well_lived(&person(zone, (22 * 60, 8 * 60), 12 * 60));
        assert!(year.catch_ups.values().all(|count| *count == 1), "{zone}: one message a night");
        assert!((364..=367).contains(&year.catch_ups.len()), "{zone}: {} nights", year.catch_ups.len());
    }
}

#[test]
fn a_year_whose_nights_end_in_the_hour_that_clocks_skip() {
    for zone in ZONES {
        for (until, digest) in [(150, 165), (150, 600), (120, 120), (90, 1_435)] {
            let year = well_lived(&person(zone, (22 * 60, until), digest));
            // An hour that comes twice may be quiet twice.
            let twice = year.catch_ups.values().filter(|count| **count > 1).count();
            assert!(twice <= 1, "{zone}, until {until}: {twice} nights told twice");
        }
    }
}
