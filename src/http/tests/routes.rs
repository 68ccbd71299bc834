//! Paths and methods, and what every answer carries.

use serde_json::json;

use super::*;
use crate::http::answer::Answer;
use crate::http::call::Takes;
use crate::http::routes::{Access, READ, find};

const WITH_ID: &[Route] = &[
    Route {
        methods: READ,
        path: "/items/{id}",
        takes: Takes::Nothing,
        access: Access::Open(|call| Box::pin(async move { Answer::json(StatusCode::OK, &call.id) })),
        says: UNTOLD,
    },
    Route {
        methods: &[Method::DELETE],
        path: "/items/{id}",
        takes: Takes::Nothing,
        access: Access::Open(|_| Box::pin(async { Ok(Answer::text(StatusCode::OK, "gone")) })),
        says: UNTOLD,
    },
    Route {
        methods: &[Method::POST],
        path: "/items/{id}/retry",
        takes: Takes::Nothing,
        access: Access::Open(|_| Box::pin(async { Ok(Answer::text(StatusCode::OK, "again")) })),
        says: UNTOLD,
    },
];

#[test]
fn a_path_part_may_be_an_id() {
    let id = |path: &str| find(WITH_ID, &Method::GET, path).ok().map(|(_, id)| id.unwrap());
    assert_eq!(id("/items/7").as_deref(), Some("7"));
    assert_eq!(id("/items/a%2Fb%20%ED%95%9C+1%").as_deref(), Some("a/b 한+1%"));
    assert_eq!(id("/items/%+f%zz%4").as_deref(), Some("%+f%zz%4"), "what is no escape stays as it is");
    for path in ["/items/", "/items", "/items/7/", "/items/7/8", "items/7", "/items//", "/items/%ff", "/", ""]
    {
        assert_eq!(id(path), None, "{path}");
    }
    let (route, id) = find(WITH_ID, &Method::POST, "/items/7/retry").unwrap();
    assert_eq!((route.path, id.as_deref()), ("/items/{id}/retry", Some("7")));
}

#[tokio::test]
async fn an_id_reaches_its_handler() {
    let server = Setup { routes: WITH_ID, ..Setup::new() }.start().await;
    let got = answer_to(server.anonymous(Method::GET, "/items/a%20b?x=1")).await;
    assert_eq!((got.status.as_u16(), got.body), (200, json!("a b")));
    let got = answer_to(server.anonymous(Method::PUT, "/items/7")).await;
    got.problem(405, "method-not-allowed");
    assert_eq!(got.header("allow"), "GET, HEAD, DELETE");
}

#[tokio::test]
async fn unknown_paths_are_404_and_other_methods_405() {
    let server = Server::start().await;
    for path in [
        "/index.html",
        "/nowhere",
        "/health/",
        "/HEALTH",
        "//health",
        "/api/telegram/status/",
        "/api/../health2",
    ] {
        answer_to(server.alice(Method::GET, path)).await.problem(404, "not-found");
    }
    for (method, path, allow) in [
        (Method::POST, "/health", "GET, HEAD"),
        (Method::OPTIONS, "/health", "GET, HEAD"),
        (Method::OPTIONS, "/api/events", "POST"),
        (Method::HEAD, "/api/events", "POST"),
        (Method::DELETE, "/api/telegram/status", "GET, HEAD"),
        (Method::from_bytes(b"BREW").unwrap(), "/api/events", "POST"),
    ] {
        let got = answer_to(server.anonymous(method.clone(), path)).await;
        assert_eq!(got.status, 405, "{method} {path}");
        assert_eq!(got.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = Server::start().await;
    let get = answer_to(server.anonymous(Method::GET, "/health")).await;
    let head = answer_to(server.anonymous(Method::HEAD, "/health")).await;
    assert_eq!((head.status, head.text.as_str()), (get.status, ""));
    assert_eq!(head.header("content-length"), get.text.len().to_string());
    assert_eq!(head.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_head_makes_no_link_and_runs_no_job() {
    let server = Server::start().await;
    let link = answer_to(server.alice(Method::GET, "/api/telegram/link-account")).await;
    let trigger = "/api/admin/scheduler/jobs/purge_expired/trigger";
    for (request, allow) in [
        (server.alice(Method::HEAD, "/api/telegram/link-account"), "GET"),
        (
            server.anonymous(Method::HEAD, trigger).bearer_auth(server.token("the operator", Scope::Admin)),
            "POST, GET",
        ),
    ] {
        let got = answer_to(request).await;
        assert_eq!((got.status.as_u16(), got.header("allow"), got.text.as_str()), (405, allow, ""));
    }
    let token = json!({ "token": link.body["token"] });
    let waits = answer_to(server.alice(Method::POST, "/api/telegram/verify-link").json(&token)).await;
    assert_eq!(waits.body["state"], "pending", "the link that was made by GET is still good");
    assert!(server.store.queued_runs().await.unwrap().is_empty(), "a run was queued");
}

#[tokio::test]
async fn every_answer_carries_the_same_care() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for request in [
        server.anonymous(Method::GET, "/healthz"),
        server.anonymous(Method::GET, "/nowhere"),
        server.anonymous(Method::GET, "/api/telegram/status"),
        server.alice(Method::GET, "/api/telegram/status"),
        server.alice(Method::GET, "/api/telegram/link-account"),
        server.platform(Method::POST, "/api/events").body("x"),
    ] {
        let got = answer_to(request).await;
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("cache-control"), "no-store");
        assert!(!got.header("date").is_empty() && got.headers.get("server").is_none());
        ids.push(got.header("x-request-id").to_owned());
    }
    assert!(ids.iter().all(|id| id.len() == 16), "{ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each request has a name of its own");
}
