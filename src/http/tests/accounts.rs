//! Everything that is kept of a person, handed out and removed.

use serde_json::json;

use super::*;

impl Server {
    /// A request by whoever runs the service.
    fn operator(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(self.token("the operator", Scope::Admin))
    }
}

async fn tell(server: &Server, account: &str, count: usize) {
    let events: Vec<_> = (0..count)
        .map(|number| json!({"type": "announcement", "account": account, "data": {"text": format!("news {number}")}}))
        .collect();
    let got =
        answer_to(server.platform(Method::POST, "/api/events").json(&json!({ "events": events }))).await;
    assert_eq!(got.status, 202, "{}", got.text);
}

#[tokio::test]
async fn an_export_holds_everything_of_one_account_and_nothing_of_another() {
    let server = Server::start().await;
    server.link("alice", 42).await;
    tell(&server, "alice", 450).await;
    tell(&server, "bob", 3).await;
    let got = answer_to(server.operator(Method::GET, "/api/accounts/alice/export")).await;
    assert_eq!(got.status, 200);
    assert_eq!(
        (&got.body["account"], &got.body["telegram"]["telegram_chat_id"]),
        (&json!("alice"), &json!(42))
    );
    let notifications = got.body["notifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 450, "page after page");
    assert_eq!(notifications[0]["data"]["text"], "news 449", "{}", notifications[0]);
    assert_eq!(notifications[449]["data"]["text"], "news 0");
    assert!(!got.text.contains("bob"));
}

#[tokio::test]
async fn erased_is_erased_and_the_others_stay() {
    let server = Server::start().await;
    server.link("alice", 42).await;
    server.link("bob", 43).await;
    tell(&server, "alice", 5).await;
    tell(&server, "bob", 2).await;
    let erased = answer_to(server.operator(Method::DELETE, "/api/accounts/alice")).await;
    assert_eq!(erased.body, json!({"notifications": 5, "posts": 0, "settings": true}));
    let again = answer_to(server.operator(Method::DELETE, "/api/accounts/alice")).await;
    assert_eq!(again.body, json!({"notifications": 0, "posts": 0, "settings": false}));
    answer_to(server.operator(Method::GET, "/api/accounts/alice/export")).await.problem(404, "not-found");
    let status = answer_to(server.alice(Method::GET, "/api/telegram/status")).await;
    assert_eq!((&status.body["linked"], &status.body["telegram_chat_id"]), (&json!(false), &Value::Null));
    let bob = answer_to(server.operator(Method::GET, "/api/accounts/bob/export")).await;
    assert_eq!(bob.body["notifications"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_account_may_be_called_anything_and_only_admins_may_ask() {
    let server = Server::start().await;
    server.link("a/b 한%", 42).await;
    let path = "/api/accounts/a%2Fb%20%ED%95%9C%25";
    let got = answer_to(server.operator(Method::GET, &format!("{path}/export"))).await;
    assert_eq!(got.body["account"], "a/b 한%");
    for (method, path) in [(Method::DELETE, path.to_owned()), (Method::GET, format!("{path}/export"))] {
        answer_to(server.anonymous(method.clone(), &path)).await.problem(401, "unauthorized");
        answer_to(server.alice(method.clone(), &path)).await.problem(403, "missing-scope");
        answer_to(server.platform(method, &path)).await.problem(403, "missing-scope");
    }
    for nobody in ["nobody", &"x".repeat(201), "%00", "%20"] {
        let path = format!("/api/accounts/{nobody}/export");
        answer_to(server.operator(Method::GET, &path)).await.problem(404, "not-found");
    }
    assert_eq!(answer_to(server.operator(Method::DELETE, path)).await.body["settings"], true);
}
