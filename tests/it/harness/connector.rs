//! The platform's connector for a network: a real HTTP server that checks signatures with somebody else's code and
//! answers as it is told.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What signs in tests.
pub const SECRET: &str = "whsec_dGhlIHRlc3RzJyBzaGFyZWQgc2VjcmV0ISEhIQ==";

/// What signed before.
pub const OLD_SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBsYXN0IHllYXIsIG9sZA==";

/// What the connector does with one request.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Answers so.
    Answers(u16, String),
    /// The same with one more header.
    AnswersWith(u16, &'static str, String),
    /// Reads the request and stays silent.
    Hangs,
    /// Reads the request and resets the connection.
    Resets,
}

impl Behaviour {
    /// "published", and where.
    pub fn publishes() -> Self {
        Self::Answers(200, r#"{"status":"published","url":"https://insta.example/p/1"}"#.into())
    }
}

/// One request, as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its `webhook-id`.
    pub id: String,
    /// Whether the library accepts it, which looks at the real clock as well.
    pub verified: bool,
    /// What it asks for.
    pub body: Value,
}

/// A connector. Dropping it closes its port.
pub struct Connector {
    addr: SocketAddr,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    next: VecDeque<Behaviour>,
    received: Vec<Received>,
    forged: usize,
    takes: Duration,
    knows: Option<&'static str>,
}

impl Connector {
    /// A connector that publishes whatever it is sent.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("its address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { addr, state, serving }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}/posts?key=of-the-connector", self.addr)
    }

    /// What it does with the next request; after what was said before.
    pub fn next(&self, behaviour: Behaviour) {
        self.state.lock().unwrap().next.push_back(behaviour);
    }

    /// How long it takes over each request from now on, before it answers.
    pub fn takes(&self, time: Duration) {
        self.state.lock().unwrap().takes = time;
    }

    /// Which secret it knows from now on, and no other.
    pub fn knows(&self, secret: &'static str) {
        self.state.lock().unwrap().knows = Some(secret);
    }

    /// The requests it got whose signature was right.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// Waits for the `count`th request.
    pub async fn until_received(&self, count: usize) -> Vec<Received> {
        let deadline = tokio::time::Instant::now() + super::PATIENCE;
        loop {
            let received = self.received();
            assert_eq!(self.state.lock().unwrap().forged, 0, "the connector got a request of a stranger");
            if received.len() >= count {
                return received;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "the connector waits for request {count} and got {received:?}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let behaviour = state.lock().unwrap().next.pop_front().unwrap_or_else(Behaviour::publishes);
    if matches!(behaviour, Behaviour::Resets) {
        // Closing then resets instead of saying goodbye.
        stream.set_zero_linger().expect("a live connection");
    }
    let service = service_fn(move |request| answer(request, behaviour.clone(), Arc::clone(&state)));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: Request<Incoming>,
    behaviour: Behaviour,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, &'static str> {
    let headers = request.headers().clone();
    let body = request.into_body().collect().await.map_err(|_| "the request broke off")?.to_bytes();
    let secret = state.lock().unwrap().knows.unwrap_or(SECRET);
    let webhook = standardwebhooks::Webhook::new(secret).expect("the secret is one");
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let (id, timestamp) = (text("webhook-id"), text("webhook-timestamp").parse().unwrap_or_default());
    // Not by the library's own clock: the service's may have been moved.
    let signature = webhook.sign(&id, timestamp, &body).expect("a signature");
    if text("webhook-signature").split(' ').any(|it| it == signature) {
        let verified = webhook.verify(&body, &headers).is_ok();
        let body = serde_json::from_slice(&body).expect("a post is JSON");
        state.lock().unwrap().received.push(Received { id, verified, body });
    } else {
        state.lock().unwrap().forged += 1;
    }
    let takes = state.lock().unwrap().takes;
    tokio::time::sleep(takes).await;
    let answer = |status: u16, body: String| {
        let mut answer = Response::new(Full::new(Bytes::from(body)));
        *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
        answer
    };
    match behaviour {
        Behaviour::Answers(status, body) => Ok(answer(status, body)),
        Behaviour::AnswersWith(status, name, value) => {
            let mut answer = answer(status, String::new());
            answer.headers_mut().insert(name, value.parse().expect("a header's value"));
            Ok(answer)
        }
        Behaviour::Hangs => Ok(std::future::pending::<Result<_, Infallible>>().await.expect("never")),
        Behaviour::Resets => Err("as told"),
    }
}
