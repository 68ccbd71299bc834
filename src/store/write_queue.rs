//! Every write, on either engine: a command, applied in a transaction, answered after the commit.
//!
//! SQLite has one write connection behind one queue. What waits together commits together (group commit): an
//! fsync costs the same for one command as for a hundred. PostgreSQL takes the same commands on its pool, each
//! in its own transaction, and groups their commits itself.

use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use super::{StoreError, connection};
use crate::config;

/// How many commands may wait? More than the HTTP port has connections, so that only a stuck database fills it.
const QUEUE_BOUND: usize = 1024;

/// How many commands may share one commit? Enough for full speed, few enough for a commit of some ms.
const GROUP_BOUND: usize = 256;

/// How long may a command wait for its place in the queue before the caller hears "busy"?
const ENQUEUE_LIMIT: Duration = Duration::from_secs(5);

/// How often is a command redone that met a concurrent one on PostgreSQL?
const CONFLICT_RETRIES: u32 = 5;

/// A write as a value: applied to a transaction, and applied again when its group had to be rolled back.
pub(super) trait Command: Send + Sync + 'static {
    /// What the caller learns after the commit.
    type Output: Send + 'static;

    /// Whether the write has to be on the disk when the caller learns of it. Without, it survives a crash of the
    /// process all the same, and not the loss of power right after. Only SQLite makes a difference: a PostgreSQL can
    /// crash while the process goes on, and sends what its claim is forgotten of.
    const MUST_LAST: bool = true;

    /// Does the write. An error rolls the transaction back; an outcome the caller decides by is not an error.
    fn apply(
        &self,
        transaction: &DatabaseTransaction,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Where commands go.
#[derive(Clone)]
pub(super) enum Writer {
    /// To the one writer task.
    Queue(mpsc::Sender<Box<dyn Waiting>>),
    /// To the pool.
    Pool(DatabaseConnection),
}

impl Writer {
    /// Starts the writer task over SQLite's one write connection, which can be opened anew by `settings`. It ends
    /// when the last clone is dropped.
    pub(super) fn queue(connection: DatabaseConnection, settings: config::Database) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_BOUND);
        let journal = Journal { connection, settings, lasts: false, sound: true };
        tokio::spawn(write_in_groups(journal, receiver));
        Self::Queue(sender)
    }

    /// Does `command` and answers when it is durable.
    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        match self {
            Self::Queue(sender) => {
                let (reply, answer) = oneshot::channel();
                let waiting = Box::new(Envelope { command, output: None, reply });
                match sender.send_timeout(waiting, ENQUEUE_LIMIT).await {
                    Ok(()) => {
                        answer.await.unwrap_or(Err(StoreError::Unavailable("the writer has stopped".into())))
                    }
                    Err(_) => Err(StoreError::Busy),
                }
            }
            Self::Pool(pool) => {
                let mut tries = 0;
                loop {
                    match in_own_transaction(pool, &command).await {
                        Err(StoreError::Conflict(_)) if tries < CONFLICT_RETRIES => tries += 1,
                        result => return result,
                    }
                }
            }
        }
    }
}

async fn in_own_transaction<C: Command>(
    pool: &DatabaseConnection,
    command: &C,
) -> Result<C::Output, StoreError> {
    let transaction = pool.begin().await?;
    let output = command.apply(&transaction).await?;
    transaction.commit().await?;
    Ok(output)
}

/// A command in the queue, whatever its output.
pub(super) trait Waiting: Send {
    /// Applies the command and keeps its output until the commit.
    fn apply<'a>(&'a mut self, transaction: &'a DatabaseTransaction)
    -> BoxFuture<'a, Result<(), StoreError>>;

    /// Whether the write has to be on the disk when the caller learns of it.
    fn must_last(&self) -> bool;

    /// Tells the caller how it ended.
    fn reply(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Envelope<C: Command> {
    command: C,
    output: Option<C::Output>,
    reply: oneshot::Sender<Result<C::Output, StoreError>>,
}

impl<C: Command> Waiting for Envelope<C> {
    fn apply<'a>(
        &'a mut self,
        transaction: &'a DatabaseTransaction,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.output = Some(self.command.apply(transaction).await?);
            Ok(())
        })
    }

    fn must_last(&self) -> bool {
        C::MUST_LAST
    }

    fn reply(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { output, reply, .. } = *self;
        let answer =
            committed.and_then(|()| output.ok_or(StoreError::Failed("a command was skipped".into())));
        // The caller may have gone away; the write stands all the same.
        let _ = reply.send(answer);
    }
}

