//! What a team's group means to the account whose notices it reads, and how those notices follow what happens.

use serde_json::{Value, json};

use crate::harness::PATIENCE;
use crate::merging::merges;
use crate::on_both_databases;
use crate::places::{asked, connect, group_token, question, reads, taps};

on_both_databases! {
    async fn whoever_connects_or_stops_a_group_its_account_is_told(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.add(&jun);
        group.promote(&jun, true).expect("he is in the group");
        let asked = question(world, &group, &jun, &group_token(world, "alice").await).await;
        taps(&jun, &group, &asked, "연결").await;
        let told = mina.sees("Your notices now also go to Bakers").await.expect("she is told in her own chat");
        assert!(told.text().contains("Changed there by 준"), "who did it: {}", told.text());
        assert_eq!(told.labels(), ["Settings"], "where she can remove it");
        jun.says_in(group.id(), None, "/unlink").expect("he can");
        let asked = reads(world, &group, "어느 계정의 알림을").await;
        taps(&jun, &group, &asked, "alice").await;
        mina.sees("Your notices don’t go to Bakers any more").await.expect("she is told");
        // What she does herself she knows.
        let messages = world.telegram.sent_count(mina.id());
        connect(world, &group, &mina, "alice").await;
        world.outbox().await.until_settled(PATIENCE).await;
        assert_eq!(world.telegram.sent_count(mina.id()), messages);
    }

    async fn a_group_reads_one_list_of_what_failed_and_how_it_went_on(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        let (group, forum) = (world.telegram.supergroup("Bakers", false, &mina), world.telegram.supergroup("Shop", true, &mina));
        forum.add_bot().expect("she can");
        connect(world, &group, &mina, "alice").await;
        let topic = forum.add_topic("News").expect("a forum");
        let token = group_token(world, "alice").await;
        mina.says_in(forum.id(), Some(topic), &format!("/start@scheduler_bot {token}")).expect("she can");
        taps(&mina, &forum, &asked(world, &forum, &token).await, "Connect").await;
        reads(world, &forum, "notices come here now").await;
        let event = |kind: &str, id: usize| json!({ "type": kind, "account": "alice",
            "data": { "network": "facebook", "text": format!("Scones {id}"), "error": "Log in again.", "post_id": id.to_string() } });
        world.platform().accepts(event("post.failed", 0)).await;
        let alone = reads(world, &group, "Scones 0").await;
        world.platform().accepts(json!({ "events": [event("post.failed", 1), event("post.failed", 2)] })).await;
        for place in [&group, &forum] {
            let list = reads(world, place, "3 posts failed").await;
            assert!(list.text().ends_with("👤 alice’s shop"), "{}", list.text());
            assert!(list.buttons().iter().all(|button| button.callback_data.is_none()), "{:?}", list.labels());
            assert_eq!(list.message.message_thread_id, (place.id() == forum.id()).then_some(topic));
        }
        world.until("what was told alone points to the list", async || {
            world.telegram.message(group.id(), alone.id()).is_some_and(|it| it.text().contains("A newer message lists it"))
        }).await;
        let out: Vec<Value> = (0..3).map(|id| event("post.published", id)).collect();
        world.platform().accepts(json!({ "events": out })).await;
        for place in [&group, &forum] {
            let over = reads(world, place, "all of it was looked after").await;
            assert!(over.text().ends_with("👤 alice’s shop"), "{}", over.text());
        }
    }
}
