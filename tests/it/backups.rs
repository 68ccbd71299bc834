//! Every day the SQLite database is copied; the operator opens a copy and finds everything in it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::{Value, json};
use telegram_bot_scheduler::config::Engine;
use tempfile::TempDir;

use crate::harness::World;

/// A service that keeps `kept` copies in a folder of the test.
async fn world_with_backups(kept: usize) -> (World, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let mut world = World::new(Engine::Sqlite).await;
    world.stop().await;
    world.config.jobs.backup_folder = Some(folder.path().join("not/there/yet"));
    world.config.jobs.backups_kept = kept;
    world.start().await;
    (world, folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

async fn count(copy: &Path, sql: &str) -> i64 {
    let database = Database::connect(format!("sqlite://{}?mode=ro", copy.display())).await.expect("it opens");
    let query = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(query).await.expect("it can be asked").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_can_be_opened_and_has_everything_in_it() {
    let (world, folder) = world_with_backups(3).await;
    let mina = world.mina();
    world.link(&mina, "alice").await;
    let event =
        json!({ "type": "post.failed", "account": "alice", "data": { "network": "x", "text": "Scones" } });
    let events: Vec<Value> = std::iter::repeat_n(event, 1000).collect();
    assert_eq!(world.platform().tells(json!({ "events": events })).await.status, 202);
    let run = world.runs("backup_database").await;
    assert_eq!((&run["outcome"], &run["items"]), (&json!("ok"), &json!(1)), "{run:#}");
    let copies = files(&folder.path().join("not/there/yet"));
    let [copy] = copies.as_slice() else { panic!("one copy and nothing else: {copies:?}") };
    assert_eq!(count(copy, "SELECT COUNT(*) FROM sns_settings WHERE account = 'alice'").await, 1);
    assert_eq!(count(copy, "SELECT COUNT(*) FROM notifications").await, 1000);
    assert_eq!(
        count(copy, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").await,
        1
    );
    let mode = copy.metadata().expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "only the service's own user reads people's data: {mode:o}");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_can_be_started_on_a_copy() {
    let (mut world, folder) = world_with_backups(3).await;
    world.link(&world.mina(), "alice").await;
    assert_eq!(world.runs("backup_database").await["outcome"], "ok");
    world.stop().await;
    let copy = files(&folder.path().join("not/there/yet")).remove(0);
    world.config.database.url = format!("sqlite://{}", copy.display()).into();
    world.start().await;
    let status = world.platform().get("alice", "/api/telegram/status").await;
    assert_eq!(status.body["linked"], json!(true), "{status:?}");
    // The backup's own run was under way when the copy was taken.
    let run = world.run_that("backup_database", "was interrupted", |run| run["error"] == "interrupted").await;
    assert_eq!(run["outcome"], "failed", "{run:#}");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_newest_copies_are_kept_and_nobody_elses_files_touched() {
    let (world, folder) = world_with_backups(2).await;
    let folder = folder.path().join("not/there/yet");
    assert_eq!(world.runs("backup_database").await["outcome"], "ok");
    let oldest = files(&folder).remove(0);
    let foreign = ["scheduler-before-the-move.db", "notes.txt", "other-20261122T080000007Z.db"];
    for name in foreign {
        std::fs::write(folder.join(name), "mine").expect("written");
    }
    // What a process left that died while it wrote.
    let left = folder.join("scheduler-20200101T000000000Z.db.part");
    std::fs::write(&left, "half").expect("written");
    for _ in 0..3 {
        assert_eq!(world.runs("backup_database").await["outcome"], "ok");
    }
    let now = files(&folder);
    assert_eq!(now.len(), foreign.len() + 2, "{now:?}");
    assert!(!now.contains(&oldest) && !now.contains(&left), "{now:?}");
    for name in foreign {
        assert_eq!(std::fs::read_to_string(folder.join(name)).expect("still there"), "mine");
    }
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_fails_the_run_with_the_setting_named() {
    let (mut world, folder) = world_with_backups(2).await;
    world.stop().await;
    let in_the_way = folder.path().join("a-file");
    std::fs::write(&in_the_way, "").expect("written");
    world.config.jobs.backup_folder = Some(in_the_way.join("backups"));
    world.start().await;
    let run = world.runs("backup_database").await;
    let error = run["error"].as_str().unwrap_or_default();
    assert_eq!(run["outcome"], "failed", "{run:#}");
    assert!(error.starts_with("jobs.backup_folder: can't create "), "{error}");
    let status = world.platform().status_of("backup_database").await;
    assert_eq!(status["success_rate"], json!(0.0), "{status:#}");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_setting_the_copies_are_beside_the_database() {
    let world = World::new(Engine::Sqlite).await;
    assert_eq!(world.runs("backup_database").await["outcome"], "ok");
    let database =
        telegram_bot_scheduler::store::sqlite_file(&world.config.database).expect("a URL").expect("a file");
    let folder = database.parent().expect("a folder").join("backups");
    assert_eq!(files(&folder).len(), 1);
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_the_run_does_nothing_and_ends_well() {
    let world = World::new(Engine::Postgres).await;
    let run = world.runs("backup_database").await;
    assert_eq!((&run["outcome"], &run["items"]), (&json!("ok"), &json!(0)), "{run:#}");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_copy_is_not_taken_for_a_backup() {
    let folder = TempDir::new().expect("a folder");
    let (world, _backups) = world_with_backups(2).await;
    let copy = folder.path().join("copy.db");
    telegram_bot_scheduler::store::copy_sqlite(&world.config.database, &copy).await.expect("copied");
    telegram_bot_scheduler::store::verify_sqlite(&copy).await.expect("a good copy");
    let mut bytes = std::fs::read(&copy).expect("read");
    // Pages 2 and following: tables and indexes, not the header.
    for byte in bytes.iter_mut().skip(4096 * 2).take(4096 * 6) {
        *byte ^= 0x5a;
    }
    std::fs::write(&copy, bytes).expect("written");
    let verified = telegram_bot_scheduler::store::verify_sqlite(&copy).await;
    assert!(verified.is_err(), "a damaged copy passed: {verified:?}");
    std::fs::write(&copy, "").expect("written");
    assert!(telegram_bot_scheduler::store::verify_sqlite(&copy).await.is_err(), "an empty file passed");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_the_middle_of_copying_ends_the_copying() {
    let (mut world, folder) = world_with_backups(2).await;
    let filler = "INSERT INTO idempotency_keys (subject, key, body_hash, answer, created_at_ms) \
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) \
        SELECT 'filler', i, '', hex(randomblob(1500)), 9000000000000 FROM n";
    world.look_inside().await.execute_unprepared(filler).await.expect("a large database");
    let path =
        telegram_bot_scheduler::store::sqlite_file(&world.config.database).expect("a URL").expect("a file");
    world.platform().triggers("backup_database").await;
    let folder = folder.path().join("not/there/yet");
    world
        .until("the copy has begun to grow", || async {
            let begun = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            begun.filter_map(|entry| entry.metadata().ok()).any(|file| file.len() > 0)
        })
        .await;
    world.stop().await;
    let whole = path.metadata().expect("the database").len();
    // The driver's thread may be in the middle of one step; it must not go on to the end.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    for copy in files(&folder) {
        let size = copy.metadata().expect("metadata").len();
        assert!(
            copy.extension().is_some_and(|end| end == "part"),
            "a half copy has a backup's name: {copy:?}"
        );
        assert!(size < whole / 10 * 9, "copying went on to {size} of {whole} bytes after the stop");
    }
    world.start().await;
    let run = world.run_that("backup_database", "was interrupted", |run| run["error"] == "interrupted").await;
    assert_eq!(run["outcome"], "failed", "{run:#}");
    assert_eq!(world.runs("backup_database").await["outcome"], "ok", "the next one is whole");
    assert!(
        files(&folder).iter().all(|file| file.extension().is_some_and(|end| end == "db")),
        "nothing is left"
    );
    world.ends_well().await;
}
