//! `/broadcast`, for admins: the text, its preview, and the buttons below it. `broadcasting` tells people.

use std::sync::Arc;
use std::time::Duration;

use teloxide::types::{Message, MessageId};

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, broadcasting, words};
use crate::domain::audit::Actor;
use crate::domain::broadcast::{Audience, Broadcast, LONGEST_BROADCAST, State};
use crate::store::{NewBroadcast, StoreError};
use crate::text::Button;
use crate::text::broadcast::{
    Preview, broadcast_asks, broadcast_cancelled, broadcast_outdated, broadcast_to_nobody, broadcast_too_long,
};
use crate::text::notification::announcement;

/// `/broadcast <text>`; without one it asks for it.
pub(super) async fn on_broadcast(bot: Arc<Bot>, person: Person, words: String) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = if words.is_empty() {
        let new = NewBroadcast { admin_id: person.chat_id, language: person.language(), text: None };
        bot.store.draft_broadcast(new, bot.clock.now()).await?;
        broadcast_asks(person.language()).into()
    } else {
        preview(&bot, &person, words).await?
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// What an admin writes that is no command: the text that was asked for, or what anybody may write.
pub(super) async fn on_words(bot: Arc<Bot>, person: Person, message: Message) -> Handled {
    let words = message.text().map(str::trim).filter(|words| !words.is_empty());
    let awaited = bot.store.broadcast_awaits_text(person.chat_id, bot.clock.now()).await?;
    let (true, Some(words)) = (awaited, words) else { return words::on_words(bot, person, message).await };
    let person = bot.look_up(person).await?;
    let reply = preview(&bot, &person, words.to_owned()).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

async fn preview(bot: &Bot, person: &Person, text: String) -> Result<Reply, StoreError> {
    let language = person.language();
    let units = text.encode_utf16().count();
    if units > LONGEST_BROADCAST {
        return Ok(broadcast_too_long(language, units).into());
    }
    let audience = bot.store.broadcast_audience().await?;
    if audience.told() == 0 {
        return Ok(broadcast_to_nobody(language).into());
    }
    let new = NewBroadcast { admin_id: person.chat_id, language, text: Some(text.clone()) };
    let id = bot.store.draft_broadcast(new, bot.clock.now()).await?;
    let takes = takes(&audience, bot.messages_per_second);
    let shown = Preview { text: &text, audience: &audience, takes }.render(language);
    Ok(Reply::from(shown)
        .tap_row(
            [(Button::Send, Tap::SendBroadcast(id)), (Button::TestToMe, Tap::TestBroadcast(id))],
            language,
        )
        .tap_row([(Button::Cancel, Tap::CancelBroadcast(id))], language))
}

/// How long it takes to tell everybody at `messages_per_second`; `None` without such a limit.
fn takes(audience: &Audience, messages_per_second: u32) -> Option<Duration> {
    let rate = u64::from(messages_per_second);
    (rate > 0).then(|| Duration::from_secs(audience.told().div_ceil(rate)))
}

/// [Send]. A second tap finds it under way.
pub(super) async fn on_send(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    let audience = bot.store.broadcast_audience().await?.told();
    let (admin, now) = (person.chat_id, bot.clock.now());
    if bot.store.send_broadcast(id, admin, message_id.0, audience, now).await? {
        log::info!(target: "bot", "broadcast {id} begins, to {audience} people");
        // From now on it is the worker who edits the message: two who did would overtake each other.
        return Ok(());
    }
    show(bot, person, message_id, id).await
}

/// [Test to me]: as people will read it. The preview stays as it is.
pub(super) async fn on_test(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    match bot.store.broadcast(id).await? {
        Some(broadcast) if broadcast.admin_id == person.chat_id => {
            bot.say(person.chat_id, announcement(person.language(), &broadcast.text)).await;
            Ok(())
        }
        _ => show(bot, person, message_id, id).await,
    }
}

/// [Cancel]
pub(super) async fn on_cancel(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    bot.store.cancel_broadcast(id, person.chat_id, bot.clock.now()).await?;
    show(bot, person, message_id, id).await
}

/// [Stop]
pub(super) async fn on_stop(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    if bot.store.stop_broadcast(id, &Actor::Admin(person.chat_id), bot.clock.now()).await? {
        log::info!(target: "bot", "an admin stops broadcast {id}");
        return Ok(());
    }
    show(bot, person, message_id, id).await
}

/// Makes the tapped message say where the broadcast stands, whatever the tap has done: nothing where the button was
/// used before, or forged. While it is under way, the worker does.
async fn show(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    let found = bot.store.broadcast(id).await?.filter(|it| it.admin_id == person.chat_id);
    let reply = match found {
        // Only a preview that is too old is still one after a tap.
        None | Some(Broadcast { state: State::Draft | State::Asked, .. }) => {
            broadcast_outdated(person.language()).into()
        }
        Some(Broadcast { state: State::Sending | State::Stopping, .. }) => return Ok(()),
        Some(Broadcast { state: State::Cancelled, .. }) => broadcast_cancelled(person.language()).into(),
        Some(broadcast) => broadcasting::report(bot, &broadcast).await?,
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn the_estimate_is_whole_seconds_at_the_configured_rate() {
        let audience = |people| Audience { by_language: vec![(Language::En, people)], switched_off: 5 };
        assert_eq!(takes(&audience(1_173), 30), Some(Duration::from_secs(40)));
        assert_eq!(takes(&audience(1), 30), Some(Duration::from_secs(1)));
        assert_eq!(takes(&audience(1_173), 0), None);
    }
}
