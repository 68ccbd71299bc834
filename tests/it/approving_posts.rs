//! Posts that go out only with their author's yes, and scheduled posts that are moved to another time.

use bot_api::{ChatMessage, Person};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, World, post_to};
use crate::on_both_databases;

/// The post as it is handed in when it needs a yes.
fn needing_a_yes(text: &str, at: DateTime<Utc>) -> Value {
    let mut post = post_to("news", text, at);
    post["needs_approval"] = json!(true);
    post
}

/// Hands one in for alice; its id, and the question that she reads.
async fn asked(world: &World, reader: &Person, text: &str, ahead: TimeDelta) -> (i64, ChatMessage) {
    let at = world.clock.now() + ahead;
    let id = world.platform().schedules("alice", needing_a_yes(text, at)).await;
    let question =
        world.telegram.wait_for_message(reader.id(), |it| it.text().contains(text), PATIENCE).await;
    (id, question.expect("she is asked"))
}

async fn decides(world: &World, account: &str, id: i64, what: &str) -> Answer {
    world.platform().asks(account, Method::POST, &format!("/api/posts/{id}/{what}"), None).await
}

async fn told(world: &World, id: i64) -> Vec<String> {
    world.notices_about(id).await.into_iter().map(|(kind, _)| kind).collect()
}

