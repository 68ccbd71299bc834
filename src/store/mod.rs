//! All queries, one file per concept; transactions; the write queue; the wake-ups.
//!
//! Reads go to a pool, writes through [`write_queue`]. Nothing outside this room and `entity` knows SQL.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DatabaseConnection;
use tokio::sync::{Notify, watch};

use crate::config;

mod accounts;
mod admin_languages;
mod alerts;
mod approvals;
mod audit;
mod backup;
mod backup_folder;
mod bot_identity;
mod broadcast_rows;
mod broadcasts;
mod carriers;
mod channels;
mod chat_waits;
mod claims;
mod connection;
mod dead_letters;
mod digest_news;
mod digests;
mod drafts;
mod due;
mod enqueuing;
mod error;
mod exporting;
mod gatherer;
mod holding;
mod idempotency;
mod importing;
mod interrupted_posts;
mod job_runs;
mod lanes;
mod late_posts;
mod leader;
mod lease_token;
mod links;
mod merging;
mod notices;
mod notifications;
mod outbox_rows;
mod outcomes;
mod parameters;
mod place_fates;
mod place_tokens;
mod places;
mod post_moves;
mod post_notices;
mod post_outcomes;
mod post_results;
mod post_wishes;
mod posts;
mod publishing;
mod purging;
mod queue_figures;
mod replacement;
mod restoring;
mod schema;
mod sending_pause;
mod sequence;
mod settings;
mod settings_changes;
mod told_by_edits;
mod until_taken;
mod whole_rows;
mod write_queue;

pub use accounts::{Erased, OWNED};
pub use backup::{copy_sqlite, sqlite_file, verify_sqlite};
pub use backup_folder::{BackupFolder, Occasion};
pub use bot_identity::BotIdentity;
pub use broadcasts::NewBroadcast;
pub use carriers::{Folded, Together};
pub use channels::Connecting;
pub use claims::{Claim, ClaimWish, RidingClaim};
pub use dead_letters::{DeadLetters, Resent};
pub use digest_news::DigestQuery;
pub use digests::{CarriedOut, DigestDecision, DigestPlace, DueDigest};
pub use error::StoreError;
pub use exporting::{KeptRequest, KeptToken, WholeNotification};
pub use idempotency::IdempotencyKey;
pub use importing::{Imported, Importing, old_settings};
pub use interrupted_posts::{Claims, Recovered};
pub use leader::{LEADS_FOR, Leadership, RENEW_EVERY, SqliteLock};
pub use links::{LinkOffer, LinkOutcome, Newcomer, TokenState};
pub use notifications::{PostsToldAbout, Recorded, Rule, Status};
pub use outbox_rows::{Attempt, OutboxListing, OutboxRow};
pub use outcomes::{Effect, Finalise, Outcome};
pub use place_tokens::{PlaceOffer, PlaceOutcome, Spot};
pub use places::{Guest, Member, PLACE_REMOVED, Remover};
pub use post_results::ResultTaken;
pub use post_wishes::{FailedPosts, Moved, MovedAll};
pub use posts::{Listing, PostsAhead, Scheduled};
pub use purging::{PURGE_BATCH, Purgeable};
pub use queue_figures::{Figures, JobFigures, QueueDepth, QueueFigures, ReasonCount};
pub use replacement::Replacement;
pub use restoring::Restored;
pub use sending_pause::SendingPause;
pub use until_taken::{Sent, until_taken};

use due::DueSignal;
use gatherer::Gatherer;
use notifications::RecordEvents;
use outcomes::FinaliseAt;
use sending_pause::PauseSignal;
use write_queue::Writer;

/// The database. Cheap to clone; clones share connections and wake-ups.
#[derive(Clone)]
pub struct Store {
    reader: DatabaseConnection,
    /// Where the schema is changed: the writer's own connection on SQLite, the pool on PostgreSQL.
    primary: DatabaseConnection,
    writer: Writer,
    /// Where events gather.
    ingest: Gatherer<RecordEvents>,
    /// Where the outcomes of sending gather.
    marks: Gatherer<FinaliseAt>,
    signals: Arc<Signals>,
}

#[derive(Default)]
struct Signals {
    /// The epoch in which this instance leads, or last led.
    epoch: AtomicI64,
    /// The lease token of a claim that failed, and may be committed all the same; 0 for none.
    unanswered_claim: AtomicI64,
    /// A row may be due now.
    due: Arc<DueSignal>,
    /// Somebody asked for a run of a job.
    run_requested: Notify,
    /// A post may be due now. Each network's lane has a receiver of its own, so that all of them hear it.
    post_due: watch::Sender<()>,
    /// A row reached its last state.
    finished: Notify,
    /// A broadcast has begun, or is to be stopped.
    broadcast: Notify,
    /// Whether an admin has paused sending.
    pause: PauseSignal,
}

impl Store {
    /// Opens the database without touching its schema.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with the setting and the mend, when it can't be opened.
    pub async fn open(settings: &config::Database) -> Result<Self, StoreError> {
        let signals = Arc::<Signals>::default();
        let (reader, primary, writer) = match settings.engine() {
            config::Engine::Sqlite => {
                // The writer first: it creates the file and sets the journal mode.
                let primary = connection::sqlite_writer(settings).await?;
                let reader = connection::sqlite_readers(settings).await?;
                (reader, primary.clone(), Writer::queue(primary, settings.clone(), Arc::clone(&signals.due)))
            }
            config::Engine::Postgres => {
                let pool = connection::postgres_pool(settings).await?;
                (pool.clone(), pool.clone(), Writer::Pool { pool, due: Arc::clone(&signals.due) })
            }
        };
        let (ingest, marks) = (Gatherer::start(writer.clone()), Gatherer::start(writer.clone()));
        Ok(Self { reader, primary, writer, ingest, marks, signals })
    }

    /// Whether the database answers a query now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.reader.ping().await?)
    }

    /// Closes the connections: SQLite then folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.writer.close().await;
        for connection in [&self.reader, &self.primary] {
            if let Err(error) = connection.clone().close().await {
                log::warn!(target: "store", "a connection did not close: {error}");
            }
        }
    }

    /// Returns when a row may have become due since the last call.
    pub async fn told_of_due(&self) {
        self.signals.due.told().await;
    }

    /// Wakes the delivery worker: a row may be due, and what made it so does not tell by itself.
    pub fn wake_delivery(&self) {
        self.signals.due.tell();
    }
}

/// Epoch milliseconds: how every time is stored.
fn ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// The time a stored value means; the epoch for one outside of chrono's range.
fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The end of a span that begins `now`, as stored.
fn ms_after(now: DateTime<Utc>, span: TimeDelta) -> i64 {
    ms(now).saturating_add(span.num_milliseconds())
}
