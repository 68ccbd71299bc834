//! A person connects a chat to an account.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::on_both_databases;

on_both_databases! {
    async fn a_person_links_a_chat_and_hears_of_a_post(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        mina.sees("Connected to alice’s shop").await.expect("the question becomes the confirmation");
        let told = world
            .platform()
            .tells(json!({
                "type": "post.published", "account": "alice", "at": "2026-11-22T09:00:00Z",
                "data": { "network": "instagram", "text": "New scones from 8 am", "url": "https://instagram.com/p/1" }
            }))
            .await;
        assert_eq!(told.status, 202, "{told:?}");
        let notice = mina.sees("Published · Instagram").await.expect("the notice arrives");
        assert!(notice.silent, "news of a published post makes no sound");
    }

    async fn opening_the_link_asks_and_spends_nothing(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let token = platform.asks_for_link("alice").await;
        let question = world.opens_link(&mina, &token).await;
        for words in ["Connect this chat?", "alice’s shop", "(a•••e@example.com)", "@mina_k"] {
            assert!(question.text().contains(words), "no {words:?} in the question: {}", question.text());
        }
        assert_eq!(question.labels(), ["✅ Connect", "Cancel"]);
        assert_eq!(platform.status("alice").await["linked"], false, "linked without a tap");
        assert_eq!(page_reads(world, "alice", &token).await, "pending");

        let cancelled = world.tap_makes(&mina, &question, "Cancel", "Nothing has changed").await;
        assert!(cancelled.labels().is_empty(), "a finished question keeps no buttons");
        assert_eq!(page_reads(world, "alice", &token).await, "pending", "Cancel must not spend the link");
        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "Connect", "Connected to alice’s shop").await;
        assert_eq!(page_reads(world, "alice", &token).await, "linked");
    }

    async fn a_korean_app_is_spoken_to_in_korean(world) {
        let (jun, platform) = (world.jun(), world.platform());
        let token = platform.asks_for_link_with("jun", "?zone=Asia/Seoul").await;
        let question = world.opens_link(&jun, &token).await;
        assert!(question.text().contains("이 대화를 연결할까요?"), "{}", question.text());
        assert_eq!(question.labels(), ["✅ 연결", "취소"]);
        let cancelled = world.tap_makes(&jun, &question, "취소", "바뀐 것은 없어요").await;
        assert!(cancelled.labels().is_empty());
        let question = world.opens_link(&jun, &token).await;
        let linked = world.tap_makes(&jun, &question, "연결", "연결됐어요").await;
        assert!(linked.text().contains("오전 9:00 (서울)"), "{}", linked.text());
        assert!(!linked.text().contains("시간대를 정하지 않아서"), "the zone is known: {}", linked.text());
        let settings = &platform.status("jun").await["settings"];
        assert_eq!((&settings["language"], &settings["zone"]), (&json!("ko"), &json!("Asia/Seoul")));
    }

    async fn the_pages_language_counts_more_than_the_apps(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let token = platform.asks_for_link_with("alice", "?lang=ko").await;
        let question = world.opens_link(&mina, &token).await;
        assert_eq!(question.labels(), ["✅ 연결", "취소"]);
        world.tap_makes(&mina, &question, "취소", "바뀐 것은 없어요").await;
        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "연결", "연결됐어요").await;
        let help = world.answer(&mina, "/help").await;
        assert!(help.text().contains("사용할 수 있는 명령"), "the choice is forgotten: {}", help.text());
    }

    async fn a_page_in_a_language_we_do_not_speak_leaves_the_apps(world) {
        let (jun, platform) = (world.jun(), world.platform());
        let token = platform.asks_for_link_with("jun", "?lang=tlh").await;
        let question = world.opens_link(&jun, &token).await;
        assert_eq!(question.labels(), ["✅ 연결", "취소"]);
    }

    async fn an_unknown_zone_is_said_and_not_invented(world) {
        for (person, account, said) in [
            (world.mina(), "alice", "Your time zone isn’t set yet"),
            (world.jun(), "jun", "아직 시간대를 정하지 않아서"),
        ] {
            let platform = world.platform();
            let token = platform.asks_for_link_with(account, "?zone=Mars/Olympus").await;
            let question = world.opens_link(&person, &token).await;
            let agree = question.labels()[0].to_owned();
            let linked = world.tap_makes(&person, &question, &agree, "✅").await;
            assert!(linked.text().contains(said), "{}", linked.text());
            let settings = platform.status(account).await["settings"].clone();
            assert_eq!((&settings["zone"], &settings["quiet_hours"]), (&Value::Null, &Value::Null));
        }
    }

    async fn a_link_survives_a_restart_between_the_question_and_the_tap(world) {
        let mina = world.mina();
        let token = world.platform().asks_for_link("alice").await;
        let question = world.opens_link(&mina, &token).await;
        world.stop().await;
        let tap = mina.tap(mina.id(), question.id(), "Connect").expect("the button is there");
        world.start().await;
        tap.answer(crate::harness::PATIENCE).await.expect("the tap waits for the service");
        world.reads(&mina, &question, "Connected to alice’s shop").await;
        assert_eq!(page_reads(world, "alice", &token).await, "linked");
    }

    async fn a_second_tap_changes_nothing_and_tells_nobody_off(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let token = platform.asks_for_link("alice").await;
        let question = world.opens_link(&mina, &token).await;
        let data = question.button("Connect").and_then(|it| it.callback_data.clone()).expect("a button");
        let taps = [(); 3].map(|()| mina.tap_data(mina.id(), question.id(), &data).expect("a tap"));
        for tap in taps {
            let answer = tap.answer(crate::harness::PATIENCE).await.expect("each tap is answered");
            assert_eq!(answer.text, "", "a double tap is no mistake of the person's");
        }
        world.has_heard(&mina, 1).await;
        world.reads(&mina, &question, "Connected to alice’s shop").await;
        assert_eq!(page_reads(world, "alice", &token).await, "linked");
    }

    async fn the_same_account_again_is_said_so(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let token = platform.asks_for_link("alice").await;
        let answer = world.opens_link(&mina, &token).await;
        assert_eq!(answer.text(), "✅ This chat is already connected to alice’s shop.");
        assert!(answer.labels().is_empty(), "there is nothing to ask: {:?}", answer.labels());

        let jun = world.jun();
        world.link(&jun, "jun").await;
        let answer = world.opens_link(&jun, &platform.asks_for_link("jun").await).await;
        assert_eq!(answer.text(), "✅ 이 대화는 이미 jun’s shop에 연결돼 있어요.");
    }

    async fn the_page_that_waits_hears_how_its_own_link_stands(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let token = platform.asks_for_link("alice").await;
        assert_eq!(page_reads(world, "alice", &token).await, "pending");
        assert_eq!(page_reads(world, "mallory", &token).await, "expired", "another account's link");
        for garbage in ["", "short", "eyJhbGciOiJIUzI1NiJ9.e30.x", &"é".repeat(32), &"a".repeat(60_000)] {
            assert_eq!(page_reads(world, "alice", garbage).await, "expired");
        }
        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "Connect", "Connected").await;
        assert_eq!(page_reads(world, "alice", &token).await, "linked");
        assert_eq!(page_reads(world, "mallory", &token).await, "expired");
        let unused = platform.asks_for_link("alice").await;
        assert_eq!(page_reads(world, "alice", &token).await, "expired", "replaced by a newer link");
        world.time_passes(TimeDelta::minutes(11));
        assert_eq!(page_reads(world, "alice", &unused).await, "expired");
    }
}

/// What the page that shows `token` to `account` hears now.
async fn page_reads(world: &crate::harness::World, account: &str, token: &str) -> String {
    let answer = world.platform().post(account, "/api/telegram/verify-link", json!({ "token": token })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["state"].as_str().expect("a state").to_owned()
}
