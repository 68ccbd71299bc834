//! Removing what is kept for a time only: in batches, so that no write waits long behind one.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement};

use super::write_queue::Command;
use super::{Store, StoreError, ms};

/// How many rows may one batch remove? A thousand take some ms.
pub const PURGE_BATCH: u32 = 1000;

/// What is kept for a time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purgeable {
    /// Link tokens, spent or not, that expired before.
    LinkTokens,
    /// The same for places.
    PlaceTokens,
    /// Drafts that expired before.
    Drafts,
    /// Settings of accounts that were unlinked before and are not linked again.
    Settings,
    /// Attempts that began before.
    Attempts,
    /// Notifications that were finished before, with their attempts.
    Notifications,
    /// Posts that reached their last state before, with their history. The platform's own too, once noticed.
    Posts,
    /// Answers to requests with an `Idempotency-Key` that came before.
    IdempotencyKeys,
    /// Runs that ended well before, having found nothing to do; not the last of their job.
    IdleRuns,
    /// All runs that ended before; not the last of their job.
    Runs,
    /// What admins did before.
    Audit,
    /// Broadcasts that were asked for before, and are over.
    Broadcasts,
}

impl Purgeable {
    /// Everything, in an order that leaves nothing behind: attempts before the notifications they belong to.
    pub const ALL: [Self; 12] = [
        Self::LinkTokens,
        Self::PlaceTokens,
        Self::Drafts,
        Self::Settings,
        Self::Attempts,
        Self::Notifications,
        Self::Posts,
        Self::IdempotencyKeys,
        Self::IdleRuns,
        Self::Runs,
        Self::Audit,
        Self::Broadcasts,
    ];

    /// The statements that remove one batch; the last one's count is the batch's. `$1` is the time, `$2` the limit.
    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::LinkTokens => &["DELETE FROM link_tokens WHERE token_hash IN ( \
                     SELECT token_hash FROM link_tokens WHERE expires_at_ms < $1 LIMIT $2)"],
            Self::PlaceTokens => &["DELETE FROM place_tokens WHERE token_hash IN ( \
                     SELECT token_hash FROM place_tokens WHERE expires_at_ms < $1 LIMIT $2)"],
            Self::Drafts => &["DELETE FROM drafts WHERE account IN ( \
                     SELECT account FROM drafts WHERE expires_at_ms < $1 LIMIT $2) AND expires_at_ms < $1"],
            Self::Settings => &["DELETE FROM sns_settings WHERE telegram_chat_id IS NULL AND account IN ( \
                     SELECT account FROM sns_settings \
                     WHERE telegram_chat_id IS NULL AND unlinked_at_ms < $1 LIMIT $2)"],
            // Ids grow with time: the oldest are looked at, not the whole table.
            Self::Attempts => &["DELETE FROM attempts WHERE id IN ( \
                     SELECT id FROM (SELECT id, started_at_ms FROM attempts ORDER BY id LIMIT $2) AS oldest \
                     WHERE started_at_ms < $1)"],
            Self::Notifications => &[
                "DELETE FROM attempts WHERE notification_id IN ( \
                   SELECT id FROM notifications \
                   WHERE finished_at_ms < $1 AND state NOT IN ('pending', 'sending') \
                   ORDER BY finished_at_ms, id LIMIT $2)",
                "DELETE FROM notifications WHERE id IN ( \
                   SELECT id FROM notifications \
                   WHERE finished_at_ms < $1 AND state NOT IN ('pending', 'sending') \
                   ORDER BY finished_at_ms, id LIMIT $2)",
            ],
            Self::Posts => &[
                "DELETE FROM post_moves WHERE post_id IN ( \
                   SELECT id FROM posts \
                   WHERE finished_at_ms < $1 AND status NOT IN ('scheduled', 'publishing') \
                     AND (managed_by = 'scheduler' OR noticed_at_ms < $1) \
                   ORDER BY finished_at_ms, id LIMIT $2)",
                "DELETE FROM posts WHERE id IN ( \
                   SELECT id FROM posts \
                   WHERE finished_at_ms < $1 AND status NOT IN ('scheduled', 'publishing') \
                     AND (managed_by = 'scheduler' OR noticed_at_ms < $1) \
                   ORDER BY finished_at_ms, id LIMIT $2)",
            ],
            Self::IdempotencyKeys => &["DELETE FROM idempotency_keys WHERE (subject, key) IN ( \
                     SELECT subject, key FROM idempotency_keys WHERE created_at_ms < $1 LIMIT $2)"],
            Self::IdleRuns => &["DELETE FROM job_runs WHERE id IN ( \
                     SELECT id FROM job_runs WHERE outcome = 'ok' AND items = 0 AND finished_at_ms < $1 \
                       AND id NOT IN (SELECT MAX(id) FROM job_runs GROUP BY job) LIMIT $2)"],
            Self::Runs => &["DELETE FROM job_runs WHERE id IN ( \
                     SELECT id FROM (SELECT id, finished_at_ms FROM job_runs \
                       WHERE id NOT IN (SELECT MAX(id) FROM job_runs GROUP BY job) \
                       ORDER BY id LIMIT $2) AS oldest \
                     WHERE finished_at_ms < $1)"],
            Self::Audit => &["DELETE FROM audit WHERE id IN ( \
                     SELECT id FROM (SELECT id, at_ms FROM audit ORDER BY id LIMIT $2) AS oldest \
                     WHERE at_ms < $1)"],
            Self::Broadcasts => &["DELETE FROM broadcasts WHERE id IN ( \
                     SELECT id FROM broadcasts \
                     WHERE created_at_ms < $1 AND state NOT IN ('sending', 'stopping') LIMIT $2)"],
        }
    }
}

impl Store {
    /// Removes one batch of `what` from before `before`; returns how many. Fewer than [`PURGE_BATCH`]: that was
    /// all.
    pub async fn purge(&self, what: Purgeable, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(Purge { what, before }).await
    }
}

struct Purge {
    what: Purgeable,
    before: DateTime<Utc>,
}

impl Command for Purge {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let backend = transaction.get_database_backend();
        let mut removed = 0;
        for sql in self.what.statements() {
            let values = [ms(self.before).into(), i64::from(PURGE_BATCH).into()];
            let statement = Statement::from_sql_and_values(backend, *sql, values);
            removed = transaction.execute_raw(statement).await?.rows_affected();
        }
        Ok(removed)
    }
}
