//! An account as a whole: everything that is kept of it is removed at once. How it is told is in [`super::exporting`].

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult, Statement};

use super::write_queue::Command;
use super::{Store, StoreError, audit, lanes};
use crate::domain::audit::{Action, Actor};

/// What an erasure removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Notifications, whatever their state.
    pub notifications: u64,
    /// Posts, whatever their state.
    pub posts: u64,
    /// Whether there was a link, or settings of an earlier one.
    pub settings: bool,
}

impl Store {
    /// Removes everything that is kept of `account` for `actor`, in one transaction. What is in flight at that moment may still
    /// arrive; nobody will know of it.
    pub async fn erase_account(
        &self,
        account: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Erased, StoreError> {
        let command = EraseAccount { account: account.to_owned(), actor: actor.clone(), now };
        let erased = self.writer.write(command).await?;
        self.wake_delivery();
        Ok(erased)
    }
}

struct EraseAccount {
    account: String,
    actor: Actor,
    now: DateTime<Utc>,
}

/// Whose chat it is, and in which lanes its notifications stand.
const CHATS: &str = "SELECT chat_id AS value FROM notifications \
    WHERE account = $1 AND state IN ('pending', 'sending') AND chat_id IS NOT NULL \
    UNION SELECT telegram_chat_id FROM sns_settings WHERE account = $1 AND telegram_chat_id IS NOT NULL";

/// What carries somebody else's notification, in a chat that changed hands, leaves it to go on its own.
const LET_GO: &str = "UPDATE notifications SET carrier_id = NULL \
    WHERE account <> $1 AND carrier_id IN (SELECT id FROM notifications WHERE account = $1)";

const ATTEMPTS: &str =
    "DELETE FROM attempts WHERE notification_id IN (SELECT id FROM notifications WHERE account = $1)";
const POST_MOVES: &str = "DELETE FROM post_moves WHERE post_id IN (SELECT id FROM posts WHERE account = $1)";
const CHAT_WAITS: &str = "DELETE FROM chat_waits WHERE chat_id IN \
    (SELECT telegram_chat_id FROM sns_settings WHERE account = $1)";

/// The tables whose rows are accounts' own, and the column that names the account. A test holds this against the
/// schema.
pub const OWNED: [(&str, &str); 9] = [
    ("notifications", "account"),
    ("posts", "account"),
    ("drafts", "account"),
    ("link_tokens", "account"),
    ("places", "account"),
    ("place_tokens", "account"),
    ("channels", "account"),
    ("idempotency_keys", "subject"),
    ("sns_settings", "account"),
];

/// The runs stay: they are the service's history. Who asked for them is forgotten.
const RUNS: &str =
    "UPDATE job_runs SET requested_by = 'api:(erased)' WHERE requested_by = 'api:' || CAST($1 AS TEXT)";

/// What admins did stays, as the runs do. Who was invited, or did it through the port, is forgotten.
const SUBJECTS: &str = "UPDATE audit SET subject = '(erased)' WHERE action = 'invite' AND subject = $1";
const ACTORS: &str = "UPDATE audit SET actor = 'api:(erased)' WHERE actor = 'api:' || CAST($1 AS TEXT)";

#[derive(FromQueryResult)]
struct Chat {
    value: i64,
}

impl Command for EraseAccount {
    type Output = Erased;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Erased, StoreError> {
        let backend = transaction.get_database_backend();
        let account = self.account.as_str();
        let chats = Chat::find_by_statement(about(backend, CHATS, account)).all(transaction).await?;
        let chats: Vec<i64> = chats.into_iter().map(|chat| chat.value).collect();
        lanes::lock(transaction, &chats).await?;
        // What hangs on other rows before those.
        for sql in [LET_GO, ATTEMPTS, POST_MOVES, CHAT_WAITS, RUNS, SUBJECTS, ACTORS] {
            run(transaction, sql, account).await?;
        }
        let mut erased = Erased::default();
        for (table, column) in OWNED {
            let removed =
                run(transaction, &format!("DELETE FROM {table} WHERE {column} = $1"), account).await?;
            match table {
                "notifications" => erased.notifications = removed,
                "posts" => erased.posts = removed,
                "sns_settings" => erased.settings = removed > 0,
                _ => {}
            }
        }
        // What others wait for in the same chats goes on.
        lanes::settle(transaction, &chats).await?;
        // Not of whom: that is what was to be forgotten.
        audit::note(transaction, &self.actor, Action::Erase, None, self.now).await?;
        Ok(erased)
    }
}

/// `sql` about `account`, which is its `$1`.
fn about(backend: DbBackend, sql: &str, account: &str) -> Statement {
    Statement::from_sql_and_values(backend, sql, [account.into()])
}

async fn run(transaction: &DatabaseTransaction, sql: &str, account: &str) -> Result<u64, StoreError> {
    let statement = about(transaction.get_database_backend(), sql, account);
    Ok(transaction.execute_raw(statement).await?.rows_affected())
}
