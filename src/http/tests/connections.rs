//! Connections: used again, shared fairly, ended in good order.

use serde_json::json;

use super::*;
use crate::store::{Effect, Finalise, Outcome};

const ALIVE: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    for _ in 0..3 {
        wire.send(ALIVE).await;
        assert!(wire.until("\r\n\r\nok", 1).await.starts_with("HTTP/1.1 200 "));
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    let missing = ALIVE.replace("/healthz", "/nowhere");
    wire.send(format!("{ALIVE}{missing}{}", ALIVE.replace("Host: x", "Host: x\r\nConnection: close"))).await;
    let answers = wire.until_closed().await;
    let statuses: Vec<&str> =
        answers.split("HTTP/1.1 ").skip(1).map(|answer| answer.get(..3).unwrap_or_default()).collect();
    assert_eq!(statuses, ["200", "404", "200"], "{answers}");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let mut setup = Setup::new();
    setup.config.http.header_timeout = Duration::from_millis(200);
    let server = setup.start().await;
    let mut wire = server.connect().await;
    wire.send(ALIVE).await;
    let all = wire.until_closed().await;
    assert_eq!(all.matches("HTTP/1.1").count(), 1, "{all}");
    assert!(all.ends_with("ok"), "{all}");
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let mut setup = Setup::new();
    setup.config.http.max_connections = 2;
    setup.config.http.header_timeout = Duration::from_secs(60);
    let server = setup.start().await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(server.connect().await);
    }
    assert_eq!(answer_to(server.anonymous(Method::GET, "/healthz")).await.status, 200);
    // Those that came first made room, long before their time for a head was over.
    assert_eq!(silent[0].until_closed().await, "");
}

/// A request that lasts until the test message it asks for is finished.
async fn under_way(server: &Server) -> (JoinHandle<Got>, crate::domain::notification::Claimed) {
    server.link("alice", 42).await;
    let request = server.alice(Method::POST, "/api/telegram/send-test-message");
    let asking = tokio::spawn(answer_to(request));
    loop {
        if let Some(row) = server.claim_all().await.pop() {
            return (asking, row);
        }
        let _ = tokio::time::timeout(Duration::from_millis(20), server.store.told_of_due()).await;
    }
}

#[tokio::test]
async fn a_stop_lets_the_request_under_way_end_and_no_other_begin() {
    let mut server = Server::start().await;
    let mut idle = server.connect().await;
    idle.send(ALIVE).await;
    idle.until("\r\n\r\nok", 1).await;
    let (asking, row) = under_way(&server).await;
    server.stop.cancel();
    assert_eq!(idle.until_closed().await, "", "an idle connection ends while the other is served");
    let refused = async { while TcpStream::connect(server.addr).await.is_ok() {} };
    tokio::time::timeout(HANGS, refused).await.expect("new connections are still accepted");
    assert!(!server.serving.is_finished(), "a request is under way");
    let now = server.clock.now();
    let sent = Finalise {
        id: row.id,
        lease_token: row.lease_token,
        lane: row.chat_id,
        carries: false,
        chat_id: row.chat_id,
        outcome: Outcome::Sent { message_id: Some(1) },
        effect: Effect::None,
        started_at: now,
        latency_ms: 1,
        class: "test",
        words: None,
    };
    server.store.finalise(sent, now).await.unwrap();
    let got = asking.await.unwrap();
    assert_eq!((got.status.as_u16(), &got.body["state"]), (200, &json!("sent")));
    assert_eq!(got.header("connection"), "close", "the caller learns not to ask again here");
    let serving = &mut server.serving;
    tokio::time::timeout(HANGS, serving).await.expect("the server does not end").unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_half_sent_head() {
    let mut setup = Setup::new();
    setup.config.http.header_timeout = Duration::from_secs(60);
    let mut server = setup.start().await;
    let mut wire = server.connect().await;
    wire.send("GET /healthz HTTP/1.1\r\nHost:").await;
    // Answered on a later connection: the first one was accepted before.
    assert_eq!(answer_to(server.anonymous(Method::GET, "/healthz")).await.status, 200);
    server.stop.cancel();
    let ended = tokio::time::timeout(serve::DRAIN_LIMIT / 2, &mut server.serving).await;
    ended.expect("the server waits for it as for a request under way").unwrap();
    assert_eq!(wire.until_closed().await, "");
}

#[tokio::test]
async fn many_callers_at_once_are_all_served() {
    let server = Server::start().await;
    let asking: Vec<_> = (0..200)
        .map(|number| {
            let event =
                json!({"type": "announcement", "account": format!("a{number}"), "data": {"text": "x"}});
            tokio::spawn(answer_to(server.platform(Method::POST, "/api/events").json(&event)))
        })
        .collect();
    let mut ids = Vec::new();
    for asked in asking {
        let got = asked.await.unwrap();
        assert_eq!(got.status, 202, "{}", got.text);
        ids.push(got.body["ids"][0].as_i64().unwrap());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
}
