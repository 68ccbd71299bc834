//! Daily digests: who is due, what there is to tell, and the one transaction that moves the next one and writes
//! the row.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, FromQueryResult, PaginatorTrait as _,
    QueryFilter, QueryOrder as _, QuerySelect as _, Statement,
};

use super::write_queue::Command;
use super::{Store, StoreError, carriers, lanes, ms, notifications, time};
use crate::domain::account::Settings;
use crate::domain::digest::{
    Cause, ComingUp, DigestNews, FURTHEST_AHEAD, LastDigest, Schedule, counts_since, next_midnight,
};
use crate::domain::event::EventKind;
use crate::domain::holding::DIGEST_NEAR;
use crate::domain::notification::{Content, Kind, NewNotification, State};
use crate::entity::notification;
use crate::entity::sns_settings::{Column, Entity, Model};

/// How many accounts are moved in one transaction? Few enough that other writers hardly wait.
const BATCH: u64 = 500;

/// Of how many failures are the causes told apart? More are counted, and nobody reads so many.
const FAILURES_READ: u64 = 200;

/// How many causes and how many posts does a digest keep? More than a message shows.
const CAUSES_KEPT: usize = 5;
const POSTS_KEPT: u32 = 5;

/// How much of a post does a digest keep, in characters? More than a message shows.
const WORDS_KEPT: usize = 160;

/// An account whose digest is due, or whose next one lies where no clock that was right can have put it.
#[derive(Clone, Debug)]
pub struct DueDigest {
    /// The account.
    pub settings: Settings,
    /// Its zone, or the default one.
    pub schedule: Schedule,
    /// The latest digest written for it.
    pub last: Option<LastDigest>,
    /// The stored time: the move is done only while it still stands there.
    next_digest_at_ms: Option<i64>,
}

/// What becomes of a due digest.
#[derive(Clone, Debug)]
pub struct DigestDecision {
    /// Of which.
    pub due: DueDigest,
    /// When the account's next one is due.
    pub next: DateTime<Utc>,
    /// The row that tells it; `None` when there is nothing to tell today.
    pub row: Option<NewNotification>,
}

/// How many decisions took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarriedOut {
    /// Accounts whose next digest was moved.
    pub moved: u64,
    /// Rows written.
    pub written: u64,
}

