//! An admin has messages to people wait, and lets them go on: nothing is lost meanwhile.

use serde_json::json;

use crate::harness::World;
use crate::harness::news::{announcement, published};
use crate::on_both_databases;

/// What is due and waits, and nothing that was begun.
const WAITS: &str = "SELECT 1 FROM notifications WHERE state = 'pending' AND attempts = 0";

/// `text` is accepted for `alice` and stays where it is, while the bot answers others.
async fn waits(world: &World, text: &str) {
    world.platform().accepts(announcement("alice", text)).await;
    world.answer(&world.jun(), "/help").await;
    assert!(world.finds(WAITS).await, "{text} waits");
    let mina = world.mina();
    assert!(
        world.telegram.sent(mina.id()).iter().all(|message| !message.text().contains(text)),
        "{text} left"
    );
}

on_both_databases! {
    async fn what_happens_in_a_pause_waits_and_is_told_afterwards(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let paused = world.answer(&ada, "/pause").await;
        assert!(paused.text().starts_with("⏸ Sending is paused since "), "{}", paused.text());
        assert!(paused.text().contains("admin:900"), "{}", paused.text());
        waits(world, "Scones").await;
        let answer = world.answer(&mina, "/status").await;
        assert!(answer.text().contains("connected"), "answers go on: {}", answer.text());
        let stats = world.answer(&ada, "/stats").await;
        assert!(stats.text().contains("⏸ Sending is paused") && stats.text().contains("Queue 1"), "{}", stats.text());
        let queue = world.tap_makes(&ada, &stats, "Queue", "Pending 1").await;
        assert!(queue.text().contains("⏸ Sending is paused"), "{}", queue.text());
        let resumed = world.answer(&ada, "/resume").await;
        assert!(resumed.text().starts_with("▶️ Sending goes on after "), "{}", resumed.text());
        mina.sees("Scones").await.expect("what waited arrives");
        assert!(!world.answer(&ada, "/stats").await.text().contains('⏸'));
    }

    async fn a_pause_outlives_a_restart_and_is_told_to_probes(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        world.answer(&ada, "/pause").await;
        world.restart().await;
        waits(world, "Muffins").await;
        let ready = world.platform().send(world.platform().request(reqwest::Method::GET, "/readyz")).await;
        assert_eq!(ready.status, 200, "work may come, it is accepted: {ready:?}");
        assert!(ready.body["sending_paused_since"].is_string(), "{ready:?}");
        assert!(!ready.body.to_string().contains("900"), "who it was is nobody's business: {ready:?}");
        world.answer(&ada, "/resume").await;
        mina.sees("Muffins").await.expect("what waited arrives");
        let ready = world.platform().send(world.platform().request(reqwest::Method::GET, "/readyz")).await;
        assert_eq!(ready.body, json!({ "status": "ready", "reasons": [] }));
    }

    async fn what_was_claimed_already_waits_too(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        // A second between two messages to her: most of them are claimed one by one long after the pause.
        let news: Vec<_> = (0..30).map(|number| published("alice", &format!("Scones no. {number}"))).collect();
        world.platform().accepts(json!({ "events": news })).await;
        mina.sees("Scones no. 0").await.expect("the first leaves");
        world.answer(&ada, "/pause").await;
        let idle = "SELECT COUNT(*) FROM notifications WHERE state = 'sending'";
        world.until("what was on its way has arrived", async || world.number(idle).await == 0).await;
        let told = world.telegram.sent_count(mina.id());
        world.answer(&ada, "/queue").await;
        world.answer(&world.jun(), "/help").await;
        assert_eq!(world.telegram.sent_count(mina.id()), told, "nothing is begun in a pause");
        world.answer(&ada, "/resume").await;
        mina.sees("Scones no. 7").await.expect("the rest goes on");
    }

    async fn pausing_twice_keeps_the_first_and_a_second_resume_finds_nothing(world) {
        let ada = world.admin();
        let paused = world.answer(&ada, "/pause").await;
        world.answer(&ada, "/Pause please").await;
        let resumed = world.tap_makes(&ada, &paused, "▶️ Resume", "▶️ Sending goes on").await;
        assert!(resumed.labels().is_empty(), "{:?}", resumed.labels());
        let again = world.answer(&ada, "/resume").await;
        assert_eq!(again.text(), "▶️ Sending is not paused");
        let deeds = "SELECT COUNT(*) FROM audit WHERE action IN ('pause', 'resume')";
        assert_eq!(world.number(deeds).await, 2, "what changed nothing is no deed");
    }

    async fn nobody_but_an_admin_pauses_or_resumes(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let unknown = world.answer(&mina, "/frobnicate").await;
        assert_eq!(world.answer(&mina, "/pause").await.source, unknown.source);
        let paused = world.answer(&ada, "/pause").await;
        assert_eq!(world.answer(&mina, "/resume").await.source, unknown.source);
        world.stop().await;
        world.config.telegram.admins.clear();
        world.start().await;
        let answer = ada.taps(paused.id(), "▶️ Resume").await.expect("the tap is answered");
        assert_eq!(answer.text, "This button no longer works", "{answer:?}");
        waits(world, "Patience").await;
        world.stop().await;
    }

    async fn a_korean_admin_reads_of_the_pause_in_korean(world) {
        world.stop().await;
        let jun = world.jun();
        world.config.telegram.admins = [jun.id()].into();
        world.start().await;
        let paused = world.answer(&jun, "/pause").await;
        assert!(paused.text().starts_with("⏸ 전송 멈춤"), "{}", paused.text());
        let resumed = world.tap_makes(&jun, &paused, "▶️ 다시 보내기", "전송을 다시 시작했어요").await;
        assert!(resumed.text().starts_with("▶️"), "{}", resumed.text());
    }
}
