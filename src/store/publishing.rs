//! The publishing worker's side of the posts: found due, claimed under a lease, begun, settled; and what becomes
//! of a claim whose holder is gone. Every move is a conditional update that looks at the row count.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect as _, Statement, UpdateMany,
};
use tokio::sync::watch;

use super::write_queue::Command;
use super::{Rule, Store, StoreError, leader, ms, ms_after, notifications, time};
use crate::domain::post::{ClaimedPost, Outcome, Post, Reason, Status};
use crate::entity::post::{Column, Entity, Model};

/// How many claims of a dead process are dealt with in one transaction?
const RECOVER_AT_ONCE: u64 = 500;

/// What was found of the claims that a gone process left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Never begun: scheduled again.
    pub scheduled: u64,
    /// Begun: nobody knows, their accounts are asked.
    pub unconfirmed: u64,
}

/// Which claims are recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// Those whose lease ended.
    Ended,
    /// All but those that wait for a network's later result: only for a new leader, when whoever claimed them is
    /// gone.
    All,
}

impl Store {
    /// Wakes the publishing worker: a post may be due.
    pub fn wake_publishing(&self) {
        self.signals.post_due.send_replace(());
    }

    /// Changes whenever a post may have become due.
    pub fn post_wakeups(&self) -> watch::Receiver<()> {
        self.signals.post_due.subscribe()
    }

    /// How many posts of this service's are due at `now`.
    pub async fn due_posts(&self, now: DateTime<Utc>) -> Result<i64, StoreError> {
        #[derive(FromQueryResult)]
        struct Due {
            due: i64,
        }
        let sql = "SELECT COUNT(*) AS due FROM posts \
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' AND due_at_ms <= $1";
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, [ms(now).into()]);
        Ok(Due::find_by_statement(query).one(&self.reader).await?.map_or(0, |row| row.due))
    }

    /// When the next post for `network` is due; `None` when none waits.
    pub async fn next_post_due(&self, network: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        #[derive(FromQueryResult)]
        struct Next {
            due_at_ms: Option<i64>,
        }
        let sql = "SELECT MIN(due_at_ms) AS due_at_ms FROM posts \
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' AND network = $1";
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, [network.into()]);
        Ok(Next::find_by_statement(query).one(&self.reader).await?.and_then(|next| next.due_at_ms).map(time))
    }

    /// The networks that scheduled posts wait for, and how many wait for each.
    pub async fn awaited_networks(&self) -> Result<Vec<(String, i64)>, StoreError> {
        #[derive(FromQueryResult)]
        struct Awaited {
            network: String,
            posts: i64,
        }
        let sql = "SELECT network, COUNT(*) AS posts FROM posts \
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' GROUP BY network ORDER BY network";
        let query = Statement::from_string(self.reader.get_database_backend(), sql);
        let rows = Awaited::find_by_statement(query).all(&self.reader).await?;
        Ok(rows.into_iter().map(|row| (row.network, row.posts)).collect())
    }

    /// Claims up to `limit` due posts for `network`, the longest due first. They are the caller's until the lease
    /// ends.
    pub async fn claim_posts(
        &self,
        network: &str,
        limit: usize,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Vec<ClaimedPost>, StoreError> {
        let (network, epoch) = (network.to_owned(), self.epoch());
        self.writer.write(ClaimPosts { network, limit, lease, epoch, now }).await
    }

    /// Notes that the request of a claimed post begins. False when the claim is not the caller's any more: then it
    /// must not begin.
    pub async fn begin_post(
        &self,
        id: i64,
        lease_token: i64,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.writer.write(BeginPost { id, lease_token, lease, now }).await
    }

    /// Writes what became of a claimed post, and the notification about it by `rule`, both or neither. False when
    /// the claim was no longer the caller's: then nothing is written.
    pub async fn settle_post(
        &self,
        id: i64,
        lease_token: i64,
        outcome: Outcome,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let settled = self.writer.write(SettlePost { id, lease_token, outcome, rule, now }).await?;
        self.signals.due.notify_one();
        Ok(settled)
    }

    /// Deals with claims whose holder is gone: begun → unconfirmed, and its account is told by `rule`; not begun →
    /// scheduled again.
    pub async fn recover_posts(
        &self,
        claims: Claims,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<Recovered, StoreError> {
        let scheduled = self.writer.write(Unclaim { claims, now }).await?;
        let mut recovered = Recovered { scheduled, unconfirmed: 0 };
        loop {
            let unconfirmed = self.writer.write(Unconfirm { claims, rule, now }).await?;
            recovered.unconfirmed += unconfirmed;
            if unconfirmed < RECOVER_AT_ONCE {
                break;
            }
        }
        if recovered != Recovered::default() {
            self.signals.due.notify_one();
            self.wake_publishing();
        }
        Ok(recovered)
    }
}

struct ClaimPosts {
    network: String,
    limit: usize,
    lease: TimeDelta,
    epoch: i64,
    now: DateTime<Utc>,
}

impl ClaimPosts {
    /// `status` and `managed_by` are compared with literals: only so does the partial index serve. `SKIP LOCKED`
    /// leaves to another instance what it is just claiming. Materialised, because PostgreSQL may run a bare subquery
    /// once for each row: each run would skip what the one before locked, and the limit would bound nothing.
    fn statement(&self, backend: DbBackend, lease_token: i64) -> Statement {
        let still_leads = leader::still_leads(backend, self.epoch);
        let lock = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "WITH due AS MATERIALIZED ( \
               SELECT id FROM posts \
               WHERE status = 'scheduled' AND managed_by = 'scheduler' AND network = $4 AND due_at_ms <= $3 \
               ORDER BY due_at_ms, id LIMIT $5 {lock}) \
             UPDATE posts SET status = 'publishing', lease_token = $1, lease_until_ms = $2, \
               request_started_at_ms = NULL, accepted_at_ms = NULL, updated_at_ms = $3 \
             WHERE status = 'scheduled' AND managed_by = 'scheduler' AND id IN (SELECT id FROM due) \
               AND {still_leads} \
             RETURNING *"
        );
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let values = [
            lease_token.into(),
            ms_after(self.now, self.lease).into(),
            ms(self.now).into(),
            self.network.as_str().into(),
            limit.into(),
        ];
        Statement::from_sql_and_values(backend, sql, values)
    }
}

