//! Who calls the port: bare keep-alive connections, so that the caller costs less than what is called.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One connection to the port.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    token: String,
}

impl Connection {
    /// Connects; each request carries `token`.
    pub async fn open(addr: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(addr).await.expect("the port takes connections");
        stream.set_nodelay(true).expect("a TCP connection");
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Self { sender, token: format!("Bearer {token}") }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&mut self, method: Method, path: &str, body: String) -> (StatusCode, Bytes) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "scheduler")
            .header("authorization", &self.token)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let answer = self.sender.send_request(request).await.expect("an answer");
        let status = answer.status();
        (status, answer.into_body().collect().await.expect("a whole answer").to_bytes())
    }

    /// Tells what happened; returns when it is accepted.
    pub async fn tells(&mut self, events: String) {
        let (status, answer) = self.send(Method::POST, "/api/events", events).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer:?}");
    }
}

/// An event for the account of that number.
pub fn event(account: usize, number: usize) -> String {
    format!(
        r#"{{"type":"post.published","account":"account-{account}","data":{{"network":"instagram","text":"Sunday’s cake no. {number}","url":"https://insta.example/p/{number}"}}}}"#
    )
}

/// A batch of such events, one for each account named.
pub fn batch(accounts: impl Iterator<Item = usize>) -> String {
    let events: Vec<String> = accounts.enumerate().map(|(number, account)| event(account, number)).collect();
    format!(r#"{{"events":[{}]}}"#, events.join(","))
}

/// How events come.
#[derive(Clone, Copy)]
pub struct Load {
    /// Over how many connections, one request in flight on each.
    pub connections: usize,
    /// How many in one request.
    pub batch: usize,
    /// For how many accounts.
    pub accounts: usize,
    /// When it ends, whichever comes first.
    pub time: Duration,
    /// The most events.
    pub most: usize,
}

/// How it went.
pub struct Accepted {
    /// How many events were accepted.
    pub events: usize,
    /// From the first request to the last answer.
    pub took: Duration,
}

impl Accepted {
    /// Events accepted in a second.
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64()
    }
}

impl Load {
    /// Puts it onto the port.
    pub async fn run(self, addr: SocketAddr, token: &str) -> Accepted {
        let mut connections = Vec::new();
        for _ in 0..self.connections {
            connections.push(Connection::open(addr, token).await);
        }
        let started = Instant::now();
        let callers: Vec<_> = connections
            .into_iter()
            .enumerate()
            .map(|(index, connection)| tokio::spawn(self.call(connection, index, started)))
            .collect();
        let mut events = 0;
        for caller in callers {
            events += caller.await.expect("a caller");
        }
        Accepted { events, took: started.elapsed() }
    }

    async fn call(self, mut connection: Connection, index: usize, started: Instant) -> usize {
        let share = self.most / self.connections;
        let mut sent = 0;
        while sent < share && started.elapsed() < self.time {
            let number = index * share + sent;
            let body = if self.batch == 1 {
                event(number % self.accounts, number)
            } else {
                batch((number..number + self.batch).map(|number| number % self.accounts))
            };
            connection.tells(body).await;
            sent += self.batch;
        }
        sent
    }
}
