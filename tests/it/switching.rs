//! A chat that is connected to another account, an account that is connected elsewhere: nothing ends unasked.

use serde_json::json;

use crate::on_both_databases;

on_both_databases! {
    async fn a_chat_switches_to_another_account(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "bakery").await;
        let token = platform.asks_for_link("studio").await;
        let question = world.opens_link(&mina, &token).await;
        for words in
            ["Switch account?", "Now: bakery’s shop", "New: studio’s shop (s•••o@example.com)", "bakery’s shop will stop here"]
        {
            assert!(question.text().contains(words), "no {words:?} in: {}", question.text());
        }
        assert_eq!(question.labels(), ["Switch", "Keep"]);
        world.tap_makes(&mina, &question, "Keep", "Nothing has changed").await;
        assert_eq!(platform.status("bakery").await["linked"], true, "Keep keeps");
        assert_eq!(platform.status("studio").await["linked"], false);

        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "Switch", "Connected to studio’s shop").await;
        let loser = platform.status("bakery").await;
        assert_eq!(loser["linked"], false, "{loser}");
        assert_eq!(loser["disabled"]["reason"], "chat_switched", "the loser can't see why: {loser}");
        assert_eq!(platform.status("studio").await["telegram_chat_id"], mina.id());
    }

    async fn an_account_moves_to_another_chat_and_the_old_chat_is_told(world) {
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        world.link(&mina, "alice").await;
        let token = platform.asks_for_link("alice").await;
        let question = world.opens_link(&jun, &token).await;
        assert!(question.text().contains("알림을 이 대화로 옮길까요?"), "{}", question.text());
        assert_eq!(question.labels(), ["여기로 옮기기", "유지"]);
        world.tap_makes(&jun, &question, "유지", "바뀐 것은 없어요").await;
        assert_eq!(platform.status("alice").await["telegram_chat_id"], mina.id(), "Keep keeps");

        let question = world.opens_link(&jun, &token).await;
        world.tap_makes(&jun, &question, "여기로 옮기기", "연결됐어요").await;
        assert_eq!(platform.status("alice").await["telegram_chat_id"], jun.id());
        let told = mina.sees("Notifications moved to another chat").await;
        told.expect("the old chat is told, in the language its owner reads");
        platform.tells(json!({ "type": "announcement", "account": "alice", "data": { "text": "Hi" } })).await;
        jun.sees("공지").await.expect("news arrives in the new chat");
        assert_eq!(world.answer(&mina, "/unlink").await.labels(), ["Open settings"], "the old chat is free");
    }

    async fn both_links_end_only_when_both_were_named(world) {
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        world.link(&mina, "alice").await;
        world.link(&jun, "jun").await;
        let token = platform.asks_for_link("alice").await;
        let question = world.opens_link(&jun, &token).await;
        for words in ["현재: jun’s shop", "변경: alice’s shop", "jun’s shop 알림은 멈춰요", "그곳에서 멈춰요"] {
            assert!(question.text().contains(words), "no {words:?} in: {}", question.text());
        }
        assert_eq!(question.labels(), ["변경", "유지"]);
        world.tap_makes(&jun, &question, "변경", "alice’s shop에 연결됐어요").await;
        mina.sees("Notifications moved to another chat").await.expect("the old chat is told");
        assert_eq!(platform.status("jun").await["disabled"]["reason"], "chat_switched");
        assert_eq!(platform.status("alice").await["telegram_chat_id"], jun.id());
    }

    async fn what_was_linked_after_the_question_is_asked_about_too(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let studio = platform.asks_for_link("studio").await;
        let harmless = world.opens_link(&mina, &studio).await;
        assert_eq!(harmless.labels(), ["✅ Connect", "Cancel"]);
        let bakery = platform.asks_for_link("bakery").await;
        let other = world.opens_link(&mina, &bakery).await;
        world.tap_makes(&mina, &other, "Connect", "Connected to bakery’s shop").await;

        let again = world.tap_makes(&mina, &harmless, "Connect", "Switch account?").await;
        assert_eq!(again.labels(), ["Switch", "Keep"]);
        assert_eq!(platform.status("bakery").await["linked"], true, "the first tap agreed to no loss");
        world.tap_makes(&mina, &again, "Switch", "Connected to studio’s shop").await;
        assert_eq!(platform.status("bakery").await["linked"], false);
    }

    async fn a_moved_account_takes_its_waiting_news_along(world) {
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        world.link(&mina, "alice").await;
        world.telegram.limit_chat(mina.id(), std::time::Duration::from_secs(3600));
        platform.tells(json!({ "type": "announcement", "account": "alice", "data": { "text": "Held" } })).await;
        let refused = |request: &bot_api::Request| request.outcome.status == 429;
        let refused = world.telegram.wait_for_request("sendMessage", refused, crate::harness::PATIENCE).await;
        refused.expect("the old chat is limited");
        world.link(&jun, "alice").await;
        jun.sees("Held").await.expect("what waited for the old chat arrives in the new one");
        world.telegram.limit_chat(mina.id(), std::time::Duration::ZERO);
    }
}
