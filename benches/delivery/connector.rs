//! A network's connector that notes how late each post begins to arrive.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use telegram_bot_scheduler::clock::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What signs the posts; nobody looks at the signature here.
pub const SECRET: &str = "whsec_dGhlIGJlbmNocycgb3duIHNoYXJlZCBzZWNyZXQhIQ==";

/// A connector. Dropping it closes its port.
pub struct Connector {
    addr: SocketAddr,
    seen: Arc<Mutex<Vec<(i64, TimeDelta)>>>,
    serving: JoinHandle<()>,
}

#[derive(Deserialize)]
struct Post {
    id: i64,
    publish_at: DateTime<Utc>,
}

impl Connector {
    /// One that takes `takes` over each post and publishes it.
    pub async fn open(takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("its address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&seen);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = Arc::clone(&shared);
                let service = service_fn(move |request| publish(request, takes, Arc::clone(&seen)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { addr, seen, serving }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}/posts", self.addr)
    }

    /// What came so far: each post's id, and how long after its time its request was here.
    pub fn seen(&self) -> Vec<(i64, TimeDelta)> {
        self.seen.lock().expect("nobody panics with it").clone()
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn publish(
    request: Request<Incoming>,
    takes: Duration,
    seen: Arc<Mutex<Vec<(i64, TimeDelta)>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let now = Clock::system().now();
    let body = request.into_body().collect().await.expect("a whole request").to_bytes();
    let post: Post = serde_json::from_slice(&body).expect("a post");
    seen.lock().expect("nobody panics with it").push((post.id, now - post.publish_at));
    tokio::time::sleep(takes).await;
    Ok(Response::new(Full::new(Bytes::from_static(br#"{"status":"published"}"#))))
}
