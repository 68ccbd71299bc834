//! `/start`: hello, welcome back, or the question that a link token leads to.

use std::sync::Arc;

use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled, link, status};
use crate::text::{Button, linking};

/// `/start` with the payload of a deep link, or without.
pub(super) async fn on_start(bot: Arc<Bot>, person: Person, payload: String) -> Handled {
    let person = bot.look_up(person).await?;
    if bot.is_admin(&person) {
        let bot = Arc::clone(&bot);
        // Beside the answer, which must not wait for it.
        tokio::spawn(async move { bot.set_admin_menu(person.chat_id).await });
    }
    if !payload.is_empty() {
        return link::on_token(&bot, &person, &payload).await;
    }
    match (&person.settings, person.missed) {
        (None, _) => bot.say(person.chat_id, hello(&bot, &person)).await,
        (Some(settings), Some(missed)) => {
            bot.say(person.chat_id, linking::back(person.language(), &settings.account_name, missed)).await;
        }
        (Some(_), None) => return status::say(&bot, &person).await,
    }
    Ok(())
}

fn hello(bot: &Bot, person: &Person) -> Reply {
    let language = person.language();
    let page = bot.platform.settings_url.as_ref();
    Reply::from(linking::hello_unlinked(language, &person.first_name, page.is_some())).link_row(
        Button::OpenSettings,
        page,
        language,
    )
}
