//! The page's own web server: the chat app of the demo people and the back end of the pretend platform.
//!
//! The page never sees a key: it says who is using it and what they do, and this server plays the person in the
//! local Telegram (in process) and the platform in front of the service (over HTTP, with tokens it mints).
//!
//! * `guard` — no other site may use this server through the browser of who runs it;
//! * `routes` — which path does what; `files` — the page itself, inside the program;
//! * `chat`, `message`, `changes` — what the chat app shows and does;
//! * `platform`, `events` — what the pretend platform does; `connectors` — the networks it posts to; `answer` — bodies of answers.

mod answer;
mod changes;
mod chat;
mod connectors;
mod events;
mod files;
mod guard;
mod message;
mod platform;
mod routes;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bot_api::BotApi;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use telegram_bot_scheduler::config;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use connectors::Connectors;
use platform::Platform;

/// How many connections are served at once? A browser opens six per page and keeps one for the changes.
const MAX_CONNECTIONS: usize = 64;

/// How long may the head of a request take to arrive, and a connection idle?
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long is nothing accepted after the system refused a connection?
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How long may requests take to end after the stop? The streams of changes end at once.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// What every request may use.
struct Site {
    telegram: BotApi,
    platform: Platform,
    connectors: Connectors,
    guard: guard::Guard,
    stop: CancellationToken,
}

/// The running server.
pub(crate) struct Web {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Web {
    /// Serves the page at `address`, between `telegram` and the service that listens at `service`.
    pub(crate) async fn start(
        address: SocketAddr,
        telegram: &BotApi,
        service: SocketAddr,
        jwt: config::Jwt,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("can't serve the page at {address}"))?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let site = Site {
            telegram: telegram.clone(),
            platform: Platform::new(service, jwt)?,
            connectors: Connectors::default(),
            guard: guard::Guard::of(address),
            stop: stop.clone(),
        };
        let task = tokio::spawn(serve(listener, Arc::new(site)));
        Ok(Self { address, stop, task })
    }

    /// What to open in a browser.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Returns when the server ended though nobody stopped it.
    pub(crate) async fn failed(&mut self) {
        let _ = (&mut self.task).await;
    }

    /// Takes no more connections, and waits a moment for those there are.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if !self.task.is_finished() {
            let _ = self.task.await;
        }
    }
}

async fn serve(listener: TcpListener, site: Arc<Site>) {
    let seats = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            () = site.stop.cancelled() => break,
            accepted = accept(&listener, &seats) => accepted,
        };
        let Some((stream, seat)) = accepted else { continue };
        let (site, cut) = (Arc::clone(&site), cut.clone());
        connections.spawn(async move {
            let _seat = seat;
            tokio::select! {
                () = cut.cancelled() => {}
                () = serve_connection(stream, site) => {}
            }
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN_LIMIT, connections.wait()).await.is_err() {
        cut.cancel();
        connections.wait().await;
    }
}

/// The next connection and a seat for it, or nothing after the system refused one.
async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, seat)),
        Err(error) => {
            log::warn!("the page's server can't accept connections: {error}");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn serve_connection(stream: TcpStream, site: Arc<Site>) {
    // Changes are small and awaited: waiting to fill a packet would delay each.
    let _ = stream.set_nodelay(true);
    let stop = site.stop.clone();
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(routes::answer(site, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT).max_headers(64);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    // An error is a browser that left: there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
