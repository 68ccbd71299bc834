//! Telegram is away, refuses the token, or tells somebody to wait for hours: what was accepted waits, the others go
//! on, and when it is back everybody hears of everything within its limits.

use std::time::Duration;

use bot_api::{Fault, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};
use telegram_bot_scheduler::health::Telegram;

use super::{in_full, invariants_hold, scaled};
use crate::harness::news::{announcement, failed};
use crate::harness::{Audience, Launch, News, PATIENCE, Platform, Process, World, number};
use crate::{on_both_databases, on_both_databases_with_processes};

/// For how long Telegram tells the limited chat to wait, in seconds.
const HOURS: u64 = 10_072;

/// How much later may the others hear because of it?
const LATER: Duration = Duration::from_secs(1);

/// How many chats wait for Telegram's return, each for ten notices; every day, for four.
const CHATS: usize = 5_000;

/// For how many of these chats something that failed comes first, and how many of them are told of it at once.
const FAILURES: usize = 60;
const AT_ONCE: usize = 10;

/// Two requests that leave so soon after each other, in milliseconds, may arrive in either order: they have a connection
/// each.
const SIDE_BY_SIDE_MS: i64 = 20;

/// How many notices wait for a group: more than its minute takes.
const FOR_THE_GROUP: usize = 40;

/// For how many seconds the return is looked at under Telegram's limits.
const WATCHED: usize = 60;

/// Telegram's limit on all messages.
const A_SECOND: usize = 30;

