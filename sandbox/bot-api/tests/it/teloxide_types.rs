//! The product's own Telegram client understands everything said here, save what it is known not to.

use teloxide_core::prelude::*;
use teloxide_core::types::{
    ChatMemberKind, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ParseMode, Recipient, Update,
    UpdateKind,
};
use teloxide_core::{ApiError, Bot, RequestError};
use url::Url;

use crate::Bench;

fn bot(bench: &Bench) -> Bot {
    Bot::new(bench.api.token()).set_api_url(Url::parse(&bench.api.url()).unwrap())
}

fn parsed(bench: &Bench) -> Vec<UpdateKind> {
    let parse = |json: &String| serde_json::from_str::<Update>(json).unwrap().kind;
    bench.api.pending_updates().iter().map(parse).collect()
}

#[tokio::test]
async fn messages_photos_and_edits_parse() {
    let bench = Bench::new();
    bench.mina().await;
    let bot = bot(&bench);
    let chat = ChatId(1001);
    assert_eq!(bot.get_me().await.unwrap().username(), "scheduler_bot");
    let button = InlineKeyboardButton::callback("Tap", "data");
    let sent = bot
        .send_message(chat, "<b>Hi</b> <a href=\"https://example.com\">there</a>")
        .parse_mode(ParseMode::Html)
        .reply_markup(InlineKeyboardMarkup::new([[button]]))
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Hi there"));
    assert_eq!(sent.entities().unwrap().len(), 2);
    assert!(sent.reply_markup().is_some());
    let edited = bot.edit_message_text(chat, sent.id, "edited").await.unwrap();
    assert!(edited.edit_date().is_some());
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0";
    let photo = InputFile::memory(png.as_slice()).file_name("chart.png");
    let sent = bot.send_photo(chat, photo).caption("<i>week</i>").parse_mode(ParseMode::Html).await.unwrap();
    assert_eq!((sent.caption(), sent.photo().unwrap()[0].width), (Some("week"), 16));
    assert_eq!(bench.api.sent(1001)[1].photo.as_ref().unwrap().bytes.as_ref(), png);
    bot.delete_message(chat, sent.id).await.unwrap();
}

#[tokio::test]
async fn every_update_parses() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let sent = bot(&bench).send_message(ChatId(1001), "x").await.unwrap();
    let said = mina.says("hello").unwrap();
    mina.edits(said, "hallo").unwrap();
    mina.tap_data(1001, i64::from(sent.id.0), "data").unwrap();
    mina.blocks_bot().unwrap();
    let group = bench.api.group("Bakery", &mina);
    group.add_bot().unwrap();
    let supergroup = group.migrates().unwrap();
    let forum = bench.api.supergroup("Forum", true, &mina);
    forum.make_bot_admin().unwrap();
    forum.add_topic("News").unwrap();
    let channel = bench.api.channel("News", Some("news_channel"), &mina);
    channel.make_bot_admin().unwrap();
    mina.says_in(channel.id(), None, "post").unwrap();
    let kinds = parsed(&bench);
    let names: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            UpdateKind::Message(message) if message.migrate_to_chat_id().is_some() => "migrated to",
            UpdateKind::Message(message) if message.migrate_from_chat_id().is_some() => "migrated from",
            UpdateKind::Message(message) if message.text().is_some() => "text",
            UpdateKind::Message(_) => "other",
            UpdateKind::EditedMessage(_) => "edited",
            UpdateKind::CallbackQuery(query) if query.regular_message().is_some() => "tap",
            UpdateKind::MyChatMember(change) if change.new_chat_member.is_banned() => "kicked",
            UpdateKind::MyChatMember(change) => match change.new_chat_member.kind {
                ChatMemberKind::Member(_) => "member",
                ChatMemberKind::Administrator(_) => "administrator",
                _ => "?",
            },
            UpdateKind::ChannelPost(_) => "post",
            _ => "?",
        })
        .collect();
    assert_eq!(
        names,
        [
            "text",
            "edited",
            "tap",
            "kicked",
            "member",
            "migrated to",
            "migrated from",
            "administrator",
            "other",
            "administrator",
            "post",
        ]
    );
    assert!(supergroup.id() < 0);
}

