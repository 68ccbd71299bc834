//! What could not be delivered: the operator's tools see why, and have it sent again.

use bot_api::{Fault, Person, Rule};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::http::Scope;

use crate::harness::news::{failed, published};
use crate::harness::{A_TOKEN, Answer, Outbox, PATIENCE, World};
use crate::on_both_databases;

/// What Telegram says of a message that it will never take.
const TOO_LONG: &str = "Bad Request: message is too long";

/// The next `times` messages to `person` are refused so.
fn refuses(world: &World, person: &Person, times: u32, words: &str) {
    let fault = Fault::Error { status: 400, description: words.to_owned() };
    world.telegram.fault_next(times, Rule::new(fault).method("sendMessage").chat(person.id()));
}

/// A notice to `account` that `person` never got: its number.
async fn dies(world: &World, outbox: &Outbox, person: &Person, account: &str, text: &str) -> i64 {
    refuses(world, person, 1, TOO_LONG);
    let id = world.platform().accepts(failed(account, text)).await[0];
    assert_eq!(outbox.until(id, "dead").await.reason.as_deref(), Some("unsendable"));
    id
}

async fn resends(world: &World, id: i64) -> Answer {
    world.platform().operates(Method::POST, &format!("/api/admin/outbox/{id}/resend")).await
}

/// What the port says to a wish that it refuses with 409 and this kind of problem.
async fn is_refused(world: &World, id: i64, kind: &str) -> String {
    let answer = resends(world, id).await;
    assert_eq!(answer.status, 409, "notification {id} must not be sent again: {answer:?}");
    assert_eq!(answer.body["type"], format!("/problems/{kind}"), "{answer:?}");
    answer.body["detail"].as_str().expect("a reason in words").to_owned()
}

