//! `/settings`: one message, edited in place by its buttons; and the zone, which may be answered in words.

use std::sync::Arc;

use chrono::TimeDelta;
use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::{SettingsTap, account_tag};
use super::{Bot, Handled, help, test};
use crate::domain::account::{DeliveryChange, Question, Settings, SettingsChange};
use crate::store::{Remover, StoreError};
use crate::text::answer::{Toast, muted_toast};
use crate::text::cities;

mod pages;

use pages::overview;

/// How long do words count as the answer to "which city"? Long enough to look it up, short enough that a remark
/// of tomorrow is not taken for one.
const ANSWER_LIMIT: TimeDelta = TimeDelta::minutes(15);

/// A name longer than any place's; what is longer is not looked up.
const LONGEST_PLACE: usize = 100;

/// How long does [Mute 1 h] mute?
const MUTE: TimeDelta = TimeDelta::hours(1);

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

/// [Mute 1 h] below a notice: holds everything back for an hour from now. The toast says until when, so the tap is
/// answered after its work. Returns the toast's words.
pub(super) async fn on_mute(bot: &Bot, person: &Person) -> Result<String, StoreError> {
    let Some(settings) = &person.settings else { return Ok(Toast::Expired.text(person.language())) };
    let until = bot.clock.now() + MUTE;
    let change = SettingsChange { muted_until: Some(Some(until)), ..SettingsChange::default() };
    let settings = changed(bot, settings, change).await?;
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    Ok(muted_toast(settings.language(), until, zone))
}

/// Words that answer "which city".
pub(super) async fn on_zone(bot: &Bot, person: &Person, words: &str) -> Handled {
    let Some(settings) = &person.settings else { return help::on_anything_else(bot, person).await };
    let found = if words.len() <= LONGEST_PLACE { cities::find(words) } else { None };
    let reply = match found {
        Some(zone) => {
            let change = SettingsChange { zone: Some(zone), ..SettingsChange::default() };
            overview(bot, &changed(bot, settings, change).await?)
        }
        None => pages::cities_instead_of(settings, words),
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
        SettingsTap::Hours => return Ok(pages::hours(settings)),
        SettingsTap::Zones => return zones(bot, settings).await,
        SettingsTap::Notifications => return Ok(pages::notifications(settings)),
        SettingsTap::Quiet => return Ok(pages::quiet(bot, settings)),
        SettingsTap::QuietFrom => return Ok(pages::quiet_from(settings)),
        SettingsTap::QuietUntil(from) => return Ok(pages::quiet_until(settings, from)),
        SettingsTap::Places => return places_of(bot, settings).await,
        SettingsTap::RemovePlace(id) => {
            let remover = Remover::Account(settings.account.clone());
            bot.store.remove_place(id, remover, bot.clock.now()).await?;
            return places_of(bot, settings).await;
        }
        SettingsTap::Overview => {
            bot.store.await_answer(chat_id, None).await?;
            return Ok(overview(bot, settings));
        }
        SettingsTap::Digest(on) => SettingsChange { digest_enabled: Some(on), ..Default::default() },
        SettingsTap::WhenEmpty(on) => SettingsChange { digest_when_empty: Some(on), ..Default::default() },
        SettingsTap::Minute(minute) => SettingsChange { digest_minute: Some(minute), ..Default::default() },
        SettingsTap::Zone(zone) => SettingsChange { zone: Some(zone), ..Default::default() },
        SettingsTap::Language(language) => SettingsChange { language: Some(language), ..Default::default() },
        SettingsTap::Kind(kind, delivery) => {
            SettingsChange { deliveries: DeliveryChange::of(kind, delivery), ..Default::default() }
        }
        SettingsTap::Batch(window) => SettingsChange { batch_published: Some(window), ..Default::default() },
        SettingsTap::QuietHours(hours) => SettingsChange { quiet_hours: Some(hours), ..Default::default() },
        SettingsTap::Unmute => SettingsChange { muted_until: Some(None), ..Default::default() },
    };
    let settings = changed(bot, settings, change).await?;
    Ok(match tap {
        // Whoever sets one kind often sets another one.
        SettingsTap::Kind(..) | SettingsTap::Batch(_) => pages::notifications(&settings),
        _ => overview(bot, &settings),
    })
}

/// The groups that get the account's notices, each with a button that removes it.
async fn places_of(bot: &Bot, settings: &Settings) -> Result<Reply, StoreError> {
    let places = bot.store.places_of_account(&settings.account).await?;
    Ok(pages::places(settings, &places))
}

/// The settings after the change, which is kept when this returns.
async fn changed(bot: &Bot, settings: &Settings, change: SettingsChange) -> Result<Settings, StoreError> {
    let (zone, now) = (bot.digest.default_zone, bot.clock.now());
    let changed = bot.store.change_settings(&settings.account, change, zone, now).await?;
    Ok(changed.unwrap_or_else(|| settings.clone()))
}

/// The cities to choose from; words count as an answer from now on.
async fn zones(bot: &Bot, settings: &Settings) -> Result<Reply, StoreError> {
    if let Some(chat_id) = settings.chat_id {
        let until = bot.clock.now() + ANSWER_LIMIT;
        bot.store.await_answer(chat_id, Some((Question::Zone, until))).await?;
    }
    Ok(pages::cities(settings))
}
