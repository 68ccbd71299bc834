//! `Idempotency-Key`: the same request again gets the same answer.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait as _, DatabaseTransaction, EntityTrait, FromQueryResult as _,
    Statement, Value,
};

use super::parameters::{ROWS_BOUND, each_row};
use super::{Recorded, StoreError, ms};
use crate::entity::idempotency_key::{ActiveModel, Entity, Model};

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

impl IdempotencyKey {
    /// Who sent what.
    pub(super) fn name(&self) -> (&str, &str) {
        (&self.subject, &self.key)
    }
}

/// The answers that were given to earlier requests with one of `keys`, and those given now.
#[derive(Default)]
pub(super) struct Answers {
    kept: HashMap<(String, String), Kept>,
}

struct Kept {
    body_hash: String,
    ids: Vec<i64>,
}

impl Answers {
    /// What was kept of earlier requests with one of `keys`.
    pub(super) async fn load(
        transaction: &DatabaseTransaction,
        keys: &[&IdempotencyKey],
    ) -> Result<Self, StoreError> {
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let backend = transaction.get_database_backend();
        let mut rows: Vec<Model> = Vec::new();
        for keys in keys.chunks(ROWS_BOUND) {
            let names = keys.iter().map(|key| <[&str; 2]>::from(key.name()).map(Value::from));
            let (each, parameters) = each_row(backend, ["of_subject", "of_key"], names.collect());
            let sql = format!(
                "{each} SELECT idempotency_keys.* FROM each CROSS JOIN idempotency_keys \
                 WHERE subject = of_subject AND key = of_key"
            );
            let query = Statement::from_sql_and_values(backend, sql, parameters);
            rows.extend(Model::find_by_statement(query).all(transaction).await?);
        }
        let mut kept = HashMap::new();
        for row in rows {
            let ids =
                serde_json::from_str(&row.answer).map_err(|error| StoreError::Failed(error.to_string()))?;
            kept.insert((row.subject, row.key), Kept { body_hash: row.body_hash, ids });
        }
        Ok(Self { kept })
    }

    /// What is answered to a request with `key` that came before; `None` when none did.
    pub(super) fn to(&self, key: &IdempotencyKey) -> Option<Recorded> {
        let kept = self.kept.get(&(key.subject.clone(), key.key.clone()))?;
        if kept.body_hash != key.body_hash {
            return Some(Recorded::KeyReused);
        }
        Some(Recorded::Replayed(kept.ids.clone()))
    }

    /// From now on a request with `key` came before, and was answered with `ids`.
    pub(super) fn add(&mut self, key: &IdempotencyKey, ids: &[i64]) {
        let kept = Kept { body_hash: key.body_hash.clone(), ids: ids.to_vec() };
        self.kept.insert((key.subject.clone(), key.key.clone()), kept);
    }

    /// Keeps what is answered to the requests with these keys, in the transaction that wrote the rows. Two requests
    /// with one key at the same moment: the second meets the unique key and is done again, finding the first.
    pub(super) async fn keep(
        transaction: &DatabaseTransaction,
        answered: &[(&IdempotencyKey, Vec<i64>, DateTime<Utc>)],
    ) -> Result<(), StoreError> {
        let rows = answered.iter().map(|(key, ids, now)| {
            Ok(ActiveModel {
                subject: Set(key.subject.clone()),
                key: Set(key.key.clone()),
                body_hash: Set(key.body_hash.clone()),
                answer: Set(
                    serde_json::to_string(ids).map_err(|error| StoreError::Failed(error.to_string()))?
                ),
                created_at_ms: Set(ms(*now)),
            })
        });
        let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
        if !rows.is_empty() {
            Entity::insert_many(rows).exec_without_returning(transaction).await?;
        }
        Ok(())
    }
}
