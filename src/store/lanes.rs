//! Lanes: the rows that wait for one chat, first in first out, and the one at their head.
//!
//! The head is marked in its row, and a claim looks at heads alone: what it costs does not depend on how many rows
//! wait behind them. A lane with rows has one head, pending or in flight; a unique index holds it to that. Whoever
//! changes which rows wait for a chat makes way for who comes, or calls [`promote`] or [`settle`], in the same
//! transaction.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult, Statement, Value};

use super::StoreError;
use super::parameters::{array, each_row, is_among, is_one_of, listed};
use crate::domain::notification::Kind;

/// A row about to be written to a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entrant {
    pub(super) chat_id: i64,
    pub(super) due_at_ms: i64,
}

/// Tells which of `entrants`, which get ascending ids, are the first of theirs in their lane: the only ones that may
/// become its head.
pub(super) fn firsts(entrants: &[Option<Entrant>]) -> Vec<bool> {
    let mut firsts: HashMap<i64, (usize, i64)> = HashMap::new();
    for (index, entrant) in entrants.iter().enumerate() {
        let Some(Entrant { chat_id, due_at_ms }) = *entrant else { continue };
        let first = firsts.entry(chat_id).or_insert((index, due_at_ms));
        if due_at_ms < first.1 {
            *first = (index, due_at_ms);
        }
    }
    let mut are_first = vec![false; entrants.len()];
    for (index, _) in firsts.into_values() {
        are_first[index] = true;
    }
    are_first
}

/// A statement after which the lanes of `entrants` have no head that one of them goes before, and its parameters. What
/// is in flight stays, also what a claim took while this statement waited for it. The head is looked for by its chat
/// alone: PostgreSQL would read all heads for those that are due later, as long as it takes them for few.
pub(super) fn make_way(backend: DbBackend, entrants: &[Entrant]) -> (String, Vec<Value>) {
    let entrants = entrants.iter().map(|entrant| [entrant.chat_id.into(), entrant.due_at_ms.into()]);
    let (each, parameters) = each_row(backend, ["of_chat", "entrant_due_ms"], entrants.collect());
    let later = "SELECT (SELECT CASE WHEN ahead.due_at_ms > entrant_due_ms THEN ahead.id END \
                         FROM notifications AS ahead WHERE ahead.head AND ahead.chat_id = of_chat) FROM each";
    let sql = format!(
        "{each} UPDATE notifications SET head = FALSE WHERE state <> 'sending' AND id {}",
        is_one_of(backend, later)
    );
    (sql, parameters)
}

/// A condition that holds where the lane of `chat`, an expression, has no head. It is looked for in the index: of a
/// NOT EXISTS, PostgreSQL makes a table of all heads there are, however few chats are asked about.
pub(super) fn has_no_head(chat: &str) -> String {
    format!(
        "(SELECT ahead.id FROM notifications AS ahead WHERE ahead.head AND ahead.chat_id = {chat}) IS NULL"
    )
}

/// A query of one column `due_at_ms`: when the first of the heads is due of which `which` holds; NULL when there is none.
/// `which` may call the row `first`. Looked for by urgency, as the index has them.
pub(super) fn first_due(which: &str) -> String {
    let of_urgency = |urgency: i16| {
        format!(
            "SELECT * FROM (SELECT due_at_ms FROM notifications AS first \
             WHERE head AND state = 'pending' AND urgency = {urgency} AND {which} \
             ORDER BY due_at_ms LIMIT 1) AS first"
        )
    };
    let firsts: Vec<String> = Kind::URGENCIES.map(of_urgency).collect();
    format!("SELECT MIN(due_at_ms) AS due_at_ms FROM ({}) AS firsts", firsts.join(" UNION ALL "))
}

/// Makes the first waiting row of each of `chats` its head, where there is none.
pub(super) async fn promote(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    if chats.is_empty() {
        return Ok(());
    }
    let sql = promotion(transaction.get_database_backend(), "$1");
    execute(transaction, &sql, chats).await
}

/// The statement that makes the first waiting row of each chat in the array `parameter` its head, where there is none.
pub(super) fn promotion(backend: DbBackend, parameter: &str) -> String {
    let first = format!(
        "SELECT (SELECT id FROM notifications \
                 WHERE chat_id = lanes.value AND state = 'pending' AND carrier_id IS NULL \
                 ORDER BY due_at_ms, id LIMIT 1) \
         FROM ({}) AS lanes WHERE {}",
        listed(backend, parameter),
        has_no_head("lanes.value")
    );
    format!("UPDATE notifications SET head = TRUE WHERE id {}", is_one_of(backend, &first))
}

/// Finds the heads of `chats` anew, after their waiting rows changed.
pub(super) async fn settle(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    lock(transaction, chats).await?;
    demote(transaction, chats).await?;
    promote(transaction, chats).await
}

/// Gives a head to every lane without one: the release before this one, run again after an upgrade, marks none. What
/// it costs depends on how many chats are waited for, so it is for a new leader's start only: from one chat to the next
/// in the index of what waits, not through all that waits for each.
pub(super) async fn repair(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    let next = |after: &str| {
        format!(
            "SELECT chat_id FROM notifications WHERE state = 'pending' AND {after} ORDER BY chat_id LIMIT 1"
        )
    };
    let sql = format!(
        "WITH RECURSIVE waiting (chat) AS ( \
           SELECT * FROM ({}) AS first \
           UNION ALL SELECT ({}) FROM waiting WHERE chat IS NOT NULL) \
         SELECT chat AS value FROM waiting WHERE chat IS NOT NULL AND {}",
        next("chat_id IS NOT NULL"),
        next("chat_id > chat"),
        has_no_head("chat")
    );
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

/// What is in flight stays at the head of its lane.
async fn demote(transaction: &DatabaseTransaction, chats: &[i64]) -> Result<(), StoreError> {
    if chats.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE notifications SET head = FALSE WHERE head AND state <> 'sending' AND chat_id {}",
        is_among(transaction.get_database_backend(), "$1")
    );
    execute(transaction, &sql, chats).await
}

async fn execute(transaction: &DatabaseTransaction, sql: &str, chats: &[i64]) -> Result<(), StoreError> {
    let backend = transaction.get_database_backend();
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(chats)?])).await?;
    Ok(())
}
