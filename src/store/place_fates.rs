//! What becomes of places with their groups: removed and added again, moved, not found, topics that are gone.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder as _,
    Statement,
};

use super::parameters::{array, is_among};
use super::write_queue::Command;
use super::{Store, StoreError, ms, notifications, settings};
use crate::domain::account::DisabledReason;
use crate::domain::notification::NewNotification;
use crate::domain::place::PlaceNotice;
use crate::entity::place::{Column, Entity};
use crate::entity::sns_settings;

impl Store {
    /// Puts the places in the group `chat_id` into service again; returns whose they are.
    pub async fn enable_places(&self, chat_id: i64) -> Result<Vec<String>, StoreError> {
        self.writer.write(EnablePlaces { chat_id }).await
    }
}

/// Takes the places in the group `chat_id` out of service. Whoever loses one is told so in their own chat, once.
pub(super) async fn disable(
    transaction: &DatabaseTransaction,
    chat_id: i64,
    reason: DisabledReason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Only groups are places.
    if chat_id > 0 {
        return Ok(());
    }
    let lost = Entity::update_many()
        .col_expr(Column::DisabledReason, Expr::val(reason.as_str()))
        .col_expr(Column::DisabledAtMs, Expr::val(ms(now)))
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::DisabledReason.is_null())
        .exec_with_returning(transaction)
        .await?;
    // Of several topics of one group, the first stands for all.
    let mut titles: HashMap<&str, &str> = HashMap::new();
    for place in &lost {
        titles.entry(&place.account).or_insert(&place.title);
    }
    let owners = settings::of_accounts(transaction, &titles.keys().copied().collect()).await?;
    let told: Vec<NewNotification> = owners
        .iter()
        .filter_map(|owner| {
            // Whose own chat it is as well knows.
            let own_chat = owner.chat_id.filter(|own| owner.enabled && *own != chat_id)?;
            let title = titles.get(owner.account.as_str())?;
            Some(NewNotification::about_place(PlaceNotice::Lost, owner, own_chat, title, None, now))
        })
        .collect();
    if !told.is_empty() {
        notifications::insert(transaction, &told, now).await?;
    }
    Ok(())
}

/// The group `from` has the id `to` now.
pub(super) async fn follow_migration(
    transaction: &DatabaseTransaction,
    from: i64,
    to: i64,
) -> Result<(), StoreError> {
    // Connected there again before the move was noticed: it is one place.
    let backend = transaction.get_database_backend();
    let sql = "DELETE FROM places WHERE chat_id = $1 AND EXISTS ( \
                 SELECT 1 FROM places AS there WHERE there.chat_id = $2 AND there.account = places.account \
                   AND COALESCE(there.thread_id, 0) = COALESCE(places.thread_id, 0))";
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [from.into(), to.into()])).await?;
    Entity::update_many()
        .col_expr(Column::ChatId, Expr::val(to))
        .filter(Column::ChatId.eq(from))
        .exec(transaction)
        .await?;
    Ok(())
}

/// The topics to which `rows` were sent are closed or deleted: from now on their places are the groups' own threads.
pub(super) async fn forget_topics(transaction: &DatabaseTransaction, rows: &[i64]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let affected = format!(
        "id IN (SELECT place_id FROM notifications WHERE id {}) AND thread_id IS NOT NULL",
        is_among(backend, "$1")
    );
    // One that is the group's own thread as well is there already.
    let twice = "EXISTS (SELECT 1 FROM places AS other WHERE other.chat_id = places.chat_id \
                   AND other.account = places.account AND other.thread_id IS NULL)";
    for sql in [
        format!("DELETE FROM places WHERE {affected} AND {twice}"),
        format!("UPDATE places SET thread_id = NULL WHERE {affected}"),
    ] {
        transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(rows)?])).await?;
    }
    Ok(())
}

/// Counts that the group `chat_id` was not found; returns how often in a row, and since when, where it is a place.
pub(super) async fn count_soft_failure(
    transaction: &DatabaseTransaction,
    chat_id: i64,
    now: DateTime<Utc>,
) -> Result<Option<(i16, i64)>, StoreError> {
    let since = Expr::col(Column::SoftFailedSinceMs).if_null(ms(now));
    let counted = Entity::update_many()
        .col_expr(Column::SoftFailures, Expr::col(Column::SoftFailures).add(1))
        .col_expr(Column::SoftFailedSinceMs, since)
        .filter(Column::ChatId.eq(chat_id))
        .exec_with_returning(transaction)
        .await?;
    let most = counted.into_iter().max_by_key(|place| place.soft_failures);
    Ok(most.map(|place| (place.soft_failures, place.soft_failed_since_ms.unwrap_or(ms(now)))))
}

/// The groups `chats` were found.
pub(super) async fn forget_soft_failures(
    transaction: &DatabaseTransaction,
    chats: &[i64],
) -> Result<(), StoreError> {
    let groups: Vec<i64> = chats.iter().copied().filter(|chat_id| *chat_id < 0).collect();
    if groups.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::SoftFailures, Expr::val(0))
        .col_expr(Column::SoftFailedSinceMs, Expr::val(None::<i64>))
        .filter(Column::ChatId.is_in(groups))
        .filter(Column::SoftFailures.gt(0))
        .exec(transaction)
        .await?;
    Ok(())
}

struct EnablePlaces {
    chat_id: i64,
}

impl Command for EnablePlaces {
    type Output = Vec<String>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Vec<String>, StoreError> {
        let enabled = Entity::update_many()
            .col_expr(Column::DisabledReason, Expr::val(None::<String>))
            .col_expr(Column::DisabledAtMs, Expr::val(None::<i64>))
            .col_expr(Column::SoftFailures, Expr::val(0))
            .col_expr(Column::SoftFailedSinceMs, Expr::val(None::<i64>))
            .filter(Column::ChatId.eq(self.chat_id))
            .filter(Column::DisabledReason.is_not_null())
            .exec_with_returning(transaction)
            .await?;
        let accounts: BTreeSet<&str> = enabled.iter().map(|place| place.account.as_str()).collect();
        let owners = sns_settings::Entity::find()
            .filter(sns_settings::Column::Account.is_in(accounts))
            .order_by_asc(sns_settings::Column::Account)
            .all(transaction)
            .await?;
        Ok(owners.into_iter().map(|owner| owner.account_name).collect())
    }
}
