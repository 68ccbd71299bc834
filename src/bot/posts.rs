//! `/posts`: what is scheduled, page by page.

use std::sync::Arc;

use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, test};
use crate::domain::account::Settings;
use crate::store::StoreError;
use crate::text::Button;
use crate::text::posts::{POSTS_A_PAGE, ScheduledPost, ScheduledPosts, pages};

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

/// The page `page` of the account's posts; the last one, where so many have gone out that there is no such page.
async fn posts_page(bot: &Bot, settings: &Settings, page: u64) -> Result<Reply, StoreError> {
    let language = settings.language();
    let total = bot.store.scheduled_posts(&settings.account).await?;
    let page = page.min(pages(total).saturating_sub(1));
    let posts = bot.store.scheduled_page(&settings.account, page * POSTS_A_PAGE, POSTS_A_PAGE).await?;
    let shown: Vec<ScheduledPost<'_>> = posts
        .iter()
        .map(|post| ScheduledPost { at: post.due_at, network: &post.network, text: &post.text })
        .collect();
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    let text = ScheduledPosts { total, page, posts: &shown, zone }.render(language);
    let to = |button: Button, page: u64| {
        let page = u32::try_from(page).unwrap_or(u32::MAX);
        (button.label(language), Tap::Posts { page })
    };
    let back = page.checked_sub(1).map(|page| to(Button::PreviousPage, page));
    let on = (page + 1 < pages(total)).then(|| to(Button::NextPage, page + 1));
    let turns: Vec<(String, Tap)> = back.into_iter().chain(on).collect();
    let reply = Reply::from(text);
    let reply = if turns.is_empty() { reply } else { reply.labelled_rows(vec![turns]) };
    Ok(reply.link_row(Button::OpenCalendar, bot.platform.calendar_url.as_ref(), language))
}
