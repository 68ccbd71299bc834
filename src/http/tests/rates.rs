//! Callers who call too often.

use super::*;
use crate::config::Rate;

const STATUS: &str = "/api/telegram/status";

/// A server that lets three through at once, and then one a second.
async fn server(change: impl FnOnce(&mut crate::config::Http)) -> Server {
    let mut setup = Setup::new();
    change(&mut setup.config.http);
    setup.start().await
}

const THREE: Rate = Rate { per_second: 1, burst: 3 };

/// Checks that this is a 429 which says when to come back.
fn too_many(got: &Got) {
    got.problem(429, "too-many-requests");
    let wait: u64 = got.header("retry-after").parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait} s");
}

#[tokio::test]
async fn a_person_who_asks_too_often_has_to_wait_and_nobody_else() {
    let server = server(|http| http.person = THREE).await;
    let mut refused = 0;
    for _ in 0..20 {
        let got = answer_to(server.alice(Method::GET, STATUS)).await;
        if got.status != 200 {
            too_many(&got);
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused} of 20 were refused");
    let bob = server.token("bob", Scope::Telegram);
    assert_eq!(answer_to(server.anonymous(Method::GET, STATUS).bearer_auth(bob)).await.status, 200);
    assert_eq!(answer_to(server.anonymous(Method::GET, "/readyz")).await.status, 200);
}

#[tokio::test]
async fn a_back_end_has_a_limit_of_its_own() {
    let server = server(|http| {
        http.person = THREE;
        http.back_end = Rate { per_second: 1, burst: 10 };
    })
    .await;
    let event = serde_json::json!({"type": "announcement", "account": "a", "data": {"text": "x"}});
    let mut statuses = Vec::new();
    for _ in 0..30 {
        let got = answer_to(server.platform(Method::POST, "/api/events").json(&event)).await;
        statuses.push(got.status.as_u16());
    }
    assert_eq!(statuses[..10], [202; 10]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn who_guesses_tokens_is_told_to_wait_and_honest_people_at_the_same_address_are_not() {
    let server = server(|http| http.stranger = THREE).await;
    let guess = || answer_to(server.anonymous(Method::GET, STATUS).bearer_auth("a.b.c"));
    let mut refused = 0;
    for _ in 0..20 {
        let got = guess().await;
        if got.status != 401 {
            too_many(&got);
            refused += 1;
        }
        assert_eq!(answer_to(server.alice(Method::GET, STATUS)).await.status, 200);
    }
    assert!(refused >= 10, "{refused} of 20 were refused");
    too_many(&answer_to(server.anonymous(Method::GET, "/openapi.json")).await);
    for probe in ["/health", "/healthz", "/readyz"] {
        assert_eq!(answer_to(server.anonymous(Method::GET, probe)).await.status, 200, "{probe}");
    }
}
