//! `Idempotency-Key`: the same request again gets the same answer.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};

use super::{Recorded, StoreError, ms};
use crate::entity::idempotency_key::{ActiveModel, Entity};

/// The key of a request and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who sent it: the JWT's `sub`. Two senders never share a key.
    pub subject: String,
    /// The header's value.
    pub key: String,
    /// SHA-256 of the body, hex.
    pub body_hash: String,
}

/// What was answered to an earlier request with this key.
pub(super) async fn answer_for(
    transaction: &DatabaseTransaction,
    key: &IdempotencyKey,
) -> Result<Option<Recorded>, StoreError> {
    let earlier = Entity::find_by_id((key.subject.clone(), key.key.clone())).one(transaction).await?;
    let Some(earlier) = earlier else { return Ok(None) };
    if earlier.body_hash != key.body_hash {
        return Ok(Some(Recorded::KeyReused));
    }
    let ids = serde_json::from_str(&earlier.answer).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(Some(Recorded::Replayed(ids)))
}

/// Keeps the answer, in the transaction that wrote the rows. Two requests with one key at the same moment:
/// the second meets the unique key and is done again, finding the first.
pub(super) async fn keep_answer(
    transaction: &DatabaseTransaction,
    key: &IdempotencyKey,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        subject: Set(key.subject.clone()),
        key: Set(key.key.clone()),
        body_hash: Set(key.body_hash.clone()),
        answer: Set(serde_json::to_string(ids).map_err(|error| StoreError::Failed(error.to_string()))?),
        created_at_ms: Set(ms(now)),
    };
    Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}
