//! A person tries a link that does not work, and learns nothing from the answer.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use telegram_bot_scheduler::http::Scope;

use crate::harness::PATIENCE;
use crate::on_both_databases;

on_both_databases! {
    async fn every_link_that_does_not_work_gets_one_and_the_same_answer(world) {
        world.lift_limits().await;
        let (mina, platform) = (world.mina(), world.platform());
        let used = platform.asks_for_link("bob").await;
        let question = world.opens_link(&world.jun(), &used).await;
        world.tap_makes(&world.jun(), &question, "연결", "연결됐어요").await;
        let replaced = platform.asks_for_link("carol").await;
        let expired = platform.asks_for_link("carol").await;
        let jwt = platform.token("alice", &[Scope::Telegram]);
        let mut answers = BTreeSet::new();
        for (what, payload) in [
            ("used", used.clone()),
            ("replaced", replaced),
            ("never made", "Zm9yZWlnbi10b2tlbi1mcm9tLWVsc2V3".to_owned()),
            ("too short", "abc".to_owned()),
            ("a JWT", jwt),
            ("cut off", used[..31].to_owned()),
            ("altered", format!("{}_", &used[..31])),
            ("markup", "<b>&amp;</b>".to_owned()),
            ("SQL", "' OR 1=1 --".to_owned()),
            ("huge", "A".repeat(4_000)),
            ("RTL", "\u{202E}\u{2066}token".to_owned()),
        ] {
            let answer = world.answer(&mina, &format!("/start {payload}")).await;
            assert!(answer.text().starts_with("⌛ This link no longer works"), "{what}: {}", answer.text());
            assert_eq!(answer.labels(), ["Get new link"], "{what}");
            answers.insert(answer.source.clone());
        }
        world.time_passes(TimeDelta::minutes(10));
        let answer = world.opens_link(&mina, &expired).await;
        answers.insert(answer.source.clone());
        assert_eq!(answers.len(), 1, "the answers differ: {answers:#?}");
        let korean = world.opens_link(&world.jun(), &expired).await;
        assert!(korean.text().starts_with("⌛ 사용할 수 없는 링크예요"), "{}", korean.text());
        assert_eq!(korean.labels(), ["새 링크 받기"]);
    }

    async fn a_link_works_until_its_last_second_and_not_after(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let token = platform.asks_for_link("alice").await;
        world.time_passes(TimeDelta::seconds(9 * 60 + 50));
        let question = world.opens_link(&mina, &token).await;
        assert!(question.text().contains("Connect this chat?"), "too early: {}", question.text());
        world.time_passes(TimeDelta::seconds(10));
        let late = world.tap_makes(&mina, &question, "Connect", "This link no longer works").await;
        assert_eq!(late.labels(), ["Get new link"]);
        assert_eq!(platform.status("alice").await["linked"], false);
    }

    async fn a_newer_link_ends_the_question_of_the_older(world) {
        let (jun, platform) = (world.jun(), world.platform());
        let older = platform.asks_for_link("jun").await;
        let question = world.opens_link(&jun, &older).await;
        let newer = platform.asks_for_link("jun").await;
        world.tap_makes(&jun, &question, "연결", "사용할 수 없는 링크예요").await;
        assert_eq!(platform.status("jun").await["linked"], false);
        let question = world.opens_link(&jun, &newer).await;
        world.tap_makes(&jun, &question, "연결", "연결됐어요").await;
    }

    async fn somebody_else_can_not_tap_a_persons_buttons(world) {
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        let token = platform.asks_for_link("alice").await;
        let question = world.opens_link(&mina, &token).await;
        let data = question.buttons()[0].callback_data.clone().expect("a button to tap");
        let forged = jun.tap_data(mina.id(), question.id(), &data).expect("an app can be forged");
        let answer = forged.answer(PATIENCE).await.expect("every tap is answered");
        assert_eq!(answer.text, "다른 사람의 버튼이에요");
        world.has_heard(&jun, 0).await;
        assert_eq!(platform.status("alice").await["linked"], false, "a stranger's tap linked the chat");
        world.tap_makes(&mina, &question, "Connect", "Connected to alice’s shop").await;
    }

    async fn forged_callback_data_does_nothing(world) {
        world.lift_limits().await;
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        world.link(&mina, "alice").await;
        let hello = world.answer(&jun, "/start").await;
        for data in [
            "", "link", "link:", "link:x:y", "link:b:short", "unlink:", "unlink:zz", "status:", "retry:1",
            "\u{202E}", "🙂🙂🙂🙂", "link:-:' OR 1=1 --                     ",
        ] {
            let tap = jun.tap_data(jun.id(), hello.id(), data).expect("an app can be forged");
            let answer = tap.answer(PATIENCE).await.expect("every tap is answered");
            assert_eq!(answer.text, "더 이상 쓸 수 없는 버튼이에요", "{data:?}");
        }
        // Well formed, and still not jun's to use: an unlink of an account that is not his.
        let unlink = world.answer(&mina, "/unlink").await;
        let data = unlink.button("Disconnect").and_then(|it| it.callback_data.clone()).expect("a button");
        jun.tap_data(jun.id(), hello.id(), &data).expect("forged").answer(PATIENCE).await.expect("answered");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(platform.status("alice").await["linked"], true, "a stranger disconnected alice");
    }
}
