//! Admins ask how the service does; everybody else asks in vain.

use bot_api::NewPerson;
use serde_json::json;

use crate::harness::{ADMIN_ID, PATIENCE};
use crate::on_both_databases;

on_both_databases! {
    async fn an_admin_reads_the_stats(world) {
        let (admin, mina, jun) = (world.admin(), world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "jun").await;
        let event = json!({ "type": "announcement", "account": "alice", "data": { "text": "Hi" } });
        assert_eq!(world.platform().tells(event).await.status, 202);
        mina.sees("Hi").await.expect("the notice arrives");
        jun.blocks_bot().expect("Jun can block the bot");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the block is handled");
        let sent = "SELECT 1 FROM notifications WHERE state = 'sent'";
        world.until("the notice is written down as sent", async || world.finds(sent).await).await;
        let stats = world.answer(&admin, "/stats").await;
        for words in ["Stats · 24 h", "Linked chats 2 (+2) · blocked 1", "Sent 1 · failed 0", "Queue 0", "last poll"] {
            assert!(stats.text().contains(words), "no {words:?} in: {}", stats.text());
        }
    }

    async fn an_admin_reads_the_queue(world) {
        let (admin, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        world.telegram.limit_chat(mina.id(), std::time::Duration::from_secs(600));
        let events: Vec<_> = (0..3)
            .map(|number| json!({ "type": "announcement", "account": "alice", "data": { "text": number.to_string() } }))
            .collect();
        assert_eq!(world.platform().tells(json!({ "events": events })).await.status, 202);
        let limited = "SELECT 1 FROM notifications WHERE reason = 'limited'";
        world.until("Telegram limits the chat", async || world.finds(limited).await).await;
        let queue = world.answer(&admin, "/queue").await;
        assert!(queue.text().starts_with("Queue\n"), "{}", queue.text());
        assert!(queue.text().contains("Dead in 24 h 0"), "{}", queue.text());
        let numbers: u32 = queue.text().lines().nth(1).map_or(0, |line| {
            line.split_whitespace().filter_map(|word| word.parse::<u32>().ok()).sum()
        });
        assert_eq!(numbers, 3, "three notices wait, wherever: {}", queue.text());
    }

    async fn a_korean_admin_is_answered_in_korean(world) {
        let admin = world.telegram.person(NewPerson::new(ADMIN_ID, "관리자").language("ko"));
        let stats = world.answer(&admin, "/stats").await;
        assert!(stats.text().starts_with("통계 · 24시간"), "{}", stats.text());
        let queue = world.answer(&admin, "/queue").await;
        assert!(queue.text().starts_with("대기열"), "{}", queue.text());
        let help = world.answer(&admin, "/help").await;
        assert!(help.text().contains("/stats") && help.text().contains("/queue"), "{}", help.text());
    }

    async fn nobody_else_learns_that_there_are_admin_commands(world) {
        let mina = world.mina();
        let unknown = world.answer(&mina, "/frobnicate").await;
        for command in ["/stats", "/queue"] {
            let answer = world.answer(&mina, command).await;
            assert_eq!(answer.source, unknown.source, "{command} of a person who is no admin");
        }
        // A name can be taken over, an id can't.
        let impostor = world.telegram.person(NewPerson::new(901, "Ada").username("ada").language("ko"));
        for command in ["/stats", "/queue@scheduler_bot", "/STATS now"] {
            let answer = world.answer(&impostor, command).await;
            assert_eq!(answer.text(), "모르는 명령이에요. /help 를 눌러 보세요.", "{command}");
        }
    }

    async fn figures_are_not_told_in_groups(world) {
        let admin = world.admin();
        let group = world.telegram.group("Ops", &admin);
        group.add_bot().expect("the bot can be added");
        admin.says_in(group.id(), None, "/stats").expect("the admin is in the group");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        for message in world.telegram.sent(group.id()) {
            assert!(message.text().contains("I can send an account’s notices"), "told to a group: {}", message.text());
        }
        world.has_heard(&admin, 0).await;
    }
}
