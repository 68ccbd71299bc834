//! People send a picture or a film to `/new`: it goes to Telegram as it was sent, and nowhere else.

use bot_api::{ChatMessage, Person};
use serde_json::{Value, json};

use crate::harness::{NEWS, World, insta};
use crate::on_both_databases;

/// A picture in two sizes, as the app sends it.
fn picture(caption: Option<&str>) -> Value {
    let size = |name: &str, side: u32| json!({ "file_id": name, "file_unique_id": name, "width": side, "height": side });
    json!({ "photo": [size("scones-small", 90), size("scones-large", 1280)], "caption": caption })
}

fn film(caption: Option<&str>) -> Value {
    let video = json!({ "file_id": "scones-film", "file_unique_id": "f", "width": 1280, "height": 720, "duration": 9,
        "mime_type": "video/mp4" });
    json!({ "video": video, "caption": caption })
}

/// `person` sends this; the bot's next message.
async fn sends(world: &World, person: &Person, mut what: Value) -> ChatMessage {
    let fields = what.as_object_mut().expect("fields");
    fields.retain(|_, value| !value.is_null());
    let id = person.sends(fields.clone()).expect("it is sent");
    world.message_after(person, id).await
}

/// A tap on [Now], and the two messages that follow: how it will look, and the question whether to post it.
async fn chooses_now(
    world: &World,
    person: &Person,
    when: &ChatMessage,
    label: &str,
) -> (ChatMessage, ChatMessage) {
    let last = person.last_message().expect("a message").id();
    person.taps(when.id(), label).await.expect("the tap is answered");
    let preview = world.message_after(person, last).await;
    let review = world.message_after(person, preview.id()).await;
    (preview, review)
}

on_both_databases! {
    async fn a_picture_goes_to_telegram_and_no_connector_is_offered(world) {
        let channel = world.news_channel();
        let mut settings = NEWS.to_vec();
        settings.extend(insta("http://127.0.0.1:9/"));
        world.knows_networks(&settings).await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.answer(&mina, "/new").await;
        let networks = sends(world, &mina, picture(Some("Look <b>here</b>"))).await;
        assert!(networks.text().contains("Only Telegram can take a picture"), "{}", networks.text());
        assert_eq!(networks.labels(), ["◻️ news", "✏️ Text", "Throw away"]);
        mina.taps(networks.id(), "◻️ news").await.expect("the tap is answered");
        world.restart().await;
        world.lift_limits().await;
        let when = world.tap_makes(&mina, &networks, "Next »", "When should it go out?").await;
        let (preview, review) = chooses_now(world, &mina, &when, "Now").await;
        assert_eq!((preview.text(), preview.photo.is_some()), ("Look <b>here</b>", true));
        world.tap_makes(&mina, &review, "✅ Post now", "Going out now").await;
        world.until("it is out", async || !channel.messages().is_empty()).await;
        let message = channel.messages().remove(0);
        assert_eq!(message.photo.as_ref().map(|photo| photo.file_id.as_str()), Some("scones-large"));
        assert_eq!(message.text(), "Look <b>here</b>");
        let id = world.number("SELECT MAX(id) FROM posts").await;
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((&post["has_media_file"], &post["media_url"]), (&json!(true), &json!(null)), "{post}");
    }

    async fn a_film_without_words_in_korean(world) {
        let channel = world.knows_news().await;
        world.lift_limits().await;
        let jun = world.jun();
        world.link_from(&jun, "bob", "?zone=Asia/Seoul&lang=ko").await;
        for round in 1..=2 {
            world.answer(&jun, "/new").await;
            let when = sends(world, &jun, film(None)).await;
            assert!(when.text().starts_with("🕒 언제 올릴까요?"), "{}", when.text());
            let (preview, review) = chooses_now(world, &jun, &when, "지금").await;
            assert!(preview.message.other.contains_key("video"), "{preview:?}");
            // Two films without words are not the same words twice.
            assert!(!review.text().contains('⚠'), "{}", review.text());
            world.tap_makes(&jun, &review, "✅ 지금 올리기", "⏳ 지금 올리는 중").await;
            world.until("he is told that it is out", async || {
                jun.messages().iter().filter(|it| it.text().contains("게시 완료")).count() == round
            }).await;
        }
        world.until("both are out", async || channel.messages().len() == 2).await;
        assert!(channel.messages().iter().all(|message| message.message.other.contains_key("video")));
    }

    async fn where_nothing_takes_it_words_alone_still_go(world) {
        world.knows_networks(&insta("http://127.0.0.1:9/")).await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.answer(&mina, "/new").await;
        let refused = sends(world, &mina, picture(Some("Words"))).await;
        assert!(refused.text().starts_with("🖼 None of your networks"), "{}", refused.text());
        let when = world.answer(&mina, "Words").await;
        let review = world.tap_makes(&mina, &when, "Now", "Words").await;
        let review = world.message_after(&mina, review.id()).await;
        assert!(review.text().contains("📡 insta"), "{}", review.text());
    }
}
