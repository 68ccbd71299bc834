//! A message for a topic that is not there any more.

use serde_json::json;

use crate::harness::{Outbox, PATIENCE};
use crate::on_both_databases;

/// A message for a topic of the group, as announcements to groups will be.
async fn tells(outbox: &Outbox, group: i64, topic: Option<i64>) -> i64 {
    outbox.write(&format!("UPDATE sns_settings SET telegram_chat_id = {group}")).await;
    let id = outbox.holds("alice", group, "announcement", r#"{"text":"Closed on Monday"}"#).await;
    let topic = topic.map_or("NULL".to_owned(), |topic| topic.to_string());
    outbox.change(id, &format!("thread_id = {topic}, due_at_ms = created_at_ms")).await;
    id
}

on_both_databases! {
    async fn a_closed_topic_falls_back_to_the_group(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let forum = world.telegram.supergroup("Bakers", true, &mina);
        forum.add_bot().expect("she can");
        world.telegram.wait_for_count(forum.id(), 1, PATIENCE).await.expect("the bot greets the group");
        let outbox = world.outbox().await;
        let closed = forum.add_topic("News").expect("a forum has topics");
        forum.close_topic(closed, true).expect("she can");
        let deleted = forum.add_topic("Old news").expect("a forum has topics");
        forum.delete_topic(deleted).expect("she can");
        for topic in [closed, deleted] {
            let id = tells(&outbox, forum.id(), Some(topic)).await;
            let row = outbox.until(id, "sent").await;
            assert_eq!(row.attempts, 1, "the topic's fate spends no attempt");
            assert_eq!(outbox.classes(id).await, ["topic_gone", "sent"]);
            let message = world.telegram.sent(forum.id()).pop().expect("it is in the group");
            assert_eq!(json!(message.message)["message_thread_id"], json!(null));
        }
    }

    async fn a_group_whose_general_topic_is_closed_is_not_asked_again_and_again(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let forum = world.telegram.supergroup("Bakers", true, &mina);
        forum.add_bot().expect("she can");
        world.telegram.wait_for_count(forum.id(), 1, PATIENCE).await.expect("the bot greets the group");
        let outbox = world.outbox().await;
        let fault = bot_api::Fault::Error { status: 400, description: "Bad Request: TOPIC_CLOSED".into() };
        world.telegram.fault_next(u32::MAX, bot_api::Rule::new(fault).method("sendMessage").chat(forum.id()));
        let id = tells(&outbox, forum.id(), None).await;
        let row = outbox.until_put_off(id, "no_rights").await;
        assert_eq!(row.attempts, 1, "it is for a person to mend: the next try is tomorrow, and they are counted");
        world.telegram.clear_faults();
        world.time_passes(chrono::TimeDelta::hours(25));
        outbox.until(id, "sent").await;
    }
}