on_both_databases! {
    async fn a_post_goes_out_with_its_authors_yes(world) {
        let channel = world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (id, question) = asked(world, &mina, "Scones <b>&</b>\ntea", TimeDelta::minutes(90)).await;
        assert!(question.text().starts_with("📝 May this go out? · news\nScones <b>&</b>\ntea\nGoes out"), "{}", question.text());
        assert_eq!(question.labels(), ["✅ Approve", "🕒 Move", "✖ Reject"]);
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["approval"]), (&json!("scheduled"), &json!("awaiting")));
        let done = world.tap_makes(&mina, &question, "✅ Approve", "✅ Approved · news").await;
        assert!(done.labels().is_empty(), "{:?}", done.labels());
        world.time_passes(TimeDelta::minutes(91));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!(post["approval"], "approved");
        let history: Vec<&Value> = post["history"].as_array().expect("moves").iter().map(|it| &it["why"]).collect();
        assert!(history.contains(&&json!("Approved")), "{history:?}");
        assert_eq!(channel.messages().len(), 1);
        assert_eq!(told(world, id).await, ["post.approval", "post.published"], "nobody is reminded of what was decided");
    }

    async fn without_a_yes_it_is_reminded_of_once_and_given_up_at_its_time(world) {
        let channel = world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (id, question) = asked(world, &mina, "Unseen", TimeDelta::hours(3)).await;
        for (minutes, expected) in [(60, 1), (61, 2), (30, 2)] {
            world.time_passes(TimeDelta::minutes(minutes));
            world.runs("execute_scheduled_posts").await;
            assert_eq!(told(world, id).await.len(), expected, "{minutes} minutes later");
        }
        mina.sees("Still waiting for your yes").await.expect("the reminder");
        world.restart().await;
        world.time_passes(TimeDelta::minutes(30));
        world.runs("execute_scheduled_posts").await;
        let missed = mina.sees("Not posted · news").await.expect("she is told");
        assert!(missed.text().contains("nobody approved it before its time"), "{}", missed.text());
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["approval"]), (&json!("cancelled"), &json!("awaiting")), "{post}");
        assert_eq!(post["error"], "Nobody approved it before its time");
        world.runs("execute_scheduled_posts").await;
        assert_eq!(told(world, id).await, ["post.approval", "post.approval.reminder", "post.approval.missed"]);
        let over = world.reads(&mina, &question, "🚫 Cancelled · news").await;
        assert!(over.labels().is_empty(), "{:?}", over.labels());
        // A yes that comes too late changes nothing.
        let late = mina.tap_data(mina.id(), question.id(), &format!("post:yes:{id}")).expect("an old screen");
        assert_eq!(late.answer(PATIENCE).await.expect("an answer").text, "Already taken care of");
        assert_eq!(decides(world, "alice", id, "approve").await.status, 409);
        assert!(channel.messages().is_empty());
    }

    async fn a_no_is_final_and_two_taps_are_one(world) {
        let channel = world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (id, question) = asked(world, &mina, "Refused", TimeDelta::minutes(30)).await;
        let data = |label: &str| {
            let button = question.buttons().into_iter().find(|it| it.text == label).expect("the button");
            button.callback_data.clone().expect("data")
        };
        let (no, yes) = (data("✖ Reject"), data("✅ Approve"));
        for tapped in [&no, &no, &yes] {
            mina.tap_data(mina.id(), question.id(), tapped).expect("a tap").answer(PATIENCE).await.expect("an answer");
        }
        world.reads(&mina, &question, "✖ Rejected · news").await;
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["approval"]), (&json!("cancelled"), &json!("rejected")), "{post}");
        // Somebody else's yes is worth nothing.
        let (id, _) = asked(world, &mina, "Not Jun’s", TimeDelta::minutes(30)).await;
        let jun = world.jun();
        world.link(&jun, "bob").await;
        let menu = world.answer(&jun, "/help").await;
        let tap = jun.tap_data(jun.id(), menu.id(), &format!("post:yes:{id}")).expect("a tap").answer(PATIENCE).await;
        assert_eq!(tap.expect("it is answered").text, "더 이상 쓸 수 없는 버튼이에요");
        assert_eq!(world.post("alice", id).await["approval"], "awaiting");
        assert!(channel.messages().is_empty());
    }

    async fn the_platform_decides_over_http(world) {
        world.knows_news().await;
        let at = world.clock.now() + TimeDelta::hours(1);
        // Nobody is linked: nobody can be asked, and the post waits all the same.
        let ids = [0, 1].map(|_| needing_a_yes("By HTTP", at));
        let [approved, rejected] = ids;
        let approved = world.platform().schedules("alice", approved).await;
        let rejected = world.platform().schedules("alice", rejected).await;
        for _ in 0..2 {
            let yes = decides(world, "alice", approved, "approve").await;
            assert_eq!((yes.status, &yes.body["approval"]), (200, &json!("approved")), "{yes:?}");
            let no = decides(world, "alice", rejected, "reject").await;
            assert_eq!((no.status, &no.body["status"]), (200, &json!("cancelled")), "{no:?}");
        }
        assert_eq!(decides(world, "alice", approved, "reject").await.status, 409, "what was approved");
        assert_eq!(decides(world, "alice", rejected, "approve").await.status, 409, "what was rejected");
        assert_eq!(decides(world, "bob", approved, "approve").await.status, 404, "another account's");
        let plain = world.platform().schedules("alice", post_to("news", "No need", at)).await;
        assert_eq!(decides(world, "alice", plain, "approve").await.status, 409, "needs no yes");
        let late = needing_a_yes("Too late", world.clock.now() - TimeDelta::minutes(1));
        let refused = world.platform().asks("alice", Method::POST, "/api/posts", Some(late)).await;
        assert_eq!(refused.status, 422, "{refused:?}");
    }

    async fn what_the_platform_decides_its_author_reads_in_the_question(world) {
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        for (what, words) in [("approve", "✅ Approved · news"), ("reject", "✖ Rejected · news"), ("cancel", "🚫 Cancelled · news")] {
            let (id, question) = asked(world, &mina, what, TimeDelta::minutes(90)).await;
            world.time_passes(TimeDelta::minutes(31));
            world.runs("execute_scheduled_posts").await;
            let reminds = |it: &ChatMessage| it.text().starts_with("⏰") && it.text().contains(what);
            let reminder = world.telegram.wait_for_message(mina.id(), reminds, PATIENCE).await.expect("the reminder");
            if what == "cancel" {
                let gone = world.platform().asks("alice", Method::DELETE, &format!("/api/posts/{id}"), None).await;
                assert!(gone.status < 300, "{gone:?}");
            } else {
                assert_eq!(decides(world, "alice", id, what).await.status, 200);
            }
            for message in [&question, &reminder] {
                let over = world.reads(&mina, message, words).await;
                assert!(over.labels().is_empty(), "{what}: {:?}", over.labels());
            }
        }
    }

    async fn a_question_that_waits_when_the_platform_decides_is_never_asked(world) {
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.telegram.set_down(true);
        let at = world.clock.now() + TimeDelta::hours(2);
        let id = world.platform().schedules("alice", needing_a_yes("Decided", at)).await;
        assert_eq!(decides(world, "alice", id, "approve").await.status, 200);
        world.telegram.set_down(false);
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE * 2).await;
        let rows: Vec<_> = outbox.rows().await.into_iter().map(|row| (row.state, row.reason)).collect();
        assert!(rows.contains(&("cancelled".into(), Some("handled".into()))), "{rows:?}");
        let chat = world.telegram.sent(mina.id());
        assert!(chat.iter().all(|it| !it.text().contains("May this go out?")), "{chat:#?}");
    }

    async fn a_post_is_moved_by_a_button_or_in_words(world) {
        world.it_is("2026-11-24T08:00:00Z");
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        let at = world.clock.now() + TimeDelta::hours(10);
        let id = world.platform().schedules("alice", post_to("news", "Movable", at)).await;
        let list = world.answer(&mina, "/posts").await;
        let card = world.tap_makes(&mina, &list, "1", "Goes out").await;
        assert_eq!(card.labels()[..3], ["Post now", "🕒 Move", "Cancel"]);
        let question = world.tap_makes(&mina, &card, "🕒 Move", "When should it go out?").await;
        world.tap_makes(&mina, &question, "Tomorrow, 09:00", "Nov 25, 09:00").await;
        assert_eq!(world.post("alice", id).await["publish_at"], "2026-11-25T00:00:00Z");
        world.tap_makes(&mina, &card, "🕒 Move", "When should it go out?").await;
        let again = world.answer(&mina, "whenever").await;
        assert!(again.text().starts_with("🤔 I can’t read that"), "{}", again.text());
        let moved = world.answer(&mina, "fri 6:30 pm").await;
        assert!(moved.text().contains("Nov 27, 18:30"), "{}", moved.text());
        assert_eq!(world.post("alice", id).await["publish_at"], "2026-11-27T09:30:00Z");
        let ordinary = world.answer(&mina, "sat 9:00").await;
        assert!(ordinary.text().starts_with("🤖"), "the question is answered: {}", ordinary.text());
    }

    async fn what_is_out_or_somebody_elses_is_not_moved(world) {
        world.knows_news().await;
        world.lift_limits().await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "bob").await;
        let id = world.platform().schedules("alice", post_to("news", "Out", world.clock.now())).await;
        world.until_post("alice", id, "published").await;
        let notice = mina.sees("Published · news").await.expect("the notice");
        for (person, data) in [
            (&mina, format!("time:{id}:hour")),
            (&mina, format!("post:move:{id}")),
            (&jun, format!("time:{id}:hour")),
            (&jun, format!("post:move:{id}")),
        ] {
            let message = person.last_message().expect("a message").id();
            let tap = person.tap_data(person.id(), message, &data).expect("a tap");
            tap.answer(PATIENCE).await.expect("it is answered");
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(world.post("alice", id).await["status"], "published", "{}", notice.text());
    }

    async fn a_post_that_waits_for_a_yes_can_be_moved_and_still_waits(world) {
        world.it_is("2026-11-24T08:00:00Z");
        world.knows_news().await;
        world.lift_limits().await;
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        let (id, question) = asked(world, &mina, "Later", TimeDelta::minutes(30)).await;
        world.tap_makes(&mina, &question, "🕒 Move", "When should it go out?").await;
        let card = world.tap_makes(&mina, &question, "Tomorrow, 18:00", "📝 Waiting for your yes · news").await;
        assert!(card.text().contains("Nov 25, 18:00"), "{}", card.text());
        assert_eq!(card.labels()[..3], ["✅ Approve", "🕒 Move", "✖ Reject"]);
        world.it_is("2026-11-25T08:01:00Z");
        world.runs("execute_scheduled_posts").await;
        let reminder = mina.sees("Still waiting for your yes").await.expect("the reminder goes by the new time");
        world.tap_makes(&mina, &card, "✅ Approve", "✅ Approved · news").await;
        world.reads(&mina, &reminder, "✅ Approved · news").await;
        world.it_is("2026-11-25T09:00:00Z");
        world.until_post("alice", id, "published").await;
        for message in [&card, &reminder] {
            world.reads(&mina, message, "✅ Published · news").await;
        }
    }
}
