//! `/settings`: how things are set, the pickers, and the buttons' labels.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::cities;
use super::hours::{Hours, minute_of_day};
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::time_of_day;
use super::words::language_name;
use crate::domain::account::{BatchWindow, Delivery, QuietHours, Settings};
use crate::domain::event::EventKind;
use crate::domain::language::Language;

/// The settings of a person, at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Overview<'a> {
    /// How things are set.
    pub settings: &'a Settings,
    /// The zone that counts while the person's is not known.
    pub default_zone: Tz,
    /// The moment: what time it is for the person shows whether the zone is right.
    pub now: DateTime<Utc>,
}

impl Overview<'_> {
    /// The text above the buttons.
    pub fn render(&self, language: Language) -> Html {
        let hours = Hours::of(self.settings, self.default_zone);
        let now = self.now.with_timezone(&hours.zone).time();
        let zone = Args::new().html("zone", hours.zone(language)).html("time", time_of_day(language, now));
        let muted = self.settings.muted_after(self.now).map(|until| {
            let until = until.with_timezone(&hours.zone).time();
            Args::new().html("time", time_of_day(language, until))
        });
        let quiet = if hours.quiet_waits() { key!("settings-quiet-waits") } else { key!("settings-quiet") };
        Lines::new(language)
            .say(key!("settings"), Args::new())
            .say_if_some(key!("settings-muted"), muted)
            .push(self.digest(language, &hours))
            .push(self.kinds(language))
            .say(quiet, Args::new().html("quiet", hours.quiet(language)))
            .say(key!("settings-zone"), zone)
            .say(key!("settings-language"), Args::new().name("language", &language_name(language)))
            .finish()
    }

    fn digest(&self, language: Language, hours: &Hours) -> Html {
        let digest = &self.settings.digest;
        if !digest.enabled {
            return say(language, key!("settings-digest-off"), &Args::new());
        }
        let when = Args::new().html("time", hours.digest(language));
        let when_empty = digest.when_empty.then(|| say(language, key!("settings-when-empty"), &Args::new()));
        let on = say(language, key!("settings-digest-on"), &when);
        joined([Some(on), when_empty].into_iter().flatten())
    }

    fn kinds(&self, language: Language) -> Html {
        let kinds = &self.settings.preferences;
        let (published, window) = (how(language, kinds.published), self.settings.batch_published.minutes());
        let published = if window == 0 || kinds.published == Delivery::Off {
            published
        } else {
            let args = Args::new().html("how", published).count("minutes", window.into());
            say(language, key!("settings-batched"), &args)
        };
        let args = Args::new()
            .html("published", published)
            .html("failed", how(language, kinds.failed))
            .html("automation", how(language, kinds.automation));
        say(language, key!("settings-kinds"), &args)
    }
}

fn how(language: Language, delivery: Delivery) -> Html {
    let key = match delivery {
        Delivery::On => key!("on"),
        Delivery::Silent => key!("silent"),
        Delivery::Off => key!("off"),
    };
    say(language, key, &Args::new())
}

/// Above the kinds of notification.
pub fn notifications_question(language: Language) -> Html {
    say(language, key!("notifications-question"), &Args::new())
}

/// Above the quiet hours to choose from: how they are set now.
pub fn quiet_question(language: Language, hours: &Hours) -> Html {
    say(language, key!("quiet-question"), &Args::new().html("quiet", hours.quiet(language)))
}

/// Above the hours at which quiet hours may begin.
pub fn quiet_from_question(language: Language) -> Html {
    say(language, key!("quiet-from-question"), &Args::new())
}

/// Above the hours at which quiet hours may end that begin at `from`, minutes after midnight.
pub fn quiet_until_question(language: Language, from: u16) -> Html {
    let from = time_of_day(language, minute_of_day(from));
    say(language, key!("quiet-until-question"), &Args::new().html("from", from))
}

