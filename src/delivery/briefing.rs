//! What a digest needs before its turn comes: its news and, once a week, the picture. Prepared beside the sending, so
//! that no other message waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::STORE_PAUSE;
use super::addressees::Addressees;
use super::send::Sender;
use crate::chart;
use crate::domain::account::Settings;
use crate::domain::digest::{DigestNews, FIRST_LOOKS_BACK};
use crate::domain::language::Language;
use crate::domain::notification::{Claimed, Kind};
use crate::domain::week::{Week, WeekSpan};
use crate::store::{DigestQuery, StoreError};

/// How many digests are prepared at once? The database serves others as well.
const AT_ONCE: usize = 4;

/// How many pictures are drawn at once? Each keeps a processor busy for some milliseconds.
const DRAWN_AT_ONCE: usize = 2;

/// How long may a picture take? Then the text goes alone: it is late already.
const PICTURE_LIMIT: Duration = Duration::from_secs(5);

/// What a digest tells.
#[derive(Debug, Default)]
pub(super) struct Briefing {
    /// In numbers.
    pub(super) news: DigestNews,
    /// The picture of the week, as PNG.
    pub(super) picture: Option<Vec<u8>>,
}

/// How the preparing of a row went.
pub(super) enum Briefed {
    /// It is done; without anything for a row that needs nothing.
    Ready(Box<Briefing>),
    /// The database did not say, or nobody could wait for it.
    NotYet,
    /// There is something in the row that breaks whoever prepares it.
    Never,
}

/// How much may be prepared at once.
pub(super) struct BriefingDesk {
    places: Arc<Semaphore>,
    easels: Arc<Semaphore>,
}

impl Default for BriefingDesk {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), easels: Arc::new(Semaphore::new(DRAWN_AT_ONCE)) }
    }
}

/// The briefings of the rows of a claim, being prepared. What nobody waits for any more is given up.
pub(super) struct Briefings {
    tasks: HashMap<i64, JoinHandle<Result<Briefing, StoreError>>>,
}

impl Briefings {
    /// How the preparing of `row` went, when it has ended.
    pub(super) async fn of(&mut self, row: &Claimed) -> Briefed {
        let id = row.id;
        let Some(task) = self.tasks.get_mut(&id) else {
            return if row.kind == Kind::Digest { Briefed::NotYet } else { Briefed::Ready(Box::default()) };
        };
        match task.await {
            Ok(Ok(briefing)) => Briefed::Ready(Box::new(briefing)),
            Ok(Err(error)) => {
                log::error!(target: "delivery", "the news of digest {id} can't be read: {error}");
                Briefed::NotYet
            }
            Err(error) if error.is_panic() => Briefed::Never,
            Err(_) => Briefed::NotYet,
        }
    }
}

impl Drop for Briefings {
    fn drop(&mut self) {
        for task in self.tasks.values() {
            task.abort();
        }
    }
}

impl Sender {
    /// Begins to prepare the digests among `rows`, the last row first: so they are sent.
    pub(super) fn briefings(self: &Arc<Self>, rows: &[Claimed], addressees: &Addressees) -> Briefings {
        let digests = rows.iter().rev().filter(|row| row.kind == Kind::Digest);
        let tasks = digests.filter_map(|row| {
            let settings = addressees.settings_of(&row.account)?.clone();
            let (sender, row, id) = (Arc::clone(self), row.clone(), row.id);
            let prepare = async move {
                let briefing = sender.brief(&row, &settings).await;
                if briefing.is_err() {
                    // Not at once again: the row is due and would come back in a moment.
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                briefing
            };
            Some((id, tokio::spawn(prepare)))
        });
        Briefings { tasks: tasks.collect() }
    }

    async fn brief(&self, row: &Claimed, settings: &Settings) -> Result<Briefing, StoreError> {
        // Never closed: an error would only mean no limit.
        let _place = self.desk.places.acquire().await;
        let zone = settings.zone.unwrap_or(self.renderer.default_zone);
        let until = row.event_at;
        let since = row.content.digest.map_or(until - FIRST_LOOKS_BACK, |span| span.since);
        let week = WeekSpan::looked_back_on(zone, since, until);
        let now = self.clock.now();
        let query = DigestQuery { account: &settings.account, since, until, now, zone, week };
        let news = self.store.digest_news(query).await?;
        let told = settings.digest.when_empty || !news.is_empty();
        let picture = match &news.week {
            Some(week) if told => self.picture(week.clone(), settings.language()).await,
            _ => None,
        };
        Ok(Briefing { news, picture })
    }

    /// The picture of `week`; `None` when it can't be drawn, or not in time.
    async fn picture(&self, week: Week, language: Language) -> Option<Vec<u8>> {
        let easels = Arc::clone(&self.desk.easels);
        let drawn = tokio::time::timeout(PICTURE_LIMIT, async move {
            let easel = easels.acquire_owned().await;
            tokio::task::spawn_blocking(move || {
                // Held to the end, though nobody may be waiting any more.
                let _easel = easel;
                chart::draw(&week, language)
            })
            .await
        });
        match drawn.await {
            Ok(Ok(Ok(png))) => return Some(png),
            Ok(Ok(Err(error))) => log::error!(target: "delivery", "no picture of the week: {error}"),
            Ok(Err(error)) => log::error!(target: "delivery", "no picture of the week: {error}"),
            Err(_) => log::warn!(target: "delivery", "no picture of the week in time"),
        }
        None
    }
}
