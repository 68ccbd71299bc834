//! People look after their posts from the chat: publish one now, cancel it, try it again, say that it is out. A tap
//! may come twice, late, from a stranger or from nobody's button.

use bot_api::{ChatMessage, Person};
use chrono::TimeDelta;

use crate::harness::{Behaviour, PATIENCE, World, post_to};
use crate::on_both_databases;

const DONE: &str = "Done ✅";
const HANDLED: &str = "Already taken care of";
const NO_MORE: &str = "This button no longer works";

/// `person` taps a button with this data below their last message; the words of the toast.
async fn taps_data(person: &Person, data: &str) -> String {
    let message = person.last_message().expect("a message");
    let tap = person.tap_data(person.id(), message.id(), data).expect("a tap");
    tap.answer(PATIENCE).await.expect("the tap is answered").text
}

/// A post of alice's for `news` in an hour, and the card that Mina opens for it.
async fn opened_card(world: &World, mina: &Person) -> (i64, ChatMessage) {
    let at = world.clock.now() + TimeDelta::hours(1);
    let id = world.platform().schedules("alice", post_to("news", "Scones & <tea>", at)).await;
    let page = world.answer(mina, "/posts").await;
    (id, world.tap_makes(mina, &page, "1", "Goes out").await)
}

/// A post of alice's for `insta`, whose connector behaves so once; it stands in `status`.
async fn after(world: &mut World, behaviour: Behaviour, status: &str) -> i64 {
    let connector = world.knows_insta().await;
    connector.next(behaviour);
    let id = world.platform().schedules("alice", post_to("insta", "Scones", world.clock.now())).await;
    world.until_post("alice", id, status).await;
    // Whoever asks for it again finds the door closed: what is scheduled stays so.
    drop(connector);
    id
}

