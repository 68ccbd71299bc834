//! `/posts`: what is scheduled, page by page, and each post's card.

use std::sync::Arc;

use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, test};
use crate::domain::account::Settings;
use crate::domain::approval::Approval;
use crate::domain::post::{ManagedBy, Post, Status};
use crate::store::StoreError;
use crate::telegram::PostTap;
use crate::text::Button;
use crate::text::post_stands::PostStands;
use crate::text::posts::{POSTS_A_PAGE, ScheduledPost, ScheduledPosts, pages, post_button};

/// `/posts`
pub(super) async fn on_posts(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = page_for(&bot, &person, 0).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [◀] [▶]: whatever the chat's account is by now, it is its posts that are shown.
pub(super) async fn on_page(bot: &Bot, person: &Person, message_id: MessageId, page: u32) -> Handled {
    let reply = page_for(bot, person, page).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

async fn page_for(bot: &Bot, person: &Person, page: u32) -> Result<Reply, StoreError> {
    match &person.settings {
        Some(settings) => posts_page(bot, settings, u64::from(page)).await,
        None => Ok(test::not_linked(bot, person)),
    }
}

/// A post's number: its card in the place of the page; the page anew, where the post is not there any more.
pub(super) async fn on_card(
    bot: &Bot,
    person: &Person,
    message_id: MessageId,
    id: i64,
    page: u32,
) -> Handled {
    let post = match &person.settings {
        Some(settings) => bot.store.post(id, Some(&settings.account)).await?.map(|post| (settings, post)),
        None => None,
    };
    let reply = match post {
        Some((settings, post)) => card(bot, settings, &post, page),
        None => page_for(bot, person, page).await?,
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// The card of `post`: how it stands, what can be done to it, and the way back to the page `page`.
pub(super) fn card(bot: &Bot, settings: &Settings, post: &Post, page: u32) -> Reply {
    let (language, now) = (settings.language(), bot.clock.now());
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    let reply = Reply::from(PostStands { post, zone }.card(language, now));
    let is_ours = post.managed_by == ManagedBy::Scheduler;
    let waits = post.status == Status::Scheduled && (post.late || post.due_at > now);
    let [yes, no] = match post.approval {
        Approval::Awaiting => {
            [(Button::Approve, PostTap::Approve(post.id)), (Button::Reject, PostTap::Reject(post.id))]
        }
        _ => [(Button::PostNow, PostTap::PostNow(post.id)), (Button::CancelPost, PostTap::Cancel(post.id))],
    };
    let buttons = [yes, (Button::Move, PostTap::Move(post.id)), no];
    let reply = match is_ours && waits {
        true => reply.tap_row(buttons.map(|(button, tap)| (button, Tap::Post(tap))), language),
        false => reply,
    };
    let page_of_post = bot.platform.post_link(&post.id.to_string());
    reply
        .link_row(Button::OpenPost, page_of_post.as_ref(), language)
        .tap_row([(Button::BackToPosts, Tap::Posts { page })], language)
}

/// The page `page` of the account's posts; the last one, where so many have gone out that there is no such page.
async fn posts_page(bot: &Bot, settings: &Settings, page: u64) -> Result<Reply, StoreError> {
    let language = settings.language();
    let total = bot.store.scheduled_posts(&settings.account).await?;
    let page = page.min(pages(total).saturating_sub(1));
    let posts = bot.store.scheduled_page(&settings.account, page * POSTS_A_PAGE, POSTS_A_PAGE).await?;
    let shown: Vec<ScheduledPost<'_>> = posts
        .iter()
        .map(|post| ScheduledPost { at: post.due_at, network: post.network_shown(), text: &post.text })
        .collect();
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    let listed = ScheduledPosts { total, page, posts: &shown, zone };
    let page_number = u32::try_from(page).unwrap_or(u32::MAX);
    let cards = posts.iter().zip(listed.first_number()..).map(|(post, number)| {
        (post_button(language, number), Tap::PostCard { id: post.id, page: page_number })
    });
    let to = |button: Button, page: u64| {
        let page = u32::try_from(page).unwrap_or(u32::MAX);
        (button.label(language), Tap::Posts { page })
    };
    let back = page.checked_sub(1).map(|page| to(Button::PreviousPage, page));
    let on = (page + 1 < pages(total)).then(|| to(Button::NextPage, page + 1));
    let turns: Vec<(String, Tap)> = back.into_iter().chain(on).collect();
    let rows = [cards.collect(), turns].into_iter().filter(|row: &Vec<_>| !row.is_empty()).collect();
    let reply = Reply::from(listed.render(language)).labelled_rows(rows);
    Ok(reply.link_row(Button::OpenCalendar, bot.platform.calendar_url.as_ref(), language))
}