impl Store {
    /// Up to a batch of the accounts whose digest is due at `now`, the longest due first.
    pub async fn due_digests(
        &self,
        default_zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueDigest>, StoreError> {
        let due = Column::NextDigestAtMs.lte(ms(now));
        let rows = Entity::find().filter(due).order_by_asc(Column::NextDigestAtMs).limit(BATCH);
        Ok(rows.all(&self.reader).await?.into_iter().map(|row| DueDigest::of(row, default_zone)).collect())
    }

    /// Up to a batch of the accounts whose next digest is further ahead than any can be: the clock was set back.
    pub async fn misplaced_digests(
        &self,
        default_zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueDigest>, StoreError> {
        let misplaced = Column::NextDigestAtMs.gt(ms(now + FURTHEST_AHEAD));
        let rows = Entity::find().filter(misplaced).order_by_desc(Column::NextDigestAtMs).limit(BATCH);
        Ok(rows.all(&self.reader).await?.into_iter().map(|row| DueDigest::of(row, default_zone)).collect())
    }

    /// Carries the decisions out, each only where the account's next digest is still the one that was decided
    /// about: both the move and the row, or neither.
    pub async fn carry_out(
        &self,
        decisions: Vec<DigestDecision>,
        now: DateTime<Utc>,
    ) -> Result<CarriedOut, StoreError> {
        let done = self.writer.write(CarryOut { decisions, now }).await?;
        if done.written > 0 {
            self.signals.due.notify_one();
        }
        Ok(done)
    }

    /// What there is to tell `account`, whose local time is that of `zone`, since its last digest.
    pub async fn digest_news(
        &self,
        account: &str,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<DigestNews, StoreError> {
        let since = self.untold_since(account, now).await?;
        let told = |kind: EventKind| {
            notification::Entity::find()
                .filter(notification::Column::Account.eq(account))
                .filter(notification::Column::Kind.eq(Kind::Event(kind).as_str()))
                // By when we heard of it: so each event is in one digest, however late it was told.
                .filter(notification::Column::CreatedAtMs.gt(ms(since)))
                .filter(notification::Column::CreatedAtMs.lte(ms(now)))
        };
        let published = told(EventKind::PostPublished).count(&self.reader).await?;
        let failed = told(EventKind::PostFailed).count(&self.reader).await?;
        let causes = if failed == 0 {
            Vec::new()
        } else {
            let newest = told(EventKind::PostFailed).order_by_desc(notification::Column::Id);
            causes(newest.limit(FAILURES_READ).all(&self.reader).await?)
        };
        let (coming_up, posts) = self.coming_up(account, now, next_midnight(zone, now)).await?;
        Ok(DigestNews { since, published, failed, causes, coming_up, posts })
    }

    /// Since when nothing was told: a digest that still waits (Telegram is away) is replaced, not followed.
    async fn untold_since(&self, account: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let row = Entity::find_by_id(account).one(&self.reader).await?;
        let (last, linked_at) = row.map_or((None, None), |row| (row.last_digest_at_ms, row.linked_at_ms));
        let since = counts_since(last.map(time), linked_at.map(time), now);
        let waiting = notification::Entity::find()
            .filter(notification::Column::Account.eq(account))
            .filter(notification::Column::Kind.eq(Kind::Digest.as_str()))
            .filter(Expr::cust("state = 'pending'"))
            .one(&self.reader)
            .await?;
        let news = waiting.and_then(|row| serde_json::from_str::<Content>(&row.data).ok()?.digest);
        Ok(news.map_or(since, |news| news.since.min(since)))
    }

    /// How many of the account's posts go out from `from` until `until`, whoever sends them, and the first few.
    async fn coming_up(
        &self,
        account: &str,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(u64, Vec<ComingUp>), StoreError> {
        #[derive(FromQueryResult)]
        struct Post {
            publish_at_ms: i64,
            network: String,
            text: String,
            total: i64,
        }
        let sql = format!(
            "SELECT publish_at_ms, network, text, COUNT(*) OVER () AS total FROM posts \
             WHERE account = $1 AND status = 'scheduled' AND publish_at_ms >= $2 AND publish_at_ms < $3 \
             ORDER BY publish_at_ms, id LIMIT {POSTS_KEPT}"
        );
        let values = [account.into(), ms(from).into(), ms(until).into()];
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, values);
        let posts = Post::find_by_statement(query).all(&self.reader).await?;
        let count = posts.first().map_or(0, |post| post.total.unsigned_abs());
        let shown = posts.into_iter().map(|post| ComingUp {
            at: time(post.publish_at_ms),
            network: post.network,
            text: post.text.chars().take(WORDS_KEPT).collect(),
        });
        Ok((count, shown.collect()))
    }
}

impl DueDigest {
    fn of(row: Model, default_zone: Tz) -> Self {
        Self {
            schedule: schedule(&row, default_zone),
            last: last_digest(&row, default_zone),
            next_digest_at_ms: row.next_digest_at_ms,
            settings: row.into(),
        }
    }
}

fn schedule(row: &Model, default_zone: Tz) -> Schedule {
    Schedule { zone: zone(row.zone.as_deref(), default_zone), minute: row.digest_minute.unsigned_abs() }
}

fn last_digest(row: &Model, default_zone: Tz) -> Option<LastDigest> {
    let at = time(row.last_digest_at_ms?);
    Some(LastDigest { at, zone: zone(row.last_digest_zone.as_deref(), default_zone) })
}

fn zone(name: Option<&str>, default_zone: Tz) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(default_zone)
}

/// The causes of failures, most frequent first.
fn causes(rows: Vec<notification::Model>) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for row in rows {
        let event =
            serde_json::from_str::<Content>(&row.data).map(|content| content.event).unwrap_or_default();
        let network = event.network.unwrap_or_default();
        match causes.iter_mut().find(|cause| cause.network == network && cause.error == event.error) {
            Some(cause) => cause.posts += 1,
            None => causes.push(Cause { network, error: event.error, posts: 1 }),
        }
    }
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.posts));
    causes.truncate(CAUSES_KEPT);
    for cause in &mut causes {
        cause.error = cause.error.take().map(|error| error.chars().take(WORDS_KEPT).collect());
    }
    causes
}

