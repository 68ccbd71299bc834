//! What an earlier run, another version or a dead process left in the outbox.

use std::time::Duration;

use chrono::TimeDelta;

use crate::harness::news::failed;
use crate::harness::{A_TOKEN, PATIENCE};
use crate::on_both_databases;

on_both_databases! {
    async fn what_a_dead_process_was_sending_is_sent_after_the_restart(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.stop().await;
        let outbox = world.outbox().await;
        let id = outbox.holds("alice", mina.id(), "announcement", r#"{"text":"Closed on Monday"}"#).await;
        let lease = "state = 'sending', lease_token = 7, due_at_ms = created_at_ms, lease_until_ms = created_at_ms + 60000";
        outbox.change(id, lease).await;
        world.start().await;
        outbox.until(id, "sent").await;
        mina.sees("Closed on Monday").await.expect("it arrives");
    }

    async fn a_chat_whose_first_row_is_not_marked_is_found_at_the_start(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.stop().await;
        let outbox = world.outbox().await;
        for chat_id in [mina.id(), mina.id() + 1] {
            for number in 1..=2 {
                let data = format!(r#"{{"text":"No. {number}"}}"#);
                outbox.holds("alice", chat_id, "announcement", &data).await;
            }
        }
        // As the version does that has no heads.
        outbox.write("UPDATE notifications SET head = FALSE, due_at_ms = created_at_ms").await;
        world.start().await;
        outbox.until_settled(PATIENCE).await;
        for number in 1..=2 {
            mina.sees(&format!("No. {number}")).await.expect("it arrives");
        }
    }

    async fn the_outcome_of_somebody_elses_claim_is_refused(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        world.telegram.set_send_latency(Duration::from_millis(700));
        let id = world.platform().accepts(failed("alice", "A")).await[0];
        mina.sees("“A”").await.expect("it is on its way");
        // The worker overslept its lease, and another one has the row now.
        outbox.change(id, &format!("lease_token = {A_TOKEN}")).await;
        world
            .until("the overslept outcome is in the history", async || outbox.classes(id).await == ["sent"])
            .await;
        let row = outbox.row(id).await;
        let token = Some(world.number(&format!("SELECT {A_TOKEN}")).await);
        assert_eq!((row.state.as_str(), row.lease_token, row.message_id), ("sending", token, None));
    }

    async fn a_lease_that_ends_spends_an_attempt(world) {
        world.stop().await;
        let mina = world.mina();
        world.config.delivery.backoff = vec![Duration::from_secs(1)];
        world.config.delivery.lease = Duration::from_secs(2);
        world.config.delivery.request_timeout = Duration::from_secs(1);
        world.start().await;
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let stuck = format!(
            "state = 'sending', lease_token = {A_TOKEN}, due_at_ms = created_at_ms, lease_until_ms = created_at_ms + 1"
        );
        let once = outbox.holds("alice", mina.id(), "announcement", r#"{"text":"once"}"#).await;
        outbox.change(once, &stuck).await;
        let often = outbox.holds("alice", mina.id() + 1, "announcement", r#"{"text":"often"}"#).await;
        outbox.change(often, &format!("{stuck}, attempts = 1")).await;
        world.time_passes(TimeDelta::seconds(3));
        assert_eq!(outbox.until(once, "sent").await.attempts, 2, "its lease and its sending");
        let row = outbox.until(often, "dead").await;
        assert_eq!(row.reason.as_deref(), Some("stuck"), "what can never be finished is not sent for ever");
    }
}
