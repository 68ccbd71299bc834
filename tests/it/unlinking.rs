//! A person disconnects, in the chat or on the web, and comes back.

use serde_json::{Value, json};

use crate::on_both_databases;

on_both_databases! {
    async fn a_person_disconnects_in_the_chat(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let question = world.answer(&mina, "/unlink").await;
        assert!(question.text().contains("Disconnect alice’s shop?"), "{}", question.text());
        assert_eq!(question.labels(), ["Disconnect", "Keep"]);
        assert_eq!(platform.status("alice").await["linked"], true, "disconnected without a tap");
        let kept = world.tap_makes(&mina, &question, "Keep", "alice’s shop stays connected").await;
        assert!(kept.labels().is_empty());
        assert_eq!(platform.status("alice").await["linked"], true);

        let question = world.answer(&mina, "/unlink").await;
        let data = question.button("Disconnect").and_then(|it| it.callback_data.clone()).expect("a button");
        world.tap_makes(&mina, &question, "Disconnect", "Your settings are kept for 30 days").await;
        let status = platform.status("alice").await;
        assert_eq!((&status["linked"], &status["disabled"]["reason"]), (&json!(false), &json!("unlinked")));
        // A tap that was under way twice.
        let second = mina.tap_data(mina.id(), question.id(), &data).expect("a tap");
        assert_eq!(second.answer(crate::harness::PATIENCE).await.expect("an answer").text, "");
        world.reads(&mina, &question, "Your settings are kept for 30 days").await;
        let told = platform
            .tells(json!({ "type": "announcement", "account": "alice", "data": { "text": "Not for you" } }))
            .await;
        assert_eq!(told.status, 202);
        world.has_heard(&mina, 3).await;
    }

    async fn a_person_disconnects_in_korean(world) {
        let jun = world.jun();
        world.link(&jun, "jun").await;
        let question = world.answer(&jun, "/unlink").await;
        assert!(question.text().contains("jun’s shop 연결을 끊을까요?"), "{}", question.text());
        assert_eq!(question.labels(), ["연결 끊기", "유지"]);
        world.tap_makes(&jun, &question, "유지", "jun’s shop에 그대로 연결돼 있어요").await;
        let question = world.answer(&jun, "/unlink").await;
        world.tap_makes(&jun, &question, "연결 끊기", "연결을 끊었어요").await;
        let nothing_left = world.answer(&jun, "/unlink").await;
        assert!(nothing_left.text().contains("먼저 계정을 연결해 주세요"), "{}", nothing_left.text());
        assert_eq!(nothing_left.labels(), ["설정 열기"]);
    }

    async fn a_person_disconnects_on_the_web(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        for _ in 0..2 {
            let answer = platform.post("alice", "/api/telegram/unlink-account", json!({})).await;
            assert_eq!((answer.status, &answer.body["linked"]), (200, &json!(false)), "{answer:?}");
        }
        let status = platform.status("alice").await;
        assert_eq!(status["disabled"]["reason"], "unlinked", "{status}");
        assert_eq!(status["telegram_chat_id"], Value::Null, "{status}");
        let answer = world.answer(&mina, "/unlink").await;
        assert!(answer.text().contains("Connect an account first"), "{}", answer.text());
    }

    async fn somebody_elses_token_disconnects_nobody(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let answer = platform.post("mallory", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(answer.status, 200);
        let named = platform.post("mallory", "/api/telegram/unlink-account", json!({ "account": "alice" })).await;
        assert!((400..500).contains(&named.status), "{named:?}");
        assert_eq!(platform.status("alice").await["linked"], true);
    }

    async fn an_old_question_does_not_disconnect_the_account_of_today(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "bakery").await;
        let old = world.answer(&mina, "/unlink").await;
        let token = platform.asks_for_link("studio").await;
        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "Switch", "Connected to studio’s shop").await;
        world.tap_makes(&mina, &old, "Disconnect", "studio’s shop stays connected").await;
        assert_eq!(platform.status("studio").await["linked"], true, "an old button disconnected another account");
    }

    async fn settings_wait_for_whoever_comes_back(world) {
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        let token = platform.asks_for_link_with("alice", "?zone=Asia/Seoul&lang=ko").await;
        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "연결", "연결됐어요").await;
        platform.post("alice", "/api/telegram/unlink-account", json!({})).await;
        let kept = platform.status("alice").await["settings"].clone();
        assert_eq!((&kept["zone"], &kept["language"]), (&json!("Asia/Seoul"), &json!("ko")));

        // Another chat, another browser: what was chosen counts, not what the new page guesses.
        let token = platform.asks_for_link_with("alice", "?zone=Europe/Berlin&lang=en").await;
        let question = world.opens_link(&jun, &token).await;
        let agree = question.labels()[0].to_owned();
        let linked = world.tap_makes(&jun, &question, &agree, "연결됐어요").await;
        assert!(linked.text().contains("(서울)"), "{}", linked.text());
        let status = platform.status("alice").await;
        assert_eq!(status["settings"], kept, "the settings did not come back");
        assert_eq!(status["disabled"], Value::Null, "{status}");
    }
}
