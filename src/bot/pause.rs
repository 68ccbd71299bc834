//! `/pause` and `/resume`, for admins: no message to people leaves until it may again. Replies do, and what happens
//! meanwhile is accepted and waits.

use std::sync::Arc;

use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled};
use crate::domain::audit::Actor;
use crate::store::{SendingPause, StoreError};
use crate::text::Button;
use crate::text::pause::{self, Paused};

/// `/pause`; while it is paused already, since when.
pub(super) async fn on_pause(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let stands = bot.store.pause_sending(&Actor::Admin(person.chat_id), bot.clock.now()).await?;
    log::warn!(target: "delivery", "an admin has paused sending: notifications wait");
    let language = person.language();
    let text = paused(&bot, &person, &stands).render(language);
    bot.say(person.chat_id, Reply::from(text).tap_row([(Button::Resume, Tap::Resume)], language)).await;
    Ok(())
}

/// `/resume`
pub(super) async fn on_resume(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = resumed(&bot, &person).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Resume]. A second tap finds nothing paused.
pub(super) async fn on_resume_tap(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = resumed(bot, person).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// The pause as it is shown to `person`.
pub(super) fn paused<'a>(bot: &Bot, person: &Person, pause: &'a SendingPause) -> Paused<'a> {
    Paused { since: pause.since, by: &pause.actor, zone: bot.zone_of(person) }
}

async fn resumed(bot: &Bot, person: &Person) -> Result<Reply, StoreError> {
    let now = bot.clock.now();
    let ended = bot.store.resume_sending(&Actor::Admin(person.chat_id), now).await?;
    if ended.is_some() {
        log::info!(target: "delivery", "an admin lets sending go on");
    }
    let lasted = ended.map(|pause| (now - pause.since).to_std().unwrap_or_default());
    Ok(pause::resumed(person.language(), lasted).into())
}
