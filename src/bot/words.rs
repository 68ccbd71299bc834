//! What a person writes that is no command: the answer to what the bot asked last, or nothing that we understand.

use std::sync::Arc;

use teloxide::types::Message;

use super::person::Person;
use super::{Bot, Handled, help, new_post, post_time, settings};
use crate::domain::account::Question;

/// Any message but a command. A question that is open for minutes goes before a draft, which is for a day.
pub(super) async fn on_words(bot: Arc<Bot>, person: Person, message: Message) -> Handled {
    let now = bot.clock.now();
    let words = message.text().map(str::trim).filter(|words| !words.is_empty());
    let awaited = bot.store.awaited_answer(person.chat_id, now).await?;
    let person = bot.look_up(person).await?;
    match (awaited, words) {
        (Some(Question::Zone), Some(words)) => return settings::on_zone(&bot, &person, words).await,
        (Some(Question::NewTime { post }), Some(words)) => {
            return post_time::on_words(&bot, &person, post, words).await;
        }
        _ => {}
    }
    let Some(settings) = &person.settings else { return help::on_anything_else(&bot, &person).await };
    match bot.store.draft(&settings.account, now).await? {
        Some(draft) => new_post::on_message(&bot, settings, person.chat_id, draft, &message).await,
        None => help::on_anything_else(&bot, &person).await,
    }
}
