//! The pages of `/settings`: each a text and the buttons below it.

use chrono::NaiveTime;

use crate::bot::Bot;
use crate::bot::reply::Reply;
use crate::bot::tap::{SettingsTap, Tap, account_tag};
use crate::domain::account::{BatchWindow, QuietHours, Settings};
use crate::domain::event::EventKind;
use crate::domain::language::Language;
use crate::domain::place::Place;
use crate::text::places::{list, remove_button};
use crate::text::settings::{
    Choice, Overview, hour_question, notifications_question, quiet_from_question, quiet_question,
    quiet_until_question, zone_not_found, zone_question,
};
use crate::text::{Hours, cities};

/// How many buttons fit beside each other on a phone?
const CITIES_A_ROW: usize = 3;

/// The nights that most people mean, in minutes after midnight.
const NIGHTS: [QuietHours; 3] = [
    QuietHours { from_minute: 22 * 60, until_minute: 8 * 60 },
    QuietHours { from_minute: 23 * 60, until_minute: 7 * 60 },
    QuietHours { from_minute: 0, until_minute: 7 * 60 },
];

/// A button's label and what it does.
type Labelled = (String, Tap);

/// How everything is set.
pub(super) fn overview(bot: &Bot, settings: &Settings) -> Reply {
    let language = settings.language();
    let shown = Overview { settings, default_zone: bot.digest.default_zone, now: bot.clock.now() };
    let digest = settings.digest;
    let choice = |choice: Choice, tap| button(settings, choice, tap, false);
    let mut rows = vec![vec![choice(Choice::Digest(!digest.enabled), SettingsTap::Digest(!digest.enabled))]];
    if digest.enabled {
        rows[0].push(choice(Choice::PickHour, SettingsTap::Hours));
        let when_empty = !digest.when_empty;
        rows.push(vec![choice(Choice::WhenEmpty(when_empty), SettingsTap::WhenEmpty(when_empty))]);
    }
    rows.push(vec![
        choice(Choice::PickNotifications, SettingsTap::Notifications),
        choice(Choice::PickQuiet, SettingsTap::Quiet),
    ]);
    rows.push(vec![choice(Choice::PickZone, SettingsTap::Zones)]);
    if settings.has_places {
        rows.push(vec![choice(Choice::PickPlaces, SettingsTap::Places)]);
    }
    let languages = Language::ALL
        .map(|each| button(settings, Choice::Language(each), SettingsTap::Language(each), each == language));
    rows.push(languages.into());
    if settings.muted_after(bot.clock.now()).is_some() {
        rows.insert(0, vec![choice(Choice::Unmute, SettingsTap::Unmute)]);
    }
    Reply::from(shown.render(language)).labelled_rows(rows)
}

/// The digest's hours to choose from.
pub(super) fn hours(settings: &Settings) -> Reply {
    let digest = settings.digest.minute;
    let rows = hour_rows(settings, |minute| Some((SettingsTap::Minute(minute), minute == digest)));
    Reply::from(hour_question(settings.language())).labelled_rows(with_way_back(settings, rows))
}

/// The kinds of notification, each with how it arrives now; a tap sets the next way.
pub(super) fn notifications(settings: &Settings) -> Reply {
    let kind = |kind: EventKind| {
        let delivery = settings.preferences.of(kind);
        button(settings, Choice::Kind(kind, delivery), SettingsTap::Kind(kind, delivery.next()), false)
    };
    let mut rows: Vec<Vec<Labelled>> = EventKind::ALL.map(|it| vec![kind(it)]).into();
    let windows = BatchWindow::ALL.map(|window| {
        let is_set = settings.batch_published == window;
        button(settings, Choice::Batch(window), SettingsTap::Batch(window), is_set)
    });
    // Below the published posts, whose windows they are.
    rows.insert(1, windows.into());
    Reply::from(notifications_question(settings.language())).labelled_rows(with_way_back(settings, rows))
}

