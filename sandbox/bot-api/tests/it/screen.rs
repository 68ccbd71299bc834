//! What a chat app shows beside messages, and news as it comes.

use bot_api::{BotStanding, Event, NewPerson};
use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn a_person_sees_their_own_chats_and_where_the_bot_stands() {
    let bench = Bench::new();
    let mina = bench.api.person(NewPerson::new(1001, "Mina"));
    let jun = bench.api.person(NewPerson::new(1002, "Jun"));
    assert_eq!(mina.chats().len(), 1, "the chat with the bot is there before a word was said");
    assert_eq!(mina.chats()[0].bot, BotStanding::Stranger);
    mina.says("/start").unwrap();
    assert_eq!(mina.chats()[0].bot, BotStanding::Inside);
    mina.blocks_bot().unwrap();
    assert_eq!(mina.chats()[0].bot, BotStanding::Out);

    let channel = bench.api.channel("News", Some("the_news"), &mina);
    channel.make_bot_admin().unwrap();
    assert_eq!(jun.chats().len(), 1, "Jun is not in it yet");
    channel.add(&jun);
    let (theirs, his) = (mina.chats().remove(1), jun.chats().remove(1));
    assert!(theirs.is_creator && !his.is_creator);
    assert_eq!((his.people, his.bot, his.chat.id), (2, BotStanding::Inside, channel.id()));
    assert_eq!(bench.api.room_named("THE_NEWS").unwrap().id(), channel.id());
    assert!(bench.api.room_named("nobody_has_it").is_none());
}

#[tokio::test]
async fn a_bot_presents_itself_in_the_readers_language() {
    let bench = Bench::new();
    bench.ok("setMyDescription", json!({ "description": "I tell you." })).await;
    bench.ok("setMyDescription", json!({ "description": "알려 드려요.", "language_code": "ko" })).await;
    assert_eq!(bench.api.profile("ko").unwrap().description, "알려 드려요.");
    assert_eq!(bench.api.profile("fr").unwrap().description, "I tell you.");
    assert_eq!(bench.api.profile("fr").unwrap().name, "Scheduler");
}

#[tokio::test]
async fn news_come_in_order_from_the_moment_they_were_asked_for() {
    let bench = Bench::new();
    let mina = bench.api.person(NewPerson::new(1001, "Mina"));
    mina.says("before").unwrap();
    let mut news = bench.api.news();
    mina.says("one").unwrap();
    mina.says("two").unwrap();
    for expected in ["one", "two"] {
        let Some(Ok(Event::Message { chat, message, .. })) = news.next().await else { panic!("no message") };
        assert_eq!((chat, message.text()), (1001, expected));
    }
}

#[tokio::test]
async fn who_listens_too_slowly_is_told_so() {
    let bench = Bench::new();
    let mina = bench.api.person(NewPerson::new(1001, "Mina"));
    let mut news = bench.api.news();
    for number in 0..5000 {
        mina.says(&number.to_string()).unwrap();
    }
    let missed = news.next().await.unwrap().expect_err("5000 news do not fit");
    assert!(missed > 0, "{missed}");
    assert!(matches!(news.next().await, Some(Ok(_))), "what is left comes behind it");
}
