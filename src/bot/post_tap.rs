//! The buttons below a message about a post: what is wished for it, granted where it can be.

use chrono::TimeDelta;
use teloxide::types::{CallbackQueryId, MessageId};

use super::person::Person;
use super::{Bot, Handled, posts};
use crate::domain::account::Settings;
use crate::domain::post::{ManagedBy, Post, Wish};
use crate::domain::post_move::Actor;
use crate::store::{FailedPosts, Moved, MovedAll, StoreError};
use crate::telegram::PostTap;
use crate::text::answer::Toast;

/// How long can a post be moved from a message about it? What a month-old message is about is not what its reader has
/// in mind any more.
pub(super) const TAPS_LAST: TimeDelta = TimeDelta::days(30);

/// A tap on one of them. Two of them, or from two devices, are granted once: the second finds the post where the
/// first has moved it. A post that is not of the chat's own account is not there at all.
///
/// A notice is edited by the outbox, like every other one of the same post: in one order, so that what became of the
/// post is never written over by what was done to it before. A card is a message of the conversation.
pub(super) async fn on_tap(
    bot: &Bot,
    query: CallbackQueryId,
    person: &Person,
    message_id: MessageId,
    tap: PostTap,
) -> Handled {
    let (toast, card) = match &person.settings {
        Some(settings) => granted(bot, settings, tap).await?,
        None => (Toast::Expired, None),
    };
    bot.answer_tap(query, Some(toast.text(person.language()))).await;
    if let (Some(post), Some(settings)) = (card, &person.settings) {
        bot.edit(person.chat_id, message_id, posts::card(bot, settings, &post, 0)).await;
    }
    Ok(())
}

/// What to say about the tap, and the post whose card it was below.
async fn granted(bot: &Bot, settings: &Settings, tap: PostTap) -> Result<(Toast, Option<Post>), StoreError> {
    let (id, wish) = match tap {
        PostTap::RetryAll(notice) => {
            let (which, now) = (FailedPosts::ListedBy(notice), bot.clock.now());
            let moved = bot.store.retry_failed(which, &settings.account, Actor::Chat, now).await?;
            return Ok((toast(moved), None));
        }
        PostTap::Retry(id) => (id, Wish::RetryFailed),
        PostTap::WentOut(id) => (id, Wish::WentOut),
        PostTap::PublishAgain(id) => (id, Wish::PublishAgain),
        PostTap::PostNow(id) => (id, Wish::PostNow),
        PostTap::Cancel(id) => (id, Wish::Cancel),
    };
    let is_of_a_card = matches!(tap, PostTap::PostNow(_) | PostTap::Cancel(_));
    let moved = bot.store.grant(id, Some(&settings.account), wish, Actor::Chat, bot.clock.now()).await?;
    Ok(match moved {
        Moved::Done(post) => (Toast::Done, Some(post).filter(|_| is_of_a_card)),
        Moved::Refused(post) if post.managed_by == ManagedBy::Scheduler => {
            (Toast::Handled, Some(post).filter(|_| is_of_a_card))
        }
        Moved::Refused(_) | Moved::NotFound => (Toast::Expired, None),
    })
}

/// What to say about several posts that were to be tried again.
pub(super) fn toast(moved: MovedAll) -> Toast {
    match moved {
        MovedAll { posts: 0, .. } => Toast::Expired,
        MovedAll { moved: 0, .. } => Toast::Handled,
        _ => Toast::Done,
    }
}