async fn lists(world: &World, query: &str) -> Value {
    let answer = world.platform().operates(Method::GET, &format!("/api/admin/outbox{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.body
}

/// The numbers on a page.
fn ids(page: &Value) -> Vec<i64> {
    let rows = page["notifications"].as_array().expect("a list of notifications");
    rows.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

/// How many of the messages that `person` got say `words`.
fn seen(world: &World, person: &Person, words: &str) -> usize {
    world.telegram.sent(person.id()).iter().filter(|message| message.text().contains(words)).count()
}

on_both_databases! {
    async fn the_operator_sees_what_died_and_why_but_not_what_it_said(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        assert_eq!(lists(world, "").await, json!({ "notifications": [], "next_cursor": null }), "nothing died yet");
        let id = dies(world, &outbox, &mina, "alice", "Mina’s secret recipe").await;
        let page = lists(world, "").await;
        assert_eq!(ids(&page), [id], "{page:#}");
        let row = &page["notifications"][0];
        let shown = json!([row["account"], row["kind"], row["state"], row["reason"], row["attempts"], row["message_id"]]);
        assert_eq!(shown, json!(["alice", "post.failed", "dead", "unsendable", 1, null]), "{row:#}");
        for time in ["event_at", "created_at", "due_at", "finished_at"] {
            assert!(row[time].is_string(), "no {time}: {row:#}");
        }
        let one = world.platform().operates(Method::GET, &format!("/api/admin/outbox/{id}")).await;
        assert_eq!((one.status, &one.body["reason"]), (200, &json!("unsendable")), "{one:?}");
        let history = one.body["history"].as_array().expect("its history");
        assert_eq!(history.len(), 1, "{history:#?}");
        assert_eq!((&history[0]["class"], &history[0]["words"]), (&json!("unsendable"), &json!(TOO_LONG)));
        assert!(history[0]["started_at"].is_string() && history[0]["latency_ms"].is_u64(), "{history:#?}");
        for told in [page.to_string(), one.body.to_string()] {
            assert!(!told.contains("recipe"), "what people write is nobody else’s business: {told}");
        }
    }

    async fn a_dead_letter_arrives_when_it_is_sent_again_and_only_once(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = dies(world, &outbox, &mina, "alice", "Scones").await;
        let answer = resends(world, id).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let shown = json!([answer.body["id"], answer.body["state"], answer.body["reason"], answer.body["attempts"], answer.body["finished_at"]]);
        assert_eq!(shown, json!([id, "pending", null, 0, null]), "it begins anew");
        mina.sees("“Scones”").await.expect("it arrives, without anybody else’s help");
        let row = outbox.until(id, "sent").await;
        assert_eq!((row.attempts, row.reason), (1, None));
        assert_eq!(outbox.classes(id).await, ["unsendable", "sent"], "what happened before is still told");
        let why = is_refused(world, id, "notification-state").await;
        assert!(why.starts_with("It is sent."), "{why}");
        assert_eq!(seen(world, &mina, "“Scones”"), 1);
        assert!(ids(&lists(world, "?state=dead").await).is_empty(), "it is no dead letter any more");
        assert_eq!(ids(&lists(world, "?state=sent").await), [id]);
    }

    async fn twenty_who_ask_at_once_send_it_once(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = dies(world, &outbox, &mina, "alice", "Scones").await;
        let answers = join_all((0..20).map(|_| resends(world, id))).await;
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        let late = answers.iter().filter(|answer| answer.status == 409).count();
        assert_eq!((done, late), (1, 19), "{answers:#?}");
        outbox.until(id, "sent").await;
        outbox.until_settled(PATIENCE).await;
        assert_eq!(seen(world, &mina, "“Scones”"), 1, "one of them sent it, the others found it gone");
    }

    async fn attempts_begin_anew(world) {
        world.stop().await;
        world.config.delivery.backoff = vec![std::time::Duration::from_secs(60)];
        world.start().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        refuses(world, &mina, 3, "Bad Request: something new");
        let id = world.platform().accepts(failed("alice", "Scones")).await[0];
        outbox.until_put_off(id, "refused").await;
        world.time_passes(chrono::TimeDelta::seconds(70));
        assert_eq!(outbox.until(id, "dead").await.attempts, 2, "its one retry is used up");
        assert_eq!(resends(world, id).await.status, 200);
        assert_eq!(outbox.until_put_off(id, "refused").await.attempts, 1, "it may be retried again");
        world.time_passes(chrono::TimeDelta::seconds(70));
        assert_eq!(outbox.until(id, "sent").await.attempts, 2);
        assert_eq!(outbox.classes(id).await, ["refused", "refused", "refused", "sent"]);
    }

    async fn it_is_formatted_again_where_only_plain_text_was_left_to_try(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        refuses(world, &mina, 2, "Bad Request: can't parse entities: a bug of ours");
        let id = world.platform().accepts(failed("alice", "Scones")).await[0];
        outbox.until(id, "dead").await;
        assert_eq!(resends(world, id).await.status, 200);
        outbox.until(id, "sent").await;
        let notice = mina.last_message().expect("it arrived");
        assert_eq!(notice.parse_mode.as_deref(), Some("HTML"), "mended since, the text looks as it should");
    }

    async fn what_is_not_dead_stays_as_it_is(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let held = outbox.holds("alice", mina.id(), "announcement", r#"{"text":"Tomorrow"}"#).await;
        let nobodys = world.platform().accepts(failed("nobody", "Scones")).await[0];
        assert_eq!(outbox.row(nobodys).await.state, "cancelled");
        for (id, state) in [(held, "pending"), (nobodys, "cancelled")] {
            let before = outbox.row(id).await;
            let why = is_refused(world, id, "notification-state").await;
            assert!(why.starts_with(&format!("It is {state}.")), "{why}");
            assert_eq!(format!("{:?}", outbox.row(id).await), format!("{before:?}"), "nothing of it was changed");
        }
        // Frozen in the middle of a send, as after a crash.
        let claimed = format!("state = 'sending', lease_token = {A_TOKEN}, lease_until_ms = due_at_ms");
        outbox.change(held, &claimed).await;
        let why = is_refused(world, held, "notification-state").await;
        assert!(why.starts_with("It is sending."), "{why}");
        outbox.change(held, "state = 'cancelled', lease_token = NULL, lease_until_ms = NULL").await;
    }

    async fn it_stays_dead_while_there_is_no_chat_to_send_it_to(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = dies(world, &outbox, &mina, "alice", "Scones").await;

        mina.blocks_bot().expect("Mina can block the bot");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the block is handled");
        let why = is_refused(world, id, "chat-unreachable").await;
        assert!(why.contains("The person has blocked the bot."), "{why}");
        mina.unblocks_bot().expect("Mina can unblock the bot");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("that is handled, too");

        let unlinked = world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(unlinked.status, 200, "{unlinked:?}");
        let why = is_refused(world, id, "not-linked").await;
        assert!(why.contains("not connected to a chat"), "{why}");
        // Erased altogether, its dead letters have nobody either.
        outbox.change(id, "account = 'nobody'").await;
        is_refused(world, id, "not-linked").await;
        outbox.change(id, "account = 'alice'").await;
        let row = outbox.row(id).await;
        assert_eq!((row.state.as_str(), row.reason.as_deref(), row.attempts), ("dead", Some("unsendable"), 1));
        assert_eq!(seen(world, &mina, "“Scones”"), 0);
    }

    async fn it_goes_to_the_chat_that_the_account_has_now(world) {
        world.without_limits().await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = dies(world, &outbox, &mina, "alice", "Scones").await;
        outbox.change(id, "thread_id = 7").await;
        let unlinked = world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(unlinked.status, 200, "{unlinked:?}");
        world.link(&jun, "alice").await;
        assert_eq!(resends(world, id).await.status, 200);
        jun.sees("“Scones”").await.expect("it arrives where alice reads now");
        assert_eq!(outbox.until(id, "sent").await.chat_id, Some(jun.id()));
        assert_eq!(outbox.count("notifications WHERE thread_id IS NOT NULL").await, 0, "the topic was one of the old chat’s");
        assert_eq!(seen(world, &mina, "“Scones”"), 0, "her chat is not alice’s any more");
    }

    async fn the_old_chat_is_told_of_the_new_one_whatever_became_of_it(world) {
        world.without_limits().await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        refuses(world, &mina, 1, TOO_LONG);
        world.link(&jun, "alice").await;
        let outbox = world.outbox().await;
        let told = outbox.rows().await.pop().expect("the old chat is to be told");
        outbox.until(told.id, "dead").await;
        assert_eq!(resends(world, told.id).await.status, 200);
        mina.sees("Notifications moved to another chat").await.expect("she is told after all");
        assert_eq!(outbox.until(told.id, "sent").await.chat_id, Some(mina.id()));
    }

    async fn what_nobody_can_read_dies_again_and_is_still_listed(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = outbox.holds("alice", mina.id(), "post.imploded", "no JSON").await;
        outbox.change(id, "due_at_ms = created_at_ms").await;
        outbox.until(id, "dead").await;
        assert_eq!(resends(world, id).await.status, 200);
        assert_eq!(outbox.until(id, "dead").await.reason.as_deref(), Some("unreadable"));
        let page = lists(world, "").await;
        let row = &page["notifications"][0];
        assert_eq!((&row["id"], &row["kind"]), (&json!(id), &json!("post.imploded")), "{page:#}");
    }

    async fn pages_follow_one_another_without_a_gap(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        refuses(world, &mina, 7, TOO_LONG);
        let events: Vec<Value> = (0..7).map(|number| published("alice", &format!("Bun {number}"))).collect();
        let mut dead = world.platform().accepts(json!({ "events": events })).await;
        outbox.until_settled(PATIENCE).await;
        dead.reverse();
        let (mut found, mut query) = (Vec::new(), "?limit=3".to_owned());
        for wanted in [3, 3, 1] {
            let page = lists(world, &query).await;
            assert_eq!(ids(&page).len(), wanted, "{query}: {page:#}");
            found.extend(ids(&page));
            // What dies meanwhile is on a page before.
            refuses(world, &mina, 1, TOO_LONG);
            let late = world.platform().accepts(published("alice", "Late")).await[0];
            outbox.until(late, "dead").await;
            query = format!("?limit=3&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
        }
        assert_eq!(found, dead, "each once, the newest first");
        assert_eq!(query, "?limit=3&cursor=", "the last page names no other");
        let everything = lists(world, "?limit=200").await;
        assert_eq!((ids(&everything).len(), &everything["next_cursor"]), (10, &Value::Null));
    }

    async fn a_query_that_makes_no_sense_is_refused(world) {
        for query in [
            "?state=", "?state=Dead", "?state=gone", "?state=dead&state=sent", "?limit=0", "?limit=201", "?limit=-1",
            "?limit=many", "?limit=99999999999999999999", "?cursor=", "?cursor=x", "?cursor=1e3", "?account=alice",
        ] {
            let answer = world.platform().operates(Method::GET, &format!("/api/admin/outbox{query}")).await;
            assert_eq!((answer.status, &answer.body["type"]), (400, &json!("/problems/bad-request")), "{query}: {answer:?}");
        }
        for query in ["?state=pending", "?state=sending", "?state=cancelled", "?cursor=-9223372036854775808", "?cursor=9223372036854775807"] {
            assert!(ids(&lists(world, query).await).is_empty(), "{query}");
        }
    }

    async fn a_number_that_nothing_has_is_not_found(world) {
        let huge = "9".repeat(3000);
        for id in ["0", "1", "-1", "+1", "1.0", "0x1", "9223372036854775807", "9223372036854775808", "abc", "%00", "1%20", "１", &huge] {
            for (method, path) in [(Method::GET, format!("/api/admin/outbox/{id}")), (Method::POST, format!("/api/admin/outbox/{id}/resend"))] {
                let answer = world.platform().operates(method.clone(), &path).await;
                assert_eq!((answer.status, &answer.body["type"]), (404, &json!("/problems/not-found")), "{method} {path}: {answer:?}");
            }
        }
    }

    async fn only_the_operator_may_look_and_send_again(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = dies(world, &outbox, &mina, "alice", "Scones").await;
        let resend = format!("/api/admin/outbox/{id}/resend");
        let platform = world.platform();
        for (method, path) in [
            (Method::GET, "/api/admin/outbox".to_owned()),
            (Method::GET, format!("/api/admin/outbox/{id}")),
            (Method::POST, resend.clone()),
        ] {
            // Her own dead letter, and the back end's: neither is theirs to send again.
            for scope in [Scope::Telegram, Scope::Posts, Scope::PostsAny, Scope::Events] {
                let answer = platform.asks_with("alice", &[scope], method.clone(), &path, None).await;
                assert_eq!(answer.status, 403, "{method} {path} with {scope}: {answer:?}");
            }
            let answer = platform.send(platform.request(method.clone(), &path)).await;
            assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
        }
        for method in [Method::GET, Method::HEAD, Method::DELETE] {
            let answer = platform.operates(method.clone(), &resend).await;
            assert_eq!(answer.status, 405, "{method}: {answer:?}");
        }
        let words = Some(json!({ "to": "everybody" }));
        let answer = platform.asks_with("the operator", &[Scope::Admin], Method::POST, &resend, words).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(outbox.row(id).await.state, "dead", "none of that has sent it");
        let answer = platform.asks_with("the operator", &[Scope::Admin], Method::POST, &resend, Some(json!({}))).await;
        assert_eq!(answer.status, 200, "an empty body says nothing: {answer:?}");
        outbox.until(id, "sent").await;
    }
}
