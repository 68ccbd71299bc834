//! `/unlink`: disconnect, after a tap.

use std::sync::Arc;

use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::{Tap, account_tag};
use super::{Bot, Handled, test};
use crate::text::{Button, linking};

/// `/unlink`
pub(super) async fn on_unlink(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let language = person.language();
    let reply = match &person.settings {
        Some(settings) => {
            let disconnect = Tap::Unlink { account_tag: account_tag(&settings.account) };
            Reply::from(linking::unlink_ask(language, &settings.account_name))
                .tap_row([(Button::Disconnect, disconnect), (Button::Keep, Tap::StayLinked)], language)
        }
        None => test::not_linked(&bot, &person),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Disconnect]. A second tap finds nothing to do and says the same.
pub(super) async fn on_agreed(bot: &Bot, person: &Person, message_id: MessageId, tag: &str) -> Handled {
    let language = person.language();
    let reply = match &person.settings {
        // Connected to another account since the question: that one was not asked about.
        Some(settings) if account_tag(&settings.account) != tag => {
            linking::unlink_kept(language, &settings.account_name)
        }
        Some(settings) => {
            bot.store.unlink(&settings.account, bot.clock.now()).await?;
            log::info!(target: "TELEGRAM", "a chat was unlinked");
            linking::unlinked(language)
        }
        None => linking::unlinked(language),
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// [Keep]
pub(super) async fn on_kept(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = match &person.settings {
        Some(settings) => linking::unlink_kept(person.language(), &settings.account_name).into(),
        None => test::not_linked(bot, person),
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}
