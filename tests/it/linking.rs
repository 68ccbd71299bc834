//! A person connects a chat to an account.

use serde_json::json;

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
}
