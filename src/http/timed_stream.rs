//! A connection that waits for its peer only so long: to take an answer, and to hear that it is over.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What is thrown away of a peer that goes on sending after the last answer, in one piece.
const DISCARD_BYTES: usize = 8 * 1024;

/// How much is thrown away of it: more than anybody sends by mistake, and little enough that it costs no time.
const DISCARD_LIMIT: usize = 64 * 1024 * 1024;

/// How long the peer may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For an answer to be taken whole, from the first time it could not be handed over at once. Not per byte:
    /// a byte now and then must not hold a connection.
    pub(super) write: Duration,
    /// For the peer to stop sending after the connection was closed on our side. Closing while it sends would
    /// make its system throw away the answer that says why (413, 401, 408).
    pub(super) linger: Duration,
}

/// A byte stream within the limits of its [`Patience`].
pub(super) struct TimedStream<S> {
    stream: S,
    patience: Patience,
    // Boxed and only made when there is something to wait for: most answers go out at once.
    blocked: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
    discarded: usize,
}

impl<S> TimedStream<S> {
    pub(super) fn new(stream: S, patience: Patience) -> Self {
        Self { stream, patience, blocked: None, lingering: None, discarded: 0 }
    }

    /// Passes a write's outcome on, unless the peer has not taken the answer for too long.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            return written;
        }
        let limit = self.patience.write;
        ready!(self.blocked.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> TimedStream<S> {
    /// Throws away what comes until the peer has closed too, or has sent more than it may.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.patience.linger;
        let deadline = self.lingering.get_or_insert_with(|| Box::pin(sleep(limit)));
        if deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let mut piece = [0; DISCARD_BYTES];
        while self.discarded < DISCARD_LIMIT {
            let mut buffer = ReadBuf::new(&mut piece);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.discarded += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has written all it had: the answer was taken.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.blocked = None;
        }
        self.in_time(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            let closed = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.in_time(cx, closed))?;
        }
        self.poll_linger(cx).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const HANGS: Duration = Duration::from_secs(20);
    const SHORT: Duration = Duration::from_millis(100);

    /// Our end, with its patience, and the peer's; between them fit 16 bytes.
    fn pair(
        write: Duration,
        linger: Duration,
    ) -> (TimedStream<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (ours, theirs) = duplex(16);
        (TimedStream::new(ours, Patience { write, linger }), theirs)
    }

    #[tokio::test]
    async fn a_peer_that_takes_a_byte_now_and_then_is_given_up() {
        let (mut ours, mut theirs) = pair(SHORT, SHORT);
        let trickle = tokio::spawn(async move {
            let mut taken = 0;
            while theirs.read_u8().await.is_ok() {
                taken += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            taken
        });
        let written = tokio::time::timeout(HANGS, ours.write_all(&[0; 64 * 1024])).await.unwrap();
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(ours);
        assert!(trickle.await.unwrap() > 0, "there was progress, and it did not help");
    }

    #[tokio::test]
    async fn each_answer_has_its_own_time() {
        let (mut ours, mut theirs) = pair(SHORT, SHORT);
        let begun = tokio::time::Instant::now();
        let reader = tokio::spawn(async move {
            let mut taken = [0; 32];
            let mut answers = 0;
            while theirs.read_exact(&mut taken).await.is_ok() {
                answers += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            answers
        });
        // In all well over the limit of one; each blocks for a moment.
        for _ in 0..20 {
            ours.write_all(&[0; 32]).await.unwrap();
            ours.flush().await.unwrap();
        }
        assert!(begun.elapsed() > SHORT);
        drop(ours);
        assert_eq!(reader.await.unwrap(), 20);
    }

    #[tokio::test]
    async fn closing_listens_until_the_peer_has_closed() {
        let (mut ours, mut theirs) = pair(HANGS, HANGS);
        let sending = tokio::spawn(async move {
            theirs.write_all(&[0; 4096]).await.unwrap();
            // It learns that the other side closed, and closes.
            assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0);
        });
        tokio::time::timeout(HANGS / 2, ours.shutdown()).await.unwrap().unwrap();
        drop(ours);
        sending.await.unwrap();
    }

    #[tokio::test]
    async fn closing_does_not_listen_for_ever() {
        let (mut ours, mut theirs) = pair(HANGS, SHORT);
        let sending = tokio::spawn(async move { while theirs.write_all(&[0; 64]).await.is_ok() {} });
        tokio::time::timeout(HANGS, ours.shutdown()).await.unwrap().unwrap();
        drop(ours);
        sending.await.unwrap();
    }
}
