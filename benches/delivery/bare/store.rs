//! The floor's store: one SQLite connection, one queue, what waits together commits together.

use std::path::Path;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, Row as _};
use tokio::sync::{mpsc, oneshot};

use super::message::{Data, Message};
use crate::database::now_ms;

/// How many commands share one commit at most.
const GROUP: usize = 256;

/// How many rows one statement writes at most.
const ROWS: usize = 1000;

/// The same columns as the outbox has, those it never needs left out; no index, no table beside it.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS messages ( \
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, chat INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL, \
    created_at_ms INTEGER NOT NULL, state TEXT NOT NULL, message_id INTEGER, finished_at_ms INTEGER)";

const INSERT: &str = "INSERT INTO messages (account, chat, kind, data, created_at_ms, state) \
    SELECT value ->> 'account', value ->> 'chat', value ->> 'kind', value -> 'data', ?2, 'pending' \
    FROM json_each(?1)";

const MARK: &str = "UPDATE messages SET state = 'sent', message_id = mark.value ->> 1, finished_at_ms = ?2 \
    FROM json_each(?1) AS mark WHERE messages.id = mark.value ->> 0";

/// The way to the one writer.
#[derive(Clone)]
pub struct Store {
    commands: mpsc::UnboundedSender<Command>,
}

enum Command {
    Keep(Vec<Message>, oneshot::Sender<Vec<Message>>),
    Mark(i64, i64),
    Waiting { after: i64, most: usize, reply: oneshot::Sender<Vec<Message>> },
}

impl Store {
    /// Opens or makes the file.
    pub async fn open(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the file opens");
        sqlx::query(SCHEMA).execute(&mut connection).await.expect("the schema");
        let (commands, receiver) = mpsc::unbounded_channel();
        tokio::spawn(write(connection, receiver));
        Self { commands }
    }

    /// Keeps the messages; they come back with their ids when they are on disk.
    pub async fn keep(&self, messages: Vec<Message>) -> Vec<Message> {
        let (reply, kept) = oneshot::channel();
        self.send(Command::Keep(messages, reply));
        kept.await.expect("the writer answers")
    }

    /// Notes that Telegram has it; nobody waits for that.
    pub fn mark(&self, id: i64, message_id: i64) {
        self.send(Command::Mark(id, message_id));
    }

    /// What waits behind the id `after`, oldest first.
    pub async fn waiting_after(&self, after: i64, most: usize) -> Vec<Message> {
        let (reply, waiting) = oneshot::channel();
        self.send(Command::Waiting { after, most, reply });
        waiting.await.expect("the writer answers")
    }

    /// Writes so many messages that wait, over so many people.
    pub async fn fill(&self, count: usize, people: usize) {
        let numbers: Vec<usize> = (0..count).collect();
        for numbers in numbers.chunks(ROWS) {
            self.keep(numbers.iter().map(|number| Message::waiting(*number, people)).collect()).await;
        }
    }

    fn send(&self, command: Command) {
        self.commands.send(command).expect("the writer lives");
    }
}

async fn write(mut connection: SqliteConnection, mut commands: mpsc::UnboundedReceiver<Command>) {
    let mut group = Vec::new();
    while commands.recv_many(&mut group, GROUP).await > 0 {
        let (mut kept, mut marks) = (Vec::new(), Vec::new());
        for command in group.drain(..) {
            match command {
                Command::Keep(messages, reply) => kept.push((messages, reply)),
                Command::Mark(id, message_id) => marks.push((id, message_id)),
                Command::Waiting { after, most, reply } => {
                    let _ = reply.send(waiting(&mut connection, after, most).await);
                }
            }
        }
        if kept.is_empty() && marks.is_empty() {
            continue;
        }
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.expect("a transaction");
        let mut last = if kept.is_empty() { 0 } else { insert(&mut connection, &kept).await };
        if !marks.is_empty() {
            let marks = serde_json::to_string(&marks).expect("JSON");
            sqlx::query(MARK).bind(marks).bind(now_ms()).execute(&mut connection).await.expect("marks");
        }
        sqlx::query("COMMIT").execute(&mut connection).await.expect("a commit");
        for (mut messages, reply) in kept.into_iter().rev() {
            // The rows of a group got consecutive ids, in its order.
            for message in messages.iter_mut().rev() {
                message.id = last;
                last -= 1;
            }
            let _ = reply.send(messages);
        }
    }
}

/// Writes the messages of a group; the id of the last.
async fn insert(
    connection: &mut SqliteConnection,
    kept: &[(Vec<Message>, oneshot::Sender<Vec<Message>>)],
) -> i64 {
    let messages: Vec<&Message> = kept.iter().flat_map(|(messages, _)| messages).collect();
    let rows = serde_json::to_string(&messages).expect("JSON");
    let done = sqlx::query(INSERT).bind(rows).bind(now_ms()).execute(connection).await.expect("rows");
    done.last_insert_rowid()
}

async fn waiting(connection: &mut SqliteConnection, after: i64, most: usize) -> Vec<Message> {
    let sql = "SELECT id, account, chat, kind, data FROM messages WHERE id > ?1 AND state = 'pending' \
               ORDER BY id LIMIT ?2";
    let most = i64::try_from(most).expect("a count");
    let rows = sqlx::query(sql).bind(after).bind(most).fetch_all(connection).await.expect("rows");
    rows.iter()
        .map(|row| Message {
            id: row.get(0),
            account: row.get(1),
            chat: row.get(2),
            kind: row.get(3),
            data: serde_json::from_str::<Data>(row.get(4)).expect("data"),
        })
        .collect()
}
