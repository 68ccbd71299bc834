//! A person lets the bot post in a channel of theirs, connects it to their account, posts there, and takes it away.

use bot_api::{ChatMessage, Person, Room};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, World, post_to};
use crate::on_both_databases;

const ASKED: &str = "Post to Mina’s bakes?";

/// The question that `person` gets for making the bot an administrator of their `channel`; Jun reads Korean.
async fn question(person: &Person, channel: &Room, words: &str) -> ChatMessage {
    channel.make_bot_admin().expect("the bot becomes an administrator");
    person.sees(words).await.expect("they are asked")
}

/// A channel of Mina's, connected to her account; what posts call it.
pub async fn connected(world: &World, mina: &Person) -> (Room, String) {
    let channel = world.telegram.channel("Mina’s bakes", Some("minas_bakes"), mina);
    let asked = question(mina, &channel, ASKED).await;
    world.tap_makes(mina, &asked, "Connect", "Mina’s bakes is connected").await;
    let network = format!("telegram:{}", channel.id());
    (channel, network)
}

/// The channels of an account, as its status lists them.
async fn channels(world: &World, account: &str) -> Vec<Value> {
    world.platform().status(account).await["channels"].as_array().expect("a list").clone()
}

/// What `account` is told for a post to `network`.
async fn hands_in(world: &World, account: &str, network: &str) -> (u16, String) {
    let post = post_to(network, "Scones", world.clock.now());
    let answer = world.platform().asks(account, Method::POST, "/api/posts", Some(post)).await;
    (answer.status, answer.body["detail"].as_str().unwrap_or_default().to_owned())
}

async fn taps_data(person: &Person, data: &str) {
    let message = person.last_message().expect("a message");
    let tap = person.tap_data(person.id(), message.id(), data).expect("a tap");
    tap.answer(PATIENCE).await.expect("the tap is answered");
}

/// The data behind [Connect].
fn data(asked: &ChatMessage) -> String {
    asked.buttons().first().and_then(|button| button.callback_data.clone()).expect("a button to tap")
}

fn read(channel: &Room) -> Vec<String> {
    channel.messages().iter().map(|message| message.text().to_owned()).collect()
}

