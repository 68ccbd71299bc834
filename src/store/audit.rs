//! The audit: what admins did, written in the transaction of what they did.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryOrder as _, QuerySelect as _};

use super::{Store, StoreError, ms, time};
use crate::domain::audit::{Action, Actor, Deed};
use crate::entity::audit::{ActiveModel, Column, Entity, Model};

impl Store {
    /// What admins did last, at most `limit`, the very last first.
    pub async fn last_deeds(&self, limit: u64) -> Result<Vec<Deed>, StoreError> {
        let deeds = Entity::find().order_by_desc(Column::Id).limit(limit).all(&self.reader).await?;
        Ok(deeds.into_iter().map(Deed::from).collect())
    }
}

/// Writes that `actor` did `action` to `subject`: of it only what names it, never a secret.
pub(super) async fn note(
    transaction: &DatabaseTransaction,
    actor: &Actor,
    action: Action,
    subject: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        at_ms: Set(ms(now)),
        actor: Set(actor.to_string()),
        action: Set(action.as_str().to_owned()),
        subject: Set(subject),
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

impl From<Model> for Deed {
    fn from(row: Model) -> Self {
        Self { at: time(row.at_ms), actor: row.actor, action: row.action, subject: row.subject }
    }
}
