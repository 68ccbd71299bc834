//! Connections: accepted up to a number, each within limits of time and size, drained at the end.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::dispatch::{self, Peer};
use super::port::Port;
use super::seats::{Seat, Seats};
use super::timed_stream::{Patience, TimedStream};

/// How long may requests take to end after the stop? The slowest, a test message, waits five seconds.
pub(super) const DRAIN_LIMIT: Duration = Duration::from_secs(6);

/// How long may connections take to end that were cut because the drain took too long?
const CUT_LIMIT: Duration = Duration::from_secs(1);

/// How long is nothing accepted after the system refused a connection (out of file descriptors or memory)?
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How patient is a connection with its peer? Answers are some KiB, so only one that does not read takes longer.
pub(super) const PATIENCE: Patience =
    Patience { write: Duration::from_secs(8), linger: Duration::from_secs(2) };

/// How large may the head of a request be, in bytes? A token with many scopes and a page's cookies have 4 KiB.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// How much may be read ahead on one connection, in bytes? Times the connections, this is the port's memory.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Serves `port` on `listener` until `stop`; then lets the requests under way end, for six seconds at most.
pub async fn serve(listener: TcpListener, port: Port, stop: CancellationToken) {
    serve_with(listener, port, stop, PATIENCE).await;
}

/// The same with another patience, for tests that provoke it.
pub(super) async fn serve_with(
    listener: TcpListener,
    port: Port,
    stop: CancellationToken,
    patience: Patience,
) {
    let settings = &port.config().http;
    let seats = Seats::new(settings.max_connections);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Also how long a connection may idle between two requests: hyper waits for the next head from then on.
        .header_read_timeout(settings.header_timeout)
        .max_headers(settings.max_headers)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_BUFFER_BYTES);
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    loop {
        let (stream, peer, seat) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = accept(&listener, &seats) => accepted,
        };
        let connection =
            Connection { builder: builder.clone(), port: port.clone(), peer, stop: stop.clone(), patience };
        let cut = cut.clone();
        connections.spawn(async move {
            tokio::select! {
                () = cut.cancelled() => {}
                () = connection.run(stream, seat) => {}
            }
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN_LIMIT, drained(&connections, &seats)).await.is_err() {
        log::warn!(target: "http", "{} connections did not end in time and were cut", connections.len());
        cut.cancel();
        let _ = tokio::time::timeout(CUT_LIMIT, connections.wait()).await;
    }
}

/// Returns when the last connection has ended; those that have only begun a request are not waited for.
async fn drained(connections: &TaskTracker, seats: &Seats) {
    loop {
        tokio::select! {
            () = connections.wait() => return,
            () = tokio::time::sleep(seats.clear()) => {}
        }
    }
}

/// The next connection and a seat for it.
async fn accept(listener: &TcpListener, seats: &Arc<Seats>) -> (TcpStream, IpAddr, Seat) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip(), seats.take().await),
            // The peer gave up before we came to it.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                log::warn!(target: "http", "can't accept connections: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// What one connection is served with.
struct Connection {
    builder: http1::Builder,
    port: Port,
    peer: IpAddr,
    stop: CancellationToken,
    patience: Patience,
}

impl Connection {
    /// Serves `stream` until the peer or a limit ends it, or, after the stop, until its request is answered.
    async fn run(self, stream: TcpStream, seat: Seat) {
        // Answers are written at once; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let seat = Arc::new(seat);
        let peer = self.peer;
        let service = service_fn(|request| {
            let (port, peer) = (self.port.clone(), Peer { address: peer, seat: seat.clone() });
            async move { Ok::<_, Infallible>(dispatch::answer(port, peer, request).await) }
        });
        let io = TokioIo::new(TimedStream::new(stream, self.patience));
        let mut connection = pin!(self.builder.serve_connection(io, service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = seat.lost() => return,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection.as_mut() => ended,
                    () = seat.lost() => return,
                }
            }
        };
        if let Err(error) = ended {
            // A peer that is slow, gone or does not speak HTTP: nothing to do about it.
            log::debug!(target: "http", "a connection ended early: {error}");
        }
    }
}
