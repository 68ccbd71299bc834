//! The publishing worker's side of the posts: found due, claimed under a lease, begun. Every move is a conditional
//! update that looks at the row count.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, QueryFilter,
    Statement, UpdateMany,
};
use tokio::sync::watch;

use super::write_queue::Command;
use super::{Store, StoreError, leader, ms, ms_after, settings, time};
use crate::domain::channel::PREFIX;
use crate::domain::late_posts;
use crate::domain::post::ClaimedPost;
use crate::entity::post::{Column, Entity, Model};

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
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting' AND due_at_ms <= $1";
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
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting' AND network = $1";
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, [network.into()]);
        Ok(Next::find_by_statement(query).one(&self.reader).await?.and_then(|next| next.due_at_ms).map(time))
    }

    /// Up to `limit` of the networks that people connected for which a post is due by `until`, the longest due first.
    pub async fn connected_networks_due(
        &self,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        #[derive(FromQueryResult)]
        struct Due {
            network: String,
        }
        // The name's beginning is a literal, as the status is: only so does the partial index serve.
        let sql = format!(
            "SELECT network FROM posts \
             WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting' \
               AND network LIKE '{PREFIX}%' AND due_at_ms <= $1 \
             GROUP BY network ORDER BY MIN(due_at_ms), network LIMIT $2"
        );
        let values = [ms(until).into(), i64::from(limit).into()];
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, values);
        Ok(Due::find_by_statement(query)
            .all(&self.reader)
            .await?
            .into_iter()
            .map(|due| due.network)
            .collect())
    }

    /// The networks that scheduled posts wait for, and how many wait for each.
    pub async fn awaited_networks(&self) -> Result<Vec<(String, i64)>, StoreError> {
        #[derive(FromQueryResult)]
        struct Awaited {
            network: String,
            posts: i64,
        }
        let sql = "SELECT network, COUNT(*) AS posts FROM posts \
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting' GROUP BY network ORDER BY network";
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
               WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting' AND network = $4 AND due_at_ms <= $3 \
               ORDER BY due_at_ms, id LIMIT $5 {lock}) \
             UPDATE posts SET status = 'publishing', lease_token = $1, lease_until_ms = $2, \
               request_started_at_ms = NULL, accepted_at_ms = NULL, updated_at_ms = $3 \
             WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting' AND id IN (SELECT id FROM due) \
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

impl ClaimPosts {
    /// How late the accounts of `rows` want posts to go out without being asked, as far as they chose. Only for what is
    /// late: on an ordinary day there is nothing to look up.
    async fn late_after(
        &self,
        transaction: &DatabaseTransaction,
        rows: &[Model],
    ) -> Result<HashMap<String, TimeDelta>, StoreError> {
        let late = rows.iter().filter(|row| row.due_at_ms < ms(self.now - late_posts::SHORTEST));
        let accounts: BTreeSet<&str> = late.map(|row| row.account.as_str()).collect();
        if accounts.is_empty() {
            return Ok(HashMap::new());
        }
        let settings = settings::of_accounts(transaction, &accounts).await?.into_iter();
        let chosen =
            settings.filter_map(|it| Some((it.account, TimeDelta::minutes(it.late_posts_minutes?.into()))));
        Ok(chosen.collect())
    }
}

impl Command for ClaimPosts {
    type Output = Vec<ClaimedPost>;

    /// A claim that is lost with the machine's power leaves its post scheduled. Before anything of it goes out it is
    /// begun, and that is on the disk, with all that was committed before.
    const MUST_LAST: bool = false;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        let lease_token = rand::random::<i64>();
        let statement = self.statement(transaction.get_database_backend(), lease_token);
        let mut rows = Model::find_by_statement(statement).all(transaction).await?;
        rows.sort_unstable_by_key(|row| (row.due_at_ms, row.id));
        let late_after = self.late_after(transaction, &rows).await?;
        let claimed = rows.into_iter().map(|row| {
            let late_after = late_after.get(&row.account).copied();
            Ok(ClaimedPost { post: row.try_into()?, lease_token, late_after })
        });
        claimed.collect()
    }
}

/// An update of the post `id` as long as it is claimed with `lease_token`.
pub(super) fn claimed(id: i64, lease_token: i64) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .filter(Column::LeaseToken.eq(lease_token))
        .filter(Expr::cust("status = 'publishing'"))
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