/// Sets the account's next digest after a change of its link or settings. One that is due already stays due.
pub(super) async fn reschedule(
    transaction: &DatabaseTransaction,
    account: &str,
    default_zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(row) = Entity::find_by_id(account).one(transaction).await? else { return Ok(()) };
    let wanted = row.telegram_chat_id.is_some() && row.digest_enabled;
    let next = match row.next_digest_at_ms {
        _ if !wanted => None,
        Some(due) if due <= ms(now) => Some(due),
        _ => Some(ms(schedule(&row, default_zone).next(now, last_digest(&row, default_zone)))),
    };
    if next != row.next_digest_at_ms {
        Entity::update_many()
            .col_expr(Column::NextDigestAtMs, Expr::val(next))
            .filter(Column::Account.eq(account))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

struct CarryOut {
    decisions: Vec<DigestDecision>,
    now: DateTime<Utc>,
}

impl Command for CarryOut {
    type Output = CarriedOut;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<CarriedOut, StoreError> {
        let chats = self.decisions.iter().filter_map(|decision| decision.row.as_ref()?.chat_id);
        lanes::lock(transaction, &chats.collect::<Vec<_>>()).await?;
        let (mut moved, mut rows, mut carried) = (0, Vec::new(), Vec::new());
        for decision in &self.decisions {
            if !self.moved(transaction, decision).await? {
                continue;
            }
            moved += 1;
            if let Some(row) = &decision.row {
                let mut row = row.clone();
                let replaced = self.replace_waiting(transaction, &row.account).await?;
                let mut with_it = carriers::carried_by(transaction, &replaced).await?;
                if decision.due.settings.may_hold() {
                    let until = row.due_at + DIGEST_NEAR;
                    with_it.extend(carriers::held_until(transaction, &row, until).await?);
                }
                row.content.carried = (!with_it.is_empty()).then(|| carriers::told_by(&with_it));
                carried.push(with_it);
                rows.push(row);
            }
        }
        if !rows.is_empty() {
            let ids = notifications::insert(transaction, &rows, self.now).await?;
            for (id, with_it) in ids.into_iter().zip(&carried).filter(|(_, with_it)| !with_it.is_empty()) {
                let with_it: Vec<i64> = with_it.iter().map(|row| row.id).collect();
                carriers::join(transaction, id, &with_it).await?;
            }
            let chats: Vec<i64> = rows.iter().filter_map(|row| row.chat_id).collect();
            lanes::promote(transaction, &chats).await?;
        }
        Ok(CarriedOut { moved, written: rows.len() as u64 })
    }
}

impl CarryOut {
    /// The conditional UPDATE that lets exactly one writer through: another instance, an unlink or a change of
    /// the settings came first where it finds no row.
    async fn moved(
        &self,
        transaction: &DatabaseTransaction,
        decision: &DigestDecision,
    ) -> Result<bool, StoreError> {
        let DigestDecision { due, next, row } = decision;
        let mut update = Entity::update_many().col_expr(Column::NextDigestAtMs, Expr::val(ms(*next)));
        if row.is_some() {
            update = update
                .col_expr(Column::LastDigestAtMs, Expr::val(ms(self.now)))
                .col_expr(Column::LastDigestZone, Expr::val(due.schedule.zone.name()));
        }
        let moved = update
            .filter(Column::Account.eq(due.settings.account.as_str()))
            .filter(Column::NextDigestAtMs.eq(due.next_digest_at_ms))
            .filter(Column::TelegramChatId.eq(due.settings.chat_id))
            .exec(transaction)
            .await?;
        Ok(moved.rows_affected == 1)
    }

    /// A digest that was not sent yet, because Telegram is away, says less than the new one, which counts from
    /// where it began. Returns the ids of such: what they carry is the new one's.
    async fn replace_waiting(
        &self,
        transaction: &DatabaseTransaction,
        account: &str,
    ) -> Result<Vec<i64>, StoreError> {
        use notification::Column;
        let waiting =
            Condition::all().add(Column::Account.eq(account)).add(Column::Kind.eq(Kind::Digest.as_str()));
        let replaced = notification::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(waiting.clone())
            .filter(Expr::cust("state = 'pending'"))
            .into_tuple()
            .all(transaction)
            .await?;
        if !replaced.is_empty() {
            notifications::end_pending(transaction, waiting, State::Cancelled, "replaced", self.now).await?;
        }
        Ok(replaced)
    }
}
