//! The port as callers meet it: the real server on a free local port, over a real SQLite file.

mod accounts;
mod connections;
mod contract;
mod events;
mod limits;
mod openapi;
mod probes;
mod rates;
mod routes;
mod status_page;
mod telegram;
mod tokens;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::openapi::Says;
use super::routes::{Route, TABLE};
use super::timed_stream::Patience;
use super::{NewToken, Port, Scope, listen, mint, serve};
use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::domain::link::{Consent, LinkToken};
use crate::health::{Health, Telegram};
use crate::store::{ClaimWish, LinkOutcome, Newcomer, Store};
use crate::telegram::Inbox;

/// Somebody whose first link it is.
const NEWCOMER: Newcomer =
    Newcomer { telegram_language: None, digest_minute: 540, default_zone: chrono_tz::UTC };
const SECRET: &str = "an HS256 key for tests, of 32 bytes or more";

/// For routes that only a test has.
const UNTOLD: Says = Says::new("untold", "Of a test");

/// Longer than anything here takes: whatever exceeds it hangs.
const HANGS: Duration = Duration::from_secs(20);

/// A running server and what it works with. Dropping it stops it.
struct Server {
    addr: SocketAddr,
    config: Arc<Config>,
    store: Store,
    health: Health,
    clock: Clock,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    client: reqwest::Client,
    _folder: TempDir,
}

/// What a test changes before the start.
struct Setup {
    config: Config,
    routes: &'static [Route],
    patience: Patience,
    folder: TempDir,
}

impl Setup {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/port.db?mode=rwc", folder.path().display());
        let environment = [("DATABASE_URL", url.as_str()), ("JWT_SECRET", SECRET)];
        let config = Config::load(&Environment::from_iter(environment), None).unwrap();
        Self { config, routes: TABLE, patience: serve::PATIENCE, folder }
    }

    async fn start(self) -> Server {
        let config = Arc::new(self.config);
        let store = Store::open(&config.database).await.unwrap();
        store.migrate().await.unwrap();
        let health = Health::default();
        health.signed_in("scheduler_test_bot".into());
        let clock = Clock::system();
        let port = Port::with_routes(
            store.clone(),
            health.clone(),
            config.clone(),
            clock.clone(),
            Inbox::default(),
            self.routes,
        )
        .unwrap();
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve::serve_with(listener, port, stop.clone(), self.patience));
        let client = reqwest::Client::builder().no_proxy().timeout(HANGS).build().unwrap();
        Server { addr, config, store, health, clock, stop, serving, client, _folder: self.folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Server {
    async fn start() -> Self {
        Setup::new().start().await
    }

    /// A token for `account`.
    fn token(&self, account: &str, scope: Scope) -> String {
        let wanted = NewToken {
            account,
            scopes: &[scope],
            name: Some("Mina Park"),
            email: Some("mina@example.com"),
            lifetime: Duration::from_secs(600),
        };
        mint(&self.config.jwt, &wanted, self.clock.now()).unwrap()
    }

    /// A request by nobody.
    fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.addr))
    }

    /// A request by the person alice.
    fn alice(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(self.token("alice", Scope::Telegram))
    }

    /// A request by the platform's back end.
    fn platform(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(self.token("platform", Scope::Events))
    }

    /// Connects `account` to `chat_id` as the person would: the page's link, then the tap.
    async fn link(&self, account: &str, chat_id: i64) {
        let request = self.anonymous(Method::GET, "/api/telegram/link-account");
        let answer = answer_to(request.bearer_auth(self.token(account, Scope::Telegram))).await;
        let token = LinkToken::parse(answer.body["token"].as_str().unwrap()).unwrap();
        let now = self.clock.now();
        let outcome = self.store.link_chat(&token, chat_id, NEWCOMER, Consent::default(), now).await.unwrap();
        assert!(matches!(outcome, LinkOutcome::Linked(_)), "{outcome:?}");
    }

    /// Every notification there is, claimed as a worker would.
    async fn claim_all(&self) -> Vec<crate::domain::notification::Claimed> {
        let wish = ClaimWish { limit: 1000, lease: TimeDelta::minutes(1), ..ClaimWish::default() };
        self.store.claim_due(wish, self.clock.now()).await.unwrap().rows
    }

    /// A bare connection, for what no HTTP client would do.
    async fn connect(&self) -> Wire {
        Wire(TcpStream::connect(self.addr).await.unwrap())
    }
}

/// What came back.
#[derive(Debug)]
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    /// `Null` when the body is not JSON.
    body: Value,
}

async fn answer_to(request: RequestBuilder) -> Got {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(super::description);
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or_default();
    let got = Got { status, headers, text, body };
    // Whatever the test is about: no answer may be another than the document tells of.
    contract::check(
        &DOCUMENT,
        method.as_str(),
        &path,
        status.as_u16(),
        got.header("content-type"),
        &got.body,
    );
    got
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem document of `status` and `kind`; returns its detail.
    fn problem(&self, status: u16, kind: &str) -> &str {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["type"], format!("/problems/{kind}"), "{}", self.text);
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].as_str().is_some_and(|title| !title.is_empty()));
        self.body["detail"].as_str().unwrap()
    }
}

/// One connection, byte by byte.
struct Wire(TcpStream);

impl Wire {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let written = tokio::time::timeout(HANGS, self.0.write_all(bytes.as_ref())).await;
        written.expect("the server does not read").unwrap();
    }

    /// What arrives until the server closes the connection, in whatever way.
    async fn until_closed(&mut self) -> String {
        let mut received = Vec::new();
        let read = tokio::time::timeout(HANGS, self.0.read_to_end(&mut received)).await;
        // A reset is a way to close; what came before it counts.
        let _ = read.expect("the server does not close the connection");
        String::from_utf8(received).unwrap()
    }

    /// What arrives until `count` answers have ended with `end`.
    async fn until(&mut self, end: &str, count: usize) -> String {
        let mut received = String::new();
        while received.matches(end).count() < count {
            let mut piece = [0; 4096];
            let read = tokio::time::timeout(HANGS, self.0.read(&mut piece)).await;
            let length = read.expect("the server does not answer").unwrap();
            assert!(length > 0, "closed after: {received}");
            received.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        }
        received
    }
}
