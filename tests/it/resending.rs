//! An admin in Telegram looks at what could not be delivered and has it sent again, with a tap or by its number.

use bot_api::{ChatMessage, Fault, NewPerson, Person, Rule};
use serde_json::json;

use crate::harness::news::published;
use crate::harness::{ADMIN_ID, Outbox, PATIENCE, World};
use crate::on_both_databases;

const UNKNOWN: &str = "I don’t know that command. Try /help";

/// The next `times` messages to `person` are refused for good.
fn refuses(world: &World, person: &Person, times: u32) {
    let fault = Fault::Error { status: 400, description: "Bad Request: message is too long".into() };
    world.telegram.fault_next(times, Rule::new(fault).method("sendMessage").chat(person.id()));
}

/// So many notices to alice, who is `person`, that died: their numbers, the last one first.
async fn die(world: &World, outbox: &Outbox, person: &Person, count: u32) -> Vec<i64> {
    refuses(world, person, count);
    let events: Vec<_> =
        (1..=count).map(|number| published("alice", &format!("Bun no. {number}."))).collect();
    let mut ids = world.platform().accepts(json!({ "events": events })).await;
    outbox.until_settled(PATIENCE).await;
    for id in &ids {
        assert_eq!(outbox.row(*id).await.state, "dead");
    }
    ids.reverse();
    ids
}

/// How many buns `person` got.
fn buns(world: &World, person: &Person) -> usize {
    world.telegram.sent(person.id()).iter().filter(|message| message.text().contains("Bun no.")).count()
}

fn is_short(message: &ChatMessage) {
    assert!(message.text().lines().count() <= 8, "more than eight lines:\n{}", message.text());
}

