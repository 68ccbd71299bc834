//! Telegram brings updates itself: the same conversation, and nobody else gets in.

use std::net::TcpListener;

use bot_api::Options;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::config::{Engine, UpdateMode};

use crate::harness::{Answer, Balancer, Launch, PATIENCE, Platform, World};
use crate::leading::{LEADING, TAKE_OVER};
use crate::on_both_databases;
use crate::updates::readiness;

const WEBHOOK: &str = "/api/telegram/webhook";
const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

/// Starts the service anew so that Telegram brings the updates.
async fn by_webhook(world: &mut World) {
    world.stop().await;
    // The address has to be known before it listens.
    let free =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    world.config.http.addr = free;
    let url = format!("http://{free}{WEBHOOK}").parse().expect("a URL");
    world.config.telegram.update_mode = UpdateMode::Webhook { url };
    world.start().await;
    world.until("the webhook is set", async || webhook_url(world).await.ends_with(WEBHOOK)).await;
}

async fn webhook_url(world: &World) -> String {
    let info = world.calls_telegram("getWebhookInfo", &[]).await;
    info["result"]["url"].as_str().unwrap_or_default().to_owned()
}

/// Brings `body` as somebody who shows this secret.
async fn brings(world: &World, secret: Option<&str>, body: &Value) -> Answer {
    brings_to(&world.platform(), secret, body).await
}

/// The same to the port of any process.
async fn brings_to(platform: &Platform, secret: Option<&str>, body: &Value) -> Answer {
    let mut request = platform.request(Method::POST, WEBHOOK).json(body);
    if let Some(secret) = secret {
        request = request.header(SECRET, secret);
    }
    platform.send(request).await
}

/// The secret that Telegram was told.
fn secret(world: &World) -> String {
    let calls = world.telegram.requests_to("setWebhook");
    let secret = calls.last().and_then(|call| call.params["secret_token"].as_str().map(str::to_owned));
    secret.expect("a secret")
}

fn says_help(update_id: i64) -> Value {
    json!({"update_id": update_id, "message": {
        "message_id": 7, "date": 1_795_000_000, "text": "/help",
        "chat": {"id": 11, "type": "private", "first_name": "Mina"},
        "from": {"id": 11, "is_bot": false, "first_name": "Mina", "language_code": "en"},
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }})
}

