//! A team reads an account's notices in its group or topic.

use bot_api::{ChatMessage, Fault, Person, Room, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};
use telegram_bot_scheduler::domain::audit::Actor;

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

/// The token in the link that brings the notices of `account` to a group.
pub(super) async fn group_token(world: &World, account: &str) -> String {
    let answer = world.platform().get(account, "/api/telegram/link-account?lang=en").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let url = answer.body["group_url"].as_str().expect("a link for groups").to_owned();
    let token = url.strip_prefix("https://t.me/scheduler_bot?startgroup=").expect("a link to the bot");
    assert_ne!(token, answer.body["token"], "a link for a group must not open a private chat");
    token.to_owned()
}

/// The bot's message in `group` that says `words`, the last one.
pub(super) async fn reads(world: &World, group: &Room, words: &str) -> ChatMessage {
    let says = |message: &ChatMessage| message.text().contains(words);
    let seen = world.telegram.wait_for_message(group.id(), says, PATIENCE).await;
    seen.unwrap_or_else(|not_seen| panic!("nobody in the group reads {words:?}: {not_seen}"))
}

/// The question in `group` whether to connect; the link was opened by `person`.
pub(super) async fn question(world: &World, group: &Room, person: &Person, token: &str) -> ChatMessage {
    group.opens_link(person, token).expect("they are in the group");
    asked(world, group, token).await
}

/// The question whose button would spend `token`.
pub(super) async fn asked(world: &World, group: &Room, token: &str) -> ChatMessage {
    let asks = |message: &ChatMessage| {
        let mut data = message.buttons().into_iter().filter_map(|button| button.callback_data.as_deref());
        data.any(|data| data.ends_with(token))
    };
    world
        .telegram
        .wait_for_message(group.id(), asks, PATIENCE)
        .await
        .expect("the bot asks whether to connect")
}

pub(super) async fn taps(person: &Person, group: &Room, message: &ChatMessage, label: &str) -> String {
    let tap = person.tap(group.id(), message.id(), label).expect("the button is there");
    tap.answer(PATIENCE).await.expect("the tap is answered").text
}

/// `group` gets the notices of `account`, connected by `person`.
pub(super) async fn connect(world: &World, group: &Room, person: &Person, account: &str) {
    let asked = question(world, group, person, &group_token(world, account).await).await;
    assert_eq!(taps(person, group, &asked, "Connect").await, "");
    reads(world, group, "notices come here now").await;
}

fn failure(account: &str, text: &str) -> Value {
    json!({ "type": "post.failed", "account": account, "data": { "network": "facebook", "text": text, "post_id": "7" } })
}

/// How many of the account's rows are for places, and how many for its own chat.
async fn rows(world: &World) -> (i64, i64) {
    let outbox = world.outbox().await;
    let places = outbox.count("notifications WHERE place_id IS NOT NULL").await;
    (places, outbox.count("notifications WHERE place_id IS NULL").await)
}

async fn acknowledged(world: &World) {
    world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
}

