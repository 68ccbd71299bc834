//! `/help`, and the answers to what we don't understand: nobody is left without one.

use std::sync::Arc;

use super::person::Person;
use super::{Bot, Handled};
use crate::text::answer;
use crate::text::menu::Audience;

/// `/help`
pub(super) async fn on_help(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let audience = if bot.is_admin(&person) { Audience::Admins } else { Audience::People };
    let support = bot.platform.support.as_ref().map(url::Url::as_str);
    bot.say(person.chat_id, answer::help(person.language(), audience, support)).await;
    Ok(())
}

/// A command that does not exist, or not for this person.
pub(super) async fn on_unknown_command(bot: Arc<Bot>, person: Person) -> Handled {
    let language = bot.language_of(&person).await?;
    bot.say(person.chat_id, answer::unknown_command(language)).await;
    Ok(())
}

/// Ordinary text, a sticker, a voice message, kinds that are newer than this program.
pub(super) async fn on_anything_else(bot: &Bot, person: &Person) -> Handled {
    let language = bot.language_of(person).await?;
    bot.say(person.chat_id, answer::plain_text(language)).await;
    Ok(())
}

/// A message that was changed after it was sent. It was read as it came, and what it asked for is done.
pub(super) async fn on_edited(bot: Arc<Bot>, person: Person) -> Handled {
    let language = bot.language_of(&person).await?;
    bot.say(person.chat_id, answer::edited(language)).await;
    Ok(())
}

/// One message too many.
pub(super) async fn on_too_much(bot: Arc<Bot>, person: Person) -> Handled {
    log::info!(target: "bot", "a chat writes faster than it can be answered: it is not read for a minute");
    let language = bot.language_of(&person).await?;
    bot.say_at_last(person.chat_id, answer::too_much(language)).await;
    Ok(())
}
