//! What those see who look after the service.

use secrecy::SecretString;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_healthy_service_says_so_to_anybody() {
    let server = Server::start().await;
    let got = answer_to(server.anonymous(Method::GET, "/health")).await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(got.status, 200);
    assert_eq!(got.body, json!({"status": "ok", "version": version, "telegram": "up", "database": "up"}));
    let got = answer_to(server.anonymous(Method::GET, "/healthz")).await;
    assert_eq!((got.status.as_u16(), got.text.as_str()), (200, "ok"));
    let got = answer_to(server.anonymous(Method::GET, "/readyz?verbose")).await;
    assert_eq!((got.status.as_u16(), got.body), (200, json!({"status": "ready", "reasons": []})));
}

#[tokio::test]
async fn trouble_with_telegram_is_named_and_passes() {
    let server = Server::start().await;
    for (telegram, name, reason) in [
        (Telegram::Starting, "starting", "not reached yet"),
        (Telegram::Unreachable, "unreachable", "does not answer"),
        (Telegram::TokenRefused, "token_refused", "TELEGRAM_BOT_TOKEN"),
        (Telegram::Conflict, "conflict", "another process"),
        (Telegram::AnotherBot { stored: 1, found: 2 }, "another_bot", "ACCEPT_NEW_BOT=2"),
    ] {
        server.health.set_telegram(telegram);
        let health = answer_to(server.anonymous(Method::GET, "/health")).await;
        assert_eq!((health.status.as_u16(), &health.body["status"]), (200, &json!("degraded")));
        assert_eq!(health.body["telegram"], name);
        let ready = answer_to(server.anonymous(Method::GET, "/readyz")).await;
        assert_eq!((ready.status.as_u16(), &ready.body["status"]), (503, &json!("not ready")));
        assert!(ready.body["reasons"][0].as_str().unwrap().contains(reason), "{}", ready.text);
        assert_eq!(answer_to(server.anonymous(Method::GET, "/healthz")).await.status, 200);
    }
    for fine in [Telegram::Up, Telegram::NotConfigured] {
        server.health.set_telegram(fine);
        assert_eq!(answer_to(server.anonymous(Method::GET, "/readyz")).await.status, 200);
        assert_eq!(answer_to(server.anonymous(Method::GET, "/health")).await.body["status"], "ok");
    }
}

#[tokio::test]
async fn with_postgres_a_follower_is_ready_without_telegram() {
    let server = Server::start().await;
    let mut config = Config::clone(&server.config);
    config.database.url = SecretString::from("postgres://localhost/scheduler");
    let (store, health) = (server.store.clone(), Health::default());
    let port =
        Port::new(store, health.clone(), Arc::new(config), server.clock.clone(), Inbox::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/readyz", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, port, server.stop.clone()));
    health.set_telegram(Telegram::Starting);
    assert_eq!(answer_to(server.client.get(&address)).await.status, 503, "who leads is not known yet");
    health.follows();
    assert_eq!(answer_to(server.client.get(&address)).await.status, 200);
    health.leads_until(tokio::time::Instant::now() + std::time::Duration::from_secs(60));
    assert_eq!(answer_to(server.client.get(&address)).await.status, 503);
}
