//! Which handler gets an update, and the wrapper around them all.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use dptree::di::DependencyMap;
use dptree::{Cont, HandlerDescription as _, HandlerSignature};
use futures::FutureExt as _;
use teloxide::dispatching::{DpHandlerDescription, UpdateFilterExt as _, UpdateHandler};
use teloxide::types::{CallbackQuery, Message, Update, UpdateKind};
use tokio::time::Instant;

use super::attention::Heed;
use super::command::{Command, command_of};
use super::person::Person;
use super::tap::Tap;
use super::{
    Bot, Handled, admin, broadcast, channels, dead_letters, digest, group, help, invite, jobs, link,
    membership, new_post, pause, places, post_tap, post_time, posts, settings, start, status, test, unlink,
    words, working_time,
};
use crate::store::StoreError;
use crate::text::answer::{self, Toast};

/// The whole tree, inside the wrapper that acknowledges.
pub(super) fn root() -> UpdateHandler<StoreError> {
    acknowledging().chain(branches())
}

fn branches() -> UpdateHandler<StoreError> {
    dptree::entry()
        .branch(
            Update::filter_message()
                .branch(read_from_private_chats().branch(in_private()))
                .branch(dptree::endpoint(group::on_message)),
        )
        .branch(
            // Words only: a location that is shared live is edited every few seconds.
            Update::filter_edited_message()
                .filter(|message: Message| message.text().is_some())
                .branch(read_from_private_chats().branch(dptree::endpoint(help::on_edited))),
        )
        .branch(Update::filter_callback_query().endpoint(on_tap))
        .branch(Update::filter_my_chat_member().endpoint(membership::on_change))
}

/// What people write in their private chats, as far as it is read.
fn read_from_private_chats() -> UpdateHandler<StoreError> {
    dptree::filter_map(|message: Message| Person::who_wrote(&message))
        .map(|person: Person, bot: Arc<Bot>| bot.attention.heed(person.chat_id, Instant::now()))
        .branch(dptree::case![Heed::Warn].endpoint(help::on_too_much))
        .branch(dptree::case![Heed::Ignore].endpoint(async || Ok(())))
}

/// Everything a person may write in their private chat.
fn in_private() -> UpdateHandler<StoreError> {
    use Command::{
        Broadcast, Digest, Failed, Help, Invite, Jobs, New, Pause, Posts, Queue, Resend, Resume, Run,
        Settings, Start, Stats, Status, Test, Unlink,
    };
    dptree::entry()
        .branch(
            dptree::filter_map(|message: Message, bot: Arc<Bot>| {
                command_of(&message, bot.health.bot_username().as_deref())
            })
            .branch(dptree::case![Start(payload)].endpoint(start::on_start))
            .branch(dptree::case![Status].endpoint(status::on_status))
            .branch(dptree::case![Posts].endpoint(posts::on_posts))
            .branch(dptree::case![New].endpoint(new_post::on_new))
            .branch(dptree::case![Settings].endpoint(settings::on_settings))
            .branch(dptree::case![Digest].endpoint(digest::on_digest))
            .branch(dptree::case![Test].endpoint(test::on_test))
            .branch(dptree::case![Unlink].endpoint(unlink::on_unlink))
            .branch(dptree::case![Help].endpoint(help::on_help))
            .branch(
                dptree::filter(|person: Person, bot: Arc<Bot>| bot.is_admin(&person))
                    .branch(dptree::case![Stats].endpoint(admin::on_stats))
                    .branch(dptree::case![Queue].endpoint(admin::on_queue))
                    .branch(dptree::case![Failed].endpoint(dead_letters::on_failed))
                    .branch(dptree::case![Resend(number)].endpoint(dead_letters::on_resend))
                    .branch(dptree::case![Jobs].endpoint(jobs::on_jobs))
                    .branch(dptree::case![Run(name)].endpoint(jobs::on_run))
                    .branch(dptree::case![Broadcast(words)].endpoint(broadcast::on_broadcast))
                    .branch(dptree::case![Invite(words)].endpoint(invite::on_invite))
                    .branch(dptree::case![Pause].endpoint(pause::on_pause))
                    .branch(dptree::case![Resume].endpoint(pause::on_resume)),
            )
            .endpoint(help::on_unknown_command),
        )
        .branch(
            dptree::filter(|person: Person, bot: Arc<Bot>| bot.is_admin(&person))
                .endpoint(broadcast::on_words),
        )
        .branch(dptree::endpoint(words::on_words))
}

