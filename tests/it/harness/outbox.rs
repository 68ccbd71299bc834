//! The outbox as somebody with a database shell sees it.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, FromQueryResult, Statement};
use tokio::time::Instant;

use super::PATIENCE;

/// A token of a claim that the leader of now could have made, and did not; an expression.
pub const A_TOKEN: &str = "((SELECT COALESCE(MAX(epoch), 0) FROM leader) << 40 | 7)";

/// A connection of its own to the service's database.
pub struct Outbox {
    db: DatabaseConnection,
}

/// One notification.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Row {
    pub id: i64,
    pub account: String,
    pub chat_id: Option<i64>,
    pub kind: String,
    pub state: String,
    pub reason: Option<String>,
    pub attempts: i32,
    pub message_id: Option<i32>,
    pub created_at_ms: i64,
    pub due_at_ms: i64,
    pub lease_token: Option<i64>,
}

/// One try to send a notification.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Attempt {
    pub outcome: String,
    pub words: Option<String>,
    pub started_at_ms: i64,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

impl Outbox {
    pub(super) fn new(db: DatabaseConnection) -> Self {
        Self { db }
    }

    /// All notifications in the order of their ids.
    pub async fn rows(&self) -> Vec<Row> {
        self.query("SELECT * FROM notifications ORDER BY id").await.expect("the outbox can be read")
    }

    /// One notification.
    pub async fn row(&self, id: i64) -> Row {
        let sql = format!("SELECT * FROM notifications WHERE id = {id}");
        let rows = self.query(&sql).await.expect("the outbox can be read");
        rows.into_iter().next().unwrap_or_else(|| panic!("no notification has the id {id}"))
    }

    /// The tries to send a notification, oldest first.
    pub async fn attempts(&self, id: i64) -> Vec<Attempt> {
        let sql = format!("SELECT * FROM attempts WHERE notification_id = {id} ORDER BY id");
        self.query(&sql).await.expect("the attempts can be read")
    }

    /// The classes of the tries to send a notification, oldest first.
    pub async fn classes(&self, id: i64) -> Vec<String> {
        self.attempts(id).await.into_iter().map(|attempt| attempt.outcome).collect()
    }

    /// How many rows a table has, or a part of it: `count("attempts WHERE outcome = 'sent'")`.
    pub async fn count(&self, of: &str) -> i64 {
        let rows: Vec<Count> =
            self.query(&format!("SELECT COUNT(*) AS count FROM {of}")).await.expect("a table can be counted");
        rows[0].count
    }

    /// The state of every notification, by its id.
    pub async fn states(&self) -> HashMap<i64, String> {
        #[derive(FromQueryResult)]
        struct State {
            id: i64,
            state: String,
        }
        let rows: Vec<State> =
            self.query("SELECT id, state FROM notifications").await.expect("the outbox can be read");
        rows.into_iter().map(|row| (row.id, row.state)).collect()
    }

    /// Writes from outside, as an operator would; returns how many rows it changed.
    pub async fn write(&self, sql: &str) -> u64 {
        self.db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// A notification that some other part of the service wrote, held back until tomorrow.
    pub async fn holds(&self, account: &str, chat: i64, kind: &str, data: &str) -> i64 {
        let now = "(SELECT MAX(updated_at_ms) FROM sns_settings)";
        self.write(&format!(
            "INSERT INTO notifications (account, chat_id, kind, urgency, data, silent, plain, event_at_ms, \
               created_at_ms, due_at_ms, state, attempts, head) \
             VALUES ('{account}', {chat}, '{kind}', 1, '{data}', FALSE, FALSE, {now}, {now}, {now} + 86400000, 'pending', 0, \
               NOT EXISTS (SELECT 1 FROM notifications WHERE head AND chat_id = {chat}))"
        ))
        .await;
        self.rows().await.last().expect("it was just written").id
    }

    /// Changes a notification from outside.
    pub async fn change(&self, id: i64, set: &str) {
        let changed = self.write(&format!("UPDATE notifications SET {set} WHERE id = {id}")).await;
        assert_eq!(changed, 1, "no notification has the id {id}");
    }

    /// Waits until the notification is in `state`.
    pub async fn until(&self, id: i64, state: &str) -> Row {
        self.until_row(id, state, |row| row.state == state).await
    }

    /// Waits until the notification waits again because of `reason`.
    pub async fn until_put_off(&self, id: i64, reason: &str) -> Row {
        let wanted = format!("pending because of {reason}");
        self.until_row(id, &wanted, |row| row.state == "pending" && row.reason.as_deref() == Some(reason))
            .await
    }

    async fn until_row(&self, id: i64, wanted: &str, holds: impl Fn(&Row) -> bool) -> Row {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let row = self.row(id).await;
            if holds(&row) {
                return row;
            }
            if Instant::now() >= deadline {
                panic!("never {wanted}: {row:?}, tried {:?}", self.attempts(id).await);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until nothing waits and nothing is on its way.
    pub async fn until_settled(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            let open = self.count("notifications WHERE state IN ('pending', 'sending')").await;
            if open == 0 {
                return;
            }
            if Instant::now() >= deadline {
                let rows = self.rows().await;
                let open: Vec<_> = rows.iter().filter(|row| row.state.ends_with("ing")).take(5).collect();
                panic!("after {patience:?} some were neither sent nor given up: {open:#?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn query<R: FromQueryResult>(&self, sql: &str) -> Result<Vec<R>, DbErr> {
        R::find_by_statement(Statement::from_string(self.db.get_database_backend(), sql)).all(&self.db).await
    }
}
