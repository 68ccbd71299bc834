//! Every write, on either engine: a command, applied in a transaction, answered after the commit.
//!
//! SQLite has one write connection behind one queue. What waits together commits together (group commit): an
//! fsync costs the same for one command as for a hundred. PostgreSQL takes the same commands on its pool, each
//! in its own transaction, and groups their commits itself.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait as _};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::due::DueSignal;
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

/// How many connections to PostgreSQL may turn out to have ended before a command is given up?
const ENDED_RETRIES: u32 = 10;

/// A write as a value: applied to a transaction, and applied again when its group had to be rolled back.
pub(super) trait Command: Send + Sync + 'static {
    /// What the caller learns after the commit.
    type Output: Send + 'static;

    /// Whether the write has to be on the disk when the caller learns of it. Without, it survives a crash of the
    /// process all the same, and not the loss of power right after. Only SQLite makes a difference: a PostgreSQL can
    /// crash while the process goes on, and sends what its claim is forgotten of.
    const MUST_LAST: bool = true;

    /// Whether it brings rows that are due: then a claim that waits goes along with it, in its transaction, or whoever
    /// claims is told after it.
    const BRINGS_DUE: bool = false;

    /// Does the write. An error rolls the transaction back; an outcome the caller decides by is not an error.
    fn apply(
        &self,
        transaction: &DatabaseTransaction,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Where commands go.
#[derive(Clone)]
pub(super) enum Writer {
    /// To the one writer task, which `stop` ends.
    Queue { sender: mpsc::Sender<Box<dyn Waiting>>, stop: CancellationToken },
    /// To the pool.
    Pool { pool: DatabaseConnection, due: Arc<DueSignal> },
}

impl Writer {
    /// Starts the writer task over SQLite's one write connection, which can be opened anew by `settings`. It ends
    /// when the last clone is dropped. Who claims waits at `due`.
    pub(super) fn queue(
        connection: DatabaseConnection,
        settings: config::Database,
        due: Arc<DueSignal>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_BOUND);
        let journal = Journal { connection, settings, session: None, sound: true };
        let stop = CancellationToken::new();
        tokio::spawn(write_in_groups(journal, receiver, due, stop.clone()));
        Self::Queue { sender, stop }
    }

    /// Lets the writer task do what waits and close its connection; returns when it has.
    pub(super) async fn close(&self) {
        if let Self::Queue { sender, stop } = self {
            stop.cancel();
            sender.closed().await;
        }
    }

    /// Does `command` and answers when it is durable.
    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        match self {
            Self::Queue { sender, .. } => {
                let (waiting, answer) = Envelope::sealed(command);
                match sender.send_timeout(waiting, ENQUEUE_LIMIT).await {
                    Ok(()) => {
                        answer.await.unwrap_or(Err(StoreError::InDoubt("the writer has stopped".into())))
                    }
                    Err(_) => Err(StoreError::Busy),
                }
            }
            Self::Pool { pool, due } => {
                let mut passenger = if C::BRINGS_DUE { due.passenger() } else { None };
                let mut tries = 0;
                loop {
                    let rides = passenger.is_some();
                    match in_own_transaction(pool, &command, passenger.take()).await {
                        Err(StoreError::Conflict(_)) if tries < CONFLICT_RETRIES => tries += 1,
                        result => {
                            if C::BRINGS_DUE && !rides {
                                due.tell();
                            }
                            return result;
                        }
                    }
                }
            }
        }
    }
}

async fn in_own_transaction<C: Command>(
    pool: &DatabaseConnection,
    command: &C,
    mut passenger: Option<Box<dyn Waiting>>,
) -> Result<C::Output, StoreError> {
    let transaction = begin(pool).await?;
    let output = command.apply(&transaction).await?;
    if let Some(passenger) = &mut passenger {
        // Whatever its failure, the command itself can be done without it.
        passenger.apply(&transaction).await.map_err(|error| StoreError::Conflict(error.to_string()))?;
    }
    transaction.commit().await.map_err(|error| StoreError::of_commit(&error))?;
    if let Some(passenger) = passenger {
        passenger.reply(Ok(()));
    }
    Ok(output)
}

/// Begins on a connection that is one: what ended since its last use says so at the first word, when nothing is done yet.
async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mut tries = 0;
    loop {
        match pool.begin().await {
            // No connection in all that time: another try would only take as long again.
            Err(error @ DbErr::ConnectionAcquire(_)) => return Err(error),
            Err(_) if tries < ENDED_RETRIES => tries += 1,
            begun => return begun,
        }
    }
}

/// A command in the queue, whatever its output.
pub(super) trait Waiting: Send {
    /// Applies the command and keeps its output until the commit.
    fn apply<'a>(&'a mut self, transaction: &'a DatabaseTransaction)
    -> BoxFuture<'a, Result<(), StoreError>>;

    /// Whether the write has to be on the disk when the caller learns of it.
    fn must_last(&self) -> bool;

    /// Whether it brings rows that are due.
    fn brings_due(&self) -> bool;