/// Nights to choose from, none, or the way to another one.
pub(super) fn quiet(bot: &Bot, settings: &Settings) -> Reply {
    let night = |hours: Option<QuietHours>| {
        let is_set = settings.quiet_hours == hours;
        button(settings, Choice::Quiet(hours), SettingsTap::QuietHours(hours), is_set)
    };
    let mut rows: Vec<Vec<Labelled>> = NIGHTS.map(|hours| vec![night(Some(hours))]).into();
    rows.push(vec![button(settings, Choice::OtherQuiet, SettingsTap::QuietFrom, false), night(None)]);
    let text = quiet_question(settings.language(), &Hours::of(settings, bot.digest.default_zone));
    Reply::from(text).labelled_rows(with_way_back(settings, rows))
}

/// The hours at which quiet hours may begin.
pub(super) fn quiet_from(settings: &Settings) -> Reply {
    let now = settings.quiet_hours.map(|hours| hours.from_minute);
    let rows = hour_rows(settings, |minute| Some((SettingsTap::QuietUntil(minute), now == Some(minute))));
    Reply::from(quiet_from_question(settings.language())).labelled_rows(with_way_back(settings, rows))
}

/// The hours at which quiet hours may end that begin at `from_minute`.
pub(super) fn quiet_until(settings: &Settings, from_minute: u16) -> Reply {
    let rows = hour_rows(settings, |until_minute| {
        let hours = Some(QuietHours { from_minute, until_minute });
        let is_set = settings.quiet_hours == hours;
        (until_minute != from_minute).then_some((SettingsTap::QuietHours(hours), is_set))
    });
    let text = quiet_until_question(settings.language(), from_minute);
    Reply::from(text).labelled_rows(with_way_back(settings, rows))
}

/// The groups that get the account's notices; a tap on one removes it.
pub(super) fn places(settings: &Settings, places: &[Place]) -> Reply {
    let language = settings.language();
    let remove = |place: &Place| {
        let label = remove_button(language, &place.title, place.disabled.is_some());
        let tap = SettingsTap::RemovePlace(place.id);
        vec![(label, Tap::Settings { account_tag: account_tag(&settings.account), tap })]
    };
    let rows = places.iter().map(remove).collect();
    Reply::from(list(language, places.is_empty())).labelled_rows(with_way_back(settings, rows))
}

/// The cities to choose from.
pub(super) fn cities(settings: &Settings) -> Reply {
    Reply::from(zone_question(settings.language())).labelled_rows(city_rows(settings))
}

/// The same, after words that name no place we know.
pub(super) fn cities_instead_of(settings: &Settings, words: &str) -> Reply {
    Reply::from(zone_not_found(settings.language(), words)).labelled_rows(city_rows(settings))
}

fn city_rows(settings: &Settings) -> Vec<Vec<Labelled>> {
    let cities = cities::OFFERED.map(|zone| {
        button(settings, Choice::Zone(zone), SettingsTap::Zone(zone), settings.zone == Some(zone))
    });
    with_way_back(settings, cities.chunks(CITIES_A_ROW).map(<[_]>::to_vec).collect())
}

/// How many hours stand side by side? A phone would cut a fourth that is said with its half of the day.
fn hours_a_row(language: Language) -> usize {
    match language {
        Language::En => 4,
        Language::Ko => 3,
    }
}

/// The hours of the day; `tap` says what one does, by its minute of the day, and whether it is what is set now.
fn hour_rows(settings: &Settings, tap: impl Fn(u16) -> Option<(SettingsTap, bool)>) -> Vec<Vec<Labelled>> {
    let hours: Vec<_> = (0..24_u16)
        .filter_map(|hour| {
            let time = NaiveTime::from_hms_opt(hour.into(), 0, 0).unwrap_or_default();
            let (tap, is_set) = tap(hour * 60)?;
            Some(button(settings, Choice::Hour(time), tap, is_set))
        })
        .collect();
    hours.chunks(hours_a_row(settings.language())).map(<[_]>::to_vec).collect()
}

fn with_way_back(settings: &Settings, mut rows: Vec<Vec<Labelled>>) -> Vec<Vec<Labelled>> {
    rows.push(vec![button(settings, Choice::Back, SettingsTap::Overview, false)]);
    rows
}

/// A button that works for this account only.
fn button(settings: &Settings, choice: Choice, tap: SettingsTap, is_set: bool) -> Labelled {
    let account_tag = account_tag(&settings.account);
    (choice.label(settings.language(), is_set), Tap::Settings { account_tag, tap })
}