#[tokio::test]
async fn chats_members_and_commands_parse() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let bot = bot(&bench);
    let channel = bench.api.channel("News", Some("news_channel"), &mina);
    channel.make_bot_admin().unwrap();
    let chat = bot.get_chat(Recipient::ChannelUsername("@news_channel".to_owned())).await.unwrap();
    assert!(chat.is_channel());
    assert!(bot.get_chat(ChatId(1001)).await.unwrap().is_private());
    let me = bot.get_chat_member(chat.id, UserId(4242)).await.unwrap();
    assert!(me.is_administrator() && me.can_post_messages());
    assert_eq!(bot.get_chat_administrators(chat.id).await.unwrap().len(), 2);
    let commands = [teloxide_core::types::BotCommand::new("start", "Start")];
    bot.set_my_commands(commands).await.unwrap();
    assert_eq!(bot.get_my_commands().await.unwrap()[0].command, "start");
    bot.set_my_description().description("It posts.").await.unwrap();
    assert_eq!(bot.get_my_description().await.unwrap().description, "It posts.");
    let info = bot.get_webhook_info().await.unwrap();
    assert_eq!(info.pending_update_count, 1, "the bot became an administrator, and nobody has fetched that");
}

#[tokio::test]
async fn refusals_are_the_errors_that_teloxide_knows() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let bot = bot(&bench);
    let chat = ChatId(1001);
    let error = async |request: teloxide_core::requests::JsonRequest<
        teloxide_core::payloads::SendMessage,
    >| { request.await.unwrap_err() };
    let unclosed = bot.send_message(chat, "<b>").parse_mode(ParseMode::Html);
    assert!(matches!(error(unclosed).await, RequestError::Api(ApiError::CantParseEntities(_))));
    let nobody = bot.send_message(ChatId(31_337), "x");
    assert!(matches!(error(nobody).await, RequestError::Api(ApiError::ChatNotFound)));
    let sent = bot.send_message(chat, "same").await.unwrap();
    let same = bot.edit_message_text(chat, sent.id, "same").await.unwrap_err();
    assert!(matches!(same, RequestError::Api(ApiError::MessageNotModified)));
    mina.blocks_bot().unwrap();
    let blocked = bot.send_message(chat, "x");
    assert!(matches!(error(blocked).await, RequestError::Api(ApiError::BotBlocked)));
    let group = bench.api.group("Bakery", &mina);
    group.add_bot().unwrap();
    let supergroup = group.migrates().unwrap();
    let moved = error(bot.send_message(ChatId(group.id()), "x")).await;
    assert!(matches!(moved, RequestError::MigrateToChatId(id) if id == ChatId(supergroup.id())));
    bench.api.limit_chat(supergroup.id(), std::time::Duration::from_secs(30));
    let limited = error(bot.send_message(ChatId(supergroup.id()), "x")).await;
    assert!(matches!(limited, RequestError::RetryAfter(wait) if wait.seconds() == 30));
}

/// Telegram answers `<tg-time>` with an entity of the type `date_time`, which teloxide-core 0.13 does not know: the
/// message parses, but as `MessageKind::Empty`. Its text, its entities and its keyboard are gone, in the answer to
/// sendMessage as in the message of a tap; its id and chat stay.
#[tokio::test]
async fn a_message_with_a_time_tag_is_empty_to_teloxide() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let text = "at <tg-time unix=\"1763802000\" format=\"t\">09:00</tg-time>";
    let sent = bot(&bench).send_message(ChatId(1001), text).parse_mode(ParseMode::Html).await.unwrap();
    assert_eq!(sent.text(), None);
    let message = bench.api.sent(1001).pop().unwrap();
    assert_eq!((message.text(), message.entities()[0].kind.as_str()), ("at 09:00", "date_time"));
    mina.tap_data(1001, message.id(), "data").unwrap();
    let UpdateKind::CallbackQuery(query) = parsed(&bench).pop().unwrap() else { panic!("not a tap") };
    let tapped = query.regular_message().unwrap();
    assert_eq!((tapped.id, tapped.chat.id, tapped.text()), (sent.id, ChatId(1001), None));
}
