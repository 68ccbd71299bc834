//! Requests that are too large, too slow or too strange, and handlers that go wrong.

use serde_json::json;

use super::*;
use crate::http::answer::Answer;
use crate::http::call::Takes;
use crate::http::routes::{Access, READ};

const MIB: usize = 1024 * 1024;

/// More than the systems on both sides keep of an answer that is not read.
const LARGE: usize = 64 * MIB;

const MISBEHAVING: &[Route] = &[
    Route {
        methods: READ,
        path: "/panics",
        takes: Takes::Nothing,
        access: Access::Open(|_| Box::pin(async { panic!("a handler's secret") })),
        says: UNTOLD,
    },
    Route {
        methods: READ,
        path: "/hangs",
        takes: Takes::Nothing,
        access: Access::Open(|_| Box::pin(std::future::pending())),
        says: UNTOLD,
    },
    Route {
        methods: READ,
        path: "/large",
        takes: Takes::Nothing,
        access: Access::Open(|_| {
            Box::pin(async { Ok(Answer::new(StatusCode::OK, "text/plain", vec![b'x'; LARGE])) })
        }),
        says: UNTOLD,
    },
    Route {
        methods: READ,
        path: "/fine",
        takes: Takes::Nothing,
        access: Access::Open(|_| Box::pin(async { Ok(Answer::text(StatusCode::OK, "fine")) })),
        says: UNTOLD,
    },
];

