//! The taps below the settings and their pages.

use chrono_tz::Tz;

use crate::domain::account::{BatchWindow, Delivery, QuietHours};
use crate::domain::event::EventKind;
use crate::domain::language::Language;
use crate::domain::notification::Kind;

const MINUTES_A_DAY: u16 = 24 * 60;

/// A tap below the settings. It says what is to be, not what is to change: twice is once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bot) enum SettingsTap {
    /// Show them.
    Overview,
    /// Show the hours to choose from.
    Hours,
    /// Show the cities to choose from.
    Zones,
    /// Show the kinds of notification.
    Notifications,
    /// Show the quiet hours to choose from.
    Quiet,
    /// Show the hours at which they may begin.
    QuietFrom,
    /// Show the hours at which they may end that begin at this minute of the day.
    QuietUntil(u16),
    /// Whether the digest comes.
    Digest(bool),
    /// Whether it comes when nothing happened.
    WhenEmpty(bool),
    /// The digest's minute of the day.
    Minute(u16),
    /// The zone.
    Zone(Tz),
    /// The language.
    Language(Language),
    /// How a kind of notification arrives.
    Kind(EventKind, Delivery),
    /// How long published posts are gathered.
    Batch(BatchWindow),
    /// When it is quiet; `None`: never.
    QuietHours(Option<QuietHours>),
    /// Show the groups that get the account's notices.
    Places,
    /// Send no more notices to the place with this number.
    RemovePlace(i64),
    /// Ends a mute.
    Unmute,
}

impl SettingsTap {
    /// What follows the account's tag in callback data: at most 42 of its 64 bytes.
    pub(super) fn to_data(self) -> String {
        match self {
            Self::Overview => "show".into(),
            Self::Hours => "hours".into(),
            Self::Zones => "zones".into(),
            Self::Notifications => "kinds".into(),
            Self::Quiet => "nights".into(),
            Self::QuietFrom => "from".into(),
            Self::QuietUntil(from) => format!("from={from}"),
            Self::Digest(on) => format!("digest={}", u8::from(on)),
            Self::WhenEmpty(on) => format!("empty={}", u8::from(on)),
            Self::Minute(minute) => format!("at={minute}"),
            // The longest name has 32 characters.
            Self::Zone(zone) => format!("zone={}", zone.name()),
            Self::Language(language) => format!("lang={}", language.code()),
            Self::Kind(kind, delivery) => format!("{}={}", Kind::Event(kind).as_str(), delivery.as_str()),
            Self::Batch(window) => format!("batch={}", window.minutes()),
            Self::QuietHours(None) => "quiet=off".into(),
            Self::QuietHours(Some(hours)) => format!("quiet={}-{}", hours.from_minute, hours.until_minute),
            Self::Places => "places".into(),
            Self::RemovePlace(id) => format!("remove={id}"),
            Self::Unmute => "unmute".into(),
        }
    }

    /// The tap that such data stands for; `None` for data that is not ours.
    pub(super) fn of_data(data: &str) -> Option<Self> {
        match data.split_once('=') {
            None => Self::of_word(data),
            Some((what, value)) => Self::of_pair(what, value),
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "show" => Self::Overview,
            "hours" => Self::Hours,
            "zones" => Self::Zones,
            "kinds" => Self::Notifications,
            "nights" => Self::Quiet,
            "from" => Self::QuietFrom,
            "places" => Self::Places,
            "unmute" => Self::Unmute,
            _ => return None,
        })
    }

    fn of_pair(what: &str, value: &str) -> Option<Self> {
        let on = || match value {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        };
        Some(match what {
            "from" => Self::QuietUntil(minute(value)?),
            "digest" => Self::Digest(on()?),
            "empty" => Self::WhenEmpty(on()?),
            "at" => Self::Minute(minute(value)?),
            "zone" => Self::Zone(value.parse().ok()?),
            "lang" => Self::Language(Language::from_tag(value)?),
            "batch" => Self::Batch(BatchWindow::from_minutes(value.parse().ok()?)?),
            "remove" => Self::RemovePlace(value.parse().ok().filter(|id| *id > 0)?),
            "quiet" if value == "off" => Self::QuietHours(None),
            "quiet" => Self::QuietHours(Some(quiet_hours(value)?)),
            name => match Kind::from_name(name)? {
                Kind::Event(kind) => Self::Kind(kind, Delivery::from_name(value)?),
                _ => return None,
            },
        })
    }
}

fn minute(value: &str) -> Option<u16> {
    value.parse().ok().filter(|minute| *minute < MINUTES_A_DAY)
}

/// "1320-480"; nothing for a span without a minute in it.
fn quiet_hours(value: &str) -> Option<QuietHours> {
    let (from, until) = value.split_once('-')?;
    let hours = QuietHours { from_minute: minute(from)?, until_minute: minute(until)? };
    (hours.from_minute != hours.until_minute).then_some(hours)
}

/// Every tap, with the longest values that there are.
#[cfg(test)]
pub(super) fn every_tap() -> Vec<SettingsTap> {
    use SettingsTap as T;
    let night = QuietHours { from_minute: 1439, until_minute: 1438 };
    let plain =
        [T::Overview, T::Hours, T::Zones, T::Notifications, T::Quiet, T::QuietFrom, T::Places, T::Unmute];
    let places = [T::RemovePlace(1), T::RemovePlace(i64::MAX)];
    let switches = [true, false].into_iter().flat_map(|on| [T::Digest(on), T::WhenEmpty(on)]);
    let minutes = [0, 1439].into_iter().flat_map(|minute| [T::Minute(minute), T::QuietUntil(minute)]);
    let deliveries = [Delivery::On, Delivery::Silent, Delivery::Off];
    let kinds =
        EventKind::ALL.into_iter().flat_map(|kind| deliveries.map(|delivery| T::Kind(kind, delivery)));
    plain
        .into_iter()
        .chain(switches)
        .chain(minutes)
        .chain(places)
        .chain(kinds)
        .chain(BatchWindow::ALL.map(T::Batch))
        .chain([None, Some(night)].map(T::QuietHours))
        .chain(Language::ALL.map(T::Language))
        .chain(chrono_tz::TZ_VARIANTS.map(T::Zone))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forged_data_is_no_tap() {
        for data in [
            "",
            "=",
            "show=1",
            "digest=2",
            "at=1440",
            "at=-1",
            "from=1440",
            "zone=Mars/Olympus",
            "lang=tlh",
            "digest=on",
            "post.failed=loud",
            "post.failed",
            "test=off",
            "link.moved=off",
            "batch=30",
            "batch=-15",
            "quiet=",
            "quiet=on",
            "quiet=480",
            "quiet=480-480",
            "quiet=1440-480",
            "quiet=480--1",
            "unmute=1",
            "remove=0",
            "remove=mine",
        ] {
            assert_eq!(SettingsTap::of_data(data), None, "{data:?}");
        }
    }
}
