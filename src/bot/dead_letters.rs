//! `/failed` and `/resend`, for admins: what could not be delivered, and sending it again.

use std::sync::Arc;
use std::time::Duration;

use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled};
use crate::domain::audit::Actor;
use crate::domain::language::Language;
use crate::domain::notification::State;
use crate::store::{OutboxRow, Resent, StoreError};
use crate::text::dead_letters::{DeadLetter, Resend, dead_letters, resend_button, which_dead_letter};
use crate::text::{Button, Html};

/// How many dead letters are shown? With what is said above and below them a message has eight lines at most.
const LISTED: u64 = 5;

/// How many of their buttons stand side by side? Numbers are short; more are too narrow for a thumb.
const BUTTONS_IN_A_ROW: usize = 3;

/// How long is a row waited for that is sent again? Most are gone in some ms; a person waits a second gladly.
const PATIENCE: Duration = Duration::from_millis(2500);

/// `/failed`
pub(super) async fn on_failed(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = list(&bot, person.language(), None).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Dead letters] and [Refresh]
pub(super) async fn on_list(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = list(bot, person.language(), None).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// `/resend <number>`; without one it asks which.
pub(super) async fn on_resend(bot: Arc<Bot>, person: Person, words: String) -> Handled {
    let person = bot.look_up(person).await?;
    let language = person.language();
    let text = match number(&words) {
        Some(id) => resend(&bot, &person, id).await?,
        None => which_dead_letter(language, Some(&words)),
    };
    bot.say(person.chat_id, Reply::from(text).tap_row([(Button::DeadLetters, Tap::DeadLetters)], language))
        .await;
    Ok(())
}

/// A tap on a dead letter. A second one finds it sent, or on its way.
pub(super) async fn on_resend_tap(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    let language = person.language();
    let news = resend(bot, person, id).await?;
    let reply = list(bot, language, Some(news)).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// The number that a person typed, as the list shows it or as people write numbers of things: "41", "#41".
fn number(words: &str) -> Option<i64> {
    let digits = words.strip_prefix('#').unwrap_or(words);
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The last dead letters, each with its button, below `news`.
async fn list(bot: &Bot, language: Language, news: Option<Html>) -> Result<Reply, StoreError> {
    let found = bot.store.dead_letters(LISTED).await?;
    let now = bot.clock.now();
    let ago = |row: &OutboxRow| row.finished_at.and_then(|at| (now - at).to_std().ok()).unwrap_or_default();
    let letters: Vec<DeadLetter<'_>> = found
        .last
        .iter()
        .map(|row| DeadLetter {
            id: row.id,
            account: &row.account,
            kind: &row.kind,
            reason: row.reason.as_deref(),
            ago: ago(row),
        })
        .collect();
    let buttons = found.last.iter().map(|row| (resend_button(language, row.id), Tap::Resend(row.id)));
    let rows = buttons.collect::<Vec<_>>().chunks(BUTTONS_IN_A_ROW).map(<[(String, Tap)]>::to_vec).collect();
    Ok(Reply::from(dead_letters(language, news, found.count, &letters))
        .labelled_rows(rows)
        .tap_row([(Button::Refresh, Tap::DeadLetters)], language))
}

/// Sends `id` again and tells what has become of it a moment later.
async fn resend(bot: &Bot, person: &Person, id: i64) -> Result<Html, StoreError> {
    let (language, actor) = (person.language(), Actor::Admin(person.chat_id));
    let said = |resend: Resend<'_>| resend.render(language, &id.to_string());
    Ok(match bot.store.resend(id, &actor, bot.clock.now()).await? {
        Resent::Waits(_) => {
            log::info!(target: "delivery", "notification {id} is sent again: an admin asked for it");
            match bot.store.wait_for_finish(id, PATIENCE).await {
                Ok(Some(now)) => said(Resend::Stands { state: now.state, reason: now.reason.as_deref() }),
                Ok(None) => said(Resend::Unknown),
                // It waits to be sent all the same: only how it went can't be told now.
                Err(error) => {
                    log::warn!(target: "bot", "can't follow notification {id}: {error}");
                    said(Resend::Stands { state: State::Pending, reason: None })
                }
            }
        }
        Resent::NotDead(row) => said(Resend::Stands { state: row.state, reason: row.reason.as_deref() }),
        Resent::NotLinked(row) => said(Resend::NotLinked { account: &row.account }),
        Resent::Unreachable(row, reason) => {
            said(Resend::Unreachable { account: &row.account, reason: reason.as_str() })
        }
        Resent::Unknown => said(Resend::Unknown),
    })
}