impl Command for ClaimPosts {
    type Output = Vec<ClaimedPost>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        let lease_token = rand::random::<i64>();
        let statement = self.statement(transaction.get_database_backend(), lease_token);
        let mut rows = Model::find_by_statement(statement).all(transaction).await?;
        rows.sort_unstable_by_key(|row| (row.due_at_ms, row.id));
        rows.into_iter().map(|row| Ok(ClaimedPost { post: row.try_into()?, lease_token })).collect()
    }
}

/// An update of the post `id` as long as it is claimed with `lease_token`.
fn claimed(id: i64, lease_token: i64) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .filter(Column::LeaseToken.eq(lease_token))
        .filter(Expr::cust("status = 'publishing'"))
}

/// Whoever held it does not any more.
fn without_claim(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
        .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>))
        .col_expr(Column::AcceptedAtMs, Expr::val(None::<i64>))
}

struct BeginPost {
    id: i64,
    lease_token: i64,
    lease: TimeDelta,
    now: DateTime<Utc>,
}

impl Command for BeginPost {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let begun = claimed(self.id, self.lease_token)
            .filter(Column::RequestStartedAtMs.is_null())
            .filter(Column::LeaseUntilMs.gt(ms(self.now)))
            .col_expr(Column::RequestStartedAtMs, Expr::val(ms(self.now)))
            // The lease counts from here: it has to outlive the request, not the wait before it.
            .col_expr(Column::LeaseUntilMs, Expr::val(ms_after(self.now, self.lease)))
            .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
            .exec(transaction)
            .await?;
        Ok(begun.rows_affected == 1)
    }
}

struct SettlePost {
    id: i64,
    lease_token: i64,
    outcome: Outcome,
    rule: Rule,
    now: DateTime<Utc>,
}

