//! A person's settings page: connect, wait, look, test, disconnect.

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::config::UpdateMode;
use crate::domain::account::DisabledReason;
use crate::domain::notification::State;
use crate::store::{BotIdentity, Effect, Finalise, LinkOffer, Outcome};
use secrecy::ExposeSecret as _;

const LINK: &str = "/api/telegram/link-account";
const VERIFY: &str = "/api/telegram/verify-link";
const STATUS: &str = "/api/telegram/status";
const TEST: &str = "/api/telegram/send-test-message";
const UNLINK: &str = "/api/telegram/unlink-account";
const WEBHOOK: &str = "/api/telegram/webhook";
const CHAT: i64 = 42;

impl Server {
    async fn verify(&self, account: &str, token: &str) -> Value {
        let request = self.anonymous(Method::POST, VERIFY).bearer_auth(self.token(account, Scope::Telegram));
        let got = answer_to(request.json(&json!({"token": token}))).await;
        assert_eq!(got.status, 200, "{}", got.text);
        got.body["state"].clone()
    }

    async fn offer(&self, link: &Got) -> LinkOffer {
        let token = LinkToken::parse(link.body["token"].as_str().unwrap()).unwrap();
        self.store.link_offer(&token, CHAT, self.clock.now()).await.unwrap()
    }

    /// Does the delivery worker's part for the one row that waits, once there is one.
    async fn deliver(&self, outcome: Outcome) {
        let row = loop {
            if let Some(row) = self.claim_all().await.pop() {
                break row;
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), self.store.told_of_due()).await;
        };
        let finalise = Finalise {
            id: row.id,
            lease_token: row.lease_token,
            lane: row.chat_id,
            carries: false,
            chat_id: row.chat_id,
            outcome,
            effect: Effect::None,
            started_at: self.clock.now(),
            latency_ms: 1,
            class: "test",
            words: None,
        };
        assert!(self.store.finalise(finalise, self.clock.now()).await.unwrap());
    }
}

#[tokio::test]
async fn a_page_gets_a_link_that_names_the_person() {
    let server = Server::start().await;
    let link = answer_to(server.alice(Method::GET, &format!("{LINK}?zone=Asia/Seoul&lang=ko-KR"))).await;
    assert_eq!(link.status, 200);
    let token = link.body["token"].as_str().unwrap();
    assert_eq!(link.body["url"], format!("https://t.me/scheduler_test_bot?start={token}"));
    assert!(link.body["qr_svg"].as_str().unwrap().contains("<svg"));
    let expires_at: DateTime<chrono::Utc> = link.body["expires_at"].as_str().unwrap().parse().unwrap();
    let left = expires_at - server.clock.now();
    assert!(left <= TimeDelta::minutes(10) && left > TimeDelta::minutes(9), "{left}");
    let LinkOffer::Confirm { claimant, .. } = server.offer(&link).await else { panic!("no offer") };
    assert_eq!((claimant.account.as_str(), claimant.name.as_str()), ("alice", "Mina Park"));
    assert_eq!(claimant.email_masked.as_deref(), Some("m•••a@example.com"));
    assert_eq!(claimant.zone, Some(chrono_tz::Asia::Seoul));
    assert_eq!(claimant.language.map(|language| language.code()), Some("ko"));
}

#[tokio::test]
async fn an_unknown_zone_or_language_is_no_reason_not_to_link() {
    let server = Server::start().await;
    for query in ["", "?zone=Mars%2FOlympus&lang=tlh", "?zone=&lang=", "?zone=%FF%00"] {
        let link = answer_to(server.alice(Method::GET, &format!("{LINK}{query}"))).await;
        let LinkOffer::Confirm { claimant, .. } = server.offer(&link).await else {
            panic!("no offer: {query}")
        };
        assert_eq!((claimant.zone, claimant.language), (None, None), "{query}");
    }
    for query in ["?zone=UTC&zone=UTC", "?chat_id=42", "?zone=UTC&Lang=ko"] {
        answer_to(server.alice(Method::GET, &format!("{LINK}{query}"))).await.problem(400, "bad-request");
    }
}

#[tokio::test]
async fn a_token_without_a_name_is_shown_by_its_account() {
    let server = Server::start().await;
    let (account, lifetime) = ("carol", Duration::from_secs(60));
    let wanted = NewToken { account, scopes: &[Scope::Telegram], name: None, email: None, lifetime };
    let token = mint(&server.config.jwt, &wanted, server.clock.now()).unwrap();
    let link = answer_to(server.anonymous(Method::GET, LINK).bearer_auth(token)).await;
    let LinkOffer::Confirm { claimant, .. } = server.offer(&link).await else { panic!("no offer") };
    assert_eq!((claimant.name.as_str(), claimant.email_masked), ("carol", None));
}

