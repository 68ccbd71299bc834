//! Asking Telegram how it stands with the bot: who it is, what waits for it.

use std::time::Duration;

use teloxide::payloads::{GetMe, GetWebhookInfo};

use super::{Answer, Api};

/// How long may one of the two calls take?
const CALL_LIMIT: Duration = Duration::from_secs(10);

/// How it stands with the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkup {
    /// Updates that were not fetched yet.
    pub pending_updates: u32,
    /// Whether a webhook is set, which keeps us from polling.
    pub webhook_is_set: bool,
}

impl Api {
    /// Asks getMe and getWebhookInfo. `Done(None)`: Telegram knows the bot, and said more than we could read.
    pub async fn checkup(&self) -> Answer<Checkup> {
        match self.call(&GetMe::new(), CALL_LIMIT).await {
            Answer::Done(_) => {}
            Answer::Refused(refusal) => return Answer::Refused(refusal),
            Answer::NotSent(why) => return Answer::NotSent(why),
            Answer::Unknown(why) => return Answer::Unknown(why),
        }
        self.call(&GetWebhookInfo::new(), CALL_LIMIT).await.map(|info| {
            Some(Checkup { pending_updates: info.pending_update_count, webhook_is_set: info.url.is_some() })
        })
    }
}
