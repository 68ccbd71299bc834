//! The buttons below a message about a post: what is wished for it, granted where it can be, and the message edited
//! to say how the post stands now.

use teloxide::types::{CallbackQueryId, MessageId};

use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled, post_time, posts, when};
use crate::domain::account::Settings;
use crate::domain::post::{ManagedBy, Post, Wish};
use crate::domain::post_move::Actor;
use crate::store::Moved;
use crate::telegram::PostTap;
use crate::text;
use crate::text::answer::Toast;
use crate::text::post_stands::PostStands;

/// A tap on one of them. Two of them, or from two devices, are granted once: the second finds the post where the
/// first has moved it. A post that is not of the chat's own account is not there at all.
pub(super) async fn on_tap(
    bot: &Bot,
    query: CallbackQueryId,
    person: &Person,
    message_id: MessageId,
    tap: PostTap,
) -> Handled {
    let language = person.language();
    match tap {
        PostTap::PublishLate(id) => return on_late(bot, query, person, message_id, (id, true)).await,
        PostTap::CancelLate(id) => return on_late(bot, query, person, message_id, (id, false)).await,
        _ => {}
    }
    let (id, wish) = wish(tap);
    let Some(wish) = wish else {
        bot.answer_tap(query, None).await;
        return post_time::ask(bot, person, message_id, id).await;
    };
    let moved = match &person.settings {
        Some(settings) => {
            bot.store.grant(id, Some(&settings.account), wish, Actor::Chat, bot.clock.now()).await?
        }
        None => Moved::NotFound,
    };
    let (toast, post) = match moved {
        Moved::Done(post) => (Toast::Done, Some(post)),
        Moved::Refused(post) if post.managed_by == ManagedBy::Scheduler => (Toast::Handled, Some(post)),
        Moved::Refused(_) | Moved::NotFound => (Toast::Expired, None),
    };
    bot.answer_tap(query, Some(toast.text(language))).await;
    if let (Some(post), Some(settings)) = (post, &person.settings) {
        bot.edit(person.chat_id, message_id, stands(bot, settings, tap, &post)).await;
    }
    Ok(())
}

/// The answer to the question that the notification `asked_in` asks about late posts: whether they are published. What
/// was answered already stays so.
async fn on_late(
    bot: &Bot,
    query: CallbackQueryId,
    person: &Person,
    message_id: MessageId,
    (asked_in, publish): (i64, bool),
) -> Handled {
    let language = person.language();
    let count = match &person.settings {
        Some(it) => bot.store.answer_late_posts(&it.account, asked_in, publish, bot.clock.now()).await?,
        None => 0,
    };
    let toast = if count > 0 { Toast::Done } else { Toast::Handled };
    bot.answer_tap(query, Some(toast.text(language))).await;
    let answered = text::late_posts::answered(language, publish, count);
    bot.edit(person.chat_id, message_id, answered.into()).await;
    Ok(())
}

/// The post and what is wished for it; when it is to go out is asked first.
fn wish(tap: PostTap) -> (i64, Option<Wish>) {
    match tap {
        PostTap::Retry(id) => (id, Some(Wish::RetryFailed)),
        PostTap::WentOut(id) => (id, Some(Wish::WentOut)),
        PostTap::PublishAgain(id) => (id, Some(Wish::PublishAgain)),
        PostTap::PostNow(id) => (id, Some(Wish::PostNow)),
        PostTap::Cancel(id) => (id, Some(Wish::Cancel)),
        // Answered before it comes to wishes.
        PostTap::PublishLate(id) | PostTap::CancelLate(id) | PostTap::Move(id) => (id, None),
        PostTap::Approve(id) => (id, Some(Wish::Approve)),
        PostTap::Reject(id) => (id, Some(Wish::Reject)),
    }
}

/// What the tapped message says now: a card stays a card; a notice has no buttons any more.
fn stands(bot: &Bot, settings: &Settings, tap: PostTap, post: &Post) -> Reply {
    let stands = PostStands { post, zone: when::zone(bot, settings) };
    match tap {
        PostTap::PostNow(_) | PostTap::Cancel(_) | PostTap::Move(_) => posts::card(bot, settings, post, 0),
        PostTap::Approve(_) | PostTap::Reject(_) => stands.card(settings.language(), bot.clock.now()).into(),
        _ => stands.looked_after(settings.language()).into(),
    }
}
