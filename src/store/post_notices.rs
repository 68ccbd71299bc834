//! Posts that the platform finishes itself in our table: each is noticed once.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult, Statement};

use super::write_queue::Command;
use super::{Rule, Store, StoreError, ms, notifications, post_moves, time};
use crate::domain::event::{Event, EventData, EventKind};
use crate::domain::failure_code::FailureCode;
use crate::domain::post::Status;
use crate::domain::post_move::{Actor, PostMove};

impl Store {
    /// Notices up to `limit` posts (at most 1,000) that the platform has finished: marks them and writes one
    /// notification for each, both or neither. Returns how many.
    pub async fn notice_posts(&self, limit: u32, rule: Rule, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let noticed = self.writer.write(NoticePosts { limit, rule, now }).await?;
        if noticed > 0 {
            self.wake_delivery();
        }
        Ok(noticed)
    }
}

/// What is read of a post. The platform writes some of it: nothing may be relied upon.
#[derive(FromQueryResult)]
struct Finished {
    id: i64,
    account: String,
    network: String,
    text: String,
    publish_at_ms: i64,
    status: String,
    url: Option<String>,
    error: Option<String>,
    error_code: Option<String>,
    finished_at_ms: i64,
}

impl Finished {
    /// Its end, as its history tells it. What was before, only the platform knows.
    fn as_move(&self) -> Option<(i64, PostMove)> {
        let to = Status::from_name(&self.status)?;
        let (at, why) = (time(self.finished_at_ms), self.error.clone());
        Some((self.id, PostMove { at, from: None, to, by: Actor::Platform, why }))
    }

    /// The event that tells about it; `None` for a status that ends nothing.
    fn into_event(self) -> Option<Event> {
        let kind = match self.status.as_str() {
            "published" => EventKind::PostPublished,
            "failed" => EventKind::PostFailed,
            "unconfirmed" => EventKind::PostUnconfirmed,
            _ => return None,
        };
        Some(Event {
            kind,
            account: self.account,
            at: Some(time(self.finished_at_ms)),
            data: EventData {
                network: Some(self.network),
                text: Some(self.text),
                url: self.url,
                error: self.error,
                error_code: self.error_code.as_deref().and_then(FailureCode::from_name),
                post_id: Some(self.id.to_string()),
                scheduled_at: Some(time(self.publish_at_ms)),
                ..EventData::default()
            },
            post: None,
        })
    }
}

struct NoticePosts {
    limit: u32,
    rule: Rule,
    now: DateTime<Utc>,
}

impl Command for NoticePosts {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let backend = transaction.get_database_backend();
        // A row that the platform is just writing is noticed the next time.
        let lock = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE posts SET noticed_at_ms = $1, finished_at_ms = COALESCE(finished_at_ms, $1) WHERE noticed_at_ms IS NULL AND id IN ( \
               SELECT id FROM posts WHERE noticed_at_ms IS NULL AND managed_by = 'platform' \
                 AND status IN ('published', 'failed', 'unconfirmed') ORDER BY id LIMIT $2 {lock}) \
             RETURNING id, account, network, text, publish_at_ms, status, url, error, error_code, finished_at_ms"
        );
        let values = [ms(self.now).into(), i64::from(self.limit).into()];
        let statement = Statement::from_sql_and_values(backend, &sql, values);
        let mut finished = Finished::find_by_statement(statement).all(transaction).await?;
        finished.sort_unstable_by_key(|post| post.id);
        let moves: Vec<_> = finished.iter().filter_map(Finished::as_move).collect();
        post_moves::record(transaction, &moves).await?;
        let events: Vec<Event> = finished.into_iter().filter_map(Finished::into_event).collect();
        let events: Vec<&Event> = events.iter().collect();
        Ok(notifications::tell(transaction, &events, self.rule, self.now).await?.len() as u64)
    }
}
