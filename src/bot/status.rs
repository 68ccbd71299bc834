//! `/status`: today at a glance.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use teloxide::types::{CallbackQueryId, MessageId};

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, post_tap};
use crate::domain::account::Settings;
use crate::domain::post::{self, ManagedBy, Post};
use crate::domain::post_move::Actor;
use crate::store::{FailedPosts, Listing, MovedAll, StoreError};
use crate::text::status::{FailedPost, NextPost, Status, Today, status_unlinked};
use crate::text::{Button, Hours};

/// Among how many of the last failed posts is one looked for that can be tried again?
const FAILED_READ: u64 = 20;

/// `/status`
pub(super) async fn on_status(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    say(&bot, &person).await
}

/// Sends the status of the person's chat.
pub(super) async fn say(bot: &Bot, person: &Person) -> Handled {
    let reply = status(bot, person).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Refresh]
pub(super) async fn on_refresh(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = status(bot, person).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// [Retry failed]: all of today's that this service publishes.
pub(super) async fn on_retry_failed(
    bot: &Bot,
    query: CallbackQueryId,
    person: &Person,
    message_id: MessageId,
) -> Handled {
    let moved = match &person.settings {
        Some(settings) => {
            let now = bot.clock.now();
            let today =
                FailedPosts::Since(last_midnight(now, settings.zone.unwrap_or(bot.digest.default_zone)));
            bot.store.retry_failed(today, &settings.account, Actor::Chat, now).await?
        }
        None => MovedAll { posts: 0, moved: 0 },
    };
    bot.answer_tap(query, Some(post_tap::toast(moved).text(person.language()))).await;
    on_refresh(bot, person, message_id).await
}

async fn status(bot: &Bot, person: &Person) -> Result<Reply, StoreError> {
    let language = person.language();
    let Some(settings) = &person.settings else {
        let page = bot.platform.settings_url.as_ref();
        return Ok(Reply::from(status_unlinked(language)).link_row(Button::OpenSettings, page, language));
    };
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    let ahead = bot.store.posts_ahead(&settings.account, next_midnight(bot.clock.now(), zone)).await?;
    let today = Today { to_go: ahead.as_ref().map(|ahead| ahead.to_go), ..today(bot, settings).await? };
    let next = ahead.as_ref().and_then(|ahead| ahead.next.as_ref());
    let failure = bot.store.last_failure(&settings.account, last_midnight(bot.clock.now(), zone)).await?;
    let status = Status {
        account: &settings.account_name,
        paused: !settings.enabled,
        today: Some(today),
        next: next.map(|post| NextPost {
            at: post.due_at,
            network: post.network_shown(),
            text: Some(post.text.as_str()),
        }),
        failed: failure.as_ref().map(|failure| FailedPost {
            network: failure.network.as_deref().unwrap_or_default(),
            code: failure.error_code,
            why: failure.error.as_deref(),
        }),
        hours: Hours::of(settings, bot.digest.default_zone),
    };
    let mut buttons = vec![(Button::Refresh, Tap::RefreshStatus), (Button::Settings, Tap::OpenSettings)];
    if can_retry(bot, settings).await? {
        buttons.insert(1, (Button::RetryFailed, Tap::RetryFailed));
    }
    let buttons = buttons.into_iter().map(|(button, tap)| (button.label(language), tap)).collect();
    Ok(Reply::from(status.render(language)).labelled_rows(vec![buttons]))
}

/// Whether a post of today's failed that this service can try again.
async fn can_retry(bot: &Bot, settings: &Settings) -> Result<bool, StoreError> {
    let today = last_midnight(bot.clock.now(), settings.zone.unwrap_or(bot.digest.default_zone));
    let (account, status) = (Some(settings.account.clone()), Some(post::Status::Failed));
    let failed =
        bot.store.posts(Listing { account, status, limit: FAILED_READ, ..Listing::default() }).await?;
    let is_of_today = |post: &Post| post.finished_at.is_some_and(|at| at >= today);
    Ok(failed.iter().any(|post| post.managed_by == ManagedBy::Scheduler && is_of_today(post)))
}

/// What the platform told about since midnight where the person is.
async fn today(bot: &Bot, settings: &Settings) -> Result<Today, StoreError> {
    let zone = settings.zone.unwrap_or(bot.digest.default_zone);
    let midnight = last_midnight(bot.clock.now(), zone);
    let posts = bot.store.posts_told_about(&settings.account, midnight).await?;
    Ok(Today { published: posts.published, failed: posts.failed, to_go: None })
}

/// The end of the local day.
fn next_midnight(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    // No day is longer than 26 hours or so, and none as long as 36: that moment is in the day after.
    let today = last_midnight(now, zone);
    last_midnight(today + chrono::TimeDelta::hours(36), zone)
}

/// The start of the local day; where the clock skipped midnight, the first moment after the gap.
fn last_midnight(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let mut time = now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN);
    // Gaps are shorter than a day and end on a quarter of an hour.
    for _ in 0..96 {
        if let Some(midnight) = time.and_local_timezone(zone).earliest() {
            return midnight.with_timezone(&Utc);
        }
        time += chrono::TimeDelta::minutes(15);
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn midnight(now: &str, zone: Tz) -> String {
        let now = DateTime::parse_from_rfc3339(now).unwrap().with_timezone(&Utc);
        last_midnight(now, zone).to_rfc3339()
    }

    #[test]
    fn the_day_begins_at_local_midnight() {
        assert_eq!(midnight("2026-11-22T16:00:00Z", Tz::Asia__Seoul), "2026-11-22T15:00:00+00:00");
        assert_eq!(midnight("2026-11-22T03:00:00Z", Tz::America__New_York), "2026-11-21T05:00:00+00:00");
        assert_eq!(midnight("2026-11-22T18:20:00Z", Tz::Asia__Kathmandu), "2026-11-22T18:15:00+00:00");
    }

    #[test]
    fn the_day_ends_at_the_next_local_midnight_however_long_it_is() {
        let end = |now: &str, zone: Tz| {
            let now = DateTime::parse_from_rfc3339(now).unwrap().with_timezone(&Utc);
            next_midnight(now, zone).to_rfc3339()
        };
        assert_eq!(end("2026-11-22T16:00:00Z", Tz::Asia__Seoul), "2026-11-23T15:00:00+00:00");
        // 25 and 23 hours.
        assert_eq!(end("2026-11-01T12:00:00Z", Tz::America__New_York), "2026-11-02T05:00:00+00:00");
        assert_eq!(end("2026-03-08T12:00:00Z", Tz::America__New_York), "2026-03-09T04:00:00+00:00");
    }

    #[test]
    fn a_midnight_that_the_clock_skips_is_the_end_of_the_gap() {
        // Lebanon springs forward at midnight: 2026-03-29 begins at 01:00.
        assert_eq!(midnight("2026-03-29T12:00:00Z", Tz::Asia__Beirut), "2026-03-28T22:00:00+00:00");
    }
}
