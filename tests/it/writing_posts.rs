//! People write posts in their chat: `/new`, one question at a time, until the post is out.

use bot_api::{ChatMessage, Person};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::harness::{NEWS, PATIENCE, World, insta};
use crate::on_both_databases;

/// A tap on `label`, and the bot's next message below.
async fn taps(world: &World, person: &Person, message: &ChatMessage, label: &str) -> ChatMessage {
    let last = person.last_message().expect("a message").id();
    person.taps(message.id(), label).await.expect("the tap is answered");
    world.message_after(person, last).await
}

/// The data behind a button.
fn data(message: &ChatMessage, label: &str) -> String {
    let button = message.buttons().into_iter().find(|button| button.text == label).expect("the button");
    button.callback_data.clone().expect("a button to tap")
}

/// Both networks that people here can post to.
async fn knows_both(world: &mut World) -> bot_api::Room {
    let channel = world.news_channel();
    let mut settings = NEWS.to_vec();
    settings.extend(insta("http://127.0.0.1:9/"));
    settings.push(("INSTA__MAX_TEXT", "20"));
    world.knows_networks(&settings).await;
    world.lift_limits().await;
    channel
}

async fn posts(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM posts").await
}

on_both_databases! {
    async fn a_post_is_written_in_the_chat_and_goes_out_at_its_time(world) {
        world.it_is("2026-11-24T08:00:00Z");
        let channel = knows_both(world).await;
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        let ask = world.answer(&mina, "/new").await;
        assert!(ask.text().starts_with("✍️ New post"), "{}", ask.text());
        let words = "Scones <b>&</b> tea \u{5E9}\u{5DC}\u{5D5}\u{5DD}";
        let networks = world.answer(&mina, words).await;
        assert!(networks.text().starts_with("📡 Where should it go?"), "{}", networks.text());
        assert_eq!(networks.labels(), ["◻️ insta", "◻️ news", "✏️ Text", "Throw away"], "nothing chosen, no way on");
        let chosen = world.tap_makes(&mina, &networks, "◻️ news", "Where").await;
        world.until("the choice is marked", async || {
            let now = world.telegram.message(mina.id(), chosen.id()).expect("the message");
            now.labels() == ["◻️ insta", "✅ news", "Next »", "✏️ Text", "Throw away"]
        }).await;
        let when = world.tap_makes(&mina, &networks, "Next »", "When should it go out?").await;
        assert!(when.text().contains("Asia/Seoul (now 17:00)"), "{}", when.text());
        let preview = world.answer(&mina, "tomorrow 9:30 am").await;
        assert_eq!(preview.text(), words, "the preview is what will be read");
        let review = world.message_after(&mina, preview.id()).await;
        assert!(review.text().contains("📡 news\n🕒 Nov 25, 09:30"), "{}", review.text());
        let done = world.tap_makes(&mina, &review, "✅ Schedule", "✅ Scheduled").await;
        assert!(done.labels().is_empty(), "{:?}", done.labels());
        let card = world.answer(&mina, "/posts").await;
        assert!(card.text().contains("Nov 25, 09:30 · news"), "{}", card.text());
        world.it_is("2026-11-25T00:30:00Z");
        world.until("it is out", async || channel.messages().iter().any(|it| it.text() == words)).await;
        mina.sees("Published · news").await.expect("the author is told");
        assert_eq!(posts(world).await, 1);
    }

    async fn in_korean_and_right_now(world) {
        let channel = world.knows_news().await;
        world.lift_limits().await;
        let jun = world.jun();
        world.link_from(&jun, "bob", "?zone=Asia/Seoul&lang=ko").await;
        world.answer(&jun, "/new").await;
        // The only network there is need not be chosen.
        let when = world.answer(&jun, "새 스콘이 나왔어요 🥐").await;
        assert!(when.text().starts_with("🕒 언제 올릴까요?"), "{}", when.text());
        let again = world.answer(&jun, "언젠가").await;
        assert!(again.text().starts_with("🤔 시각으로 읽을 수 없어요"), "{}", again.text());
        let again = world.answer(&jun, "내일").await;
        assert!(again.text().starts_with("🤔 그날 몇 시에"), "{}", again.text());
        let review = taps(world, &jun, &again, "지금").await;
        assert!(review.text().contains("🕒 바로"), "{}", review.text());
        world.tap_makes(&jun, &review, "✅ 지금 올리기", "⏳ 지금 올리는 중").await;
        world.until("it is out", async || channel.messages().iter().any(|it| it.text().contains("새 스콘"))).await;
        jun.sees("게시 완료 · news").await.expect("the author is told");
    }

    async fn whoever_says_yes_twice_posts_once(world) {
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.answer(&mina, "/new").await;
        world.answer(&mina, "Once").await;
        world.answer(&mina, "in 2 hours").await;
        let review = mina.sees("Shall I?").await.expect("the review");
        let yes = data(&review, "✅ Schedule");
        let both = [0, 1].map(|_| mina.tap_data(mina.id(), review.id(), &yes).expect("a tap"));
        for tap in both {
            tap.answer(PATIENCE).await.expect("both are answered");
        }
        world.reads(&mina, &review, "✅ Scheduled").await;
        assert_eq!(posts(world).await, 1);
        let late = mina.tap_data(mina.id(), review.id(), &yes).expect("a tap").answer(PATIENCE).await;
        assert_eq!(late.expect("it is answered").text, "This button no longer works");
        assert_eq!(world.number("SELECT COUNT(*) FROM drafts").await, 0, "the draft is spent");
    }

    async fn a_draft_outlives_a_restart_and_its_answers_can_be_changed(world) {
        world.it_is("2026-11-24T08:00:00Z");
        knows_both(world).await;
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        world.answer(&mina, "/new").await;
        let networks = world.answer(&mina, "First words that are too long").await;
        world.restart().await;
        mina.taps(networks.id(), "◻️ insta").await.expect("an old button works");
        world.until("insta is chosen", async || {
            world.telegram.message(mina.id(), networks.id()).is_some_and(|it| it.labels().contains(&"✅ insta"))
        }).await;
        world.tap_makes(&mina, &networks, "Next »", "When").await;
        let review = taps(world, &mina, &networks, "Tomorrow, 18:00").await;
        assert!(review.text().contains("insta takes 20 characters at most; these are 29"), "{}", review.text());
        assert!(!review.labels().contains(&"✅ Schedule"), "{:?}", review.labels());
        let hint = world.answer(&mina, "Shorter").await;
        assert!(hint.text().starts_with("👇 Please use the buttons below"), "{}", hint.text());
        world.tap_makes(&mina, &review, "✏️ Text", "New post").await;
        let preview = world.answer(&mina, "Shorter").await;
        assert_eq!(preview.text(), "Shorter");
        let review = world.message_after(&mina, preview.id()).await;
        world.tap_makes(&mina, &review, "✅ Schedule", "Scheduled").await;
        let due = DateTime::<Utc>::from_timestamp_millis(world.number("SELECT due_at_ms FROM posts").await);
        assert_eq!(due, "2026-11-25T09:00:00Z".parse().ok());
    }

    async fn the_same_words_twice_in_a_week_are_warned_about(world) {
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        for (earlier, warned) in [(0, false), (1, true)] {
            world.answer(&mina, "/new").await;
            let when = world.answer(&mina, "Scones again").await;
            let review = taps(world, &mina, &when, "Now").await;
            assert_eq!(review.text().contains("goes or went to news within a week"), warned, "{}", review.text());
            world.tap_makes(&mina, &review, "✅ Post now", "Going out now").await;
            world.until("she is told that it is out", async || {
                mina.messages().iter().filter(|it| it.text().contains("Published · news")).count() > earlier
            }).await;
        }
        world.time_passes(TimeDelta::days(8));
        world.answer(&mina, "/new").await;
        let when = world.answer(&mina, "Scones again").await;
        let review = taps(world, &mina, &when, "Now").await;
        assert!(!review.text().contains("within a week"), "{}", review.text());
    }

    async fn what_can_not_be_used_is_answered_and_changes_nothing(world) {
        world.knows_news().await;
        world.lift_limits().await;
        // What the bot says about its channel is not the answer to what she says next.
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        let mina = world.mina();
        let answer = world.answer(&mina, "/new").await;
        assert!(answer.text().contains("Connect an account first"), "{}", answer.text());
        world.link(&mina, "alice").await;
        let ask = world.answer(&mina, "/new").await;
        let sticker = mina.sends(json!({"sticker": {"file_id": "x", "file_unique_id": "x", "type": "regular",
            "width": 1, "height": 1, "is_animated": false, "is_video": false}}).as_object().cloned().expect("fields"));
        let answer = world.message_after(&mina, sticker.expect("it is sent")).await;
        assert!(answer.text().starts_with("🖼 I can take text, one picture"), "{}", answer.text());
        let when = world.answer(&mina, &"🎉".repeat(2_048)).await;
        assert!(when.text().starts_with("🕒 When"), "{}", when.text());
        for words in ["yesterday", "<b>9:00</b>", "12/1 9:00", "９９：９９"] {
            let again = world.answer(&mina, words).await;
            assert!(again.text().starts_with("🤔 I can’t read that"), "{words}: {}", again.text());
        }
        // Another person's chat, a draft that never was, a yes that was not asked for yet.
        let jun = world.jun();
        world.link(&jun, "bob").await;
        let drop = data(&when, "Throw away");
        let theirs = world.answer(&jun, "/new").await;
        let (expired, in_korean) = ("This button no longer works", "더 이상 쓸 수 없는 버튼이에요");
        for (person, message, data, words) in [
            (&jun, &theirs, drop.as_str(), in_korean),
            (&mina, &ask, "new:00000000:post", expired),
            (&mina, &ask, "new:00000000:drop", expired),
        ] {
            let tap = person.tap_data(person.id(), message.id(), data).expect("a tap").answer(PATIENCE).await;
            assert_eq!(tap.expect("it is answered").text, words, "{data}");
        }
        let early = drop.replace(":drop", ":post");
        mina.tap_data(mina.id(), when.id(), &early).expect("a tap").answer(PATIENCE).await.expect("an answer");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!((posts(world).await, world.number("SELECT COUNT(*) FROM drafts").await), (0, 2));
        world.tap_makes(&mina, &when, "Throw away", "Draft thrown away").await;
        assert_eq!(world.number("SELECT COUNT(*) FROM drafts").await, 1);
    }

    async fn a_draft_that_nobody_goes_on_with_is_forgotten(world) {
        world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.answer(&mina, "/new").await;
        world.time_passes(TimeDelta::hours(25));
        let answer = world.answer(&mina, "A remark of tomorrow").await;
        assert!(answer.text().starts_with("🤖 I only understand commands"), "{}", answer.text());
        assert_eq!(world.runs("purge_expired").await["outcome"], "ok");
        assert_eq!(world.number("SELECT COUNT(*) FROM drafts").await, 0);
    }

    async fn a_time_that_passed_while_the_review_was_open_is_asked_for_again(world) {
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.answer(&mina, "/new").await;
        world.answer(&mina, "Late").await;
        world.answer(&mina, "in 10 minutes").await;
        let review = mina.sees("Shall I?").await.expect("the review");
        world.time_passes(TimeDelta::minutes(11));
        world.tap_makes(&mina, &review, "✅ Schedule", "⌛ That time is over").await;
        assert_eq!(posts(world).await, 0);
    }
}
