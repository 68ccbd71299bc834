//! An admin looks at the jobs in Telegram and runs one with a tap; nobody else can.

use serde_json::json;

use crate::harness::PATIENCE;
use crate::on_both_databases;

const UNKNOWN: &str = "I don’t know that command. Try /help";

on_both_databases! {
    async fn an_admin_sees_the_jobs_and_runs_one_with_two_taps(world) {
        let ada = world.admin();
        ada.says("/jobs").expect("she can write");
        let jobs = ada.sees("backup_database").await.expect("the timetable");
        assert!(jobs.text().lines().count() <= 8, "eight lines at most:\n{}", jobs.text());
        assert_eq!(jobs.text().matches("next ").count(), 7, "{}", jobs.text());
        ada.taps(jobs.id(), "Run a job").await.expect("the tap is answered");
        let choice = world.telegram
            .wait_for_message(ada.id(), |message| message.text().contains("Run which job?"), PATIENCE)
            .await
            .expect("the question");
        assert_eq!(choice.id(), jobs.id(), "edited in place");
        assert_eq!(choice.buttons().len(), 7, "{:?}", choice.labels());
        ada.taps(choice.id(), "▶️ purge_expired").await.expect("the tap is answered");
        let done = ada.sees("purge_expired is done").await.expect("the outcome, at once");
        assert_eq!(done.id(), jobs.id(), "edited in place");
        let run = world.run_that("purge_expired", "was asked for", |run| run["requested_by"] == "admin:900").await;
        assert_eq!(run["outcome"], "ok", "{run:#}");
        ada.taps(done.id(), "All jobs").await.expect("the tap is answered");
        ada.sees("✅ purge_expired").await.expect("the timetable again, with the run in it");
    }

    async fn an_admin_runs_a_job_by_its_name_however_it_is_typed(world) {
        let ada = world.admin();
        ada.says("/RUN  Release_Stale_Claims ").expect("she can write");
        ada.sees("release_stale_claims is done").await.expect("the outcome");
        ada.says("/run").expect("she can write");
        ada.sees("Run which job?").await.expect("the question");
        ada.says("/run <b>everything</b> & more").expect("she can write");
        ada.sees("There is no job called <b>everything</b> & more").await.expect("what was typed, as it was typed");
        ada.says(&format!("/run {}", "x".repeat(4000))).expect("she can write");
        ada.sees("There is no job called xxx").await.expect("a short answer to a long name");
    }

    async fn a_failed_run_says_why_in_korean_too(world) {
        world.stop().await;
        let jun = world.jun();
        world.config.telegram.admins = [jun.id()].into();
        world.config.jobs.notifications_kept_for = std::time::Duration::from_secs(u64::MAX);
        world.start().await;
        jun.says("/run purge_expired").expect("he can write");
        let failed = jun.sees("❌ purge_expired 실패").await.expect("the outcome");
        assert!(failed.text().contains("이유: the time before which"), "{}", failed.text());
        jun.says("/jobs").expect("he can write");
        jun.sees("❌ purge_expired · ").await.expect("the failure is in the timetable");
    }

    async fn who_is_no_admin_gets_the_unknown_command_text(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        for text in ["/jobs", "/run", "/run purge_expired", "/Run@scheduler_bot purge_expired"] {
            let before = world.telegram.sent_count(mina.id());
            mina.says(text).expect("she can write");
            world.telegram.wait_for_count(mina.id(), before + 1, PATIENCE).await.expect("an answer");
            let answer = mina.last_message().expect("an answer");
            assert_eq!(answer.text(), UNKNOWN, "{text}");
        }
        assert!(world.platform().runs_of("purge_expired").await.is_empty(), "nothing ran");
        let menu = world.telegram.commands("all_private_chats", "");
        assert!(menu.iter().all(|entry| entry.command != "jobs" && entry.command != "run"), "{menu:?}");
    }

    async fn a_button_forged_or_kept_by_somebody_else_runs_nothing(world) {
        let ada = world.admin();
        ada.says("/run").expect("she can write");
        let choice = ada.sees("Run which job?").await.expect("the question");
        world.stop().await;
        world.config.telegram.admins.clear();
        world.start().await;
        let answer = ada.taps(choice.id(), "▶️ purge_expired").await.expect("the tap is answered");
        assert_eq!(answer.text, "This button no longer works", "{answer:?}");
        let status = world.platform().status_of("purge_expired").await;
        assert_eq!((&status["runs"], &status["queued"]), (&json!(0), &json!(null)), "{status:#}");
    }

    async fn two_taps_on_one_job_do_no_harm(world) {
        let ada = world.admin();
        ada.says("/run").expect("she can write");
        let choice = ada.sees("Run which job?").await.expect("the question");
        let (one, two) = tokio::join!(
            ada.taps(choice.id(), "▶️ check_telegram"),
            ada.taps(choice.id(), "▶️ check_telegram"),
        );
        one.and(two).expect("both taps are answered");
        ada.sees("check_telegram is done").await.expect("the outcome");
        let runs = world.platform().runs_of("check_telegram").await;
        assert!(runs.iter().all(|run| run["outcome"] != "failed"), "{runs:#?}");
    }
}