/// Above the hours to choose from.
pub fn hour_question(language: Language) -> Html {
    say(language, key!("hour-question"), &Args::new())
}

/// Above the cities to choose from; words are an answer too.
pub fn zone_question(language: Language) -> Html {
    say(language, key!("zone-question"), &Args::new())
}

/// The answer to words that name no city or zone we know.
pub fn zone_not_found(language: Language, words: &str) -> Html {
    say(language, key!("zone-not-found"), &Args::new().name("words", words))
}

/// A button of the settings whose label depends on what it would set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Switches the digest on or off.
    Digest(bool),
    /// Whether the digest also comes when nothing happened.
    WhenEmpty(bool),
    /// To the hours.
    PickHour,
    /// The digest's time.
    Hour(NaiveTime),
    /// To the cities.
    PickZone,
    /// A zone, by its city.
    Zone(Tz),
    /// A language, in itself.
    Language(Language),
    /// To the kinds of notification.
    PickNotifications,
    /// A kind, and how it arrives now.
    Kind(EventKind, Delivery),
    /// How long published posts are gathered.
    Batch(BatchWindow),
    /// To the quiet hours.
    PickQuiet,
    /// Quiet hours; `None`: none.
    Quiet(Option<QuietHours>),
    /// To quiet hours of one's own.
    OtherQuiet,
    /// To the groups.
    PickPlaces,
    /// Ends a mute.
    Unmute,
    /// Back to the settings.
    Back,
}

impl Choice {
    /// What is written on the button, as plain text; with a mark where it is what is set now.
    pub fn label(self, language: Language, is_set: bool) -> String {
        let named = |key: Key| say(language, key, &Args::new()).plain();
        let label = match self {
            Self::Digest(true) => named(key!("choose-digest-on")),
            Self::Digest(false) => named(key!("choose-digest-off")),
            Self::WhenEmpty(true) => named(key!("choose-when-empty")),
            Self::WhenEmpty(false) => named(key!("choose-not-when-empty")),
            Self::PickHour => named(key!("choose-hour")),
            Self::Hour(time) => time_of_day(language, time).plain(),
            Self::PickZone => named(key!("choose-zone")),
            Self::Zone(zone) => cities::name(language, zone),
            Self::Language(language) => language_name(language),
            Self::PickNotifications => named(key!("choose-notifications")),
            Self::Kind(kind, delivery) => kind_label(language, kind, delivery),
            Self::Batch(BatchWindow::Off) => named(key!("choose-batch-off")),
            Self::Batch(window) => {
                let minutes = Args::new().count("minutes", window.minutes().into());
                say(language, key!("choose-batch"), &minutes).plain()
            }
            Self::PickQuiet => named(key!("choose-quiet")),
            Self::Quiet(None) => named(key!("choose-quiet-off")),
            Self::Quiet(Some(QuietHours { from_minute, until_minute })) => {
                let time = |minute| time_of_day(language, minute_of_day(minute));
                let span = Args::new().html("from", time(from_minute)).html("until", time(until_minute));
                say(language, key!("quiet-hours"), &span).plain()
            }
            Self::OtherQuiet => named(key!("choose-quiet-other")),
            Self::PickPlaces => named(key!("choose-places")),
            Self::Unmute => named(key!("choose-unmute")),
            Self::Back => named(key!("choose-back")),
        };
        if is_set { format!("✓ {label}") } else { label }
    }
}

fn kind_label(language: Language, kind: EventKind, delivery: Delivery) -> String {
    let key = match kind {
        EventKind::PostPublished => key!("choose-published"),
        EventKind::PostFailed => key!("choose-failed"),
        EventKind::PostUnconfirmed => key!("choose-unconfirmed"),
        EventKind::AutomationExecuted => key!("choose-automation"),
        EventKind::Announcement => key!("choose-announcement"),
    };
    say(language, key, &Args::new().html("how", how(language, delivery))).plain()
}
