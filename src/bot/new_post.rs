//! `/new`: a post is written in the chat. One question at a time; whatever was answered can be changed until the end.
//!
//! The draft is kept after every answer, so the dialogue goes on after a restart and on another device. It is spent
//! in the transaction that writes its posts: whoever says yes twice posts once.

use std::sync::Arc;

use teloxide::types::{CallbackQueryId, Message, MessageId};

use super::person::Person;
use super::tap::DraftTap;
use super::when::zone;
use super::{Bot, Handled, test};
use crate::domain::account::Settings;
use crate::domain::draft::{Draft, DraftTime, Step};
use crate::domain::new_post::NewPost;
use crate::domain::post_options::PostOptions;
use crate::domain::typed_time::{self, Unusable};
use crate::text::answer::Toast;
use crate::text::new_post::{dropped, no_media, no_networks, only_text_or_media};

mod destinations;
mod media;
mod pages;

use destinations::Destinations;

/// `/new`: a new draft, or on with the one that is there.
pub(super) async fn on_new(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let Some(settings) = &person.settings else {
        bot.say(person.chat_id, test::not_linked(&bot, &person)).await;
        return Ok(());
    };
    if Destinations::of(&bot, &settings.account).await?.names().is_empty() {
        bot.say(person.chat_id, no_networks(settings.language())).await;
        return Ok(());
    }
    let now = bot.clock.now();
    let draft = match bot.store.draft(&settings.account, now).await? {
        Some(draft) => draft,
        None => {
            let draft = Draft::new(&settings.account);
            bot.store.begin_draft(draft.clone(), now).await?;
            draft
        }
    };
    // Whatever was asked before: words are the post's from now on.
    bot.store.await_answer(person.chat_id, None).await?;
    show(&bot, settings, person.chat_id, &draft, None).await
}

/// A message that is no command while a draft is open.
pub(super) async fn on_message(
    bot: &Bot,
    settings: &Settings,
    chat_id: i64,
    mut draft: Draft,
    message: &Message,
) -> Handled {
    let language = settings.language();
    let destinations = Destinations::of(bot, &settings.account).await?;
    let media = media::of(message);
    let Some(words) =
        message.text().or_else(|| media.as_ref().map(|_| message.caption().unwrap_or_default()))
    else {
        bot.say(chat_id, only_text_or_media(language)).await;
        return Ok(());
    };
    match draft.step {
        Step::Text => {
            (draft.text, draft.media) = (Some(words.to_owned()), media);
            if destinations.for_draft(&draft).is_empty() {
                bot.say(chat_id, no_media(language)).await;
                return Ok(());
            }
            if let [only] = destinations.names().as_slice() {
                draft.networks.insert((*only).to_owned());
            }
        }
        Step::Time => match typed_time::read(words, zone(bot, settings), bot.clock.now()) {
            Ok(at) if at <= bot.clock.now() => draft.time = Some(DraftTime::AtOnce),
            Ok(at) => draft.time = Some(DraftTime::At(at)),
            Err(why) => {
                bot.say(chat_id, pages::when(bot, settings, &draft, Some(why))).await;
                return Ok(());
            }
        },
        Step::Networks | Step::Review => {
            let reply = pages::of(bot, settings, &draft).await?;
            bot.say(
                chat_id,
                reply.map_text(|question| crate::text::new_post::use_buttons(language, question)),
            )
            .await;
            return Ok(());
        }
    }
    draft.go_on();
    if bot.store.change_draft(draft.clone(), bot.clock.now()).await? {
        show(bot, settings, chat_id, &draft, None).await?;
    }
    Ok(())
}