on_both_databases! {
    async fn a_team_reads_in_its_group_what_its_account_is_told(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        let token = group_token(world, "alice").await;
        let asked = question(world, &group, &mina, &token).await;
        assert!(asked.text().contains("Send alice’s shop’s notices to this group?"), "{}", asked.text());
        assert_eq!(asked.labels(), ["✅ Connect", "Cancel"]);
        assert_eq!(platform.status("alice").await["places"], json!([]), "connected without a tap");
        assert_eq!(taps(&mina, &group, &asked, "Connect").await, "");
        reads(world, &group, "alice’s shop’s notices come here now").await;
        let places = platform.status("alice").await["places"].clone();
        assert_eq!((&places[0]["telegram_chat_id"], &places[0]["title"]), (&json!(group.id()), &json!("Bakers")));

        let ids = platform.accepts(json!({ "events": [failure("alice", "Scones"), failure("bob", "Tea")] })).await;
        assert_eq!(ids.len(), 2, "an event is answered by the id of its account’s own row");
        let notice = reads(world, &group, "Scones").await;
        assert!(notice.text().ends_with("👤 alice’s shop"), "whose it is: {}", notice.text());
        assert!(notice.buttons().iter().all(|button| button.callback_data.is_none()), "{:?}", notice.labels());
        mina.sees("Scones").await.expect("her own chat is told as before");
        assert_eq!(rows(world).await.0, 1);
        assert_eq!(world.outbox().await.row(ids[0]).await.chat_id, Some(mina.id()));
        let status = world.answer(&mina, "/status").await;
        assert!(status.text().contains("1 failed"), "a group's copy counts twice: {}", status.text());
    }

    async fn a_topic_gets_them_where_it_was_asked_for(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let forum = world.telegram.supergroup("Bakers", true, &mina);
        forum.add_bot().expect("she can");
        let (news, talk) = (forum.add_topic("News").expect("a forum"), forum.add_topic("Talk").expect("a forum"));
        let token = group_token(world, "alice").await;
        mina.says_in(forum.id(), Some(news), &format!("/start@scheduler_bot {token}")).expect("she can");
        let asked = asked(world, &forum, &token).await;
        assert!(asked.text().contains("to this topic?"), "{}", asked.text());
        assert_eq!(asked.message.message_thread_id, Some(news), "asked where it was brought");
        taps(&mina, &forum, &asked, "Connect").await;
        reads(world, &forum, "notices come here now").await;
        assert_eq!(world.platform().status("alice").await["places"][0]["title"], "Bakers · News");
        world.platform().tells(failure("alice", "Scones")).await;
        assert_eq!(reads(world, &forum, "Scones").await.message.message_thread_id, Some(news));
        // In the other topic nothing comes.
        mina.says_in(forum.id(), Some(talk), "/status@scheduler_bot").expect("she can");
        assert_eq!(reads(world, &forum, "No account’s notices").await.message.message_thread_id, Some(talk));

        forum.delete_topic(news).expect("she can");
        world.platform().tells(failure("alice", "Buns")).await;
        assert_eq!(reads(world, &forum, "Buns").await.message.message_thread_id, None, "it falls back to the group");
        world.platform().tells(failure("alice", "Tarts")).await;
        reads(world, &forum, "Tarts").await;
        let gone = world.outbox().await.count("attempts WHERE outcome = 'topic_gone'").await;
        assert_eq!(gone, 1, "a topic that is gone is tried again and again");
    }

    async fn only_the_administrator_who_was_asked_can_connect(world) {
        let (mina, jun) = (world.mina(), world.jun());
        let eve = world.telegram.person(bot_api::NewPerson::new(13, "Eve"));
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.add(&jun);
        group.add(&eve);
        group.promote(&eve, true).expect("she is in the group");
        let token = group_token(world, "alice").await;
        let asked = question(world, &group, &mina, &token).await;
        for other in [&jun, &eve] {
            let toast = taps(other, &group, &asked, "Connect").await;
            assert!(toast == "This button isn’t yours" || toast.contains("버튼"), "{toast}");
        }
        // Everybody in the group has read the token: nobody but Mina can carry it elsewhere.
        let elsewhere = world.telegram.supergroup("Eve’s", false, &eve);
        elsewhere.opens_link(&eve, &token).expect("it is her group");
        reads(world, &elsewhere, "This link doesn’t work here").await;
        let forged = eve.tap_data(elsewhere.id(), elsewhere.messages().last().expect("a message").id(), &format!("place:{token}"));
        forged.expect("apps can be forged").answer(PATIENCE).await.expect("the tap is answered");
        eve.starts(&token).expect("she can write");
        eve.sees("This link no longer works").await.expect("in a private chat it is nothing");
        assert_eq!(world.platform().status("alice").await["places"], json!([]));
        // Who is no administrator any more can't, either.
        group.promote(&mina, false).expect("she is in the group");
        assert_eq!(taps(&mina, &group, &asked, "Connect").await, "", "its creator stays one");
        reads(world, &group, "notices come here now").await;
    }

    async fn a_member_can_not_connect_and_learns_nothing(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.add(&jun);
        group.opens_link(&jun, &group_token(world, "alice").await).expect("he is in the group");
        let answer = reads(world, &group, "여기서는 쓸 수 없는 링크예요").await;
        assert!(!answer.text().contains("alice"), "{}", answer.text());
        assert_eq!(answer.labels(), ["1:1 대화 열기"]);
    }

    async fn a_token_works_once_and_for_ten_minutes(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (group, other) = (world.telegram.supergroup("Bakers", false, &mina), world.telegram.group("Others", &mina));
        let token = group_token(world, "alice").await;
        let asked = question(world, &group, &mina, &token).await;
        let both = [mina.tap(group.id(), asked.id(), "Connect"), mina.tap(group.id(), asked.id(), "Connect")];
        for tap in both {
            tap.expect("the button is there").answer(PATIENCE).await.expect("each is answered");
        }
        reads(world, &group, "notices come here now").await;
        assert_eq!(world.number("SELECT COUNT(*) FROM places").await, 1);
        other.opens_link(&mina, &token).expect("it is her group");
        reads(world, &other, "This link doesn’t work here").await;

        let late = group_token(world, "alice").await;
        let asked = question(world, &other, &mina, &late).await;
        world.time_passes(TimeDelta::minutes(11));
        taps(&mina, &other, &asked, "Connect").await;
        acknowledged(world).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM places").await, 1, "connected by a link that was over");
        for junk in ["x", &"a".repeat(32), &"a".repeat(64), "%F0%9F"] {
            mina.says_in(other.id(), None, &format!("/start@scheduler_bot {junk}")).expect("she can");
        }
        acknowledged(world).await;
    }

    async fn an_account_without_a_chat_of_its_own_gets_no_group(world) {
        let mina = world.mina();
        world.answer(&mina, "/start").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.opens_link(&mina, &group_token(world, "alice").await).expect("it is her group");
        reads(world, &group, "Connect your own chat first").await;
        world.link(&mina, "alice").await;
        connect(world, &group, &mina, "alice").await;
    }

    async fn kinds_count_in_groups_and_quiet_hours_and_mutes_do_not(world) {
        world.it_is("2026-11-22T12:00:00Z");
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        let told = world.telegram.sent_count(mina.id());
        let off = json!({ "zone": "UTC", "quiet_hours": { "from": "10:00", "until": "14:00" }, "notifications": { "automation": "off" } });
        assert_eq!(platform.patch("alice", "/api/telegram/settings", off).await.status, 200);
        let kind = |kind: &str, text: &str| json!({ "type": kind, "account": "alice", "data": { "network": "x", "text": text } });
        platform.tells(kind("automation.executed", "Friday recap")).await;
        platform.tells(kind("post.published", "Scones")).await;
        let notice = reads(world, &group, "Scones").await;
        assert!(notice.silent, "published posts make no sound by this account's choice");
        assert_eq!(rows(world).await, (1, 2), "what is switched off makes no row for the group");
        assert_eq!(world.telegram.sent_count(mina.id()), told, "her own quiet hours hold it");
    }

    async fn an_administrator_asks_whose_notices_come_and_stops_them(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "jun").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        group.add(&jun);
        group.promote(&jun, true).expect("he is in the group");
        connect(world, &group, &mina, "alice").await;
        let asked = question(world, &group, &mina, &group_token(world, "jun").await).await;
        taps(&mina, &group, &asked, "Connect").await;
        reads(world, &group, "jun’s shop’s notices come here now").await;
        mina.says_in(group.id(), None, "/status").expect("she can");
        let status = reads(world, &group, "Notices that come here").await;
        assert!(status.text().contains("👤 alice’s shop\n👤 jun’s shop"), "{}", status.text());
        mina.says_in(group.id(), None, "/unlink@scheduler_bot").expect("she can");
        let asked = reads(world, &group, "Whose notices should stop here?").await;
        assert_eq!(asked.labels(), ["Stop alice’s shop", "Stop jun’s shop", "Keep"]);
        let stop = asked.buttons()[0].callback_data.clone().expect("a button to tap");
        // Jun may, too: it is his group as much as hers.
        taps(&jun, &group, &asked, "Stop alice").await;
        reads(world, &group, "그 알림은 여기로 오지 않아요").await;
        let again = jun.tap_data(group.id(), asked.id(), &stop).expect("an old screen");
        assert_eq!(again.answer(PATIENCE).await.expect("an answer").text, "", "twice is once");
        world.platform().tells(json!({ "events": [failure("alice", "Scones"), failure("jun", "Tea")] })).await;
        reads(world, &group, "Tea").await;
        mina.sees("Scones").await.expect("her own chat is told");
        assert_eq!(rows(world).await.0, 1, "a group that wants no more gets more");
    }

    async fn the_person_removes_a_group_in_their_settings(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let settings = world.answer(&mina, "/settings").await;
        assert!(!settings.labels().iter().any(|label| label.contains("Groups")), "a button for what is not there");
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        let settings = world.answer(&mina, "/settings").await;
        let list = world.tap_makes(&mina, &settings, "Groups", "Your notices also go to these").await;
        assert_eq!(list.labels()[0], "✖️ Bakers");
        let tap = list.buttons()[0].callback_data.clone().expect("a button to tap");
        world.tap_makes(&mina, &list, "Bakers", "No group gets your notices any more").await;
        mina.tap_data(mina.id(), list.id(), &tap).expect("twice").answer(PATIENCE).await.expect("harmless");
        assert_eq!(platform.status("alice").await["places"], json!([]));
    }

    async fn what_waits_for_a_removed_group_is_cancelled(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        let wait = Fault::TooManyRequests { retry_after: 3_600 };
        world.telegram.fault_next(1, Rule::new(wait).method("sendMessage").chat(group.id()));
        platform.tells(failure("alice", "Scones")).await;
        world.until("the group has to wait", async || world.finds("SELECT 1 FROM chat_waits").await).await;
        let settings = world.answer(&mina, "/settings").await;
        let list = world.tap_makes(&mina, &settings, "Groups", "Your notices also go to these").await;
        world.tap_makes(&mina, &list, "Bakers", "No group gets your notices any more").await;
        let cancelled = "SELECT 1 FROM notifications WHERE place_id IS NOT NULL AND state = 'cancelled' AND reason = 'place_removed'";
        assert!(world.finds(cancelled).await);
    }

    async fn a_group_that_removes_the_bot_is_out_of_service_and_the_person_told_once(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        group.remove_bot().expect("she can");
        mina.sees("Bakers is out of reach").await.expect("she is told in her own chat");
        platform.tells(failure("alice", "Scones")).await;
        mina.sees("Scones").await.expect("her own chat is not touched");
        let status = platform.status("alice").await;
        assert_eq!(status["places"][0]["disabled"]["reason"], "unreachable", "{status}");
        assert_eq!(status["telegram_enabled"], true, "{status}");
        assert_eq!(rows(world).await.0, 0, "nothing is written for a group that is out of reach");
        assert_eq!(world.number("SELECT COUNT(*) FROM notifications WHERE kind = 'place.lost'").await, 1);
        group.add_bot().expect("she can");
        reads(world, &group, "Notices come here again from:\n👤 alice’s shop").await;
        platform.tells(failure("alice", "Buns")).await;
        reads(world, &group, "Buns").await;
    }

    async fn a_group_that_was_deleted_never_touches_the_persons_own_chat(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        let deleted = Fault::Error { status: 403, description: "Forbidden: the group chat was deleted".into() };
        world.telegram.fault_next(u32::MAX, Rule::new(deleted).method("sendMessage").chat(group.id()));
        platform.tells(failure("alice", "Scones")).await;
        mina.sees("Scones").await.expect("her own chat is told");
        mina.sees("Bakers is out of reach").await.expect("and that the group is gone");
        assert_eq!(platform.status("alice").await["telegram_enabled"], true);
        assert!(world.finds("SELECT 1 FROM notifications WHERE place_id IS NOT NULL AND state = 'dead'").await);
    }

    async fn a_group_that_is_not_found_for_a_day_is_given_up(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        let fault = Fault::Error { status: 400, description: "Bad Request: chat not found".into() };
        world.telegram.fault_next(u32::MAX, Rule::new(fault).method("sendMessage").chat(group.id()));
        platform.tells(failure("alice", "Scones")).await;
        let outbox = world.outbox().await;
        for tries in 1..=3 {
            let tried = async || outbox.count("attempts WHERE outcome = 'maybe_gone'").await == tries;
            world.until("the group is tried", tried).await;
            if tries < 3 {
                assert!(platform.status("alice").await["places"][0]["disabled"].is_null(), "given up too soon");
                world.time_passes(TimeDelta::hours(13));
            }
        }
        mina.sees("Bakers is out of reach").await.expect("she is told");
        assert_eq!(platform.status("alice").await["places"][0]["disabled"]["reason"], "unreachable");
    }

    async fn a_group_that_becomes_a_supergroup_is_followed(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.group("Bakers", &mina);
        connect(world, &group, &mina, "alice").await;
        let supergroup = group.migrates().expect("she can");
        acknowledged(world).await;
        assert_eq!(platform.status("alice").await["places"][0]["telegram_chat_id"], supergroup.id());
        platform.tells(failure("alice", "Scones")).await;
        reads(world, &supergroup, "Scones").await;
    }

    async fn whoever_disconnects_takes_their_groups_along(world) {
        let (mina, jun, platform) = (world.mina(), world.jun(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        // Moving to another chat is no end: it is the same account.
        let question = world.opens_link(&jun, &platform.asks_for_link_with("alice", "?lang=en").await).await;
        world.tap_makes(&jun, &question, "Move here", "alice’s shop").await;
        assert_eq!(platform.status("alice").await["places"].as_array().map(Vec::len), Some(1));
        platform.post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM places").await, 0);
        platform.tells(failure("alice", "Scones")).await;
        assert_eq!(rows(world).await.0, 0);
    }

    async fn what_died_for_a_group_is_sent_again_to_the_group(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        connect(world, &group, &mina, "alice").await;
        let fault = Fault::Error { status: 400, description: "Bad Request: message is too long".into() };
        world.telegram.fault_next(1, Rule::new(fault).method("sendMessage").chat(group.id()));
        platform.tells(failure("alice", "Scones")).await;
        let died = "SELECT id FROM notifications WHERE place_id IS NOT NULL AND state = 'dead'";
        world.until("it is given up", async || world.finds(died).await).await;
        let resent = world.number(died).await;
        world.app().store().resend(resent, &Actor::Admin(900), world.clock.now()).await.expect("it is sent again");
        reads(world, &group, "Scones").await;
    }
}
