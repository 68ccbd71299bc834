//! Groups, supergroups with topics, channels.

use bot_api::NewPerson;
use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn a_bot_joins_writes_and_is_kicked_from_a_group() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let group = bench.api.group("Bakery", &mina);
    let send = || bench.call("sendMessage", json!({ "chat_id": group.id(), "text": "hi" }));
    assert_eq!(send().await.1["description"], "Forbidden: bot is not a member of the group chat");
    group.add_bot().unwrap();
    let change = bench.updates().await[0]["my_chat_member"].clone();
    assert_eq!(
        (&change["old_chat_member"]["status"], &change["new_chat_member"]["status"]),
        (&json!("left"), &json!("member"))
    );
    assert_eq!(change["chat"]["type"], "group");
    assert_eq!(change["from"]["id"], 1001);
    assert_eq!(send().await.0, 200);

    let joon = bench.api.person(NewPerson::new(1002, "Joon"));
    assert!(joon.says_in(group.id(), None, "hi").is_err(), "he is not in the group");
    group.add(&joon);
    joon.says_in(group.id(), None, "/stats@scheduler_bot").unwrap();
    let message = bench.updates().await[0]["message"].clone();
    assert_eq!((&message["from"]["id"], &message["chat"]["id"]), (&json!(1002), &json!(group.id())));
    assert_eq!(message["entities"][0]["length"], 20);

    group.remove_bot().unwrap();
    assert_eq!(bench.updates().await[0]["my_chat_member"]["new_chat_member"]["status"], "kicked");
    let (status, answer) = send().await;
    assert_eq!(
        (status, answer["description"].as_str()),
        (403, Some("Forbidden: bot was kicked from the group chat"))
    );
    joon.says_in(group.id(), None, "is it gone?").unwrap();
    assert!(bench.updates().await.is_empty(), "who is out hears nothing");
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_names_its_new_id() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let group = bench.api.group("Bakery", &mina);
    group.add_bot().unwrap();
    bench.updates().await;
    let supergroup = group.migrates().unwrap();
    let updates = bench.updates().await;
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], supergroup.id());
    assert_eq!(updates[0]["message"]["chat"]["id"], group.id());
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], group.id());
    assert_eq!(updates[1]["message"]["chat"]["type"], "supergroup");
    let (status, answer) = bench.call("sendMessage", json!({ "chat_id": group.id(), "text": "x" })).await;
    assert_eq!(status, 400);
    assert_eq!(
        answer,
        json!({
            "ok": false,
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": { "migrate_to_chat_id": supergroup.id() },
        })
    );
    bench.ok("sendMessage", json!({ "chat_id": supergroup.id(), "text": "x" })).await;
    assert!(group.migrates().is_err());
    assert!(mina.says_in(group.id(), None, "anyone?").is_err());
    supergroup.remove_bot().unwrap();
    assert_eq!(
        bench.refused("sendMessage", json!({ "chat_id": supergroup.id(), "text": "x" })).await,
        "Forbidden: bot was kicked from the supergroup chat"
    );
}

#[tokio::test]
async fn topics_are_found_closed_and_deleted() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let forum = bench.api.supergroup("Forum", true, &mina);
    forum.add_bot().unwrap();
    let thread = forum.add_topic("News").unwrap();
    let send = |thread: i64| {
        bench.call("sendMessage", json!({ "chat_id": forum.id(), "message_thread_id": thread, "text": "x" }))
    };
    let (status, answer) = send(thread).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["result"]["message_thread_id"], thread);
    assert_eq!(answer["result"]["is_topic_message"], true);
    assert_eq!(send(thread + 100).await.1["description"], "Bad Request: message thread not found");
    assert_eq!(
        send(1).await.1["description"],
        "Bad Request: message thread not found",
        "General is named by nothing"
    );
    assert_eq!(send(0).await.0, 200);
    forum.close_topic(thread, true).unwrap();
    assert_eq!(send(thread).await.1["description"], "Bad Request: TOPIC_CLOSED");
    forum.close_topic(thread, false).unwrap();
    assert_eq!(send(thread).await.0, 200);
    forum.delete_topic(thread).unwrap();
    assert_eq!(send(thread).await.1["description"], "Bad Request: message thread not found");
    mina.says_in(forum.id(), Some(thread), "in a topic").unwrap();
    let last = bench.updates().await.pop().unwrap();
    assert_eq!(last["message"]["message_thread_id"], thread);
    let plain = bench.api.supergroup("Plain", false, &mina);
    plain.add_bot().unwrap();
    let ignored = json!({ "chat_id": plain.id(), "message_thread_id": 77, "text": "x" });
    assert_eq!(bench.ok("sendMessage", ignored).await.get("message_thread_id"), None);
    assert!(plain.add_topic("x").is_err());
}