#[tokio::test]
async fn the_bot_is_named_as_it_was_when_telegram_is_away() {
    let setup = Setup::new();
    let server = setup.start().await;
    let health = Health::default();
    health.set_telegram(Telegram::Unreachable);
    let port = Port::new(
        server.store.clone(),
        health.clone(),
        server.config.clone(),
        server.clock.clone(),
        Inbox::default(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}{LINK}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, port.unwrap(), server.stop.clone()));
    let token = server.token("alice", Scope::Telegram);
    let ask = || answer_to(server.client.get(&address).bearer_auth(&token));

    let got = ask().await;
    got.problem(503, "unavailable");
    assert_eq!(got.header("retry-after"), "5");
    let bot = BotIdentity { id: 7, username: Some("stored_bot".into()) };
    server.store.keep_bot_identity(bot, server.clock.now()).await.unwrap();
    assert!(ask().await.body["url"].as_str().unwrap().starts_with("https://t.me/stored_bot?start="));
    health.set_telegram(Telegram::AnotherBot { stored: 7, found: 8 });
    ask().await.problem(503, "unavailable");
}

#[tokio::test]
async fn the_waiting_page_sees_its_token_come_true() {
    let server = Server::start().await;
    let link = answer_to(server.alice(Method::GET, LINK)).await;
    let text = link.body["token"].as_str().unwrap();
    assert_eq!(server.verify("alice", text).await, "pending");
    assert_eq!(server.verify("mallory", text).await, "expired", "somebody else's token");
    let token = LinkToken::parse(text).unwrap();
    let now = server.clock.now();
    server.store.link_chat(&token, CHAT, NEWCOMER, Consent::default(), now).await.unwrap();
    assert_eq!(server.verify("alice", text).await, "linked");
}

#[tokio::test]
async fn a_token_that_is_old_replaced_or_garbage_has_expired() {
    let server = Server::start().await;
    let first = answer_to(server.alice(Method::GET, LINK)).await;
    let second = answer_to(server.alice(Method::GET, LINK)).await;
    assert_eq!(server.verify("alice", first.body["token"].as_str().unwrap()).await, "expired");
    assert_eq!(server.verify("alice", second.body["token"].as_str().unwrap()).await, "pending");
    for garbage in ["", "x", "' OR 1=1 --", "\0", &"a".repeat(32), &"é".repeat(16)] {
        assert_eq!(server.verify("alice", garbage).await, "expired", "{garbage:?}");
    }
    server.clock.advance(TimeDelta::minutes(10));
    let token = second.body["token"].as_str().unwrap();
    assert_eq!(server.verify("alice", token).await, "expired");
    for body in [json!({}), json!({"token": 5}), json!({"token": "x", "chat_id": 5}), json!([token])] {
        let request = server.alice(Method::POST, VERIFY).json(&body);
        answer_to(request).await.problem(400, "bad-request");
    }
}

#[tokio::test]
async fn the_status_of_somebody_who_never_linked_is_what_they_would_begin_with() {
    let server = Server::start().await;
    let got = answer_to(server.alice(Method::GET, STATUS)).await;
    assert_eq!(got.status, 200);
    let expected = json!({
        "linked": false, "telegram_chat_id": null, "telegram_enabled": false, "account_name": "Mina Park",
        "places": [], "channels": [],
        "settings": {
            "language": "en", "zone": null,
            "digest": {"enabled": true, "time": "09:00", "when_empty": false},
            "notifications": {"published": "silent", "failed": "on", "unconfirmed": "on", "automation": "on",
                              "announcement": "on"},
            "quiet_hours": null, "muted_until": null, "batch_published_minutes": 0, "late_posts_minutes": null,
        },
    });
    assert_eq!(got.body, expected);
}

#[tokio::test]
async fn the_status_follows_the_link() {
    let server = Server::start().await;
    server.link("alice", CHAT).await;
    let status = || async { answer_to(server.alice(Method::GET, STATUS)).await.body };
    let linked = status().await;
    assert_eq!((&linked["linked"], &linked["telegram_enabled"]), (&json!(true), &json!(true)));
    assert_eq!(linked["telegram_chat_id"], CHAT);
    assert_eq!(linked.get("disabled"), None);

    server.store.disable_chat(CHAT, DisabledReason::Blocked, server.clock.now()).await.unwrap();
    let blocked = status().await;
    assert_eq!((&blocked["linked"], &blocked["telegram_enabled"]), (&json!(true), &json!(false)));
    assert_eq!(blocked["disabled"]["reason"], "blocked");
    assert!(blocked["disabled"]["at"].as_str().unwrap().parse::<DateTime<chrono::Utc>>().is_ok());

    let got = answer_to(server.alice(Method::POST, UNLINK)).await;
    assert_eq!((got.status.as_u16(), got.body), (200, json!({"linked": false})));
    let unlinked = status().await;
    assert_eq!((&unlinked["linked"], &unlinked["telegram_chat_id"]), (&json!(false), &Value::Null));
    assert_eq!(unlinked["disabled"]["reason"], "unlinked");
    let again = answer_to(server.alice(Method::POST, UNLINK).json(&json!({}))).await;
    assert_eq!((again.status.as_u16(), again.body), (200, json!({"linked": false})));
}

