//! Asks Telegram who we are and what waits for us. The conversation notices most of it by itself; this notices a
//! token that was revoked while nothing is sent, a webhook that somebody set, and updates that pile up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Done, JobError, Jobs};
use crate::health::Telegram;
use crate::metrics;
use crate::telegram::{Answer, Checkup, RefusalClass};

/// From how many waiting updates on are they news? More than one poll fetches.
const PILE: u32 = 100;

/// How often is Telegram asked before it counts as away? One lost connection is no news.
const TRIES: u32 = 2;

/// The pause between them.
const PAUSE: Duration = Duration::from_secs(1);

/// What was told already, so that it is told once.
#[derive(Default)]
pub(super) struct Watch {
    piled_up: AtomicBool,
    webhook: AtomicBool,
}

/// Items: the updates that wait.
pub(super) async fn run(jobs: Arc<Jobs>, watch: Arc<Watch>) -> Done {
    let Some(api) = &jobs.api else { return Ok(0) };
    let mut tries = 0;
    let why = loop {
        tries += 1;
        let why = match api.checkup().await {
            Answer::Done(Some(checkup)) => return Ok(watch.note(checkup, jobs.webhook_wanted)),
            Answer::Done(None) => return Ok(0),
            Answer::Refused(refusal) if refusal.class() == RefusalClass::TokenRefused => {
                return Err(note(&jobs, Telegram::TokenRefused, &refusal.description));
            }
            Answer::Refused(refusal) => return Err(JobError(format!("Telegram: {}", refusal.description))),
            Answer::NotSent(why) | Answer::Unknown(why) => why,
        };
        if tries == TRIES {
            break why;
        }
        tokio::time::sleep(PAUSE).await;
    };
    match jobs.health.telegram() {
        // Whoever polls finds out when Telegram is back, and says so.
        Telegram::Up | Telegram::Starting => Err(note(&jobs, Telegram::Unreachable, &why)),
        _ => Err(JobError(why)),
    }
}

fn note(jobs: &Jobs, telegram: Telegram, words: &str) -> JobError {
    let problem = telegram.problem().unwrap_or_default();
    jobs.health.note_telegram(telegram, words);
    JobError(format!("{problem}: {words}"))
}

impl Watch {
    fn note(&self, checkup: Checkup, webhook_wanted: bool) -> u64 {
        let Checkup { pending_updates, webhook_is_set } = checkup;
        metrics::updates_waiting_at_telegram(pending_updates);
        let piled_up = pending_updates > PILE;
        match (self.piled_up.swap(piled_up, Ordering::Relaxed), piled_up) {
            (false, true) => log::warn!(target: "TELEGRAM", "{pending_updates} updates wait to be fetched"),
            (true, false) => log::info!(target: "TELEGRAM", "updates do not pile up any more"),
            _ => {}
        }
        let unwanted = webhook_is_set && !webhook_wanted;
        if !self.webhook.swap(unwanted, Ordering::Relaxed) && unwanted {
            log::warn!(target: "TELEGRAM", "a webhook is set, which keeps updates from us until polling removes it");
        }
        u64::from(pending_updates)
    }
}