/// A tap: answered at once, then done. Buttons work only for the person whose private chat they are in, but for those
/// that are made for groups.
async fn on_tap(bot: Arc<Bot>, query: CallbackQuery) -> Handled {
    let person = Person::of(&query.from);
    if let Some(tap) = query.data.as_deref().and_then(Tap::of_data).filter(Tap::is_for_groups) {
        return places::on_tap(&bot, &person, query, tap).await;
    }
    let message = query.message.as_ref().filter(|message| message.chat().id.0 == person.chat_id);
    let tap = query.data.as_deref().and_then(Tap::of_data);
    let tap = tap.filter(|tap| !tap.is_for_admins() || bot.is_admin(&person));
    let written_at = message.and_then(|message| message.regular_message()).map(|message| message.date);
    let is_old = written_at.is_none_or(|at| bot.clock.now() - at > post_tap::TAPS_LAST);
    let tap = tap.filter(|tap| !matches!(tap, Tap::Post(_)) || !is_old);
    let (message_id, tap) = match (message, tap) {
        (Some(message), Some(tap)) => (message.id(), tap),
        (message, _) => {
            let toast = if message.is_none() { Toast::NotYours } else { Toast::Expired };
            let language = bot.language_of(&person).await?;
            bot.answer_tap(query.id, Some(toast.text(language))).await;
            return Ok(());
        }
    };
    if tap == Tap::Mute {
        let person = bot.look_up(person).await?;
        let toast = settings::on_mute(&bot, &person).await?;
        bot.answer_tap(query.id, Some(toast)).await;
        return Ok(());
    }
    if tap == Tap::RetryFailed {
        let person = bot.look_up(person).await?;
        return status::on_retry_failed(&bot, query.id, &person, message_id).await;
    }
    if let Tap::Draft { tag, tap } = tap {
        let person = bot.look_up(person).await?;
        return new_post::on_tap(&bot, query.id, &person, message_id, (tag, tap)).await;
    }
    if let Tap::Post(tap) = tap {
        let person = bot.look_up(person).await?;
        return post_tap::on_tap(&bot, query.id, &person, message_id, tap).await;
    }
    bot.answer_tap(query.id, None).await;
    let person = bot.look_up(person).await?;
    match tap {
        // Done above.
        Tap::Mute
        | Tap::Post(_)
        | Tap::RetryFailed
        | Tap::Draft { .. }
        | Tap::ConnectPlace { .. }
        | Tap::StopPlace(_)
        | Tap::KeepPlaces => Ok(()),
        Tap::Link { token, consent, language } => {
            link::on_agreed(&bot, &person, message_id, link::Agreed { token, consent, language }).await
        }
        Tap::KeepLinks { language } => link::on_kept(&bot, &person, message_id, language).await,
        Tap::ConnectChannel { chat_id, account_tag } => {
            channels::on_agreed(&bot, &person, message_id, chat_id, &account_tag).await
        }
        Tap::LeaveChannel => channels::on_declined(&bot, &person, message_id).await,
        Tap::Unlink { account_tag } => unlink::on_agreed(&bot, &person, message_id, &account_tag).await,
        Tap::StayLinked => unlink::on_kept(&bot, &person, message_id).await,
        Tap::OpenSettings => settings::say(&bot, &person).await,
        Tap::AskZone => settings::ask_zone(&bot, &person).await,
        Tap::Settings { account_tag, tap } => {
            settings::on_tap(&bot, &person, message_id, &account_tag, tap).await
        }
        Tap::Posts { page } => posts::on_page(&bot, &person, message_id, page).await,
        Tap::MovePost { id, preset } => post_time::on_preset(&bot, &person, message_id, id, preset).await,
        Tap::PostCard { id, page } => posts::on_card(&bot, &person, message_id, id, page).await,
        Tap::RefreshStatus => status::on_refresh(&bot, &person, message_id).await,
        Tap::Stats => admin::on_stats_tap(&bot, &person, message_id).await,
        Tap::Queue => admin::on_queue_tap(&bot, &person, message_id).await,
        Tap::Deeds => admin::on_deeds(&bot, &person, message_id).await,
        Tap::Resume => pause::on_resume_tap(&bot, &person, message_id).await,
        Tap::SendBroadcast(id) => broadcast::on_send(&bot, &person, message_id, id).await,
        Tap::TestBroadcast(id) => broadcast::on_test(&bot, &person, message_id, id).await,
        Tap::CancelBroadcast(id) => broadcast::on_cancel(&bot, &person, message_id, id).await,
        Tap::StopBroadcast(id) => broadcast::on_stop(&bot, &person, message_id, id).await,
        Tap::DeadLetters => dead_letters::on_list(&bot, &person, message_id).await,
        Tap::Resend(id) => dead_letters::on_resend_tap(&bot, &person, message_id, id).await,
        Tap::Jobs => jobs::on_overview(&bot, &person, message_id).await,
        Tap::ChooseJob => jobs::on_choice(&bot, &person, message_id).await,
        Tap::RunJob(job) => jobs::on_chosen(&bot, &person, message_id, job).await,
        Tap::ShowRun { job, id } => jobs::on_run_refresh(&bot, &person, message_id, job, id).await,
    }
}

