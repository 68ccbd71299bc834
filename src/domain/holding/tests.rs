//! Who sleeps, is muted or gathers hears of things at the right moment.

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::account::{BatchWindow, Digest, Preferences, QuietHours};

const ZONES: [Tz; 6] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::Asia__Seoul,
    Tz::Asia__Beirut,
];

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Somebody in Seoul whose nights are from 22:00 to 08:00, without a digest.
fn sleeper() -> Settings {
    Settings {
        account: "mina".into(),
        account_name: "Mina’s Bakery".into(),
        account_email_masked: None,
        chat_id: Some(7),
        enabled: true,
        disabled: None,
        chosen_language: None,
        telegram_language: None,
        zone: Some(Tz::Asia__Seoul),
        digest: Digest { enabled: false, minute: 540, when_empty: false },
        preferences: Preferences::default(),
        quiet_hours: Some(QuietHours { from_minute: 1320, until_minute: 480 }),
        muted_until: None,
        batch_published: BatchWindow::Off,
        late_posts_minutes: None,
        has_places: false,
        linked_at: None,
    }
}

fn held(settings: &Settings, kind: EventKind, now: &str) -> Option<(String, HoldReason)> {
    let hold = settings.hold(kind, at(now))?;
    Some((hold.until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), hold.reason))
}

#[test]
fn a_night_holds_what_is_not_urgent() {
    let night = "2026-11-22T14:00:00Z";
    let morning = Some(("2026-11-22T23:00:00Z".to_owned(), HoldReason::QuietHours));
    for kind in EventKind::ALL {
        let expected = if kind.is_urgent() { None } else { morning.clone() };
        assert_eq!(held(&sleeper(), kind, night), expected, "{kind:?} at night");
        assert_eq!(held(&sleeper(), kind, "2026-11-22T05:00:00Z"), None, "{kind:?} by day");
    }
    assert!(sleeper().is_silent(EventKind::PostFailed, at(night)), "a failure passes, silently");
    assert!(!sleeper().is_silent(EventKind::PostFailed, at("2026-11-22T05:00:00Z")));
}

#[test]
fn nobody_knows_when_it_is_night_in_an_unknown_zone() {
    let nowhere = Settings { zone: None, ..sleeper() };
    for hour in 0..24 {
        let now = at("2026-11-22T00:00:00Z") + TimeDelta::hours(hour);
        assert_eq!(nowhere.hold(EventKind::PostPublished, now), None, "{now}");
        assert!(!nowhere.is_quiet_at(now), "{now}");
    }
}

#[test]
fn a_digest_soon_after_the_night_is_waited_for() {
    for (minute, due) in [
        (420, "2026-11-22T23:00:00Z"),
        (480, "2026-11-22T23:02:00Z"),
        (510, "2026-11-22T23:32:00Z"),
        (540, "2026-11-23T00:02:00Z"),
        (541, "2026-11-22T23:00:00Z"),
    ] {
        let digest = Digest { enabled: true, minute, when_empty: false };
        let reader = Settings { digest, ..sleeper() };
        let hold = held(&reader, EventKind::PostPublished, "2026-11-22T14:00:00Z");
        assert_eq!(hold.map(|hold| hold.0).as_deref(), Some(due), "a digest at minute {minute}");
    }
}

#[test]
fn a_mute_holds_failures_too_and_the_night_after_it_the_rest() {
    let muted = Settings { muted_until: Some(at("2026-11-22T13:30:00Z")), ..sleeper() };
    let until = Some(("2026-11-22T13:30:00Z".to_owned(), HoldReason::Muted));
    assert_eq!(held(&muted, EventKind::PostFailed, "2026-11-22T12:40:00Z"), until);
    let morning = Some(("2026-11-22T23:00:00Z".to_owned(), HoldReason::QuietHours));
    assert_eq!(held(&muted, EventKind::PostPublished, "2026-11-22T12:40:00Z"), morning, "22:30 is night");
    assert_eq!(held(&muted, EventKind::PostFailed, "2026-11-22T13:30:00Z"), None, "it is over");
    let over_the_end = Settings { muted_until: Some(at("2026-11-22T23:30:00Z")), ..sleeper() };
    let later = Some(("2026-11-22T23:30:00Z".to_owned(), HoldReason::Muted));
    assert_eq!(held(&over_the_end, EventKind::Announcement, "2026-11-22T22:45:00Z"), later);
}

#[test]
fn posts_that_went_out_are_gathered_and_nothing_else_is() {
    let by_day = Settings { batch_published: BatchWindow::QuarterHour, ..sleeper() };
    let quarter = Some(("2026-11-22T05:15:00Z".to_owned(), HoldReason::Batched));
    for now in ["2026-11-22T05:00:00Z", "2026-11-22T05:14:59Z"] {
        assert_eq!(held(&by_day, EventKind::PostPublished, now), quarter, "{now}");
        assert_eq!(held(&by_day, EventKind::PostFailed, now), None, "{now}");
        assert_eq!(held(&by_day, EventKind::AutomationExecuted, now), None, "{now}");
    }
    let hourly = Settings { batch_published: BatchWindow::Hour, ..sleeper() };
    let night = Some(("2026-11-22T23:00:00Z".to_owned(), HoldReason::QuietHours));
    assert_eq!(held(&hourly, EventKind::PostPublished, "2026-11-22T12:20:00Z"), night, "22:00 is night");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn what_is_held_comes_ahead_and_awake(
        zone in 0..ZONES.len(), from in 0_u16..1440, length in 1_u16..1320, minutes in 0_i64..365 * 24 * 60,
        kind in 0..5_usize, window in 0..3_usize, muted in prop::option::of(-60_i64..180), digest in prop::option::of(0_u16..1440),
    ) {
        let now = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
        let settings = Settings {
            zone: Some(ZONES[zone]),
            quiet_hours: Some(QuietHours { from_minute: from, until_minute: (from + length) % 1440 }),
            digest: Digest { enabled: digest.is_some(), minute: digest.unwrap_or_default(), when_empty: false },
            muted_until: muted.map(|span| now + TimeDelta::minutes(span)),
            batch_published: BatchWindow::ALL[window],
            ..sleeper()
        };
        let kind = EventKind::ALL[kind];
        match settings.hold(kind, now) {
            Some(hold) => {
                prop_assert!(hold.until > now && hold.until - now <= TimeDelta::hours(31), "{now} until {hold:?}");
                prop_assert!(settings.muted_after(hold.until).is_none(), "it would come into a mute");
                let digest_took_over = hold.reason == HoldReason::QuietHours && digest.is_some();
                let may_be_quiet = kind.is_urgent() || digest_took_over;
                prop_assert!(may_be_quiet || !settings.is_quiet_at(hold.until), "it would come at night");
            }
            None => {
                prop_assert!(settings.muted_after(now).is_none());
                prop_assert!(kind.is_urgent() || !settings.is_quiet_at(now), "it would wake somebody");
            }
        }
    }
}
