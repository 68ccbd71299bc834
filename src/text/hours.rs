//! A person's digest, quiet hours and zone in words.

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::time::{time_of_day, zone};
use super::words::off;
use crate::domain::account::Settings;
use crate::domain::language::Language;

/// When a person hears from us.
#[derive(Clone, Debug)]
pub struct Hours {
    /// When the daily digest comes; `None`: it is off.
    pub(super) digest: Option<NaiveTime>,
    /// From when until when it is quiet; `None`: quiet hours are off.
    pub(super) quiet: Option<(NaiveTime, NaiveTime)>,
    /// The zone that these times are in.
    pub(super) zone: Tz,
    /// Whether `zone` is known to be the person's, not merely the default.
    pub(super) zone_is_known: bool,
}

impl Hours {
    /// The hours of a person; `default_zone` is the one that counts while theirs is not known.
    pub fn of(settings: &Settings, default_zone: Tz) -> Self {
        let quiet = settings.quiet_hours.map(|quiet| (quiet.from_minute, quiet.until_minute));
        Self {
            digest: settings.digest.enabled.then(|| minute_of_day(settings.digest.minute)),
            quiet: quiet.map(|(from, until)| (minute_of_day(from), minute_of_day(until))),
            zone: settings.zone.unwrap_or(default_zone),
            zone_is_known: settings.zone.is_some(),
        }
    }

    /// "09:00", or that there is no digest.
    pub(super) fn digest(&self, language: Language) -> Html {
        self.digest.map_or_else(|| off(language), |at| time_of_day(language, at))
    }

    /// "09:00 (Asia/Seoul)", or that there is no digest.
    pub(super) fn digest_with_zone(&self, language: Language) -> Html {
        let Some(at) = self.digest else { return off(language) };
        let args =
            Args::new().html("time", time_of_day(language, at)).name("zone", zone(language, self.zone));
        say(language, key!("time-in-zone"), &args)
    }

    /// "22:00–08:00", or that there are no quiet hours.
    pub(super) fn quiet(&self, language: Language) -> Html {
        let Some((from, until)) = self.quiet else { return off(language) };
        let [from, until] = [from, until].map(|time| time_of_day(language, time));
        say(language, key!("quiet-hours"), &Args::new().html("from", from).html("until", until))
    }

    /// Whether quiet hours are set but nobody knows when they are.
    pub(super) fn quiet_waits(&self) -> bool {
        self.quiet.is_some() && !self.zone_is_known
    }

    /// The zone, marked when it is only the default.
    pub(super) fn zone(&self, language: Language) -> Html {
        let name = zone(language, self.zone);
        if self.zone_is_known {
            return Html::escaped(name);
        }
        say(language, key!("zone-assumed"), &Args::new().name("zone", name))
    }
}

/// The time that many minutes after midnight; midnight for more than a day has, which no setting holds.
pub(super) fn minute_of_day(minute: u16) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use Language::{En, Ko};

    use super::*;
    use crate::domain::account::{BatchWindow, Digest, Preferences, QuietHours};

    fn settings() -> Settings {
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
            digest: Digest { enabled: true, minute: 545, when_empty: false },
            preferences: Preferences::default(),
            quiet_hours: Some(QuietHours { from_minute: 1_350, until_minute: 0 }),
            muted_until: None,
            batch_published: BatchWindow::Off,
            late_posts_minutes: None,
            has_places: false,
            linked_at: None,
        }
    }

    #[test]
    fn hours_are_those_of_the_settings() {
        let hours = Hours::of(&settings(), Tz::UTC);
        assert_eq!(hours.digest_with_zone(En).as_str(), "09:05 (Asia/Seoul)");
        assert_eq!(hours.quiet(En).as_str(), "22:30–00:00");
        assert_eq!(hours.quiet(Ko).as_str(), "오후 10:30–오전 12:00");
        assert_eq!(hours.zone(Ko).as_str(), "서울");
    }

    #[test]
    fn hours_that_are_off_and_a_zone_that_is_not_known() {
        let digest = Digest { enabled: false, minute: 0, when_empty: false };
        let hours = Hours::of(&Settings { digest, quiet_hours: None, zone: None, ..settings() }, Tz::UTC);
        assert_eq!(hours.digest_with_zone(En).as_str(), "off");
        assert_eq!(hours.digest(Ko).as_str(), "꺼짐");
        assert_eq!(hours.quiet(Ko).as_str(), "꺼짐");
        assert_eq!(hours.zone(En).as_str(), "UTC (not set)");
    }
}