    /// Tells the caller how it ended.
    fn reply(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A command with its caller's address.
pub(super) struct Envelope<C: Command> {
    command: C,
    output: Option<C::Output>,
    reply: oneshot::Sender<Result<C::Output, StoreError>>,
}

/// Where the caller of a command hears how it ended.
type Answer<C> = oneshot::Receiver<Result<<C as Command>::Output, StoreError>>;

impl<C: Command> Envelope<C> {
    /// `command` as it waits, and where its answer comes.
    pub(super) fn sealed(command: C) -> (Box<dyn Waiting>, Answer<C>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { command, output: None, reply }), answer)
    }
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

    fn brings_due(&self) -> bool {
        C::BRINGS_DUE
    }

    fn reply(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { output, reply, .. } = *self;
        let answer =
            committed.and_then(|()| output.ok_or(StoreError::Failed("a command was skipped".into())));
        // The caller may have gone away; the write stands all the same.
        let _ = reply.send(answer);
    }
}

async fn write_in_groups(
    mut journal: Journal,
    mut commands: mpsc::Receiver<Box<dyn Waiting>>,
    due: Arc<DueSignal>,
    stop: CancellationToken,
) {
    let mut group = Vec::with_capacity(GROUP_BOUND);
    loop {
        let count = tokio::select! {
            biased;
            count = commands.recv_many(&mut group, GROUP_BOUND) => count,
            () = stop.cancelled() => 0,
        };
        if count == 0 {
            // Before the queue is: whoever waits for its end waits for this.
            return journal.close().await;
        }
        let brings_due = group.iter().any(|waiting| waiting.brings_due());
        let passenger = if brings_due { due.passenger() } else { None };
        let tells = brings_due && passenger.is_none();
        group.extend(passenger);
        match journal.commit_together(&mut group).await {
            Ok(()) => group.drain(..).for_each(|waiting| waiting.reply(Ok(()))),
            Err(GroupError::Command(_)) if group.len() > 1 => journal.commit_one_by_one(&mut group).await,
            // The database's trouble, not a command's: each on its own would wait for it all over again.
            Err(error) => {
                let error = error.into_inner();
                group.drain(..).for_each(|waiting| waiting.reply(Err(error.clone())));
            }
        }
        if tells {
            due.tell();
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
    fn of_begin(error: DbErr) -> Self {
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
    /// From the first group on.
    session: Option<Session>,
    /// False after any failure: a full disk makes SQLite roll back by itself, the driver goes on counting the
    /// transaction as open, and later ones would be parts of it that are answered and never committed.
    sound: bool,
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
        if committed.is_err() {
            // What it left undone is rolled back: nobody else could write as long as it is open.
            self.session = None;
            self.sound = false;
        }
        committed
    }

    async fn apply_and_commit(&mut self, group: &mut [Box<dyn Waiting>]) -> Result<(), GroupError> {
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(Session::on(&self.connection).await.map_err(GroupError::of_begin)?),
        };
        session.apply_and_commit(group).await
    }

    /// A connection without a past.
    async fn open_anew(&mut self) -> Result<(), StoreError> {
        // Opened before the old one is closed: the last connection that closes would fold the log away, which a full
        // disk has no room for.
        let connection = connection::sqlite_writer(&self.settings)
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let old = std::mem::replace(&mut self.connection, connection);
        self.sound = true;
        close(old).await;
        Ok(())
    }

    async fn close(self) {
        drop(self.session);
        close(self.connection).await;
    }
}

async fn close(connection: DatabaseConnection) {
    if let Err(error) = connection.close().await {
        log::warn!(target: "store", "a connection did not close: {error}");
    }
}

/// The write connection in use: a transaction of the driver's that ended when it had begun, in which each group begins
/// and commits one of its own. Of the pool, a group would have to wait for the connection's return, by another task
/// and after a ping: three more hand-overs between threads.
struct Session {
    transaction: DatabaseTransaction,
    /// Whether what it commits is on the disk at once; `None` while unknown.
    lasts: Option<bool>,
}

impl Session {
    async fn on(connection: &DatabaseConnection) -> Result<Self, DbErr> {
        let transaction = connection.begin().await?;
        transaction.execute_unprepared("COMMIT").await?;
        Ok(Self { transaction, lasts: None })
    }

    async fn apply_and_commit(&mut self, group: &mut [Box<dyn Waiting>]) -> Result<(), GroupError> {
        let lasts = group.iter().any(|waiting| waiting.must_last());
        self.begin(lasts).await.map_err(GroupError::of_begin)?;
        for waiting in group.iter_mut() {
            waiting.apply(&self.transaction).await.map_err(GroupError::Command)?;
        }
        let committed = self.transaction.execute_unprepared("COMMIT").await;
        committed.map_err(|error| GroupError::Database(StoreError::of_commit(&error)))?;
        Ok(())
    }

    /// Begins a transaction that commits so (SQLite documentation, "PRAGMA synchronous"). IMMEDIATE: a deferred one
    /// that reads and then writes can't wait for the lock, it fails.
    async fn begin(&mut self, lasts: bool) -> Result<(), DbErr> {
        let begin = match lasts {
            lasts if self.lasts == Some(lasts) => "BEGIN IMMEDIATE",
            true => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
            false => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
        };
        self.transaction.execute_unprepared(begin).await?;
        self.lasts = Some(lasts);
        Ok(())
    }
}
