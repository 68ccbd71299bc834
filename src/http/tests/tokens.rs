//! Who gets in, and what those hear who don't.

use reqwest::header::{AUTHORIZATION, COOKIE};

use super::*;
use crate::http::auth::tests::forged::bad_requests;

const STATUS: &str = "/api/telegram/status";

#[tokio::test]
async fn every_bad_token_gets_one_and_the_same_answer() {
    let server = Server::start().await;
    let mut bodies = Vec::new();
    for bad in bad_requests(SECRET, server.clock.now()) {
        let mut request = server.anonymous(Method::GET, STATUS);
        for value in &bad.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let got = answer_to(request).await;
        got.problem(401, "unauthorized");
        assert_eq!(got.header("www-authenticate"), "Bearer", "{}", bad.what);
        bodies.push(got.text);
    }
    assert!(bodies.len() > 60, "{} bad tokens were tried", bodies.len());
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(answer_to(server.alice(Method::GET, STATUS)).await.status, 200);
}

#[tokio::test]
async fn a_token_anywhere_but_in_its_header_is_not_looked_at() {
    let server = Server::start().await;
    let token = server.token("alice", Scope::Telegram);
    for query in ["access_token", "token", "jwt", "authorization"] {
        let path = format!("{STATUS}?{query}={token}");
        answer_to(server.anonymous(Method::GET, &path)).await.problem(401, "unauthorized");
    }
    let cookie = server.anonymous(Method::GET, STATUS).header(COOKIE, format!("access_token={token}"));
    answer_to(cookie).await.problem(401, "unauthorized");
    let body = format!("{{\"token\":\"{token}\"}}");
    let request = server.anonymous(Method::POST, "/api/telegram/verify-link").body(body);
    answer_to(request.header("content-type", "application/json")).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_which_one_it_lacks() {
    let server = Server::start().await;
    let got = answer_to(server.platform(Method::GET, STATUS)).await;
    assert!(got.problem(403, "missing-scope").contains("\"telegram\""));
    assert_eq!(got.header("www-authenticate"), "Bearer error=\"insufficient_scope\", scope=\"telegram\"");
    let got = answer_to(server.alice(Method::POST, "/api/events").json(&serde_json::json!({}))).await;
    assert!(got.problem(403, "missing-scope").contains("\"events\""));
}

#[tokio::test]
async fn a_token_expires_by_the_clock_of_the_service() {
    let server = Server::start().await;
    let token = server.token("alice", Scope::Telegram);
    let ask = || server.anonymous(Method::GET, STATUS).bearer_auth(&token);
    assert_eq!(answer_to(ask()).await.status, 200);
    server.clock.advance(TimeDelta::minutes(11));
    answer_to(ask()).await.problem(401, "unauthorized");
    server.clock.advance(TimeDelta::minutes(-22));
    answer_to(ask()).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_body_is_not_waited_for_from_somebody_without_a_token() {
    let server = Server::start().await;
    let mut wire = server.connect().await;
    wire.send("POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n").await;
    // The rest never comes; the answer does.
    assert!(wire.until("\r\n\r\n", 1).await.starts_with("HTTP/1.1 401 "));
}
