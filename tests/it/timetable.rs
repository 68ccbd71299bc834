//! The operator looks at the timetable, runs a job now, and finds that missed runs were caught up.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::http::Scope;

use crate::harness::PATIENCE;
use crate::on_both_databases;

const JOBS: [&str; 7] = [
    "execute_scheduled_posts",
    "post_notifications",
    "telegram_daily_summary",
    "release_stale_claims",
    "check_telegram",
    "purge_expired",
    "backup_database",
];

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("a time: {value}"))
}

on_both_databases! {
    async fn the_status_shows_every_job_with_its_next_run(world) {
        let answer = world.platform().operates(Method::GET, "/api/admin/scheduler/status").await;
        assert_eq!((answer.status, &answer.body["leading"]), (200, &json!(true)), "{answer:?}");
        let jobs = answer.body["jobs"].as_array().expect("jobs");
        let ids: Vec<_> = jobs.iter().map(|job| job["id"].as_str().expect("an id")).collect();
        assert_eq!(ids, JOBS);
        let now = world.clock.now();
        for job in jobs {
            let wait = time(&job["next_run"]) - now;
            assert!(wait > -TimeDelta::seconds(1) && wait <= TimeDelta::days(1), "{job:#}");
            assert!(job["schedule"].is_string(), "{job:#}");
        }
        let backup = time(&jobs[6]["next_run"]);
        assert_eq!((backup.hour(), backup.minute(), backup.second()), (3, 30, 0), "{:#}", jobs[6]);
    }

    async fn a_triggered_job_runs_at_once_and_is_written_down(world) {
        let platform = world.platform();
        let queued = platform.triggers("purge_expired").await;
        assert_eq!(queued["job"], "purge_expired");
        let run = world.run_that("purge_expired", "was asked for", |run| run["id"] == queued["id"]).await;
        assert_eq!((&run["outcome"], &run["error"]), (&json!("ok"), &Value::Null), "{run:#}");
        assert_eq!((&run["requested_by"], &run["items"]), (&json!("api:the operator"), &json!(0)), "{run:#}");
        assert!(time(&run["requested_at"]) <= time(&run["started_at"]), "{run:#}");
        assert!(time(&run["started_at"]) <= time(&run["finished_at"]), "{run:#}");
        let status = platform.status_of("purge_expired").await;
        assert_eq!(status["last_run"]["id"], queued["id"], "{status:#}");
        assert_eq!((&status["success_rate"], &status["runs"]), (&json!(1.0), &json!(1)), "{status:#}");
        assert!(status["mean_duration_ms"].is_u64() && status["running"].is_null(), "{status:#}");
    }

    async fn every_job_can_be_run_and_does_its_work(world) {
        for job in JOBS {
            let run = world.runs(job).await;
            assert_eq!((&run["outcome"], &run["error"]), (&json!("ok"), &Value::Null), "{run:#}");
        }
    }

    async fn a_get_triggers_too_as_it_did_before(world) {
        let path = "/api/admin/scheduler/jobs/release_stale_claims/trigger";
        let answer = world.platform().operates(Method::GET, path).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let id = answer.body["id"].clone();
        world.run_that("release_stale_claims", "was asked for", |run| run["id"] == id).await;
    }

    async fn strangers_run_nothing_and_unknown_jobs_are_not_found(world) {
        let platform = world.platform();
        for path in [
            "/api/admin/scheduler/status",
            "/api/admin/scheduler/jobs/purge_expired/runs",
            "/api/admin/scheduler/jobs/purge_expired/trigger",
            "/api/admin/scheduler/jobs/drop_database/trigger",
        ] {
            assert_eq!(platform.send(platform.request(Method::GET, path)).await.status, 401, "{path}");
            let token = platform.token("alice", &[Scope::Telegram, Scope::Events, Scope::PostsAny]);
            let answer = platform.send(platform.request(Method::GET, path).bearer_auth(token)).await;
            assert_eq!((answer.status, &answer.body["type"]), (403, &json!("/problems/missing-scope")), "{path}");
        }
        for job in ["drop_database", "Purge_Expired", "..%2F..%2Fetc", "%00", "purge_expired%20", "🙂"] {
            for (method, what) in [(Method::POST, "trigger"), (Method::GET, "trigger"), (Method::GET, "runs")] {
                let path = format!("/api/admin/scheduler/jobs/{job}/{what}");
                let answer = platform.operates(method, &path).await;
                assert_eq!(answer.status, 404, "{path}: {answer:?}");
            }
        }
        for limit in ["0", "201", "-1", "x", "", "1&limit=2", "5&page=2", "99999999999999999999999"] {
            let path = format!("/api/admin/scheduler/jobs/purge_expired/runs?limit={limit}");
            assert_eq!(platform.operates(Method::GET, &path).await.status, 400, "{path}");
        }
        let runs = platform.runs_of("purge_expired").await;
        assert!(runs.is_empty(), "a stranger made a job run: {runs:#?}");
    }

    async fn the_runs_of_a_job_are_told_page_by_page(world) {
        let mut made = Vec::new();
        for _ in 0..5 {
            made.insert(0, world.runs("purge_expired").await["id"].clone());
        }
        let path = "/api/admin/scheduler/jobs/purge_expired/runs?limit=2";
        let (mut told, mut cursor) = (Vec::new(), String::new());
        for pages in 1.. {
            let page = world.platform().operates(Method::GET, &format!("{path}{cursor}")).await;
            told.extend(page.body["runs"].as_array().expect("runs").iter().map(|run| run["id"].clone()));
            let Some(next) = page.body["next_cursor"].as_str() else {
                assert_eq!(pages, 3, "{page:?}");
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(told, made);
    }

    async fn many_triggers_at_once_make_one_waiting_run(world) {
        world.stop().await;
        let store = world.store_alone().await;
        let by = telegram_bot_scheduler::domain::audit::Actor::Api("the operator".into());
        let now = world.clock.now();
        let wishes = (0..50).map(|_| store.request_run("purge_expired", &by, now));
        let ids: std::collections::BTreeSet<i64> = futures::future::join_all(wishes)
            .await
            .into_iter()
            .map(|run| run.expect("the wish is kept").id)
            .collect();
        assert_eq!(ids.len(), 1, "one run waits, whoever else asks: {ids:?}");
        store.close().await;
        world.start().await;
        let waited = json!(ids.first());
        let run = world.run_that("purge_expired", "had waited for the start", |run| run["id"] == waited).await;
        assert_eq!(run["outcome"], "ok", "{run:#}");
    }

    async fn a_day_later_every_job_is_due_once(world) {
        // Now it is known that the timetable is being kept.
        world.runs("purge_expired").await;
        world.time_passes(TimeDelta::days(1));
        let day_later = world.clock.now();
        for job in JOBS {
            let due = |run: &Value| run["requested_by"] == "timetable" && time(&run["started_at"]) >= day_later;
            let run = world.run_that(job, "was due when the clock moved by a day", due).await;
            assert!(time(&run["requested_at"]) <= time(&run["started_at"]), "a slot is not run early: {run:#}");
        }
        let backups = world.platform().runs_of("backup_database").await;
        assert_eq!(backups.len(), 1, "a slot is run once: {backups:#?}");
    }

    async fn a_run_that_died_with_its_process_is_caught_up_once(world) {
        world.runs("purge_expired").await;
        let next = time(&world.platform().status_of("purge_expired").await["next_run"]);
        let slot = (next - TimeDelta::hours(1)).timestamp_millis();
        let outbox = world.outbox().await;
        for (requested_by, caught_up) in [("timetable", true), ("catch-up", false)] {
            world.stop().await;
            outbox.write("DELETE FROM job_runs WHERE job = 'purge_expired'").await;
            outbox
                .write(&format!(
                    "INSERT INTO job_runs (job, requested_by, requested_at_ms, started_at_ms) \
                     VALUES ('purge_expired', '{requested_by}', {slot}, {slot})"
                ))
                .await;
            world.start().await;
            world.run_that("purge_expired", "was interrupted", |run| run["error"] == "interrupted").await;
            // Requested after the start: by then what had to be caught up was begun.
            world.runs("purge_expired").await;
            let runs = world.platform().runs_of("purge_expired").await;
            let again = runs.iter().filter(|run| run["requested_by"] == "catch-up" && run["error"].is_null()).count();
            assert_eq!(again, usize::from(caught_up), "after a run by {requested_by} was interrupted: {runs:#?}");
        }
    }

    async fn what_was_missed_while_nobody_ran_is_caught_up_once(world) {
        world.runs("purge_expired").await;
        world.stop().await;
        world.time_passes(TimeDelta::days(3));
        world.start().await;
        for job in ["backup_database", "purge_expired", "telegram_daily_summary"] {
            let run = world.run_that(job, "caught up", |run| run["requested_by"] == "catch-up").await;
            assert_eq!(run["outcome"], "ok", "{run:#}");
        }
        let slot = |run: &Value| run["requested_at"].clone();
        let caught_up = slot(&world.platform().runs_of("backup_database").await[0]);
        world.stop().await;
        world.start().await;
        world.runs("purge_expired").await;
        let again = world.platform().runs_of("backup_database").await;
        assert_eq!(again.iter().map(slot).collect::<Vec<_>>(), [caught_up], "not caught up twice");
    }

    async fn a_fresh_service_has_missed_nothing(world) {
        world.runs("purge_expired").await;
        let runs = world.platform().runs_of("backup_database").await;
        assert!(runs.is_empty(), "{runs:#?}");
    }

    async fn a_clock_set_back_does_not_stop_the_timetable(world) {
        world.runs("purge_expired").await;
        world.time_passes(TimeDelta::days(30));
        let ahead = world.clock.now();
        let due = |run: &Value| time(&run["started_at"]) >= ahead;
        world.run_that("execute_scheduled_posts", "was due a month ahead", due).await;
        world.time_passes(-TimeDelta::days(30) + TimeDelta::minutes(2));
        let back = |run: &Value| time(&run["started_at"]) < ahead - TimeDelta::days(20);
        world.until("a job runs after the clock was set back", || async {
            world.time_passes(TimeDelta::seconds(20));
            world.platform().runs_of("execute_scheduled_posts").await.iter().filter(|run| back(run)).count() > 0
        }).await;
    }

    async fn without_a_token_the_jobs_run_all_the_same(world) {
        world.stop().await;
        world.config.telegram.token = None;
        world.start().await;
        for job in JOBS {
            assert_eq!(world.runs(job).await["outcome"], "ok", "{job}");
        }
    }

    async fn telegram_away_is_a_failed_check_with_words_and_no_token(world) {
        world.telegram.set_unauthorized(true);
        let run = world.runs("check_telegram").await;
        assert_eq!(run["outcome"], "failed", "{run:#}");
        let error = run["error"].as_str().expect("words");
        assert!(error.contains("refuses the bot token") && error.contains("Unauthorized"), "{error}");
        world.telegram.set_unauthorized(false);
        world.telegram.set_down(true);
        let run = world.runs("check_telegram").await;
        let error = run["error"].as_str().expect("words");
        assert!(!error.contains(&world.telegram.token()[11..]), "a token in the history: {error}");
        let ready = world.platform().operates(Method::GET, "/readyz").await;
        assert_eq!(ready.status, 503, "{ready:?}");
        world.telegram.set_down(false);
        world.telegram.wait_for_calls("GetUpdates", 3, PATIENCE).await.expect("polling goes on");
        assert_eq!(world.runs("check_telegram").await["outcome"], "ok");
    }
}