/// A tap below the draft with this tag; nothing, when there is another one by now, or none.
pub(super) async fn on_tap(
    bot: &Bot,
    query: CallbackQueryId,
    person: &Person,
    message_id: MessageId,
    (tag, tap): (String, DraftTap),
) -> Handled {
    let (chat_id, now) = (person.chat_id, bot.clock.now());
    let kept = match &person.settings {
        Some(settings) => bot.store.draft(&settings.account, now).await?.map(|draft| (settings, draft)),
        None => None,
    };
    let Some((settings, mut draft)) = kept.filter(|(_, draft)| draft.tag == tag) else {
        bot.answer_tap(query, Some(Toast::Expired.text(person.language()))).await;
        return Ok(());
    };
    bot.answer_tap(query, None).await;
    match tap {
        DraftTap::Post => return post(bot, settings, chat_id, message_id, draft).await,
        DraftTap::Drop => {
            bot.store.drop_draft(&draft.account, &draft.tag).await?;
            bot.edit(chat_id, message_id, dropped(settings.language())).await;
            return Ok(());
        }
        DraftTap::Ask(step) => draft.step = step,
        DraftTap::GoOn => draft.go_on(),
        DraftTap::AtOnce => {
            draft.time = Some(DraftTime::AtOnce);
            draft.go_on();
        }
        DraftTap::At(preset) => {
            draft.time = Some(DraftTime::At(preset.moment(zone(bot, settings), now)));
            draft.go_on();
        }
        DraftTap::Network { network_tag: tag, chosen } => {
            let destinations = Destinations::of(bot, &settings.account).await?;
            match destinations.tagged(&tag) {
                Some(network) if chosen => {
                    draft.networks.insert(network.to_owned());
                }
                Some(network) => {
                    draft.networks.remove(network);
                }
                None => {}
            }
        }
    }
    if bot.store.change_draft(draft.clone(), now).await? {
        show(bot, settings, chat_id, &draft, Some(message_id)).await?;
    }
    Ok(())
}

/// [Post now] [Schedule]: the same rules and the same rows as over HTTP, one post a network.
async fn post(
    bot: &Bot,
    settings: &Settings,
    chat_id: i64,
    message_id: MessageId,
    mut draft: Draft,
) -> Handled {
    let now = bot.clock.now();
    if draft.is_too_late(now) {
        draft.step = Step::Time;
        if bot.store.change_draft(draft.clone(), now).await? {
            let reply = pages::when(bot, settings, &draft, Some(Unusable::Past));
            bot.edit(chat_id, message_id, reply).await;
        }
        return Ok(());
    }
    let at = match draft.time {
        Some(DraftTime::At(at)) => Some(at),
        Some(DraftTime::AtOnce) | None => None,
    };
    let destinations = Destinations::of(bot, &settings.account).await?;
    let networks = destinations.chosen_in(&draft);
    let posts: Vec<NewPost> = networks
        .iter()
        .map(|network| NewPost {
            account: draft.account.clone(),
            network: (*network).to_owned(),
            text: draft.text.clone().unwrap_or_default(),
            media_url: None,
            media_file: draft.media.as_ref().map(|media| media.file_id.clone()),
            options: PostOptions {
                media_kind: draft.media.as_ref().map(|media| media.kind),
                ..PostOptions::default()
            },
            publish_at: at.unwrap_or(now),
            needs_approval: false,
        })
        .collect();
    let fits = |post: &NewPost| post.check(destinations.text_limit(&post.network, &draft), now).is_ok();
    // A forged yes, or a network that is not there any more: what is missing is asked for.
    if posts.is_empty() || draft.time.is_none() || !posts.iter().all(fits) {
        draft.go_on();
        return show(bot, settings, chat_id, &draft, Some(message_id)).await;
    }
    if bot.store.post_draft(&draft, posts, now).await?.is_some() {
        let shown: Vec<&str> = networks.iter().map(|name| destinations.shown(name)).collect();
        let destination = pages::destination(bot, settings, &shown, at);
        bot.edit(chat_id, message_id, destination.scheduled(settings.language())).await;
    }
    Ok(())
}

/// Asks for what the draft is at: in the place of the tapped message, or below. The review has the preview above it.
async fn show(
    bot: &Bot,
    settings: &Settings,
    chat_id: i64,
    draft: &Draft,
    instead_of: Option<MessageId>,
) -> Handled {
    let reply = pages::of(bot, settings, draft).await?;
    match (draft.step, instead_of) {
        (Step::Review, _) => {
            let words = draft.text.as_deref().unwrap_or_default();
            match &draft.media {
                None => bot.preview(chat_id, instead_of, words).await,
                Some(media) => {
                    media::preview(bot, settings.language(), chat_id, instead_of, media, words).await
                }
            }
            bot.say(chat_id, reply).await;
        }
        (_, Some(message_id)) => bot.edit(chat_id, message_id, reply).await,
        (_, None) => bot.say(chat_id, reply).await,
    }
    Ok(())
}
