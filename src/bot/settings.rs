//! `/settings`: one message, edited in place by its buttons; and the zone, which may be answered in words.

use std::sync::Arc;

use chrono::{NaiveTime, TimeDelta};
use teloxide::types::{Message, MessageId};

use super::person::Person;
use super::reply::Reply;
use super::tap::{SettingsTap, Tap, account_tag};
use super::{Bot, Handled, help, test};
use crate::domain::account::{Question, Settings, SettingsChange};
use crate::domain::language::Language;
use crate::store::StoreError;
use crate::text::cities;
use crate::text::settings::{Choice, Overview, hour_question, zone_not_found, zone_question};

/// How long do words count as the answer to "which city"? Long enough to look it up, short enough that a remark
/// of tomorrow is not taken for one.
const ANSWER_LIMIT: TimeDelta = TimeDelta::minutes(15);

/// A name longer than any place's; what is longer is not looked up.
const LONGEST_PLACE: usize = 100;

/// How many buttons fit beside each other on a phone?
const HOURS_A_ROW: usize = 4;
const CITIES_A_ROW: usize = 3;

/// `/settings`
pub(super) async fn on_settings(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    say(&bot, &person).await
}

/// [Settings]: below other messages, which stay.
pub(super) async fn say(bot: &Bot, person: &Person) -> Handled {
    let reply = match &person.settings {
        Some(settings) => overview(bot, settings),
        None => test::not_linked(bot, person),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Set my time zone]: below the message that says that it is not known.
pub(super) async fn ask_zone(bot: &Bot, person: &Person) -> Handled {
    let reply = match &person.settings {
        Some(settings) => zones(bot, settings).await?,
        None => test::not_linked(bot, person),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// A tap below the settings of the account that `tag` stands for.
pub(super) async fn on_tap(
    bot: &Bot,
    person: &Person,
    message_id: MessageId,
    tag: &str,
    tap: SettingsTap,
) -> Handled {
    let reply = match &person.settings {
        None => test::not_linked(bot, person),
        // Connected to another account since: its settings are shown, none is changed.
        Some(settings) if account_tag(&settings.account) != tag => overview(bot, settings),
        Some(settings) => after_tap(bot, settings, person.chat_id, tap).await?,
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// Words that are no command: the answer to "which city", or nothing we understand.
pub(super) async fn on_words(bot: Arc<Bot>, person: Person, message: Message) -> Handled {
    let awaited = bot.store.awaited_answer(person.chat_id, bot.clock.now()).await?;
    let words = message.text().map(str::trim).filter(|words| !words.is_empty());
    let (Some(Question::Zone), Some(words)) = (awaited, words) else {
        return help::on_anything_else(&bot, &person).await;
    };
    let person = bot.look_up(person).await?;
    let Some(settings) = &person.settings else { return help::on_anything_else(&bot, &person).await };
    let found = if words.len() <= LONGEST_PLACE { cities::find(words) } else { None };
    let reply = match found {
        Some(zone) => {
            let change = SettingsChange { zone: Some(zone), ..SettingsChange::default() };
            overview(bot.as_ref(), &changed(&bot, settings, change).await?)
        }
        None => {
            let language = settings.language();
            Reply::from(zone_not_found(language, words)).labelled_rows(city_rows(settings))
        }
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

async fn after_tap(
    bot: &Bot,
    settings: &Settings,
    chat_id: i64,
    tap: SettingsTap,
) -> Result<Reply, StoreError> {
    let change = match tap {
        SettingsTap::Hours => return Ok(hours(settings)),
        SettingsTap::Zones => return zones(bot, settings).await,
        SettingsTap::Overview => {
            bot.store.await_answer(chat_id, None).await?;
            return Ok(overview(bot, settings));
        }
        SettingsTap::Digest(on) => SettingsChange { digest_enabled: Some(on), ..Default::default() },
        SettingsTap::WhenEmpty(on) => SettingsChange { digest_when_empty: Some(on), ..Default::default() },
        SettingsTap::Minute(minute) => SettingsChange { digest_minute: Some(minute), ..Default::default() },
        SettingsTap::Zone(zone) => SettingsChange { zone: Some(zone), ..Default::default() },
        SettingsTap::Language(language) => SettingsChange { language: Some(language), ..Default::default() },
    };
    Ok(overview(bot, &changed(bot, settings, change).await?))
}

/// The settings after the change, which is kept when this returns.
async fn changed(bot: &Bot, settings: &Settings, change: SettingsChange) -> Result<Settings, StoreError> {
    let (zone, now) = (bot.digest.default_zone, bot.clock.now());
    let changed = bot.store.change_settings(&settings.account, change, zone, now).await?;
    Ok(changed.unwrap_or_else(|| settings.clone()))
}

fn overview(bot: &Bot, settings: &Settings) -> Reply {
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
    rows.push(vec![choice(Choice::PickZone, SettingsTap::Zones)]);
    let languages = Language::ALL
        .map(|each| button(settings, Choice::Language(each), SettingsTap::Language(each), each == language));
    rows.push(languages.into());
    Reply::from(shown.render(language)).labelled_rows(rows)
}

fn hours(settings: &Settings) -> Reply {
    let language = settings.language();
    let hours: Vec<_> = (0..24_u16)
        .map(|hour| {
            let time = NaiveTime::from_hms_opt(hour.into(), 0, 0).unwrap_or_default();
            let is_set = settings.digest.minute == hour * 60;
            button(settings, Choice::Hour(time), SettingsTap::Minute(hour * 60), is_set)
        })
        .collect();
    let mut rows: Vec<_> = hours.chunks(HOURS_A_ROW).map(<[_]>::to_vec).collect();
    rows.push(vec![button(settings, Choice::Back, SettingsTap::Overview, false)]);
    Reply::from(hour_question(language)).labelled_rows(rows)
}

/// The cities to choose from; words count as an answer from now on.
async fn zones(bot: &Bot, settings: &Settings) -> Result<Reply, StoreError> {
    if let Some(chat_id) = settings.chat_id {
        let until = bot.clock.now() + ANSWER_LIMIT;
        bot.store.await_answer(chat_id, Some((Question::Zone, until))).await?;
    }
    let language = settings.language();
    Ok(Reply::from(zone_question(language)).labelled_rows(city_rows(settings)))
}

fn city_rows(settings: &Settings) -> Vec<Vec<(String, Tap)>> {
    let cities = cities::OFFERED.map(|zone| {
        button(settings, Choice::Zone(zone), SettingsTap::Zone(zone), settings.zone == Some(zone))
    });
    let mut rows: Vec<_> = cities.chunks(CITIES_A_ROW).map(<[_]>::to_vec).collect();
    rows.push(vec![button(settings, Choice::Back, SettingsTap::Overview, false)]);
    rows
}

/// A button that works for this account only.
fn button(settings: &Settings, choice: Choice, tap: SettingsTap, is_set: bool) -> (String, Tap) {
    let account_tag = account_tag(&settings.account);
    (choice.label(settings.language(), is_set), Tap::Settings { account_tag, tap })
}
