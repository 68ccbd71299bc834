//! [Move]: another time for a scheduled post, by a button or in words. The post goes out at its old time until the
//! new one is said.

use chrono::{DateTime, TimeDelta, Utc};
use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, help, posts, when};
use crate::domain::account::{Question, Settings};
use crate::domain::post::{ManagedBy, Post, Status, Wish};
use crate::domain::post_move::Actor;
use crate::domain::typed_time::{self, Preset, Unusable};
use crate::store::{Moved, StoreError};
use crate::text::when::back_button;

/// How long do words count as the answer to "when"?
const ANSWER_LIMIT: TimeDelta = TimeDelta::minutes(15);

/// How many times stand side by side?
const TIMES_A_ROW: usize = 2;

/// [Move]: asks when, in the place of the message; says how the post stands where it can't be moved any more.
pub(super) async fn ask(bot: &Bot, person: &Person, message_id: MessageId, id: i64) -> Handled {
    let Some((settings, post)) = own_post(bot, person, id).await? else { return Ok(()) };
    let reply = if post.status == Status::Scheduled && post.managed_by == ManagedBy::Scheduler {
        let until = bot.clock.now() + ANSWER_LIMIT;
        bot.store.await_answer(person.chat_id, Some((Question::NewTime { post: id }, until))).await?;
        question(bot, settings, id, None)
    } else {
        posts::card(bot, settings, &post, 0)
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// A time from a button.
pub(super) async fn on_preset(
    bot: &Bot,
    person: &Person,
    message_id: MessageId,
    id: i64,
    preset: Preset,
) -> Handled {
    let Some(settings) = &person.settings else { return Ok(()) };
    let at = preset.moment(when::zone(bot, settings), bot.clock.now());
    if let Some(post) = moved(bot, settings, person.chat_id, id, at).await? {
        bot.edit(person.chat_id, message_id, posts::card(bot, settings, &post, 0)).await;
    }
    Ok(())
}

/// A time in words.
pub(super) async fn on_words(bot: &Bot, person: &Person, id: i64, words: &str) -> Handled {
    let Some((settings, _)) = own_post(bot, person, id).await? else {
        return help::on_anything_else(bot, person).await;
    };
    let reply = match typed_time::read(words, when::zone(bot, settings), bot.clock.now()) {
        Err(why) => Some(question(bot, settings, id, Some(why))),
        Ok(at) => {
            let post = moved(bot, settings, person.chat_id, id, at).await?;
            post.map(|post| posts::card(bot, settings, &post, 0))
        }
    };
    if let Some(reply) = reply {
        bot.say(person.chat_id, reply).await;
    }
    Ok(())
}

/// The post as it stands after the wish; `None` when it is not there any more.
async fn moved(
    bot: &Bot,
    settings: &Settings,
    chat_id: i64,
    id: i64,
    at: DateTime<Utc>,
) -> Result<Option<Post>, StoreError> {
    bot.store.await_answer(chat_id, None).await?;
    let wish = Wish::MoveTo(at);
    Ok(match bot.store.grant(id, Some(&settings.account), wish, Actor::Chat, bot.clock.now()).await? {
        Moved::Done(post) | Moved::Refused(post) => Some(post),
        Moved::NotFound => None,
    })
}

async fn own_post<'a>(
    bot: &Bot,
    person: &'a Person,
    id: i64,
) -> Result<Option<(&'a Settings, Post)>, StoreError> {
    let Some(settings) = &person.settings else { return Ok(None) };
    Ok(bot.store.post(id, Some(&settings.account)).await?.map(|post| (settings, post)))
}

fn question(bot: &Bot, settings: &Settings, id: i64, unusable: Option<Unusable>) -> Reply {
    let times: Vec<_> = when::presets(bot, settings, |preset| Tap::MovePost { id, preset }).collect();
    let mut rows: Vec<Vec<_>> = times.chunks(TIMES_A_ROW).map(<[_]>::to_vec).collect();
    rows.push(vec![(back_button(settings.language()), Tap::PostCard { id, page: 0 })]);
    Reply::from(when::question(bot, settings, unusable)).labelled_rows(rows)
}