#[tokio::test]
async fn a_channel_takes_posts_of_administrators_by_its_username() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let channel = bench.api.channel("News", Some("my_channel"), &mina);
    let send = || bench.call("sendMessage", json!({ "chat_id": "@My_Channel", "text": "post" }));
    assert_eq!(send().await.1["description"], "Forbidden: bot is not a member of the channel chat");
    assert!(channel.add_bot().is_err(), "channels have no ordinary bots");
    channel.make_bot_admin().unwrap();
    let (_, answer) = send().await;
    let post = &answer["result"];
    assert_eq!((&post["sender_chat"]["id"], post.get("from")), (&json!(channel.id()), None));
    assert_eq!(post["chat"]["username"], "my_channel");
    bench.updates().await;
    mina.says_in(channel.id(), None, "by hand").unwrap();
    assert_eq!(bench.updates().await[0]["channel_post"]["text"], "by hand");
    channel.remove_bot().unwrap();
    assert_eq!(send().await.1["description"], "Forbidden: bot was kicked from the channel chat");
}

#[tokio::test]
async fn members_and_administrators_are_listed() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let group = bench.api.supergroup("Bakery", false, &mina);
    group.make_bot_admin().unwrap();
    let joon = bench.api.person(NewPerson::new(1002, "Joon"));
    group.add(&joon);
    let status = |user: i64| bench.ok("getChatMember", json!({ "chat_id": group.id(), "user_id": user }));
    assert_eq!(status(1001).await["status"], "creator");
    assert_eq!(status(1002).await["status"], "member");
    assert_eq!(status(4242).await["status"], "administrator");
    assert_eq!(status(4242).await["can_post_messages"], true);
    bench.api.person(NewPerson::new(1003, "Nobody"));
    assert_eq!(status(1003).await["status"], "left");
    assert_eq!(
        bench.refused("getChatMember", json!({ "chat_id": group.id(), "user_id": 31_337 })).await,
        "Bad Request: user not found"
    );
    let administrators = bench.ok("getChatAdministrators", json!({ "chat_id": group.id() })).await;
    let ids: Vec<i64> = administrators
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["user"]["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [1001, 4242]);
    assert_eq!(bench.ok("getChatMemberCount", json!({ "chat_id": group.id() })).await, json!(3));
    assert_eq!(bench.ok("getChat", json!({ "chat_id": group.id() })).await["title"], "Bakery");
    assert_eq!(bench.ok("getChat", json!({ "chat_id": 1001 })).await["first_name"], "Mina");
    assert_eq!(bench.refused("getChat", json!({ "chat_id": 1002 })).await, "Bad Request: chat not found");
    bench.ok("leaveChat", json!({ "chat_id": group.id() })).await;
    assert_eq!(
        bench.refused("getChat", json!({ "chat_id": group.id() })).await,
        "Forbidden: bot is not a member of the supergroup chat"
    );
}

#[tokio::test]
async fn chat_actions_are_checked() {
    let bench = Bench::new();
    bench.mina().await;
    assert_eq!(bench.ok("sendChatAction", json!({ "chat_id": 1001, "action": "typing" })).await, json!(true));
    assert_eq!(
        bench.refused("sendChatAction", json!({ "chat_id": 1001, "action": "dancing" })).await,
        "Bad Request: wrong parameter action in request"
    );
}