#[tokio::test]
async fn a_panic_is_a_500_and_the_next_request_is_served() {
    let server = Setup { routes: MISBEHAVING, ..Setup::new() }.start().await;
    for _ in 0..3 {
        let got = answer_to(server.anonymous(Method::GET, "/panics")).await;
        got.problem(500, "internal");
        assert!(!got.text.contains("secret"), "{}", got.text);
        assert_eq!(answer_to(server.anonymous(Method::GET, "/fine")).await.text, "fine");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_a_503() {
    let mut setup = Setup { routes: MISBEHAVING, ..Setup::new() };
    setup.config.http.request_timeout = Duration::from_millis(100);
    let server = setup.start().await;
    let got = answer_to(server.anonymous(Method::GET, "/hangs")).await;
    got.problem(503, "unavailable");
    assert_eq!(got.header("retry-after"), "5");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_413_that_arrives() {
    let server = Server::start().await;
    let settings = &server.config.http;
    let (small, large) = (settings.body_limit, settings.events_body_limit);
    // Repeated, because an answer lost to a reset connection would be lost only sometimes.
    for _ in 0..5 {
        let body = vec![b' '; 5 * MIB];
        let request = server.platform(Method::POST, "/api/events").header("content-type", "application/json");
        let got = answer_to(request.body(body)).await;
        assert!(got.problem(413, "body-too-large").contains(&large.to_string()));
    }
    let token = "x".repeat(small);
    let got =
        answer_to(server.alice(Method::POST, "/api/telegram/verify-link").json(&json!({"token": token})))
            .await;
    assert!(got.problem(413, "body-too-large").contains(&small.to_string()));
}

#[tokio::test]
async fn a_caller_who_sends_all_before_reading_gets_the_413_too() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    wire.send(head(&server, &format!("Content-Length: {}", 5 * MIB))).await;
    wire.send(vec![b' '; 5 * MIB]).await;
    assert!(wire.until_closed().await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_body_of_the_largest_size_is_read() {
    let server = Server::start().await;
    let mut body = json!({"type": "announcement", "account": "a", "data": {"text": "x"}}).to_string();
    body.push_str(&" ".repeat(server.config.http.events_body_limit - body.len()));
    let request = server.platform(Method::POST, "/api/events").header("content-type", "application/json");
    assert_eq!(answer_to(request.body(body.clone())).await.status, 202);
    let request = server.platform(Method::POST, "/api/events").header("content-type", "application/json");
    answer_to(request.body(body + " ")).await.problem(413, "body-too-large");
}

/// The head of a request to `POST /api/events` that may send a body.
fn head(server: &Server, length: &str) -> String {
    let token = server.token("platform", Scope::Events);
    format!(
        "POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\n{length}\r\n\r\n"
    )
}

#[tokio::test]
async fn an_endless_body_is_cut_off_at_the_limit() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    wire.send(head(&server, "Transfer-Encoding: chunked")).await;
    let chunk = format!("{:x}\r\n{}\r\n", 65536, " ".repeat(65536));
    let mut sent = 0;
    while wire.0.write_all(chunk.as_bytes()).await.is_ok() {
        sent += chunk.len();
        assert!(sent < 128 * MIB, "still listening after 128 MiB");
    }
}

#[tokio::test]
async fn a_declared_gibibyte_is_refused_before_it_is_sent() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    wire.send(head(&server, "Content-Length: 1073741824")).await;
    assert!(wire.until("\r\n\r\n", 1).await.starts_with("HTTP/1.1 413 "));
    wire.send(" ").await;
    assert!(!wire.until_closed().await.contains("HTTP/1.1"), "no second answer on this connection");
}

#[tokio::test]
async fn a_slow_body_is_a_408() {
    let mut setup = Setup::new();
    setup.config.http.body_timeout = Duration::from_millis(100);
    let server = setup.start().await;
    let mut wire = server.connect().await;
    wire.send(head(&server, "Content-Length: 100")).await;
    wire.send("{").await;
    let answer = wire.until_closed().await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("/problems/body-timeout"), "{answer}");
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_nothing() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    let event = json!({"type": "announcement", "account": "a", "data": {"text": "x"}}).to_string();
    wire.send(head(&server, &format!("Content-Length: {}", event.len() + 1))).await;
    wire.send(event).await;
    wire.0.shutdown().await.unwrap();
    wire.until_closed().await;
    assert_eq!(server.store.notification(1).await.unwrap(), None);
}

#[tokio::test]
async fn a_slow_head_is_cut_off() {
    let mut setup = Setup::new();
    setup.config.http.header_timeout = Duration::from_millis(100);
    let server = setup.start().await;
    for beginning in ["", "G", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut wire = server.connect().await;
        wire.send(beginning).await;
        assert_eq!(wire.until_closed().await, "", "{beginning:?}");
    }
    assert_eq!(answer_to(server.anonymous(Method::GET, "/healthz")).await.status, 200);
}

#[tokio::test]
async fn heads_with_too_much_in_them_are_refused() {
    let server = Server::start().await;
    let with_headers = |count: usize| {
        let headers: String = (0..count).map(|n| format!("X-{n}: 1\r\n")).collect();
        format!("GET /healthz HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")
    };
    let max = server.config.http.max_headers;
    let mut wire = server.connect().await;
    wire.send(with_headers(max - 1)).await;
    assert!(wire.until_closed().await.starts_with("HTTP/1.1 200 "));
    for request in [
        with_headers(max),
        format!("GET /healthz HTTP/1.1\r\nX-Large: {}\r\n\r\n", "x".repeat(17 * 1024)),
        format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(17 * 1024)),
    ] {
        let mut wire = server.connect().await;
        wire.send(&request).await;
        let answer = wire.until_closed().await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_harms_nobody() {
    let server = Server::start().await;
    for nonsense in [
        "\0\0\0\0\0\0\0\0",
        "hello\r\n\r\n",
        "GET /healthz HTTP/9.9\r\n\r\n",
        "GET /health z HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST /api/events HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /api/events HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ] {
        let mut wire = server.connect().await;
        wire.send(nonsense).await;
        let answer = wire.until_closed().await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{nonsense:?}: {answer:?}");
    }
    assert_eq!(answer_to(server.anonymous(Method::GET, "/healthz")).await.status, 200);
}

#[tokio::test]
async fn somebody_who_does_not_read_is_cut_off() {
    let mut setup = Setup { routes: MISBEHAVING, ..Setup::new() };
    setup.patience.write = Duration::from_millis(200);
    let server = setup.start().await;
    let mut wire = server.connect().await;
    wire.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    // Nothing is read. The closed connection shows when the system refuses what is sent to it.
    let refused = async {
        while wire.0.write_all(b"\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANGS, refused).await.expect("the connection is still open");
}

#[tokio::test]
async fn somebody_who_reads_gets_all_of_a_large_answer() {
    let server = Setup { routes: MISBEHAVING, ..Setup::new() }.start().await;
    let reader = answer_to(server.anonymous(Method::GET, "/large")).await;
    assert_eq!(reader.text.len(), LARGE);
}