impl SettlePost {
    fn update(&self) -> UpdateMany<Entity> {
        let now = ms(self.now);
        let update = claimed(self.id, self.lease_token).col_expr(Column::UpdatedAtMs, Expr::val(now));
        let finished = |status: Status| {
            without_claim(update.clone())
                .col_expr(Column::Status, Expr::val(status.as_str()))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                .col_expr(Column::FinishedAtMs, Expr::val(now))
        };
        let put_back = || {
            without_claim(update.clone())
                .col_expr(Column::Status, Expr::val(Status::Scheduled.as_str()))
                .col_expr(Column::RequestStartedAtMs, Expr::val(None::<i64>))
        };
        match &self.outcome {
            Outcome::Published { url } => {
                because(finished(Status::Published), None).col_expr(Column::Url, Expr::val(url.clone()))
            }
            Outcome::Failed(reason) => because(finished(Status::Failed), Some(reason)),
            Outcome::Unconfirmed(reason) => because(finished(Status::Unconfirmed), Some(reason)),
            Outcome::Retry { due_at, reason } => because(put_back(), Some(reason))
                .col_expr(Column::DueAtMs, Expr::val(ms(*due_at)))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1)),
            Outcome::PutBack { due_at: Some(due_at) } => {
                put_back().col_expr(Column::DueAtMs, Expr::val(ms(*due_at)))
            }
            Outcome::PutBack { due_at: None } => put_back(),
            Outcome::Accepted { until } => update
                .col_expr(Column::AcceptedAtMs, Expr::val(now))
                .col_expr(Column::LeaseUntilMs, Expr::val(ms(*until))),
        }
    }
}

fn because(update: UpdateMany<Entity>, reason: Option<&Reason>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Error, Expr::val(reason.map(|reason| reason.error.clone())))
        .col_expr(Column::Fix, Expr::val(reason.map(|reason| reason.fix.clone())))
}

impl Command for SettlePost {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        if self.update().exec(transaction).await?.rows_affected != 1 {
            return Ok(false);
        }
        if let Some(row) = Entity::find_by_id(self.id).one(transaction).await? {
            tell(transaction, vec![row], self.rule, self.now).await?;
        }
        Ok(true)
    }
}

/// Writes the notifications about posts that reached the end of a try.
async fn tell(
    transaction: &DatabaseTransaction,
    rows: Vec<Model>,
    rule: Rule,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let posts = rows.into_iter().map(Post::try_from).collect::<Result<Vec<_>, _>>()?;
    let events: Vec<_> = posts.iter().filter_map(Post::news).collect();
    let events: Vec<_> = events.iter().collect();
    notifications::tell(transaction, &events, rule, now).await.map(drop)
}

/// The claims of posts whose request never began go back.
struct Unclaim {
    claims: Claims,
    now: DateTime<Utc>,
}

impl Command for Unclaim {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let mut update = without_claim(Entity::update_many())
            .col_expr(Column::Status, Expr::val(Status::Scheduled.as_str()))
            .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
            .filter(Expr::cust("status = 'publishing' AND managed_by = 'scheduler'"))
            .filter(Column::RequestStartedAtMs.is_null());
        if self.claims == Claims::Ended {
            update = update.filter(Column::LeaseUntilMs.lte(ms(self.now)));
        }
        Ok(update.exec(transaction).await?.rows_affected)
    }
}

/// The claims of posts whose request began: nobody knows.
struct Unconfirm {
    claims: Claims,
    rule: Rule,
    now: DateTime<Utc>,
}

impl Command for Unconfirm {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let begun = Entity::find()
            .filter(Expr::cust("status = 'publishing' AND managed_by = 'scheduler'"))
            .filter(Column::RequestStartedAtMs.is_not_null());
        let ended = Column::LeaseUntilMs.lte(ms(self.now));
        let begun = match self.claims {
            Claims::Ended => begun.filter(ended),
            Claims::All => begun.filter(Column::AcceptedAtMs.is_null().or(ended)),
        };
        let mut lost = Vec::new();
        for row in begun.limit(RECOVER_AT_ONCE).all(transaction).await? {
            let reason = unanswered(row.accepted_at_ms.is_some());
            let update = because(without_claim(Entity::update_many()), Some(&reason))
                .col_expr(Column::Status, Expr::val(Status::Unconfirmed.as_str()))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                .col_expr(Column::FinishedAtMs, Expr::val(ms(self.now)))
                .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
                .filter(Column::Id.eq(row.id))
                .filter(Expr::cust("status = 'publishing'"))
                // Settled and claimed anew in between it is somebody else's.
                .filter(Column::RequestStartedAtMs.eq(row.request_started_at_ms));
            if update.exec(transaction).await?.rows_affected == 1
                && let Some(row) = Entity::find_by_id(row.id).one(transaction).await?
            {
                lost.push(row);
            }
        }
        let unconfirmed = lost.len() as u64;
        tell(transaction, lost, self.rule, self.now).await?;
        Ok(unconfirmed)
    }
}

fn unanswered(accepted: bool) -> Reason {
    let error = if accepted {
        "The network took the post on and never said what became of it"
    } else {
        "Publishing was interrupted before the network's answer was known"
    };
    Reason::new(error, "Look whether the post is out. If it is not, publish it again")
}
