//! Admins are told of trouble of the service itself: of each cause once, and once when it is over.

use std::time::Duration;

use bot_api::{Fault, NewPerson, Rule};
use chrono::TimeDelta;
use telegram_bot_scheduler::domain::audit::Actor;

use crate::harness::news::announcement;
use crate::harness::{ADMIN_ID, PATIENCE, World};
use crate::on_both_databases;

/// How often the admin was told `words`.
fn told(world: &World, words: &str) -> usize {
    world.telegram.sent(ADMIN_ID).iter().filter(|message| message.text().contains(words)).count()
}

/// Waits until the alerts that stand are so many.
async fn until_standing(world: &World, count: i64) {
    let standing = "SELECT COUNT(*) FROM alerts";
    let came = tokio::time::timeout(PATIENCE * 3, async {
        while world.number(standing).await != count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(came.await.is_ok(), "{count} alerts never stand");
}

/// Time passes calmly, until what stands is over.
async fn until_over(world: &World) {
    let deadline = tokio::time::Instant::now() + PATIENCE * 2;
    while world.number("SELECT COUNT(*) FROM alerts").await > 0 {
        assert!(tokio::time::Instant::now() < deadline, "the trouble is never over");
        world.time_passes(TimeDelta::seconds(61));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The purge fails however often it runs: what it is to remove lies before all time.
async fn with_a_purge_that_fails(world: &mut World) {
    world.stop().await;
    world.config.jobs.notifications_kept_for = Duration::from_secs(u64::MAX);
    world.start().await;
}

on_both_databases! {
    async fn a_job_that_fails_twice_is_told_once_and_once_when_it_is_mended(world) {
        let ada = world.admin();
        world.answer(&ada, "/start").await;
        let mended = world.config.jobs.notifications_kept_for;
        with_a_purge_that_fails(world).await;
        world.runs("purge_expired").await;
        world.runs("purge_expired").await;
        let alert = ada.sees("🚨 purge_expired failed twice").await.expect("the admin is told");
        assert!(alert.text().contains("Why: the time before which"), "{}", alert.text());
        assert!(alert.text().contains("/jobs"), "{}", alert.text());
        world.runs("purge_expired").await;
        world.stop().await;
        world.config.jobs.notifications_kept_for = mended;
        world.start().await;
        world.runs("purge_expired").await;
        until_over(world).await;
        ada.sees("✅ Over: purge_expired failed twice").await.expect("the admin is told that it is over");
        assert_eq!(told(world, "🚨"), 1, "over another failure and a restart");
    }

    async fn notifications_that_do_not_leave_are_told_of_and_a_pause_is_not(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        world.answer(&ada, "/pause").await;
        world.platform().accepts(announcement("alice", "Scones")).await;
        world.time_passes(TimeDelta::minutes(20));
        world.telegram.set_down(true);
        let (store, resumed_at) = (world.app().store(), world.clock.now());
        store.resume_sending(&Actor::Admin(ADMIN_ID), resumed_at).await.expect("sending goes on");
        until_standing(world, 1).await;
        let since = world.number("SELECT since_ms FROM alerts WHERE cause = 'queue_waits'").await;
        assert!(since >= resumed_at.timestamp_millis(), "while it was paused, an admin wanted it so");
        world.telegram.set_down(false);
        mina.sees("Scones").await.expect("what waited arrives");
        until_over(world).await;
        ada.sees("✅ Over: Notifications are stuck").await.expect("the admin is told that it is over");
    }

    async fn a_token_that_was_refused_is_told_when_it_works_again(world) {
        let ada = world.admin();
        world.answer(&ada, "/start").await;
        let refused = Fault::Error { status: 401, description: "Unauthorized".to_owned() };
        world.telegram.fault_next(100_000, Rule::new(refused));
        until_standing(world, 1).await;
        world.telegram.clear_faults();
        let answers = async || world.platform().readiness().await.0 == 200;
        world.until("Telegram answers", answers).await;
        until_over(world).await;
        ada.sees("✅ Over: Telegram refuses the bot token").await.expect("the admin is told afterwards");
    }

    async fn a_disk_that_runs_low_is_told_of_once_in_the_admins_language(world) {
        if world.config.database.engine() == Engine::Postgres {
            // Its disk is its own host's.
            return;
        }
        let ada = world.telegram.person(NewPerson::new(ADMIN_ID, "관리자").language("ko"));
        world.link(&ada, "ada").await;
        world.config.alerts.disk_free_mib = u64::MAX;
        world.restart().await;
        ada.sees("🚨 디스크 공간이 부족해요").await.expect("the admin is told, in Korean");
        with_a_purge_that_fails(world).await;
        world.runs("purge_expired").await;
        world.runs("purge_expired").await;
        ada.sees("🚨 purge_expired 작업이 연달아 실패했어요").await.expect("the watch looks after the restart");
        assert_eq!(told(world, "디스크"), 1, "once, over a restart");
    }

    async fn a_second_poller_is_told_of_once_and_when_it_is_gone(world) {
        let ada = world.admin();
        world.answer(&ada, "/start").await;
        let rival = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        let conflict = Fault::Error { status: 409, description: rival.to_owned() };
        world.telegram.fault_next(100_000, Rule::new(conflict).method("getUpdates"));
        until_standing(world, 1).await;
        let alert = ada.sees("🚨 Another program fetches this bot’s updates").await.expect("the admin is told");
        assert!(alert.text().contains("stop the other program"), "{}", alert.text());
        world.telegram.clear_faults();
        let answers = async || world.platform().readiness().await.0 == 200;
        world.until("it polls again", answers).await;
        until_over(world).await;
        ada.sees("✅ Over: Another program fetches").await.expect("the admin is told that it is over");
        assert_eq!(told(world, "🚨"), 1);
    }

    async fn a_backup_that_fails_is_told_of_at_once_and_why(world) {
        if world.config.database.engine() == Engine::Postgres {
            // Its own tools back it up.
            return;
        }
        let ada = world.admin();
        world.answer(&ada, "/start").await;
        world.stop().await;
        let folder = tempfile::TempDir::new().expect("a folder");
        let in_the_way = folder.path().join("backups");
        std::fs::write(&in_the_way, "a file").expect("a file where a folder should be");
        world.config.jobs.backup_folder = Some(in_the_way.clone());
        world.start().await;
        world.runs("backup_database").await;
        let alert = ada.sees("🚨 The database was not backed up").await.expect("the admin is told after one failure");
        assert!(alert.text().contains("Why: ") && alert.text().contains("/run backup_database"), "{}", alert.text());
        std::fs::remove_file(&in_the_way).expect("the operator makes room");
        world.runs("backup_database").await;
        until_over(world).await;
        ada.sees("✅ Over: The database was not backed up").await.expect("the admin is told that it is over");
        assert_eq!(told(world, "🚨"), 1);
    }

    async fn an_admin_who_is_not_linked_is_told_in_the_language_of_their_telegram(world) {
        let ada = world.telegram.person(NewPerson::new(ADMIN_ID, "관리자").language("ko"));
        world.answer(&ada, "/stats").await;
        with_a_purge_that_fails(world).await;
        world.runs("purge_expired").await;
        world.runs("purge_expired").await;
        ada.sees("🚨 purge_expired 작업이 연달아 실패했어요").await.expect("the admin is told, in Korean");
    }

    async fn an_admin_who_never_wrote_to_the_bot_costs_the_others_nothing(world) {
        let ada = world.admin();
        world.answer(&ada, "/start").await;
        world.stop().await;
        world.config.telegram.admins.insert(424_242);
        with_a_purge_that_fails(world).await;
        world.runs("purge_expired").await;
        world.runs("purge_expired").await;
        ada.sees("🚨 purge_expired failed twice").await.expect("Ada is told");
        let row = "SELECT 1 FROM notifications WHERE kind = 'alert' AND chat_id = 424242 AND state <> 'sent'";
        assert!(world.finds(row).await, "the other one is not");
    }
}
