//! Requests of one kind that wait together are written together, in a few statements for all of them: while one lot
//! is written the next one gathers, so an idle service waits for nobody, and a busy one pays for a statement, a round
//! trip and a commit once per lot.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseTransaction;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::StoreError;
use super::write_queue::{Command, Writer};

/// How many requests may wait? More than the HTTP port has connections, so that only a stuck database fills it.
const QUEUE_BOUND: usize = 1024;

/// How much may one lot weigh? About what one statement takes some ms for.
const LOT_BOUND: usize = 1000;

/// How long may a request wait for its place in the queue before the caller hears "busy"?
const ENQUEUE_LIMIT: Duration = Duration::from_secs(5);

/// A write that can be done together with others of its kind.
pub(super) trait Request: Sized + Send + Sync + 'static {
    /// What the caller learns after the commit.
    type Output: Send + 'static;

    /// How long may the first one of a lot wait for others, from when it came? Nothing, where somebody waits for the
    /// answer. What came while another lot was being written has waited already.
    const LINGER: Duration = Duration::ZERO;

    /// Whether it brings rows that are due, as [`Command::BRINGS_DUE`].
    const BRINGS_DUE: bool = false;

    /// How many rows it writes, roughly.
    fn weight(&self) -> usize {
        1
    }

    /// Writes all of `lot`, and returns one output for each, in order. An error rolls all of it back.
    fn apply_all(
        lot: &[Self],
        transaction: &DatabaseTransaction,
    ) -> impl Future<Output = Result<Vec<Self::Output>, StoreError>> + Send;
}

struct Waiting<R: Request> {
    request: R,
    since: Instant,
    reply: oneshot::Sender<Result<R::Output, StoreError>>,
}

/// Where requests of one kind gather.
pub(super) struct Gatherer<R: Request> {
    sender: mpsc::Sender<Waiting<R>>,
}

impl<R: Request> Clone for Gatherer<R> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone() }
    }
}

impl<R: Request> Gatherer<R> {
    /// Starts the task that writes the lots. It ends when the last clone is dropped.
    pub(super) fn start(writer: Writer) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_BOUND);
        tokio::spawn(write_lots(writer, receiver));
        Self { sender }
    }

    /// Writes `request` and answers when it is durable.
    pub(super) async fn write(&self, request: R) -> Result<R::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { request, since: Instant::now(), reply };
        match self.sender.send_timeout(waiting, ENQUEUE_LIMIT).await {
            Ok(()) => answer.await.unwrap_or(Err(StoreError::InDoubt("the writer has stopped".into()))),
            Err(_) => Err(StoreError::Busy),
        }
    }
}

async fn write_lots<R: Request>(writer: Writer, mut waiting: mpsc::Receiver<Waiting<R>>) {
    while let Some(first) = waiting.recv().await {
        let until = first.since + R::LINGER;
        let mut weight = first.request.weight();
        let (mut requests, mut replies) = (vec![first.request], vec![first.reply]);
        // Whoever is about to ask gets the chance to: costs an idle service nothing, and a busy one a lot less.
        tokio::task::yield_now().await;
        while weight < LOT_BOUND
            && let Some(Waiting { request, reply, .. }) = next(&mut waiting, until).await
        {
            weight += request.weight();
            requests.push(request);
            replies.push(reply);
        }
        let outputs = write_lot(&writer, requests.into()).await;
        for (reply, output) in replies.into_iter().zip(outputs) {
            // The caller may have gone away; the write stands all the same.
            let _ = reply.send(output);
        }
    }
}

/// The next request that waits, or comes until then.
async fn next<R: Request>(waiting: &mut mpsc::Receiver<Waiting<R>>, until: Instant) -> Option<Waiting<R>> {
    match waiting.try_recv() {
        Ok(next) => Some(next),
        Err(_) if R::LINGER.is_zero() => None,
        Err(_) => tokio::time::timeout_at(until, waiting.recv()).await.ok().flatten(),
    }
}

async fn write_lot<R: Request>(writer: &Writer, lot: Arc<[R]>) -> Vec<Result<R::Output, StoreError>> {
    let count = lot.len();
    let all = Lot { requests: Arc::clone(&lot), from: 0, until: count };
    match writer.write(all).await {
        Ok(outputs) if outputs.len() == count => outputs.into_iter().map(Ok).collect(),
        Ok(_) => vec_of(count, &StoreError::Failed("a lot was not answered in full".into())),
        // One of them may have failed the others: each on its own, so that only the culprit fails.
        Err(StoreError::Failed(_) | StoreError::Conflict(_)) if count > 1 => {
            let mut outputs = Vec::with_capacity(count);
            for index in 0..count {
                let one = Lot { requests: Arc::clone(&lot), from: index, until: index + 1 };
                let missing = || StoreError::Failed("a request was not answered".into());
                outputs.push(writer.write(one).await.and_then(|mut one| one.pop().ok_or_else(missing)));
            }
            outputs
        }
        Err(error) => vec_of(count, &error),
    }
}

fn vec_of<T>(count: usize, error: &StoreError) -> Vec<Result<T, StoreError>> {
    (0..count).map(|_| Err(error.clone())).collect()
}

/// Some of the requests that waited together.
struct Lot<R> {
    requests: Arc<[R]>,
    from: usize,
    until: usize,
}

impl<R: Request> Command for Lot<R> {
    type Output = Vec<R::Output>;

    const BRINGS_DUE: bool = R::BRINGS_DUE;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        R::apply_all(&self.requests[self.from..self.until], transaction).await
    }
}