fn rejected() -> Behaviour {
    Behaviour::Answers(400, r#"{"status":"failed","reason":"Instagram asked you to log in again."}"#.into())
}

on_both_databases! {
    async fn a_post_goes_out_now_from_its_card(world) {
        let channel = world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (id, card) = opened_card(world, &mina).await;
        assert!(card.text().starts_with("🗓 Scheduled · news\n“Scones & <tea>”\nGoes out "), "{}", card.text());
        assert_eq!(card.labels(), ["Post now", "🕒 Move", "Cancel", "Open post", "« Posts"]);
        let card = world.tap_makes(&mina, &card, "Post now", "Going out now").await;
        assert_eq!(card.labels(), ["Open post", "« Posts"], "nothing is left to be done");
        world.until_post("alice", id, "published").await;
        assert_eq!(channel.messages().len(), 1);
        world.tap_makes(&mina, &card, "« Posts", "Nothing is scheduled").await;
    }

    async fn a_post_is_cancelled_from_its_card_however_often_it_is_tapped(world) {
        let channel = world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.lift_limits().await;
        let (id, card) = opened_card(world, &mina).await;
        let cancel = format!("post:cancel:{id}");
        let taps: Vec<_> = (0..5).map(|_| mina.tap_data(mina.id(), card.id(), &cancel).expect("a tap")).collect();
        let answers = futures::future::join_all(taps.iter().map(|tap| tap.answer(PATIENCE))).await;
        let mut toasts: Vec<String> = answers.into_iter().map(|it| it.expect("it is answered").text).collect();
        toasts.sort();
        assert_eq!(toasts, [HANDLED, HANDLED, HANDLED, HANDLED, DONE], "one of them did it");
        let card = world.reads(&mina, &card, "🚫 Cancelled · news").await;
        assert_eq!(card.labels(), ["Open post", "« Posts"]);
        assert_eq!(taps_data(&mina, &format!("post:now:{id}")).await, HANDLED, "an old button changes nothing");
        assert_eq!(world.post("alice", id).await["status"], "cancelled");
        world.time_passes(TimeDelta::hours(2));
        let after = world.platform().schedules("alice", post_to("news", "After it", world.clock.now())).await;
        world.until_post("alice", after, "published").await;
        assert_eq!(channel.messages().len(), 1, "the cancelled one never goes out");
    }

    async fn a_post_that_has_left_meanwhile_shows_where_it_is(world) {
        world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (id, card) = opened_card(world, &mina).await;
        world.time_passes(TimeDelta::minutes(61));
        world.platform().schedules("alice", post_to("news", "Wakes the worker", world.clock.now())).await;
        world.until_post("alice", id, "published").await;
        let card = world.tap_makes(&mina, &card, "Cancel", "✅ Published · news").await;
        assert!(!card.labels().contains(&"Cancel"), "{:?}", card.labels());
    }

    async fn a_failed_post_is_tried_again_once(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let id = after(world, rejected(), "failed").await;
        mina.sees("Post failed").await.expect("the notice");
        for (data, toast) in [("out", HANDLED), ("again", HANDLED), ("now", HANDLED), ("cancel", HANDLED)] {
            assert_eq!(taps_data(&mina, &format!("post:{data}:{id}")).await, toast, "{data} of a failed post");
            assert_eq!(world.post("alice", id).await["status"], "failed", "after {data}");
        }
        assert_eq!(taps_data(&mina, &format!("post:retry:{id}")).await, DONE);
        mina.sees("🔄 Retrying insta…\n“Scones”").await.expect("the notice says so");
        assert_eq!(taps_data(&mina, &format!("post:retry:{id}")).await, HANDLED);
    }

    async fn an_unconfirmed_post_is_out_when_its_author_says_so(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let id = after(world, Behaviour::Resets, "unconfirmed").await;
        mina.sees("Not sure it went out").await.expect("the notice");
        assert_eq!(taps_data(&mina, &format!("post:retry:{id}")).await, HANDLED, "it may be out: it is asked about");
        assert_eq!(world.post("alice", id).await["status"], "unconfirmed");
        assert_eq!(taps_data(&mina, &format!("post:out:{id}")).await, DONE);
        mina.sees("✅ Published · insta").await.expect("the notice says so");
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["error"]), (&"published".into(), &serde_json::Value::Null), "{post}");
        assert_eq!(taps_data(&mina, &format!("post:again:{id}")).await, HANDLED, "it is out: it stays so");
        assert_eq!(world.post("alice", id).await["status"], "published");
    }

    async fn an_unconfirmed_post_goes_out_again_when_its_author_says_so(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let id = after(world, Behaviour::Resets, "unconfirmed").await;
        let notice = mina.sees("Not sure it went out").await.expect("the notice");
        assert_eq!(taps_data(&mina, &format!("post:again:{id}")).await, DONE);
        world.reads(&mina, &notice, "🔄 Retrying insta…").await;
        world.until_post("alice", id, "scheduled").await;
    }

    async fn nobody_moves_the_post_of_another_by_a_forged_tap(world) {
        world.knows_news().await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&jun, "bob").await;
        let at = world.clock.now() + TimeDelta::hours(1);
        let id = world.platform().schedules("alice", post_to("news", "Hers", at)).await;
        jun.says("/help").expect("the person can write");
        world.answer(&mina, "/help").await;
        let before = jun.sees("사용할 수 있는 명령").await.expect("an answer").text().to_owned();
        for data in ["now", "cancel", "retry", "again", "out"] {
            for id in [id.to_string(), i64::MAX.to_string()] {
                let data = format!("post:{data}:{id}");
                assert_eq!(taps_data(&jun, &data).await, "더 이상 쓸 수 없는 버튼이에요", "{data} by another account");
                assert_eq!(taps_data(&mina, &data).await, NO_MORE, "{data} from a chat without an account");
            }
        }
        for data in ["post:burn:1", "post:now:0", &format!("post:now:{id}'--"), "post:now:-1", "card:x:1"] {
            assert_eq!(taps_data(&mina, data).await, NO_MORE, "{data}");
        }
        assert_eq!(world.post("alice", id).await["status"], "scheduled");
        assert_eq!(jun.last_message().expect("a message").text(), before, "nothing was edited");
        let theirs = jun.tap_data(jun.id(), jun.last_message().expect("a message").id(), &format!("card:{id}:0"));
        theirs.expect("a tap").answer(PATIENCE).await.expect("it is answered");
        let page = jun.sees("예약된 글이 없어요").await.expect("their own posts, and no card of hers");
        assert!(!page.text().contains("Hers"), "{}", page.text());
    }

    async fn a_post_of_the_platforms_is_only_shown(world) {
        world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let id = world.platform().schedules("alice", post_to("news", "Theirs", world.clock.now() + TimeDelta::hours(1))).await;
        world.meddle(&format!("UPDATE posts SET managed_by = 'platform' WHERE id = {id}")).await;
        let page = world.answer(&mina, "/posts").await;
        let card = world.tap_makes(&mina, &page, "1", "Goes out").await;
        assert_eq!(card.labels(), ["Open post", "« Posts"], "the platform sends it, and only it can be asked not to");
        for data in ["now", "cancel"] {
            assert_eq!(taps_data(&mina, &format!("post:{data}:{id}")).await, NO_MORE, "{data}");
        }
        assert_eq!(world.post("alice", id).await["status"], "scheduled");
    }

    async fn status_tries_again_what_failed_today(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let status = world.answer(&mina, "/status").await;
        assert_eq!(status.labels(), ["Refresh", "Settings"], "there is nothing to try again");
        let id = after(world, rejected(), "failed").await;
        mina.sees("Post failed").await.expect("the notice comes first");
        let status = world.answer(&mina, "/status").await;
        assert_eq!(status.labels(), ["Refresh", "Retry failed", "Settings"]);
        let toast = mina.taps(status.id(), "Retry failed").await.expect("the tap is answered");
        assert_eq!(toast.text, DONE);
        world.until_post("alice", id, "scheduled").await;
        world.until("the status follows", async || {
            mina.messages().iter().any(|it| it.id() == status.id() && it.labels() == ["Refresh", "Settings"])
        }).await;
        assert_eq!(taps_data(&mina, "retry").await, NO_MORE, "nothing is left that failed");
    }

    async fn a_month_old_message_moves_nothing(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let id = after(world, rejected(), "failed").await;
        let notice = mina.sees("Post failed").await.expect("the notice");
        world.time_passes(TimeDelta::days(31));
        let toast = mina.taps(notice.id(), "🔄 Retry now").await.expect("the tap is answered");
        assert_eq!(toast.text, NO_MORE);
        assert_eq!(world.post("alice", id).await["status"], "failed");
    }
}
