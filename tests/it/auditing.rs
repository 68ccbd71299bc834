//! What admins did can be found out later: who, what, when; for as long as the setting says.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::PATIENCE;
use crate::on_both_databases;

on_both_databases! {
    async fn what_was_done_in_the_chat_and_through_the_port_is_written_down(world) {
        let ada = world.admin();
        world.answer(&ada, "/run purge_expired").await;
        world.platform().triggers("release_stale_claims").await;
        world.answer(&ada, "/pause").await;
        world.answer(&ada, "/resume").await;
        let stats = world.answer(&ada, "/stats").await;
        let deeds = world.tap_makes(&ada, &stats, "Admin actions", "What admins did").await;
        let lines: Vec<_> = deeds.text().lines().skip(1).map(str::to_owned).collect();
        for (line, words) in lines.iter().zip([
            "resumed sending · admin:900 · ",
            "paused sending · admin:900 · ",
            "ran release_stale_claims · api:the operator · ",
            "ran purge_expired · admin:900 · ",
        ]) {
            assert!(line.starts_with(words) && line.ends_with(" ago"), "{line:?} is not {words:?}");
        }
        assert_eq!(lines.len(), 4, "{lines:#?}");
        world.tap_makes(&ada, &deeds, "Stats", "Stats · 24 h").await;
    }

    async fn a_resend_is_a_deed_and_looking_is_none(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let words = "Bad Request: message is too long".to_owned();
        let fault = bot_api::Fault::Error { status: 400, description: words };
        world.telegram.fault_next(1, bot_api::Rule::new(fault).method("sendMessage").chat(mina.id()));
        let event = json!({ "type": "announcement", "account": "alice", "data": { "text": "Hi" } });
        let id = world.platform().accepts(event).await[0];
        world.outbox().await.until(id, "dead").await;
        for look in ["/stats", "/queue", "/failed", "/jobs", "/resend 99999"] {
            world.answer(&ada, look).await;
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM audit").await, 0, "nothing was done yet");
        world.answer(&ada, &format!("/resend {id}")).await;
        mina.sees("Hi").await.expect("it is sent again");
        let deed = format!("SELECT 1 FROM audit WHERE action = 'resend' AND subject = '{id}' AND actor = 'admin:900'");
        assert!(world.finds(&deed).await, "the resend is written down");
    }

    async fn an_erasure_is_a_deed_that_does_not_name_whom_it_forgot(world) {
        let ada = world.admin();
        world.answer(&ada, "/invite alice").await;
        let erased = world.platform().operates(reqwest::Method::DELETE, "/api/accounts/alice").await;
        assert!((200..300).contains(&erased.status), "{erased:?}");
        let deed = "SELECT 1 FROM audit WHERE action = 'erase' AND actor = 'api:the operator' AND subject IS NULL";
        assert!(world.finds(deed).await, "the erasure is written down");
        assert!(!world.finds("SELECT 1 FROM audit WHERE subject = 'alice'").await, "alice is forgotten there too");
    }

    async fn deeds_are_forgotten_when_their_time_is_over(world) {
        let ada = world.admin();
        world.answer(&ada, "/pause").await;
        world.answer(&ada, "/resume").await;
        world.time_passes(TimeDelta::days(364));
        world.runs("purge_expired").await;
        assert!(world.finds("SELECT 1 FROM audit WHERE action = 'pause'").await, "a year is not over");
        world.time_passes(TimeDelta::days(2));
        world.runs("purge_expired").await;
        assert!(!world.finds("SELECT 1 FROM audit WHERE action = 'pause'").await, "a year is over");
    }

    async fn somebody_who_is_no_admin_sees_no_deeds(world) {
        let ada = world.admin();
        let stats = world.answer(&ada, "/stats").await;
        world.stop().await;
        world.config.telegram.admins.clear();
        world.start().await;
        for label in ["Admin actions", "Queue", "Refresh"] {
            let answer = ada.taps(stats.id(), label).await.expect("the tap is answered");
            assert_eq!(answer.text, "This button no longer works", "{label}: {answer:?}");
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
    }
}
