//! `/digest`: what the next digest would say, now. The daily one comes all the same.

use std::sync::Arc;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, test};
use crate::store::DigestQuery;
use crate::text::Button;
use crate::text::digest::Digest;

/// `/digest`
pub(super) async fn on_digest(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let Some(settings) = &person.settings else {
        bot.say(person.chat_id, test::not_linked(&bot, &person)).await;
        return Ok(());
    };
    let (language, now) = (person.language(), bot.clock.now());
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    let since = bot.store.untold_since(settings, now).await?;
    let query = DigestQuery { account: &settings.account, since, until: now, now, zone, week: None };
    let news = bot.store.digest_news(query).await?;
    let digest = Digest { account: &settings.account_name, at: now, zone, news: &news };
    let reply = Reply::from(digest.render(language))
        .link_row(Button::OpenCalendar, bot.platform.calendar_url.as_ref(), language)
        .tap_row([(Button::Settings, Tap::OpenSettings)], language);
    bot.say(person.chat_id, reply).await;
    Ok(())
}