on_both_databases! {
    async fn a_person_connects_their_channel_and_posts_there(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let channel = world.telegram.channel("Mina’s bakes", Some("minas_bakes"), &mina);
        let network = format!("telegram:{}", channel.id());
        let asked = question(&mina, &channel, ASKED).await;
        assert!(asked.text().contains("Account: alice’s shop"), "{}", asked.text());
        assert_eq!(asked.labels(), ["✅ Connect", "Cancel"]);
        assert_eq!(channels(world, "alice").await.len(), 0, "connected without a tap");
        assert_eq!(hands_in(world, "alice", &network).await.0, 422, "posted to without a tap");
        world.tap_makes(&mina, &asked, "Connect", "Mina’s bakes is connected").await;
        let listed = channels(world, "alice").await.remove(0);
        assert_eq!((&listed["network"], &listed["title"]), (&json!(network), &json!("Mina’s bakes")), "{listed}");
        assert_eq!(listed["username"], "minas_bakes");
        let at = world.clock.now() + TimeDelta::minutes(10);
        let id = world.platform().schedules("alice", post_to(&network, "Scones from 8", at)).await;
        world.time_passes(TimeDelta::minutes(10));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((&post["network"], &post["network_title"]), (&json!(network), &json!("Mina’s bakes")), "{post}");
        assert_eq!(post["url"], format!("https://t.me/minas_bakes/{}", channel.messages()[0].id()));
        assert_eq!(read(&channel), ["Scones from 8"]);
        mina.sees("Published · Mina’s bakes").await.expect("she is told by its title");
        // What is tapped twice, or asked again, is one channel.
        taps_data(&mina, &data(&asked)).await;
        assert_eq!(channels(world, "alice").await.len(), 1);
    }

    async fn nobody_posts_to_the_channel_of_somebody_else(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "bob").await;
        let (channel, network) = connected(world, &mina).await;
        let own = world.telegram.channel("Jun’s", None, &jun);
        let asked = question(&jun, &own, "Jun’s 채널에 글을 올릴까요?").await;
        let (status, detail) = hands_in(world, "bob", &network).await;
        assert_eq!((status, detail), hands_in(world, "bob", "telegram:-100999").await, "it is as unknown as any");
        assert_eq!(status, 422);
        // His own button with her channel in it, and hers with his account.
        let forged = data(&asked).replace(&own.id().to_string(), &channel.id().to_string());
        taps_data(&jun, &forged).await;
        jun.sees("연결하지 못했어요").await.expect("he is no administrator there");
        let of_alice = data(&asked).rsplit_once(':').map(|(rest, _)| format!("{rest}:0123456789abcdef"));
        taps_data(&jun, &of_alice.expect("a tag")).await;
        assert_eq!(channels(world, "bob").await.len(), 0);
        // Even with a row in the table, nothing leaves without the channel.
        let now = world.clock.now().timestamp_millis();
        world.meddle(&format!(
            "INSERT INTO posts (account, network, text, publish_at_ms, due_at_ms, created_at_ms, updated_at_ms) \
             VALUES ('bob', '{network}', 'Spam', {now}, {now}, {now}, {now})"
        )).await;
        let failed = "SELECT 1 FROM posts WHERE account = 'bob' AND status = 'failed' AND error_code = 'channel_disconnected'";
        world.until("it has failed", async || world.finds(failed).await).await;
        assert!(read(&channel).is_empty(), "nothing of his is there");
        world.knows_news().await;
        world.lift_limits().await;
        for (person, is_hers) in [(&jun, false), (&mina, true)] {
            world.answer(person, "/new").await;
            let next = world.answer(person, "Scones").await;
            assert_eq!(next.labels().contains(&"◻️ Mina’s bakes"), is_hers, "{:?}", next.labels());
        }
    }

    async fn in_the_chat_the_channel_is_chosen_by_its_title(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (channel, _) = connected(world, &mina).await;
        world.lift_limits().await;
        world.answer(&mina, "/new").await;
        // The only one there is need not be chosen.
        let when = world.answer(&mina, "Buns!").await;
        assert!(when.text().contains("When should it go out?"), "{}", when.text());
        let preview = world.answer(&mina, "in 2 hours").await;
        let review = world.message_after(&mina, preview.id()).await;
        assert!(review.text().contains("📡 Mina’s bakes"), "{}", review.text());
        world.tap_makes(&mina, &review, "✅ Schedule", "✅ Scheduled").await;
        let listed = world.answer(&mina, "/posts").await;
        assert!(listed.text().contains("Mina’s bakes"), "{}", listed.text());
        world.time_passes(TimeDelta::hours(2));
        world.until("it is out", async || read(&channel) == ["Buns!"]).await;
    }

    async fn without_the_right_to_post_the_channel_is_lost_and_its_posts_say_why(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (channel, network) = connected(world, &mina).await;
        let at = world.clock.now() + TimeDelta::minutes(10);
        let id = world.platform().schedules("alice", post_to(&network, "Too late", at)).await;
        channel.forbid_bot_to_post().expect("she can");
        mina.sees("Mina’s bakes is disconnected").await.expect("she is told");
        assert_eq!(channels(world, "alice").await.len(), 0);
        world.time_passes(TimeDelta::minutes(10));
        let post = world.until_post("alice", id, "failed").await;
        assert_eq!((&post["error_code"], read(&channel).len()), (&json!("channel_disconnected"), 0), "{post}");
        let notice = mina.sees("Post failed · Mina’s bakes").await.expect("and why it failed");
        assert!(notice.text().contains("Mina’s bakes is not connected any more"), "{}", notice.text());
        let asked = question(&mina, &channel, ASKED).await;
        channel.remove_bot().expect("she can");
        taps_data(&mina, &data(&asked)).await;
        mina.sees("Not connected").await.expect("the bot is not there any more");
        let again = world.telegram.sent_count(mina.id());
        channel.make_bot_admin().expect("and again it is");
        world.until("she is asked once more", async || world.telegram.sent_count(mina.id()) > again).await;
        taps_data(&mina, &data(&asked)).await;
        world.until("it is connected", async || channels(world, "alice").await.len() == 1).await;
        let retried = world.platform().asks("alice", Method::POST, &format!("/api/posts/{id}/retry"), None).await;
        assert_eq!(retried.status, 200, "{retried:?}");
        world.until_post("alice", id, "published").await;
        assert_eq!(read(&channel), ["Too late"]);
    }

    async fn a_channel_ends_with_the_link_and_strangers_are_told_how(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        let (_channel, network) = connected(world, &mina).await;
        let left = world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(left.status, 200, "{left:?}");
        assert_eq!((channels(world, "alice").await.len(), hands_in(world, "alice", &network).await.0), (0, 422));
        world.answer(&jun, "/start").await;
        let own = world.telegram.channel("Jun’s", None, &jun);
        own.make_bot_admin().expect("he can");
        jun.sees("이제 Jun’s 채널에 글을 올릴 수 있어요").await.expect("he is told what to do first");
        // Nobody who may not be written to is written to, and nothing stops for it.
        let ada = world.telegram.person(bot_api::NewPerson::new(7_000_001, "Ada"));
        world.telegram.channel("Ada’s", None, &ada).make_bot_admin().expect("she can");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(world.number("SELECT COUNT(*) FROM channels").await, 0);
    }
}
