//! The platform tells what happened, and people read it.

use bot_api::Person;
use serde_json::{Value, json};

use crate::harness::news::{announcement, failed, published};
use crate::on_both_databases;

/// What the bot told the person after it confirmed the link.
fn notices(person: &Person) -> Vec<String> {
    let sent = person.messages().into_iter().filter(|message| message.by_bot);
    sent.skip(1).map(|message| message.text().to_owned()).collect()
}

on_both_databases! {
    async fn an_event_is_one_row_and_one_message(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let ids = world.platform().accepts(failed("alice", "New scones")).await;
        assert_eq!(ids.len(), 1);
        let outbox = world.outbox().await;
        let row = outbox.until(ids[0], "sent").await;
        let notice = mina.sees("Post failed · Facebook").await.expect("the notice arrives");
        assert_eq!(row.message_id.map(i64::from), Some(notice.id()));
        assert_eq!((row.chat_id, row.attempts, row.reason), (Some(mina.id()), 1, None));
        assert_eq!(outbox.classes(ids[0]).await, ["sent"]);
        assert_eq!(outbox.count("notifications").await, 1);
        assert_eq!(notices(&mina).len(), 1);
        assert!(!notice.silent, "a failure makes a sound");
    }

    async fn a_batch_of_a_thousand_is_a_row_for_each_in_their_order(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let account =
            |at: usize| if at.is_multiple_of(450) { "alice".to_owned() } else { format!("stranger {at}") };
        let events: Vec<Value> =
            (0..1_000).map(|at| announcement(&account(at), &format!("news {at}"))).collect();
        let ids = world.platform().accepts(json!({ "events": events })).await;
        assert_eq!(ids.len(), 1_000);
        assert!(ids.is_sorted_by(|one, next| one < next), "the ids are in the order of the events");
        let outbox = world.outbox().await;
        let rows = outbox.rows().await;
        assert_eq!(rows.len(), 1_000, "one row for each event");
        for (at, (row, id)) in rows.iter().zip(&ids).enumerate() {
            assert_eq!((row.id, row.account.as_str()), (*id, account(at).as_str()));
        }
        world.telegram.wait_for_count(mina.id(), 4, crate::harness::PATIENCE).await.expect("three notices");
        let heard: Vec<String> = notices(&mina).iter().map(|text| text.replace("📣 Announcement\n\n", "")).collect();
        assert_eq!(heard, ["news 0", "news 450", "news 900"]);
        assert_eq!(outbox.count("notifications WHERE reason = 'unknown_account'").await, 997);
    }

    async fn one_event_for_two_people_arrives_in_each_ones_language(world) {
        world.without_limits().await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "bob").await;
        let data = json!({
            "network": "instagram", "text": "New scones", "name": "Friday recap", "post_id": "p/1",
            "error": "the password changed", "fix": "log in again", "url": "https://instagram.com/p/1",
            "scheduled_at": "2026-11-22T08:00:00Z"
        });
        let said: [(&str, &[&str], &[&str]); 5] = [
            (
                "post.published",
                &["✅ Published · Instagram\n“New scones”", "See it on Instagram"],
                &["✅ 게시 완료 · 인스타그램\n“New scones”", "인스타그램에서 보기"],
            ),
            (
                "post.failed",
                &["❌ Post failed · Instagram", "Scheduled for Nov 22, 08:00", "Why: the password changed",
                  "Fix: log in again", "ref p/1"],
                &["❌ 게시 실패 · 인스타그램", "예약 시각 11월 22일 오전 8:00", "이유: the password changed",
                  "해결: log in again", "번호 p/1"],
            ),
            ("post.unconfirmed", &["⚠️ Not sure it went out · Instagram"], &["⚠️ 게시 확인 필요 · 인스타그램"]),
            (
                "automation.executed",
                &["⚙️ Automation ran", "“Friday recap”", "New scones"],
                &["⚙️ 자동화 실행", "“Friday recap”", "New scones"],
            ),
            ("announcement", &["📣 Announcement\n\nNew scones"], &["📣 공지\n\nNew scones"]),
        ];
        for (kind, english, korean) in said {
            let event = |account| json!({ "type": kind, "account": account, "data": data });
            world.platform().accepts(json!({ "events": [event("alice"), event("bob")] })).await;
            for (person, words) in [(&mina, english), (&jun, korean)] {
                let notice = person.sees(words[0]).await.expect("the notice arrives in their language");
                for words in words {
                    assert!(notice.text().contains(words), "{kind}: {words:?} is not in {:?}", notice.text());
                }
                assert_eq!(notice.silent, kind == "post.published", "{kind}");
                let page = notice.buttons().first().and_then(|button| button.url.clone());
                let leads = matches!(kind, "post.failed" | "post.unconfirmed");
                assert_eq!(page.as_deref(), leads.then_some("https://platform.example/posts/p%2F1"), "{kind}");
            }
        }
    }

    async fn a_person_hears_each_kind_as_they_chose(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        outbox
            .write(
                "UPDATE sns_settings SET notify_failed = 'off', notify_published = 'on', \
                 notify_announcement = 'silent' WHERE account = 'alice'",
            )
            .await;
        let events = [failed("alice", "A"), published("alice", "B"), announcement("alice", "closed on Monday")];
        let ids = world.platform().accepts(json!({ "events": events })).await;
        let loud = mina.sees("“B”").await.expect("what is on arrives");
        let quiet = mina.sees("closed on Monday").await.expect("what is silent arrives");
        assert_eq!((loud.silent, quiet.silent), (false, true));
        let off = outbox.row(ids[0]).await;
        assert_eq!((off.state.as_str(), off.reason.as_deref()), ("cancelled", Some("switched_off")));
        // Switched on again, it stays unsent: only what happens from now on is told.
        outbox.write("UPDATE sns_settings SET notify_failed = 'on' WHERE account = 'alice'").await;
        world.platform().accepts(failed("alice", "D")).await;
        mina.sees("“D”").await.expect("what happens later arrives");
        assert_eq!(notices(&mina).len(), 3, "{:?}", notices(&mina));
        assert_eq!(outbox.row(ids[0]).await.state, "cancelled");
    }

    async fn what_happened_before_the_link_is_never_sent(world) {
        let platform = world.platform();
        let unknown = platform.accepts(failed("alice", "before anybody knew alice")).await;
        platform.asks_for_link("alice").await;
        let asked = platform.accepts(failed("alice", "before the tap")).await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let told = platform.accepts(failed("alice", "linked")).await;
        outbox.until(told[0], "sent").await;
        let answer = platform.post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let unlinked = platform.accepts(failed("alice", "unlinked")).await;
        world.link(&mina, "alice").await;
        let again = platform.accepts(failed("alice", "linked again")).await;
        outbox.until(again[0], "sent").await;
        for (id, reason) in [
            (unknown[0], "unknown_account"), (asked[0], "unknown_account"), (unlinked[0], "unlinked"),
        ] {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.reason.as_deref()), ("cancelled", Some(reason)));
            assert_eq!(outbox.classes(id).await, [""; 0], "nothing of it was tried");
        }
        assert!(!mina.messages().iter().any(|message| message.text().contains("before")));
        assert!(!mina.messages().iter().any(|message| message.text().contains("“unlinked”")));
    }

    async fn what_happens_while_the_bot_is_blocked_is_given_up(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        mina.blocks_bot().expect("she can");
        let platform = world.platform();
        world.until("the block is noticed", async || {
            platform.get("alice", "/api/telegram/status").await.body["telegram_enabled"] == json!(false)
        }).await;
        let missed = platform.accepts(failed("alice", "missed")).await;
        let outbox = world.outbox().await;
        let row = outbox.row(missed[0]).await;
        assert_eq!((row.state.as_str(), row.reason.as_deref()), ("dead", Some("blocked")));
        mina.unblocks_bot().expect("she can");
        world.until("the unblocking is noticed", async || {
            platform.get("alice", "/api/telegram/status").await.body["telegram_enabled"] == json!(true)
        }).await;
        let later = platform.accepts(failed("alice", "later")).await;
        outbox.until(later[0], "sent").await;
        assert!(!mina.messages().iter().any(|message| message.text().contains("“missed”")));
        assert_eq!(outbox.row(missed[0]).await.state, "dead");
    }

    async fn hostile_words_arrive_as_words(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let endless = "한".repeat(20_000);
        let zalgo = format!("a{}", "\u{301}".repeat(9_000));
        let hostile = [
            "</b><script>alert(1)</script>", "<a href=\"tg://user?id=1\">x</a>", "&lt;&amp;&#0;",
            "{ $url }", "'; DROP TABLE notifications; --",
            "NUL \0 and ESC \u{1b}[31m", "\u{202e}gnirts\u{202c}", "👨‍👩‍👧‍👦\u{fe0f}\u{200d}",
            endless.as_str(), zalgo.as_str(), "\u{feff}\u{200b}", "*_`[](",
        ];
        let outbox = world.outbox().await;
        for words in hostile {
            let data = json!({
                "network": words, "text": words, "error": words, "fix": words, "post_id": words, "name": words,
                "scheduled_at": "+262142-12-31T23:59:59Z"
            });
            for kind in [
                "post.published", "post.failed", "post.unconfirmed", "automation.executed", "announcement",
            ] {
                let event = json!({ "type": kind, "account": "alice", "data": data });
                let ids = world.platform().accepts(event).await;
                outbox.until(ids[0], "sent").await;
                assert_eq!(outbox.classes(ids[0]).await, ["sent"], "{kind} with {:.40?} is sent as it is", words);
            }
        }
        let shown = notices(&mina);
        assert!(shown.iter().any(|text| text.contains("“</b><script>alert(1)</script>”")), "{:.200}", shown[0]);
        let formats = mina.messages().into_iter().skip(3).flat_map(|message| message.entities().to_vec());
        assert!(!formats.into_iter().any(|entity| entity.kind == "text_link"), "no foreign link became one");
    }
}