on_both_databases! {
    async fn a_person_notices_no_difference(world) {
        let mina = world.mina();
        by_webhook(world).await;
        readiness(world, 200, "").await;
        let help = world.answer(&mina, "/help").await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
        world.link(&mina, "alice").await;
        assert_eq!(world.platform().status("alice").await["linked"], true);
        assert_eq!(world.telegram.requests_to("getUpdates").iter().filter(|it| it.outcome.error.is_some()).count(), 0);
    }

    async fn who_does_not_know_the_secret_brings_nothing(world) {
        world.mina();
        by_webhook(world).await;
        let right = secret(world);
        assert!(right.len() >= 43, "256 bits: {}", right.len());
        let (short, long) = (&right[..right.len() - 1], format!("{right}a"));
        let other = right.to_lowercase();
        for wrong in [None, Some(""), Some("x"), Some(short), Some(&long), Some(&other), Some("secret")] {
            let answer = brings(world, wrong, &says_help(900_001)).await;
            assert_eq!((answer.status, &answer.body["type"]), (403, &json!("/problems/wrong-webhook-secret")));
        }
        let platform = world.platform();
        let twice = platform.request(Method::POST, WEBHOOK).header(SECRET, &right).header(SECRET, &right);
        assert_eq!(platform.send(twice.json(&says_help(900_001))).await.status, 403);
        assert!(world.telegram.requests_to("sendMessage").is_empty(), "somebody else's update was answered");
        assert_eq!(brings(world, Some(&right), &says_help(900_001)).await.status, 200);
        assert_eq!(world.telegram.requests_to("sendMessage").len(), 1, "answered before Telegram hears 200");
    }

    async fn an_update_that_comes_twice_is_handled_once(world) {
        world.mina();
        by_webhook(world).await;
        let (secret, update) = (secret(world), says_help(900_002));
        let (one, other) = tokio::join!(
            brings(world, Some(&secret), &update),
            brings(world, Some(&secret), &update)
        );
        assert_eq!((one.status, other.status), (200, 200));
        assert_eq!(brings(world, Some(&secret), &update).await.status, 200);
        assert_eq!(world.telegram.requests_to("sendMessage").len(), 1);
    }

    async fn what_can_not_be_read_is_taken_and_forgotten(world) {
        by_webhook(world).await;
        let secret = secret(world);
        for (number, update) in [
            json!({}), json!({"hologram": {"id": 1}}), json!({"message": 5}), json!({"callback_query": {}}),
        ].into_iter().enumerate() {
            let mut update = update;
            update["update_id"] = json!(900_100 + number);
            assert_eq!(brings(world, Some(&secret), &update).await.status, 200, "{update}");
        }
        for no_update in [json!({}), json!({"update_id": "7"}), json!({"update_id": -1}), json!("7")] {
            assert_eq!(brings(world, Some(&secret), &no_update).await.status, 400, "{no_update}");
        }
    }

    async fn back_to_polling_the_webhook_is_gone_and_nothing_is_lost(world) {
        let mina = world.mina();
        by_webhook(world).await;
        world.stop().await;
        let written = mina.says("/help").expect("Mina can write");
        world.config.telegram.update_mode = UpdateMode::Polling;
        world.start().await;
        let help = world.message_after(&mina, written).await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
        assert_eq!(webhook_url(world).await, "");
        let answer = brings(world, None, &says_help(1)).await;
        assert_eq!((answer.status, &answer.body["type"]), (409, &json!("/problems/polling-mode")));
    }

    async fn an_update_that_nobody_could_take_comes_again(world) {
        let mina = world.mina();
        by_webhook(world).await;
        world.stop().await;
        let written = mina.says("/help").expect("Mina can write");
        world.until("Telegram tried in vain", async || {
            let info = world.calls_telegram("getWebhookInfo", &[]).await;
            info["result"]["last_error_message"].is_string()
        }).await;
        world.start().await;
        world.message_after(&mina, written).await;
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("Telegram was told so");
        world.has_heard(&mina, 1).await;
    }

    async fn telegram_away_for_a_while_is_noticed_and_passes(world) {
        by_webhook(world).await;
        readiness(world, 200, "").await;
        world.telegram.set_down(true);
        world.time_passes(TimeDelta::minutes(5));
        readiness(world, 503, "Telegram does not answer").await;
        world.telegram.set_down(false);
        readiness(world, 200, "").await;
    }

    async fn an_address_that_telegram_refuses_is_named(world) {
        world.stop().await;
        let url = "https://bot.example.com:1234/api/telegram/webhook".parse().expect("a URL");
        world.config.telegram.update_mode = UpdateMode::Webhook { url };
        world.start().await;
        readiness(world, 503, "telegram.webhook_url").await;
        world.stop().await;
    }
}

/// Either may be reached; the leader takes the update, and the other has Telegram bring it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_behind_one_address_answer_as_one() {
    let world = World::asleep(Engine::Postgres, Options::unlimited()).await;
    let balancer = Balancer::start().await;
    let launch = Launch::of(&world)
        .set("SCHEDULER_TELEGRAM__UPDATE_MODE", "webhook")
        .set("SCHEDULER_TELEGRAM__WEBHOOK_URL", format!("http://{}{WEBHOOK}", balancer.addr()));
    let leader = launch.start_ready().await;
    leader.says(LEADING).await;
    let follower = launch.start_ready().await;
    balancer.stands_before(&[follower.addr().await, leader.addr().await]);

    let (mina, platform) = (world.mina(), follower.platform(&world).await);
    world.link_through(&platform, &mina, "alice").await;
    for _ in 0..3 {
        let help = world.answer(&mina, "/help").await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
    }
    world.telegram.wait_until_acknowledged(PATIENCE).await.expect("Telegram may forget them");
    assert!(follower.times_said("POST /api/telegram/webhook: 503") > 0, "{:#?}", follower.log());
    assert_eq!(leader.times_said("POST /api/telegram/webhook: 503"), 0, "{:#?}", leader.log());
    let secret = secret(&world);
    let again = brings_to(&platform, Some(&secret), &says_help(900_003)).await;
    assert_eq!((again.status, again.retry_after), (503, Some(1)), "soon: a person waits for it");
    assert_eq!(brings_to(&platform, Some("guessed"), &says_help(900_003)).await.status, 403);

    leader.kill().await;
    let written = mina.says("/help").expect("Mina can write");
    follower.says_within(LEADING, TAKE_OVER).await;
    world.message_after(&mina, written).await;
    assert_eq!(brings_to(&platform, Some(&secret), &says_help(900_003)).await.status, 200, "the same secret");
}