async fn write_in_groups(mut journal: Journal, mut commands: mpsc::Receiver<Box<dyn Waiting>>) {
    let mut group = Vec::with_capacity(GROUP_BOUND);
    while commands.recv_many(&mut group, GROUP_BOUND).await > 0 {
        match journal.commit_together(&mut group).await {
            Ok(()) => group.drain(..).for_each(|waiting| waiting.reply(Ok(()))),
            Err(GroupError::Command(_)) if group.len() > 1 => journal.commit_one_by_one(&mut group).await,
            // The database's trouble, not a command's: each on its own would wait for it all over again.
            Err(error) => {
                let error = error.into_inner();
                group.drain(..).for_each(|waiting| waiting.reply(Err(error.clone())));
            }
        }
    }
}

/// Whose failure it was that a group was rolled back.
enum GroupError {
    /// It could not be begun or committed.
    Database(StoreError),
    /// One of its commands failed.
    Command(StoreError),
}

impl GroupError {
    fn of_database(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }

    fn into_inner(self) -> StoreError {
        match self {
            Self::Database(error) | Self::Command(error) => error,
        }
    }
}

/// SQLite's one write connection.
struct Journal {
    connection: DatabaseConnection,
    settings: config::Database,
    /// False after any failure: a full disk makes SQLite roll back by itself, the driver goes on counting the
    /// transaction as open, and later ones would be parts of it that are answered and never committed.
    sound: bool,
    /// Whether what it commits is on the disk at once; unknown at first, so not relied upon.
    lasts: bool,
}

impl Journal {
    /// One of the group failed and took the others with it: each on its own, so that only the culprit fails.
    async fn commit_one_by_one(&mut self, group: &mut Vec<Box<dyn Waiting>>) {
        for mut waiting in group.drain(..) {
            let result = self.commit_together(std::slice::from_mut(&mut waiting)).await;
            waiting.reply(result.map_err(GroupError::into_inner));
        }
    }

    async fn commit_together(&mut self, group: &mut [Box<dyn Waiting>]) -> Result<(), GroupError> {
        if !self.sound {
            self.open_anew().await.map_err(GroupError::Database)?;
        }
        let committed = self.apply_and_commit(group).await;
        self.sound = committed.is_ok();
        committed
    }

    /// A connection without a past.
    async fn open_anew(&mut self) -> Result<(), StoreError> {
        // Opened before the old one is closed: the last connection that closes would fold the log away, which a full
        // disk has no room for.
        let connection = connection::sqlite_writer(&self.settings)
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let old = std::mem::replace(&mut self.connection, connection);
        (self.lasts, self.sound) = (false, true);
        if let Err(error) = old.close().await {
            log::warn!(target: "store", "a connection did not close: {error}");
        }
        Ok(())
    }

    async fn apply_and_commit(&mut self, group: &mut [Box<dyn Waiting>]) -> Result<(), GroupError> {
        let lasts = group.iter().any(|waiting| waiting.must_last());
        self.make_last(lasts).await?;
        // IMMEDIATE: a deferred transaction that reads and then writes can't wait for the lock, it fails.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction =
            self.connection.begin_with_options(options).await.map_err(GroupError::of_database)?;
        for waiting in group.iter_mut() {
            waiting.apply(&transaction).await.map_err(GroupError::Command)?;
        }
        transaction.commit().await.map_err(GroupError::of_database)
    }

    /// Chooses how the next transaction commits (SQLite documentation, "PRAGMA synchronous").
    async fn make_last(&mut self, lasts: bool) -> Result<(), GroupError> {
        if self.lasts != lasts {
            let pragma = if lasts { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
            self.connection.execute_unprepared(pragma).await.map_err(GroupError::of_database)?;
            self.lasts = lasts;
        }
        Ok(())
    }
}