on_both_databases! {
    async fn an_admin_sends_a_dead_letter_again_with_a_tap(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let nothing = world.answer(&ada, "/failed").await;
        assert_eq!(nothing.text(), "📭 No dead letters");
        let outbox = world.outbox().await;
        let ids = die(world, &outbox, &mina, 7).await;
        let list = world.tap_makes(&ada, &nothing, "Refresh", "Dead letters · 7").await;
        is_short(&list);
        let lines: Vec<&str> = list.text().lines().collect();
        assert_eq!(lines.len(), 7, "a heading, five and how many more: {}", list.text());
        assert_eq!(lines.last(), Some(&"and 2 more"));
        for (line, id) in lines.iter().skip(1).zip(&ids).take(5) {
            let begins = format!("{id} alice · post.published · unsendable · ");
            assert!(line.starts_with(&begins) && line.ends_with(" ago"), "{line:?} should begin with {begins:?}");
        }
        assert_eq!(list.buttons().len(), 6, "{:?}", list.labels());
        let label = format!("🔄 {}", ids[0]);
        let after = world.tap_makes(&ada, &list, &label, &format!("✅ {} is sent", ids[0])).await;
        is_short(&after);
        assert!(after.text().contains("Dead letters · 6"), "{}", after.text());
        assert!(!after.labels().contains(&label.as_str()), "its button is gone: {:?}", after.labels());
        mina.sees("Bun no. 7.").await.expect("Mina gets it");
        assert_eq!(buns(world, &mina), 1, "that one and no other");
    }

    async fn two_taps_send_it_once(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = die(world, &outbox, &mina, 1).await[0];
        let list = world.answer(&ada, "/failed").await;
        let data = format!("dead:{id}");
        let (one, two) = (
            ada.tap_data(ada.id(), list.id(), &data).expect("a tap"),
            ada.tap_data(ada.id(), list.id(), &data).expect("another"),
        );
        for tap in [one, two] {
            let answer = tap.answer(PATIENCE).await.expect("each tap is answered");
            assert_eq!(answer.text, "", "neither is a mistake");
        }
        world.reads(&ada, &list, &format!("✅ {id} is sent")).await;
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("both taps are handled");
        // A day later, on a button that an old message still shows.
        world.time_passes(chrono::TimeDelta::days(1));
        ada.tap_data(ada.id(), list.id(), &data).expect("a tap").answer(PATIENCE).await.expect("an answer");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("it is handled");
        assert_eq!(buns(world, &mina), 1, "sent once, however often it was tapped");
        assert_eq!(outbox.row(id).await.attempts, 1);
    }

    async fn an_admin_sends_one_again_by_its_number_however_it_is_typed(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let ids = die(world, &outbox, &mina, 2).await;
        for (typed, id) in [(format!("/resend {}", ids[0]), ids[0]), (format!("/RESEND@scheduler_bot  #{} ", ids[1]), ids[1])] {
            let answer = world.answer(&ada, &typed).await;
            assert_eq!(answer.text(), format!("✅ {id} is sent"), "{typed}");
            let again = world.answer(&ada, &typed).await;
            assert_eq!(again.text(), format!("✅ {id} is sent"), "asked twice, it is sent once");
        }
        assert_eq!(buns(world, &mina), 2);
        let list = world.answer(&ada, "/resend").await;
        assert!(list.text().starts_with("🔄 Send which one again?"), "{}", list.text());
        world.tap_makes(&ada, &list, "Dead letters", "No dead letters").await;
        let nines = "9".repeat(4000);
        for (typed, named) in [
            ("0", "0"), ("999999", "999999"), ("-1", "-1"), ("all", "all"), ("#", "#"), ("1 2", "1 2"),
            ("<b>1</b> & 1", "<b>1</b> & 1"), ("9223372036854775808", "9223372036854775808"), (&nines, "9999"),
        ] {
            let answer = world.answer(&ada, &format!("/resend {typed}")).await;
            let begins = format!("🤔 There is no notification {named}");
            assert!(answer.text().starts_with(&begins), "/resend {typed}: {}", answer.text());
            assert!(answer.text().len() < 400, "a short answer to a long number: {}", answer.text());
        }
    }

    async fn what_cannot_be_sent_again_says_why(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = die(world, &outbox, &mina, 1).await[0];
        refuses(world, &mina, 1);
        let list = world.answer(&ada, "/failed").await;
        let again = world.tap_makes(&ada, &list, &format!("🔄 {id}"), &format!("❌ {id} failed again: unsendable")).await;
        assert!(again.labels().contains(&format!("🔄 {id}").as_str()), "it can be tried once more: {:?}", again.labels());
        mina.blocks_bot().expect("Mina can block the bot");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the block is handled");
        let answer = world.answer(&ada, &format!("/resend {id}")).await;
        assert_eq!(answer.text(), format!("🔌 {id} stays here: the chat of alice can’t be reached (blocked)."));
        let unlinked = world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(unlinked.status, 200, "{unlinked:?}");
        let answer = world.answer(&ada, &format!("/resend {id}")).await;
        assert_eq!(answer.text(), format!("🔌 {id} stays here: alice is not connected to a chat."));
        let nobodys = world.platform().accepts(published("nobody", "Bun")).await[0];
        let answer = world.answer(&ada, &format!("/resend {nobodys}")).await;
        assert_eq!(answer.text(), format!("🚫 {nobodys} was cancelled: unknown account"));
        assert_eq!(outbox.row(id).await.state, "dead");
    }

    async fn one_that_has_to_wait_is_said_to_be_on_its_way(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = die(world, &outbox, &mina, 1).await[0];
        world.telegram.limit_chat(mina.id(), std::time::Duration::from_secs(600));
        let answer = world.answer(&ada, &format!("/resend {id}")).await;
        assert_eq!(answer.text(), format!("⏳ {id} is on its way"));
        let again = world.answer(&ada, &format!("/resend {id}")).await;
        assert_eq!(again.text(), format!("⏳ {id} is on its way"));
    }

    async fn the_queue_says_why_and_leads_to_the_dead_letters(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let empty = world.answer(&ada, "/queue").await;
        assert_eq!(empty.labels(), ["Refresh", "Stats"], "there are no dead letters to look at");
        let outbox = world.outbox().await;
        die(world, &outbox, &mina, 2).await;
        let held = outbox.holds("alice", mina.id(), "announcement", r#"{"text":"Later"}"#).await;
        outbox.change(held, "reason = 'no_rights'").await;
        let queue = world.answer(&ada, "/queue").await;
        is_short(&queue);
        for line in ["Pending 0 · sending 0 · held 1", "Held: may not write there 1", "Dead in 24 h 2", "Dead: unsendable 2"] {
            assert!(queue.text().lines().any(|it| it == line), "no {line:?} in: {}", queue.text());
        }
        let list = world.tap_makes(&ada, &queue, "Dead letters", "Dead letters · 2").await;
        assert_eq!(list.id(), queue.id(), "edited in place");
        world.time_passes(chrono::TimeDelta::hours(25));
        let next_day = world.answer(&ada, "/queue").await;
        assert!(next_day.text().contains("Dead in 24 h 0") && !next_day.text().contains("Dead:"), "{}", next_day.text());
        let all = world.answer(&ada, "/failed").await;
        assert!(all.text().contains("Dead letters · 2"), "they stay until their time is over: {}", all.text());
    }

    async fn a_korean_admin_is_answered_in_korean(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = die(world, &outbox, &mina, 1).await[0];
        let admin = world.telegram.person(NewPerson::new(ADMIN_ID, "관리자").language("ko"));
        let list = world.answer(&admin, "/failed").await;
        assert!(list.text().starts_with("📭 전송 불가 알림 · 1건\n"), "{}", list.text());
        assert!(list.text().contains("보낼 수 없는 내용"), "{}", list.text());
        world.tap_makes(&admin, &list, &format!("🔄 {id}"), &format!("✅ {id}번 전송 완료")).await;
    }

    async fn nobody_else_sees_them_or_sends_them_again(world) {
        world.without_limits().await;
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let id = die(world, &outbox, &mina, 1).await[0];
        for typed in ["/failed".to_owned(), "/resend".to_owned(), format!("/resend {id}"), format!("/Resend #{id}")] {
            let answer = world.answer(&mina, &typed).await;
            assert_eq!(answer.text(), UNKNOWN, "{typed}");
        }
        // A button can be forged: whoever taps must be an admin, and in their own chat.
        let hers = mina.last_message().expect("an answer of the bot’s");
        for data in [format!("dead:{id}"), "dead".to_owned()] {
            let tap = mina.tap_data(mina.id(), hers.id(), &data).expect("a forged tap");
            let answer = tap.answer(PATIENCE).await.expect("it is answered");
            assert_eq!(answer.text, "This button no longer works", "{data}");
        }
        let list = world.answer(&ada, "/failed").await;
        world.stop().await;
        world.config.telegram.admins.clear();
        world.start().await;
        let answer = ada.taps(list.id(), &format!("🔄 {id}")).await.expect("it is answered");
        assert_eq!(answer.text, "This button no longer works", "she is no admin any more");
        assert_eq!((outbox.row(id).await.state.as_str(), buns(world, &mina)), ("dead", 0));
    }
}
