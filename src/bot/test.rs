//! `/test`: a test notification, on the very way that notices take.

use std::sync::Arc;
use std::time::Duration;

use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled};
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
    let (account, now) = (&settings.account, bot.clock.now());
    let test = outbox::send_test(&bot.store, account, person.chat_id, PATIENCE, now).await?;
    if !test.state.is_finished() {
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