on_both_databases! {
    async fn fault_05_one_chat_told_to_wait_for_hours_delays_nobody_and_waits_across_a_restart(world) {
        world.stop().await;
        let others = 1..scaled(1_000);
        let mut audience = Audience::gathered(world, others.end).await;
        world.start().await;
        let chat = audience.somebody().id();
        let normal = heard_within(world, &mut audience, &others).await;
        world.telegram.limit_chat(chat, Duration::from_secs(HOURS));
        let (before, told_at) = (tries(world, chat), world.clock.now().timestamp_millis());
        let limited = [audience.news_for(0, "post.failed"), audience.news_for(0, "post.failed")];
        audience.are_told(&world.platform(), &limited).await;
        world.until("Telegram says how long to wait", async || tries(world, chat) > before).await;
        let beside = heard_within(world, &mut audience, &others).await;
        assert!(
            beside <= normal + LATER,
            "99 % of the others heard within {beside:?}, and within {normal:?} when nobody had to wait"
        );
        world.restart().await;
        heard_within(world, &mut audience, &others).await;
        assert_eq!(tries(world, chat) - before, 1, "something was sent to them before their time");
        assert_eq!(world.telegram.stats().early_sends, 0);
        let kept = format!("SELECT COUNT(*) FROM chat_waits WHERE chat_id = {chat} AND until_ms >= {told_at} + {HOURS}000");
        assert_eq!(world.number(&kept).await, 1, "the wait is kept where it survives");
        let spent = "SELECT COUNT(*) FROM notifications WHERE state = 'pending' AND attempts > 0";
        assert_eq!(world.number(spent).await, 0, "waiting spends no attempt");
        // Three hours later the wait is over.
        world.telegram.limit_chat(chat, Duration::ZERO);
        world.stop().await;
        world.time_passes(TimeDelta::seconds(i64::try_from(HOURS).expect("seconds") + 10));
        world.start().await;
        invariants_hold(world, &audience, 0, PATIENCE).await;
        let order: Vec<_> = world.telegram.sent(chat).iter().filter_map(|it| number(it.text())).collect();
        assert!(order.is_sorted(), "they hear in the order in which it happened: {order:?}");
    }

    async fn fault_06_half_an_hour_without_telegram_ends_in_order_and_within_its_limits(world) {
        world.stop().await;
        let mut audience = Audience::gathered(world, scaled(CHATS)).await;
        let group = world.telegram.group("Bakers", &world.mina());
        // Nobody is told of the queue that stands still: that message would be among those that are counted.
        world.config.telegram.admins.clear();
        world.start().await;
        group.add_bot().expect("she can");
        world.telegram.wait_for_count(group.id(), 1, PATIENCE).await.expect("the bot greets the group");
        let last = scaled(CHATS) - 1;
        audience.reads_in(world, last, group.id()).await;
        world.telegram.set_down(true);
        let platform = world.platform();
        let noticed = "SELECT COUNT(*) FROM attempts WHERE outcome = 'not_sent'";
        let in_hand = "SELECT COUNT(*) FROM notifications WHERE state = 'sending'";
        // Good news first, so that it is older; then failures, a few at once; then more of all for everybody.
        let good: Vec<News> = (FAILURES..last).map(|reader| audience.news_for(reader, "post.published")).collect();
        let (tried, good) = good.split_at(AT_ONCE);
        audience.are_told(&platform, tried).await;
        world.until("the outage is noticed", async || world.number(noticed).await >= 10).await;
        audience.are_told(&platform, good).await;
        for first in (0..FAILURES).step_by(AT_ONCE) {
            let bad: Vec<News> =
                (first..first + AT_ONCE).map(|reader| audience.news_for(reader, "post.failed")).collect();
            audience.are_told(&platform, &bad).await;
        }
        audience.is_told(&platform, if in_full() { 9 } else { 3 }).await;
        let news: Vec<News> = (0..FOR_THE_GROUP).map(|_| audience.news_for(last, "post.published")).collect();
        audience.are_told(&platform, &news).await;
        // Between two tries: with a row in hand the moved clock would end its lease.
        world.until("nobody tries", async || world.number(in_hand).await == 0).await;
        world.time_passes(TimeDelta::minutes(30));
        world.telegram.clear_requests();
        world.telegram.set_down(false);
        let watched = scaled(WATCHED);
        let heard = world.telegram.stats().messages + (watched * A_SECOND) as u64;
        let patience = PATIENCE * 2 + Duration::from_secs(watched as u64);
        world.telegram.wait_for_total(heard, patience).await.expect("people hear at the pace of Telegram's limits");
        let stats = world.telegram.stats();
        assert_eq!((stats.too_many_requests, stats.early_sends), (0, 0), "{stats:?}");
        assert!(stats.busiest_second <= A_SECOND, "{stats:?}");
        assert_failures_came_first_and_the_newest_of_them(world);
        // The limits were looked at; the rest comes at once.
        world.without_limits().await;
        world.outbox().await.until_settled(PATIENCE * if in_full() { 60 } else { 12 }).await;
        invariants_hold(world, &audience, 0, PATIENCE).await;
        let once = "SELECT COUNT(*) FROM notifications WHERE state = 'sent' AND attempts = 1";
        let all = i64::try_from(audience.told()).expect("a count");
        assert_eq!(world.number(once).await, all, "only the try that got through counts");
    }

    async fn while_telegram_is_away_everything_waits_and_nothing_is_spent(world) {
        world.stop().await;
        let people = world.crowd(1_000..1_005).await;
        world.without_limits().await;
        world.until("the bot has signed in", async || world.app().health().telegram() == Telegram::Up).await;
        let outbox = world.outbox().await;
        world.telegram.set_down(true);
        let events: Vec<Value> = (0..4)
            .flat_map(|number| people.iter().map(move |person| failed(&person.id().to_string(), &number.to_string())))
            .collect();
        let ids = world.platform().accepts(json!({ "events": events })).await;
        world
            .until("the outage is noticed", async || outbox.count("attempts WHERE outcome = 'not_sent'").await >= 5)
            .await;
        assert_eq!(outbox.count("notifications WHERE state IN ('pending', 'sending')").await, 20);
        world.telegram.set_down(false);
        outbox.until_settled(2 * PATIENCE).await;
        for id in ids {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.attempts), ("sent", 1), "only the try that got through counts");
        }
        for person in &people {
            let sent = world.telegram.sent(person.id());
            let texts: Vec<&str> = sent.iter().map(|message| message.text()).collect();
            assert_eq!(texts.len(), 4, "{texts:?}");
            let in_order = (0..4).all(|number| texts[number].contains(&format!("“{number}”")));
            assert!(in_order, "{texts:?}");
        }
    }

    async fn with_a_refused_token_everything_waits_and_goes_on_by_itself(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        for (status, words) in [(401, "Unauthorized"), (404, "Not Found")] {
            let refused = Rule::new(Fault::Error { status, description: words.into() });
            world.telegram.fault_next(1, refused.method("sendMessage"));
            let events = ["A", "B", "C"].map(|text| failed("alice", text));
            let ids = world.platform().accepts(json!({ "events": events })).await;
            for id in &ids {
                assert_eq!(outbox.until(*id, "sent").await.attempts, 1, "{words}: it spends no attempt");
            }
            assert_eq!(outbox.classes(ids[0]).await, ["token_refused", "sent"], "{words}");
            assert_eq!(outbox.classes(ids[1]).await, ["sent"], "{words}: all sending paused after the first");
        }
        world.telegram.set_unauthorized(true);
        world.until("the refused token is told", async || world.platform().readiness().await.0 == 503).await;
        let ids = world.platform().accepts(json!({ "events": [failed("alice", "D"), failed("alice", "E")] })).await;
        world.time_passes(TimeDelta::hours(5));
        world.telegram.set_unauthorized(false);
        for id in ids {
            assert_eq!(outbox.until(id, "sent").await.attempts, 1);
        }
        assert_eq!(world.platform().readiness().await.0, 200);
    }
}

