//! The buttons below a message about a post: what is wished for it, granted where it can be.

use chrono::TimeDelta;
use teloxide::types::{CallbackQueryId, MessageId};

use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled, post_time, posts, when};
use crate::domain::account::Settings;
use crate::domain::post::{ManagedBy, Post, Wish};
use crate::domain::post_move::Actor;
use crate::store::{FailedPosts, Moved, MovedAll, StoreError};
use crate::telegram::PostTap;
use crate::text;
use crate::text::answer::Toast;
use crate::text::post_stands::PostStands;

/// How long can a post be moved from a message about it? What a month-old message is about is not what its reader has
/// in mind any more.
pub(super) const TAPS_LAST: TimeDelta = TimeDelta::days(30);

/// A tap on one of them. Two of them, or from two devices, are granted once: the second finds the post where the
/// first has moved it. A post that is not of the chat's own account is not there at all.
pub(super) async fn on_tap(
    bot: &Bot,
    query: CallbackQueryId,
    person: &Person,
    message_id: MessageId,
    tap: PostTap,
) -> Handled {
    if let PostTap::Move(id) = tap {
        bot.answer_tap(query, None).await;
        return post_time::ask(bot, person, message_id, id).await;
    }
    let (toast, reply) = match &person.settings {
        Some(settings) => granted(bot, settings, tap).await?,
        None => (Toast::Expired, None),
    };
    bot.answer_tap(query, Some(toast.text(person.language()))).await;
    if let Some(reply) = reply {
        bot.edit(person.chat_id, message_id, reply).await;
    }
    Ok(())
}

/// What to say about the tap, and what its message says now.
async fn granted(bot: &Bot, settings: &Settings, tap: PostTap) -> Result<(Toast, Option<Reply>), StoreError> {
    let (account, now) = (settings.account.as_str(), bot.clock.now());
    if let PostTap::RetryAll(notice) = tap {
        let which = FailedPosts::ListedBy(notice);
        let moved = bot.store.retry_failed(which, account, Actor::Chat, now).await?;
        return Ok((toast(moved), None));
    }
    if let PostTap::PublishLate(asked_in) | PostTap::CancelLate(asked_in) = tap {
        return answered_late(bot, settings, asked_in, matches!(tap, PostTap::PublishLate(_))).await;
    }
    let Some((id, wish)) = wish(tap) else { return Ok((Toast::Expired, None)) };
    Ok(match bot.store.grant(id, Some(account), wish, Actor::Chat, now).await? {
        Moved::Done(post) => (Toast::Done, stands(bot, settings, tap, &post)),
        Moved::Refused(post) if post.managed_by == ManagedBy::Scheduler => {
            (Toast::Handled, stands(bot, settings, tap, &post))
        }
        Moved::Refused(_) | Moved::NotFound => (Toast::Expired, None),
    })
}

/// The answer to the question that the notification `asked_in` asks about late posts: whether they are published. What
/// was answered already stays so.
async fn answered_late(
    bot: &Bot,
    settings: &Settings,
    asked_in: i64,
    publish: bool,
) -> Result<(Toast, Option<Reply>), StoreError> {
    let count = bot.store.answer_late_posts(&settings.account, asked_in, publish, bot.clock.now()).await?;
    let toast = if count > 0 { Toast::Done } else { Toast::Handled };
    Ok((toast, Some(text::late_posts::answered(settings.language(), publish, count).into())))
}

/// The post and what is wished for it; `None` where it is several posts, or a question comes first.
fn wish(tap: PostTap) -> Option<(i64, Wish)> {
    Some(match tap {
        PostTap::Retry(id) => (id, Wish::RetryFailed),
        PostTap::WentOut(id) => (id, Wish::WentOut),
        PostTap::PublishAgain(id) => (id, Wish::PublishAgain),
        PostTap::PostNow(id) => (id, Wish::PostNow),
        PostTap::Cancel(id) => (id, Wish::Cancel),
        PostTap::Approve(id) => (id, Wish::Approve),
        PostTap::Reject(id) => (id, Wish::Reject),
        PostTap::RetryAll(_) | PostTap::PublishLate(_) | PostTap::CancelLate(_) | PostTap::Move(_) => {
            return None;
        }
    })
}

/// What the tapped message says now: a card stays a card, a question was answered. A notice is edited by the outbox,
/// like every other one of the same post: in one order, so that what became of the post is never written over by what
/// was done to it before.
fn stands(bot: &Bot, settings: &Settings, tap: PostTap, post: &Post) -> Option<Reply> {
    match tap {
        PostTap::PostNow(_) | PostTap::Cancel(_) | PostTap::Move(_) => {
            Some(posts::card(bot, settings, post, 0))
        }
        PostTap::Approve(_) | PostTap::Reject(_) => {
            let stands = PostStands { post, zone: when::zone(bot, settings) };
            Some(stands.card(settings.language(), bot.clock.now()).into())
        }
        _ => None,
    }
}

/// What to say about several posts that were to be tried again.
pub(super) fn toast(moved: MovedAll) -> Toast {
    match moved {
        MovedAll { posts: 0, .. } => Toast::Expired,
        MovedAll { moved: 0, .. } => Toast::Handled,
        _ => Toast::Done,
    }
}