/// Acknowledges the update when the handlers behind it end, however they do: done, failed, panicked or out of
/// time. A panic that left this wrapper would kill the chat's worker and, with the chat's next update, the
/// process.
fn acknowledging() -> UpdateHandler<StoreError> {
    dptree::from_fn_with_description(
        // Adds nothing to what the branches ask Telegram for.
        DpHandlerDescription::entry(),
        |dependencies: DependencyMap, handlers: Cont<'static, Handled>| async move {
            let update: Arc<Update> = dependencies.get();
            let bot: Arc<Arc<Bot>> = dependencies.get();
            let _acknowledged_when_dropped = bot.acknowledgements.guard(update.id.0);
            let handled = AssertUnwindSafe(handlers(dependencies)).catch_unwind();
            let failed = match working_time::within(bot.handler_limit(), handled).await {
                Some(Ok(ControlFlow::Break(Ok(())) | ControlFlow::Continue(_))) => None,
                Some(Ok(ControlFlow::Break(Err(error)))) => Some(error.to_string()),
                Some(Err(_)) => Some("the handler panicked".to_owned()),
                None => Some(format!("not done after {} s", bot.handler_limit().as_secs())),
            };
            if let Some(why) = failed {
                log::error!(target: "bot", "update {}: {why}", update.id.0);
                // With a limit of its own: the apology must not hold the acknowledgement up for long.
                let _ = working_time::within(bot.handler_limit(), bot.apologise(&update)).await;
            }
            ControlFlow::Break(Ok(()))
        },
        HandlerSignature::Entry,
    )
}

impl Bot {
    /// Tells the person behind an update that could not be handled.
    async fn apologise(&self, update: &Update) {
        let Some(person) = update.from().map(Person::of) else { return };
        match &update.kind {
            UpdateKind::CallbackQuery(query) => {
                let words = Toast::TryLater.text(person.language());
                let took_it = self.answer_tap(query.id.clone(), Some(words)).await;
                let in_private = query.message.as_ref().is_some_and(|it| it.chat().id.0 == person.chat_id);
                // Answered before its work began: only a message is left to say that the work failed.
                if !took_it && in_private {
                    self.say(person.chat_id, answer::busy(person.language())).await;
                }
            }
            UpdateKind::Message(message) if message.chat.is_private() => {
                self.say(person.chat_id, answer::busy(person.language())).await;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dptree::Type;
    use teloxide::types::Me;

    #[test]
    fn every_handler_gets_what_it_takes() {
        // What the dispatcher puts beside our own dependency.
        let provided =
            [Type::of::<Update>(), Type::of::<Me>(), Type::of::<teloxide::Bot>(), Type::of::<Arc<Bot>>()];
        for tree in [branches(), root()] {
            dptree::type_check(tree.sig(), &DependencyMap::new(), &provided);
        }
    }
}