on_both_databases_with_processes! {
    async fn fault_07_a_start_without_telegram_says_why_and_recovers_by_itself(world) {
        let mina = world.mina();
        let service = Launch::of(world).start_ready().await;
        world.link_through(&service.platform(world).await, &mina, "alice").await;
        service.terminate().await;
        let rival = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        let conflict = Fault::Error { status: 409, description: rival.into() };
        for (what, why) in [
            ("Telegram down", "Telegram does not answer"),
            ("401", "Telegram refuses the bot token"),
            ("409", "another process polls with this bot token"),
        ] {
            match what {
                "401" => world.telegram.set_unauthorized(true),
                "409" => world.telegram.fault_next(10_000, Rule::new(conflict.clone()).method("getUpdates")),
                _ => world.telegram.set_down(true),
            }
            let service = Launch::of(world).start();
            let platform = service.platform(world).await;
            until_not_ready(world, &platform, why).await;
            let answer = platform.tells(announcement("alice", &format!("during {what}"))).await;
            assert_eq!(answer.status, 202, "{what}: what happens meanwhile is kept: {answer:?}");
            let asked = mina.says("/help").expect("Telegram takes it and keeps it");
            world.telegram.set_down(false);
            world.telegram.set_unauthorized(false);
            world.telegram.clear_faults();
            service.until_ready().await;
            mina.sees(&format!("during {what}")).await.expect("what was kept is told");
            world.message_after(&mina, asked).await;
            world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the question is handled");
            ends_without_panic(what, service).await;
        }
    }
}

/// Tells one thing to each of `readers` and waits until they heard it: within which time 99 % of them did.
async fn heard_within(world: &World, audience: &mut Audience, readers: &std::ops::Range<usize>) -> Duration {
    let news: Vec<News> = readers.clone().map(|reader| audience.news_for(reader, "post.published")).collect();
    let heard = world.telegram.stats().messages + news.len() as u64;
    let told_at = world.clock.now().timestamp_millis();
    audience.are_told(&world.platform(), &news).await;
    let patience = PATIENCE + Duration::from_secs((news.len() / A_SECOND) as u64) * 2;
    world.telegram.wait_for_total(heard, patience).await.expect("everybody else hears of it");
    let requests = world.telegram.requests_to("sendMessage");
    let of_now = |text: &str| number(text).is_some_and(|it| it >= news[0].number);
    let taken = requests.iter().filter(|it| it.outcome.accepted && of_now(it.text()));
    let mut delays: Vec<i64> = taken.map(|request| request.unix_millis - told_at).collect();
    delays.sort_unstable();
    Duration::from_millis(delays[delays.len() * 99 / 100].unsigned_abs())
}

/// How many requests to send something to the chat Telegram saw.
fn tries(world: &World, chat: i64) -> usize {
    world.telegram.requests_to("sendMessage").iter().filter(|request| request.chat == Some(chat)).count()
}

/// All failures went before any good news, and those told of later before those told of earlier.
fn assert_failures_came_first_and_the_newest_of_them(world: &World) {
    let requests = world.telegram.requests_to("sendMessage");
    let first = &requests[..FAILURES];
    let good = first.iter().filter(|request| !request.text().contains("Post failed")).count();
    assert_eq!(good, 0, "so much good news went before a failure");
    let sent: Vec<(i64, usize)> =
        first.iter().filter_map(|request| Some((request.unix_millis, number(request.text())?))).collect();
    let lowest = sent.iter().map(|(_, number)| *number).min().expect("failures");
    let batch = |number: usize| (number - lowest) / AT_ONCE;
    for (place, (at, newer)) in sent.iter().enumerate() {
        for (later_at, older) in &sent[place + 1..] {
            let in_order = batch(*newer) >= batch(*older) || later_at - at < SIDE_BY_SIDE_MS;
            assert!(in_order, "the newest failures come first: {sent:?}");
        }
    }
}

async fn until_not_ready(world: &World, platform: &Platform, why: &str) {
    let says = async || {
        let (status, reasons) = platform.readiness().await;
        status == 503 && reasons.contains(why)
    };
    world.until(&format!("/readyz says {why:?}"), says).await;
}

async fn ends_without_panic(what: &str, service: Process) {
    let ended = service.terminate().await;
    assert_eq!(ended.code, Some(0), "{what}: {ended:?}");
    assert!(!ended.complaint().contains("panic"), "{what}: {ended:?}");
}
