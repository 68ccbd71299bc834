//! The bot in groups and channels: it answers administrators, shows the way to the private chat and spends no link
//! of a person there.

use serde_json::{Value, json};

use crate::harness::PATIENCE;
use crate::on_both_databases;

/// Whom Telegram names as the sender when an admin of a group writes anonymously.
const ANONYMOUS_ADMIN: i64 = 1_087_968_824;

on_both_databases! {
    async fn only_administrators_are_answered_in_a_group(world) {
        let (mina, jun) = (world.mina(), world.jun());
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.add(&jun);
        group.add_bot().expect("the bot can be added");
        let welcome = world.telegram.wait_for_message(group.id(), |_| true, PATIENCE).await;
        let welcome = welcome.expect("the bot says how it works when it is added");
        assert!(welcome.text().contains("I can send an account’s notices to this group"), "{}", welcome.text());
        assert_eq!(welcome.buttons()[0].url.as_deref(), Some("https://t.me/scheduler_bot"));

        mina.says_in(group.id(), None, "/settings@scheduler_bot").expect("Mina is in the group");
        let answer = world.telegram.wait_for_count(group.id(), 2, PATIENCE).await;
        answer.expect("an administrator is shown the way");
        assert_eq!(world.telegram.sent(group.id())[1].labels(), ["Open private chat"]);
        for talk in ["good morning", "/status@another_bot", "status", "@scheduler_bot", "/frobnicate"] {
            mina.says_in(group.id(), None, talk).expect("Mina is in the group");
        }
        for command in ["/status@scheduler_bot", "/unlink", "/help", "/start"] {
            jun.says_in(group.id(), None, command).expect("Jun is in the group, and no administrator");
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(world.telegram.sent_count(group.id()), 2, "the bot talks into other people's talk");
    }

    async fn a_link_opened_in_a_group_is_still_good_in_private(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let group = world.telegram.group("Bakers", &mina);
        group.add_bot().expect("the bot can be added");
        let token = platform.asks_for_link("alice").await;
        let jun = world.jun();
        group.add(&jun);
        for person in [&mina, &jun] {
            person.says_in(group.id(), None, &format!("/start@scheduler_bot {token}")).expect("both are in the group");
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        let said = world.telegram.sent(group.id());
        assert_eq!(said.len(), 3, "a welcome and two answers: {said:#?}");
        for message in &said {
            assert!(!message.text().contains("alice"), "the account is nobody else's business: {}", message.text());
            assert!(["Open private chat", "1:1 대화 열기"].contains(&message.labels()[0]), "{message:?}");
        }
        let question = world.opens_link(&mina, &token).await;
        world.tap_makes(&mina, &question, "Connect", "Connected to alice’s shop").await;
    }

    async fn buttons_do_nothing_in_a_group(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let group = world.telegram.group("Bakers", &mina);
        group.add_bot().expect("the bot can be added");
        let welcome = world.telegram.wait_for_message(group.id(), |_| true, PATIENCE).await.expect("a welcome");
        let token = platform.asks_for_link("alice").await;
        for data in [format!("link:-:en:{token}"), "status".to_owned(), "unlink:no".to_owned()] {
            let tap = mina.tap_data(group.id(), welcome.id(), &data).expect("an app can be forged");
            assert_eq!(tap.answer(PATIENCE).await.expect("an answer").text, "This button isn’t yours", "{data}");
        }
        assert_eq!(platform.status("alice").await["linked"], false);
    }

    async fn bots_and_nobodies_are_not_answered(world) {
        let mina = world.mina();
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.add_bot().expect("the bot can be added");
        world.telegram.wait_for_count(group.id(), 1, PATIENCE).await.expect("a welcome");
        let chat = json!({ "id": group.id(), "type": "supergroup", "title": "Bakers" });
        let message = |extra: Value| {
            let mut message = json!({ "message_id": 77, "date": 1_795_334_400, "chat": chat, "text": "/start" });
            message.as_object_mut().expect("an object").extend(extra.as_object().cloned().unwrap_or_default());
            json!({ "message": message })
        };
        let anonymous = json!({ "id": ANONYMOUS_ADMIN, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" });
        let channel = json!({ "id": -100_999, "type": "channel", "title": "News" });
        let forwarder = json!({ "id": 777_000, "is_bot": false, "first_name": "Telegram" });
        for update in [
            message(json!({ "from": anonymous, "sender_chat": chat })),
            message(json!({ "from": forwarder, "sender_chat": channel, "is_automatic_forward": true })),
            message(json!({ "from": { "id": 55, "is_bot": true, "first_name": "Other", "username": "other_bot" } })),
            json!({ "message": {
                "message_id": 1, "date": 1_795_334_400, "text": "/start",
                "chat": { "id": 55, "type": "private", "first_name": "Other" },
                "from": { "id": 55, "is_bot": true, "first_name": "Other", "username": "other_bot" }
            } }),
        ] {
            world.telegram.push_update(update.as_object().expect("an update"));
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(world.telegram.sent_count(group.id()), 1, "the bot answered somebody who is nobody");
        let sent = world.telegram.requests_to("sendMessage").len();
        assert_eq!(sent, 1, "the bot tried to answer another bot");
    }

    async fn a_channel_is_left_alone(world) {
        let mina = world.mina();
        let channel = world.telegram.channel("News", Some("mina_news"), &mina);
        channel.make_bot_admin().expect("a channel takes bots as admins");
        mina.says_in(channel.id(), None, "/start").expect("the creator can post");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(world.telegram.sent_count(channel.id()), 0, "the bot posts into people's channels");
    }

    async fn a_linked_group_that_becomes_a_supergroup_keeps_its_link(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.group("Bakers", &mina);
        group.add_bot().expect("the bot can be added");
        // As an import from the old system leaves it: there, groups could be linked.
        imported_chat(world, "alice", group.id()).await;
        let supergroup = group.migrates().expect("the group can be upgraded");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(platform.status("alice").await["telegram_chat_id"], supergroup.id());
        platform.tells(json!({ "type": "announcement", "account": "alice", "data": { "text": "Hi all" } })).await;
        let notice = |message: &bot_api::ChatMessage| message.text().contains("Hi all");
        world.telegram.wait_for_message(supergroup.id(), notice, PATIENCE).await.expect("news follows the group");
    }

    async fn a_linked_group_that_removes_the_bot_is_out_of_service(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.group("Bakers", &mina);
        group.add_bot().expect("the bot can be added");
        imported_chat(world, "alice", group.id()).await;
        group.remove_bot().expect("the bot can be removed");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        let status = platform.status("alice").await;
        assert_eq!(status["telegram_enabled"], false, "{status}");
        assert_eq!(status["disabled"]["reason"], "unreachable", "{status}");
        group.add_bot().expect("the bot can be added again");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        assert_eq!(platform.status("alice").await["telegram_enabled"], true, "back in the group");
    }
}

/// Makes `chat` the chat of `account` behind the service's back.
async fn imported_chat(world: &crate::harness::World, account: &str, chat: i64) {
    use sea_orm::ConnectionTrait as _;
    let statement = format!("UPDATE sns_settings SET telegram_chat_id = {chat} WHERE account = '{account}'");
    world.look_inside().await.execute_unprepared(&statement).await.expect("the row can be changed");
}