#[tokio::test]
async fn unlinking_ends_ones_own_link_only() {
    let server = Server::start().await;
    server.link("alice", CHAT).await;
    let mallory = server.token("mallory", Scope::Telegram);
    answer_to(server.anonymous(Method::POST, UNLINK).bearer_auth(mallory)).await;
    let body = json!({"account": "alice"});
    answer_to(server.alice(Method::POST, UNLINK).json(&body)).await.problem(400, "bad-request");
    assert!(server.store.settings_of_account("alice").await.unwrap().unwrap().chat_id.is_some());
}

#[tokio::test]
async fn a_test_message_is_waited_for() {
    let server = Server::start().await;
    server.link("alice", CHAT).await;
    let sent = Outcome::Sent { message_id: Some(9) };
    let (got, ()) = tokio::join!(answer_to(server.alice(Method::POST, TEST)), server.deliver(sent));
    assert_eq!((got.status.as_u16(), &got.body["state"]), (200, &json!("sent")));
    let id = got.body["id"].as_i64().unwrap();
    assert_eq!(server.store.notification(id).await.unwrap().unwrap().state, State::Sent);
    // Once more, with the other kind of empty body, into a chat that turns out to be gone.
    let dead = Outcome::Dead { reason: "blocked" };
    let request = server.alice(Method::POST, TEST).json(&json!({}));
    let (got, ()) = tokio::join!(answer_to(request), server.deliver(dead));
    assert!(got.problem(409, "chat-unreachable").contains("unblock"));
}

#[tokio::test]
async fn a_test_message_that_takes_its_time_is_accepted_all_the_same() {
    let mut setup = Setup::new();
    setup.config.http.request_timeout = Duration::from_millis(400);
    let server = setup.start().await;
    server.link("alice", CHAT).await;
    let got = answer_to(server.alice(Method::POST, TEST)).await;
    assert_eq!((got.status.as_u16(), &got.body["state"]), (202, &json!("pending")));
    assert_eq!(server.claim_all().await[0].id, got.body["id"].as_i64().unwrap());
}

#[tokio::test]
async fn a_test_message_needs_a_chat_that_can_be_reached() {
    let server = Server::start().await;
    let got = answer_to(server.alice(Method::POST, TEST)).await;
    assert!(got.problem(409, "not-linked").contains("Connect"));
    server.link("alice", CHAT).await;
    server.store.disable_chat(CHAT, DisabledReason::Blocked, server.clock.now()).await.unwrap();
    answer_to(server.alice(Method::POST, TEST)).await.problem(409, "chat-unreachable");
    assert_eq!(server.store.notification(1).await.unwrap(), None, "nothing waits for a chat that is gone");
    let words = server.alice(Method::POST, TEST).json(&json!({"text": "hello"}));
    answer_to(words).await.problem(400, "bad-request");
    let form = server.alice(Method::POST, TEST).header("content-type", "text/plain").body("{}");
    answer_to(form).await.problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn a_webhook_is_not_for_a_service_that_polls() {
    let server = Server::start().await;
    let got = answer_to(server.anonymous(Method::POST, WEBHOOK).body("{\"update_id\": 1}")).await;
    assert!(got.problem(409, "polling-mode").contains("webhook"));
}

#[tokio::test]
async fn without_a_bot_every_route_says_so_but_only_to_those_who_may_ask() {
    let server = Server::start().await;
    server.health.set_telegram(Telegram::NotConfigured);
    for (method, path) in [
        (Method::GET, LINK),
        (Method::POST, VERIFY),
        (Method::GET, STATUS),
        (Method::POST, TEST),
        (Method::POST, UNLINK),
    ] {
        let body = if path == VERIFY { json!({"token": "x"}) } else { json!({}) };
        let got = answer_to(server.alice(method.clone(), path).json(&body)).await;
        assert!(got.problem(400, "telegram-not-configured").contains("TELEGRAM_BOT_TOKEN"), "{path}");
        answer_to(server.anonymous(method, path).json(&body)).await.problem(401, "unauthorized");
    }
    answer_to(server.anonymous(Method::POST, WEBHOOK)).await.problem(400, "telegram-not-configured");
}

#[tokio::test]
async fn an_instance_that_does_not_talk_with_people_has_telegram_come_again() {
    let mut setup = Setup::new();
    let url = "https://bot.example.com/api/telegram/webhook".parse().unwrap();
    setup.config.telegram.token = Some("123456789:AAF0123456789-abcdefghijklmnopqrstu".into());
    setup.config.telegram.update_mode = UpdateMode::Webhook { url };
    let secret = setup.config.telegram.webhook_secret().unwrap();
    let server = setup.start().await;
    let update = json!({"update_id": 1, "message": {}});
    let brought = |secret: &str| {
        let request =
            server.anonymous(Method::POST, WEBHOOK).header("X-Telegram-Bot-Api-Secret-Token", secret);
        answer_to(request.json(&update))
    };
    let got = brought(secret.expose_secret()).await;
    got.problem(503, "unavailable");
    assert_eq!(got.header("retry-after"), "1");
    brought("guessed").await.problem(403, "wrong-webhook-secret");
    answer_to(server.anonymous(Method::POST, WEBHOOK).json(&update))
        .await
        .problem(403, "wrong-webhook-secret");
}
