//! `/test`: a test notification, on the very way that notices take.

use std::sync::Arc;
use std::time::Duration;

use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled};
use crate::domain::notification::State;
use crate::outbox;
use crate::text::{Button, linking, notification};

/// How long may the test message take before the person hears that it is on its way?
const PATIENCE: Duration = Duration::from_secs(2);

/// `/test`
pub(super) async fn on_test(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let language = person.language();
    let Some(settings) = &person.settings else {
        bot.say(person.chat_id, not_linked(&bot, &person)).await;
        return Ok(());
    };
    let id = outbox::accept_test(&bot.store, &settings.account, person.chat_id, bot.clock.now()).await?;
    let status = bot.store.wait_for_finish(id, PATIENCE).await?;
    if status.is_some_and(|status| matches!(status.state, State::Pending | State::Sending)) {
        bot.say(person.chat_id, notification::test_queued(language)).await;
    }
    Ok(())
}

/// The answer to a command that needs a link.
pub(super) fn not_linked(bot: &Bot, person: &Person) -> Reply {
    let language = person.language();
    let page = bot.platform.settings_url.as_ref();
    Reply::from(linking::not_linked(language)).link_row(Button::OpenSettings, page, language)
}
