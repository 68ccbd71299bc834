//! Callers that send a byte now and then, never end, or never read: each is gone within ten seconds, and honest ones
//! notice nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use telegram_bot_scheduler::http::Scope;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::WriteHalf;
use tokio::task::JoinSet;

use super::scaled;
use crate::on_both_databases;

/// Within how long is everybody cut off who keeps us waiting? Ten seconds, and one for a machine that is busy with the
/// test itself. The longest is a body: seven to arrive, and two for the answer to be taken.
const CUT_OFF: Duration = Duration::from_secs(10 + 1);

/// How long may an honest request take meanwhile? Two cores share all of this with the test itself.
const HONEST: Duration = Duration::from_secs(3);

/// Ways to keep a server waiting.
#[derive(Clone, Copy, Debug)]
enum Slow {
    Silent,
    Head,
    Body,
    Endless,
    Gibibyte,
}

const ALL: [Slow; 5] = [Slow::Silent, Slow::Head, Slow::Body, Slow::Endless, Slow::Gibibyte];

impl Slow {
    /// Keeps the server waiting until it closes the connection; how long that took.
    async fn wait_out(self, addr: SocketAddr, token: String) -> (Self, Duration) {
        let mut stream = TcpStream::connect(addr).await.expect("a connection");
        let begun = Instant::now();
        let head = format!(
            "POST /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        );
        let start = match self {
            Self::Silent => String::new(),
            Self::Head => "POST /api/events HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(),
            Self::Body => format!("{head}Content-Length: 60000\r\n\r\n{{"),
            Self::Endless => format!("{head}Transfer-Encoding: chunked\r\n\r\n"),
            Self::Gibibyte => format!("{head}Content-Length: 1073741824\r\n\r\n"),
        };
        let (piece, pause) = match self {
            Self::Silent => (String::new(), Duration::from_millis(200)),
            Self::Head | Self::Body => (" ".to_owned(), Duration::from_millis(500)),
            Self::Endless => (format!("{:x}\r\n{}\r\n", 4096, " ".repeat(4096)), Duration::from_millis(1)),
            Self::Gibibyte => (" ".repeat(4096), Duration::from_millis(1)),
        };
        let (mut reading, mut writing) = stream.split();
        let sending = send_for_ever(&mut writing, start, piece, pause);
        let mut heard = Vec::new();
        let closed = reading.read_to_end(&mut heard);
        let _: std::io::Result<()> = tokio::time::timeout(CUT_OFF * 3, async {
            tokio::select! {
                sent = sending => sent,
                _ = closed => Ok(()),
            }
        })
        .await
        .unwrap_or_else(|_| panic!("{self:?} is still served"));
        (self, begun.elapsed())
    }
}

/// Sends `start`, and then `piece` after each `pause`, until the other side has had enough.
async fn send_for_ever(
    stream: &mut WriteHalf<'_>,
    start: String,
    piece: String,
    pause: Duration,
) -> std::io::Result<()> {
    stream.write_all(start.as_bytes()).await?;
    loop {
        stream.write_all(piece.as_bytes()).await?;
        tokio::time::sleep(pause).await;
    }
}

on_both_databases! {
    async fn fault_18_who_keeps_us_waiting_is_cut_off_and_the_others_are_served(world) {
        let (addr, platform) = (world.app().addr(), world.platform());
        let token = platform.token("slow", &[Scope::Events]);
        let mut slow = JoinSet::new();
        for number in 0..scaled(1_000) {
            slow.spawn(ALL[number % ALL.len()].wait_out(addr, token.clone()));
        }
        let mut slowest = Duration::ZERO;
        let event = json!({"type": "announcement", "account": "honest", "data": {"text": "x"}});
        while !slow.is_empty() {
            let begun = Instant::now();
            let answer = platform.request(Method::GET, "/healthz").header("connection", "close");
            assert_eq!(platform.send(answer).await.status, 200);
            assert_eq!(platform.tells(event.clone()).await.status, 202);
            slowest = slowest.max(begun.elapsed());
            while let Some(ended) = slow.try_join_next() {
                let (how, took) = ended.expect("a caller");
                assert!(took < CUT_OFF, "{how:?} was served for {took:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(slowest < HONEST, "an honest caller waited {slowest:?}");
    }

    async fn fault_18_who_does_not_read_holds_no_connection(world) {
        let platform = world.platform();
        let text = "x".repeat(4_000);
        let event = json!({"type": "announcement", "account": "reader", "data": {"text": text}});
        let batch: Vec<_> = (0..400).map(|_| event.clone()).collect();
        // Some MiB: more than the systems on both sides keep of what nobody reads.
        for _ in 0..6 {
            assert_eq!(platform.tells(json!({ "events": batch })).await.status, 202);
        }
        let token = platform.token("ops", &[Scope::Admin]);
        let head = format!(
            "GET /api/accounts/reader/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        let mut readers = JoinSet::new();
        for _ in 0..scaled(100) {
            let (addr, head) = (world.app().addr(), head.clone());
            readers.spawn(async move {
                let mut stream = TcpStream::connect(addr).await.expect("a connection");
                stream.write_all(head.as_bytes()).await.expect("sent");
                let mut first = [0; 1024];
                stream.read_exact(&mut first).await.expect("the answer begins");
                let begun = Instant::now();
                // Reads nothing: whether the server has given up shows when what is left ends short of the whole.
                tokio::time::sleep(Duration::from_secs(12)).await;
                let mut rest = Vec::new();
                let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
                (begun.elapsed(), rest.ends_with(b"]}\r\n0\r\n\r\n"))
            });
        }
        while let Some(ended) = readers.join_next().await {
            let (took, whole) = ended.expect("a reader");
            assert!(!whole && took < Duration::from_secs(17), "waited for one that does not read: {took:?}");
        }
        assert_eq!(platform.readiness().await.0, 200);
    }
}
