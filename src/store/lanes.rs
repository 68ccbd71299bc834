//! Lanes: the rows that wait for one chat, first in first out, and the one at their head.
//!
//! The head is marked in its row, and a claim looks at heads alone: what it costs does not depend on how many rows
//! wait behind them. A lane with rows has one head, pending or in flight; a unique index holds it to that. Whoever
//! changes which rows wait for a chat calls [`enter`], [`promote`] or [`settle`] in the same transaction.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult, Statement};

use super::StoreError;
use super::parameters::{array, listed};

/// A row about to be written to a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entrant {
    pub(super) chat_id: i64,
    pub(super) due_at_ms: i64,
}

/// Tells which of `entrants`, which get ascending ids, become heads; their rows are to be written so. Heads that
/// they go before step back.
pub(super) async fn enter(
    transaction: &DatabaseTransaction,
    entrants: &[Option<Entrant>],
) -> Result<Vec<bool>, StoreError> {
    let mut firsts: HashMap<i64, (usize, i64)> = HashMap::new();
    for (index, entrant) in entrants.iter().enumerate() {
        let Some(Entrant { chat_id, due_at_ms }) = *entrant else { continue };
        let first = firsts.entry(chat_id).or_insert((index, due_at_ms));
        if due_at_ms < first.1 {
            *first = (index, due_at_ms);
        }
    }
    let mut are_heads = vec![false; entrants.len()];
    if firsts.is_empty() {
        return Ok(are_heads);
    }
    let chats: Vec<i64> = firsts.keys().copied().collect();
    lock(transaction, &chats).await?;
    let mut stepping_back = Vec::new();
    for head in heads(transaction, &chats).await? {
        let Some((_, due_at_ms)) = firsts.get(&head.chat_id) else { continue };
        if head.state == "pending" && *due_at_ms < head.due_at_ms {
            stepping_back.push(head.chat_id);
        } else {
            firsts.remove(&head.chat_id);
        }
    }
    demote(transaction, &stepping_back).await?;
    for (index, _) in firsts.into_values() {
        are_heads[index] = true;
    }
    Ok(are_heads)
}

/// Makes the first waiting row of each of `chats` its head, where there is none.
pub(super) async fn promote(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    if chats.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "UPDATE notifications SET head = TRUE WHERE id IN ( \
           SELECT (SELECT id FROM notifications \
                   WHERE chat_id = lanes.value AND state = 'pending' AND carrier_id IS NULL \
                   ORDER BY due_at_ms, id LIMIT 1) \
           FROM ({}) AS lanes \
           WHERE NOT EXISTS (SELECT 1 FROM notifications WHERE head AND chat_id = lanes.value))",
        listed(backend, "$1")
    );
    execute(transaction, &sql, chats).await
}

/// Finds the heads of `chats` anew, after their waiting rows changed.
pub(super) async fn settle(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    lock(transaction, chats).await?;
    demote(transaction, chats).await?;
    promote(transaction, chats).await
}

/// Gives a head to every lane without one: the release before this one, run again after an upgrade, marks none. What
/// it costs depends on how many rows wait, so it is for a new leader's start only.
pub(super) async fn repair(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT chat_id AS value FROM notifications AS waiting \
        WHERE state = 'pending' AND carrier_id IS NULL AND chat_id IS NOT NULL AND NOT head \
          AND NOT EXISTS (SELECT 1 FROM notifications WHERE head AND chat_id = waiting.chat_id)";
    let query = Statement::from_string(transaction.get_database_backend(), sql);
    let lanes: Vec<i64> =
        Lane::find_by_statement(query).all(transaction).await?.into_iter().map(|lane| lane.value).collect();
    settle(transaction, &lanes).await
}

#[derive(FromQueryResult)]
struct Lane {
    value: i64,
}

/// Keeps other transactions on PostgreSQL from changing the lanes of `chats` until this one ends: two that each
/// see an empty lane would both make a head, or neither would. SQLite has one writer.
pub(super) async fn lock(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    if chats.is_empty() || transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    // In one order for all, so that two of them never wait for each other.
    let sql = format!(
        "SELECT pg_advisory_xact_lock(value) FROM (SELECT DISTINCT value FROM ({}) AS chats ORDER BY value) AS lanes",
        listed(DbBackend::Postgres, "$1")
    );
    execute(transaction, &sql, chats).await
}

#[derive(FromQueryResult)]
struct Head {
    chat_id: i64,
    state: String,
    due_at_ms: i64,
}

async fn heads(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<Vec<Head>, StoreError> {
    let backend = transaction.get_database_backend();
    let sql = format!(
        "SELECT chat_id, state, due_at_ms FROM notifications WHERE head AND chat_id IN ({})",
        listed(backend, "$1")
    );
    let statement = Statement::from_sql_and_values(backend, sql, [array(chats)?]);
    Ok(Head::find_by_statement(statement).all(transaction).await?)
}

/// What is in flight stays at the head of its lane.
async fn demote(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    if chats.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE notifications SET head = FALSE WHERE head AND state <> 'sending' AND chat_id IN ({})",
        listed(transaction.get_database_backend(), "$1")
    );
    execute(transaction, &sql, chats).await
}

async fn execute(transaction: &DatabaseTransaction, sql: &str, chats: &[i64]) -> Result<(), StoreError> {
    let backend = transaction.get_database_backend();
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(chats)?])).await?;
    Ok(())
}
