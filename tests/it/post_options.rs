//! How a post is shown on Telegram: as a film or a picture, aloud or not, with a preview or without, in which topic.

use bot_api::Room;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, post_to};
use crate::on_both_databases;

/// Alice's post for now, with these fields besides.
async fn posts(world: &World, network: &str, text: &str, more: Value) -> i64 {
    let mut post = post_to(network, text, world.clock.now());
    post.as_object_mut().expect("an object").extend(more.as_object().expect("fields").clone());
    world.platform().schedules("alice", post).await
}

/// The same, out in `room`: whether it was silent, whether a link has a preview, its topic.
async fn shown(world: &World, room: &Room, text: &str, options: Value) -> (bool, bool, Option<i64>) {
    let id = posts(world, "news", text, json!({ "options": options })).await;
    world.until_post("alice", id, "published").await;
    let messages = room.messages();
    let message = messages.iter().find(|message| message.text() == text).expect("it is in the room");
    let preview = message.message.link_preview_options.as_ref();
    let has_preview = preview.is_none_or(|it| it["is_disabled"] != true);
    (message.silent, has_preview, message.message.message_thread_id)
}

/// A group of Mina's with topics, and the settings of the network `news` that is it.
fn forum(world: &World) -> (Room, String) {
    let room = world.telegram.supergroup("Team", true, &world.mina());
    room.make_bot_admin().expect("the bot becomes an administrator");
    let id = room.id().to_string();
    (room, id)
}

on_both_databases! {
    async fn a_film_goes_out_as_one(world) {
        let channel = world.knows_news().await;
        let film = |url: &str, options: Value| json!({ "media_url": url, "options": options });
        for more in [
            film("https://films.example.com/scones.MP4?quality=high", json!({})),
            film("https://films.example.com/watch/17", json!({ "media_kind": "video" })),
            film("https://films.example.com/scones.mp4", json!({ "silent": true, "media_kind": null })),
        ] {
            let id = posts(world, "news", "Scones, the film", more).await;
            world.until_post("alice", id, "published").await;
        }
        let messages = channel.messages();
        for message in &messages {
            assert!(message.message.other.contains_key("video") && message.text() == "Scones, the film", "{message:?}");
        }
        assert_eq!(messages.iter().map(|message| message.silent).collect::<Vec<_>>(), [false, false, true]);
        let wrong = film("https://films.example.com/scones.mp4", json!({ "media_kind": "photo" }));
        let id = posts(world, "news", "No picture", wrong).await;
        let post = world.until_post("alice", id, "failed").await;
        assert_eq!(post["error_code"], "media_unreachable", "{post}");
    }

    async fn a_post_is_as_loud_and_as_plain_as_its_author_says(world) {
        let channel = world.knows_news().await;
        assert_eq!(shown(world, &channel, "As usual", json!({})).await, (false, true, None));
        let quiet = json!({ "silent": true, "link_preview": false });
        assert_eq!(shown(world, &channel, "Quietly https://example.com", quiet.clone()).await, (true, false, None));
        let settings = [("NEWS__KIND", "telegram"), ("NEWS__CHAT", "@minas_news"), ("NEWS__SILENT", "true"),
            ("NEWS__LINK_PREVIEW", "false")];
        world.knows_networks(&settings).await;
        assert_eq!(shown(world, &channel, "As the network has it", json!({})).await, (true, false, None));
        let loud = json!({ "silent": false, "link_preview": true });
        assert_eq!(shown(world, &channel, "Loud https://example.com", loud).await, (false, true, None));
        let at = world.clock.now() + TimeDelta::hours(1);
        let mut post = post_to("news", "Later", at);
        post["options"] = quiet;
        let id = world.platform().schedules("alice", post).await;
        let kept = json!({ "silent": true, "link_preview": false, "thread_id": null, "media_kind": null });
        assert_eq!(world.post("alice", id).await["options"], kept);
    }

    async fn a_post_goes_into_its_topic_and_never_elsewhere(world) {
        let (room, chat) = forum(world);
        let (recipes, news) = (room.add_topic("Recipes").expect("a topic"), room.add_topic("News").expect("a topic"));
        let usual = news.to_string();
        world.knows_networks(&[("NEWS__KIND", "telegram"), ("NEWS__CHAT", &chat), ("NEWS__THREAD_ID", &usual)]).await;
        assert_eq!(shown(world, &room, "Usual", json!({})).await.2, Some(news));
        assert_eq!(shown(world, &room, "Recipe", json!({ "thread_id": recipes })).await.2, Some(recipes));
        room.close_topic(recipes, true).expect("it closes");
        let before = room.messages().len();
        let id = posts(world, "news", "Too late", json!({ "options": { "thread_id": recipes } })).await;
        let post = world.until_post("alice", id, "failed").await;
        assert_eq!((&post["error_code"], room.messages().len()), (&json!("topic_gone"), before), "{post}");
        room.close_topic(recipes, false).expect("it opens");
        let retried = world.platform().asks("alice", Method::POST, &format!("/api/posts/{id}/retry"), None).await;
        assert_eq!(retried.status, 200, "{retried:?}");
        world.until_post("alice", id, "published").await;
    }

    async fn options_that_make_no_sense_are_refused(world) {
        world.knows_insta().await;
        let platform = world.platform();
        let now = world.clock.now();
        let answer = async |network: &str, options: Value| {
            let mut post = post_to(network, "x", now);
            post["options"] = options;
            platform.asks("alice", Method::POST, "/api/posts", Some(post)).await
        };
        for options in [json!({ "silent": true }), json!({ "thread_id": 7 })] {
            let refused = answer("insta", options).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            assert!(refused.body["detail"].as_str().is_some_and(|it| it.contains("insta")), "{refused:?}");
        }
        for options in [json!(null), json!({}), json!({ "silent": null })] {
            assert_eq!(answer("insta", options).await.status, 201, "nothing is chosen");
        }
        let (_room, chat) = forum(world);
        world.knows_networks(&[("NEWS__KIND", "telegram"), ("NEWS__CHAT", &chat)]).await;
        let platform = world.platform();
        for (options, status) in [
            (json!({ "thread_id": 1 }), 422),
            (json!({ "thread_id": -5 }), 422),
            (json!({ "media_kind": "video" }), 422),
            (json!({ "thread_id": 5_000_000_000_i64 }), 400),
            (json!({ "thread_id": "7" }), 400),
            (json!({ "media_kind": "gif" }), 400),
            (json!({ "silent": "yes" }), 400),
            (json!({ "loud": true }), 400),
        ] {
            let mut post = post_to("news", "x", now);
            post["options"] = options.clone();
            let refused = platform.asks("alice", Method::POST, "/api/posts", Some(post)).await;
            assert_eq!(refused.status, status, "{options}: {refused:?}");
        }
    }
}
