//! An operator puts last night's backup back: nothing goes out twice, whoever may be concerned is asked, and whatever
//! is no backup changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use secrecy::ExposeSecret as _;
use serde_json::json;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::store::{sqlite_file, verify_sqlite};
use tempfile::TempDir;

use crate::harness::{Ended, Launch, World, post_to};
use crate::{on_both_databases, on_both_databases_with_processes};

/// What the reader of a line may rely on: an earlier id means what it meant.
const IDS_LEFT_OUT: i64 = 1_000_000;

fn database_of(world: &World) -> PathBuf {
    sqlite_file(&world.config.database).expect("a URL").expect("a file")
}

/// Everything in the folder of the database, by name: what a command that changes nothing leaves alone.
fn files_beside(database: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(database.parent().expect("a folder")).expect("the folder");
    let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    files
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect()
}

async fn restore(world: &World, arguments: &[&str]) -> Ended {
    Launch::of(world).with(&["restore"]).with(arguments).run().await
}

async fn succeeds(world: &World, arguments: &[&str]) -> String {
    let ended = restore(world, arguments).await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    ended.printed
}

/// The service's clock is three hours back, so that the command, which has the real one, comes after everything.
async fn three_hours_ago(world: &mut World) {
    world.stop().await;
    world.time_passes(TimeDelta::hours(-3));
    world.start().await;
}

async fn the_backup(world: &World) -> String {
    assert_eq!(world.runs("backup_database").await["outcome"], "ok");
    let folder = database_of(world).parent().expect("a folder").join("backups");
    let mut copies: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("backups").map(|entry| entry.expect("an entry").path()).collect();
    copies.sort();
    copies.pop().expect("a backup").display().to_string()
}

async fn state_of(world: &World, id: i64) -> (String, Option<String>) {
    let row = world.outbox().await.row(id).await;
    (row.state, row.reason)
}

/// Something that was accepted and not sent when the backup was made: held to be gathered.
async fn a_held_notification(world: &World) -> i64 {
    let platform = world.platform();
    let gather = json!({ "batch_published_minutes": 60 });
    assert_eq!(platform.patch("alice", "/api/telegram/settings", gather).await.status, 200);
    let event =
        json!({ "type": "post.published", "account": "alice", "data": { "network": "x", "text": "Tarts" } });
    let id = platform.accepts(event).await[0];
    assert_eq!(state_of(world, id).await.0, "pending");
    id
}

async fn is_told(world: &World, what: &str) {
    world.mina().sees(what).await.unwrap_or_else(|_| panic!("Mina never reads {what}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restore_nothing_goes_out_twice_and_its_author_is_asked() {
    let mut world = World::new(Engine::Sqlite).await;
    let channel = world.knows_news().await;
    three_hours_ago(&mut world).await;
    world.link(&world.mina(), "alice").await;
    let held = a_held_notification(&world).await;
    let platform = world.platform();
    // Not so late in three hours that its author would be asked first.
    let soon = world.clock.now() + TimeDelta::minutes(150);
    let soon = platform.schedules("alice", post_to("news", "Scones", soon)).await;
    let later =
        platform.schedules("alice", post_to("news", "Buns", world.clock.now() + TimeDelta::days(3))).await;
    let unused = platform.asks_for_link("bob").await;
    let backup = the_backup(&world).await;
    world.time_passes(TimeDelta::hours(3));
    world.until_post("alice", soon, "published").await;
    world.outbox().await.until(held, "sent").await;
    let after =
        platform.schedules("alice", post_to("news", "Cakes", world.clock.now() + TimeDelta::days(1))).await;
    world.stop().await;

    let printed = succeeds(&world, &[&backup]).await;
    assert!(printed.contains("1 posts may have gone out since"), "{printed}");
    assert!(printed.contains("1 notifications may have been sent since"), "{printed}");
    world.start().await;
    is_told(&world, "Not sure it went out").await;
    let post = world.post("alice", soon).await;
    assert_eq!(post["status"], "unconfirmed", "{post:#}");
    assert_eq!(world.post("alice", later).await["status"], "scheduled", "its time has not come");
    assert_eq!(state_of(&world, held).await, ("cancelled".into(), Some("restored".into())));
    let texts: Vec<String> = channel.messages().iter().map(|message| message.text().to_owned()).collect();
    assert_eq!(texts, ["Scones"], "the post is out once");
    let verified =
        world.platform().post("bob", "/api/telegram/verify-link", json!({ "token": unused })).await;
    assert_eq!(verified.body["state"], "expired", "{verified:?}");
    let new = world
        .platform()
        .schedules("alice", post_to("news", "Pies", world.clock.now() + TimeDelta::days(1)))
        .await;
    assert!(new > after + IDS_LEFT_OUT / 2, "{new} may stand in a button as what is gone now");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_post_that_was_answered_for_since_the_backup_does_not_go_out_again() {
    let mut world = World::new(Engine::Sqlite).await;
    let channel = world.knows_news().await;
    three_hours_ago(&mut world).await;
    let mina = world.mina();
    world.link(&mina, "alice").await;
    let soon = world.clock.now() + TimeDelta::minutes(10);
    let late = world.platform().schedules("alice", post_to("news", "Scones", soon)).await;
    world.stop().await;
    world.time_passes(TimeDelta::hours(3));
    world.start().await;
    let question = mina.sees("Publish it now?").await.expect("she is asked");
    let backup = the_backup(&world).await;
    mina.taps(question.id(), "Post now").await.expect("the tap is answered");
    world.until_post("alice", late, "published").await;
    world.stop().await;

    let printed = succeeds(&world, &[&backup]).await;
    assert!(printed.contains("1 posts may have gone out since"), "{printed}");
    world.start().await;
    is_told(&world, "Not sure it went out").await;
    let post = world.post("alice", late).await;
    assert_eq!((&post["status"], &post["late"]), (&json!("unconfirmed"), &json!(false)), "{post:#}");
    assert_eq!(channel.messages().len(), 1, "the post is out once");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_is_kept_and_so_is_what_a_killed_process_had_not_folded_in() {
    let mut world = World::new(Engine::Sqlite).await;
    world.link(&world.mina(), "alice").await;
    let backup = the_backup(&world).await;
    world.stop().await;
    let service = Launch::of(&world).start_ready().await;
    let told = json!({ "type": "announcement", "account": "alice", "data": { "text": "After the backup" } });
    assert_eq!(service.platform(&world).await.tells(told).await.status, 202);
    service.kill().await;
    let printed = succeeds(&world, &[&backup]).await;
    let kept = printed.lines().find_map(|line| line.split_once("is kept: ")).expect("where it is").1;
    verify_sqlite(Path::new(kept)).await.expect("the old database is whole");
    let database = sea_orm::Database::connect(format!("sqlite://{kept}?mode=rw")).await.expect("it opens");
    let after = sea_orm::Statement::from_string(
        database.get_database_backend(),
        "SELECT 1 FROM notifications WHERE data LIKE '%After the backup%'",
    );
    assert!(
        database.query_one_raw(after).await.expect("it can be asked").is_some(),
        "what came last is in it"
    );
    assert!(!world.finds("SELECT 1 FROM notifications WHERE data LIKE '%After the backup%'").await);
    world.start().await;
    assert_eq!(world.platform().status("alice").await["linked"], true);
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_has_nothing_but_the_backup_is_set_up_by_it() {
    let mut world = World::new(Engine::Sqlite).await;
    world.link(&world.mina(), "alice").await;
    let backup = the_backup(&world).await;
    world.stop().await;
    let elsewhere = TempDir::new().expect("a folder");
    let url = format!("sqlite://{}/not/there/yet/scheduler.db?mode=rwc", elsewhere.path().display());
    let launch = Launch::of(&world).set("DATABASE_URL", &url);
    let ended = launch.clone().with(&["restore", &backup]).run().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(!ended.printed.contains("is kept"), "{}", ended.printed);
    let service = launch.start_ready().await;
    assert_eq!(service.platform(&world).await.status("alice").await["linked"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_backup_changes_nothing_and_is_named() {
    let mut world = World::new(Engine::Sqlite).await;
    world.link(&world.mina(), "alice").await;
    let backup = the_backup(&world).await;
    world.stop().await;
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let good = std::fs::read(&backup).expect("the backup");
    std::fs::write(path("empty.db"), "").expect("written");
    std::fs::write(path("letter.db"), "Dear Sir or Madam, ".repeat(1000)).expect("written");
    let mut damaged = good.clone();
    damaged.iter_mut().skip(4096 * 2).take(4096 * 6).for_each(|byte| *byte ^= 0x5a);
    std::fs::write(path("damaged.db"), damaged).expect("written");
    std::fs::write(path("half.db"), &good[..good.len() / 2]).expect("written");
    for (name, sql) in [
        (
            "newer.db",
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_hover_boards', 0)",
        ),
        ("somebody-elses.db", "DROP TABLE seaql_migrations"),
    ] {
        std::fs::write(path(name), &good).expect("written");
        let url = format!("sqlite://{}", path(name).display());
        let database = sea_orm::Database::connect(url).await.expect("it opens");
        database.execute_unprepared(sql).await.expect("it is changed");
        database.close().await.expect("closed");
    }
    std::fs::write(path("in-use.db"), &good).expect("written");
    std::fs::write(path("in-use.db-wal"), "frames").expect("written");
    let before = files_beside(&database_of(&world));
    for (name, said) in [
        ("missing.db", "can't be copied"),
        ("empty.db", "no whole backup"),
        ("letter.db", "no whole backup"),
        ("damaged.db", "no whole backup"),
        ("half.db", "no whole backup"),
        ("newer.db", "newer version (migration m20991231_000001_hover_boards)"),
        ("somebody-elses.db", "no whole backup"),
        ("in-use.db", "a database in use"),
    ] {
        let file = path(name).display().to_string();
        let ended = restore(&world, &[&file]).await;
        let line = ended.refused(name);
        assert!(line.contains(said), "{name}: {line}");
        assert_eq!(files_beside(&database_of(&world)), before, "{name} has changed something");
    }
    assert_eq!(restore(&world, &[]).await.code, Some(2), "without a file there is nothing to do");
    world.start().await;
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_can_be_made_by_hand_while_the_service_runs() {
    let world = World::new(Engine::Sqlite).await;
    world.link(&world.mina(), "alice").await;
    let ended = Launch::of(&world).with(&["backup"]).run().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let copy = PathBuf::from(ended.printed.trim());
    assert!(!verify_sqlite(&copy).await.expect("a whole copy").is_empty());
    world.ends_well().await;
}

on_both_databases! {
    async fn what_other_tools_put_back_is_settled_in_place(world) {
        three_hours_ago(world).await;
        world.link(&world.mina(), "alice").await;
        let held = a_held_notification(world).await;
        let due = world.clock.now() + TimeDelta::hours(1);
        world.meddle(&format!(
            "INSERT INTO posts (account, network, text, publish_at_ms, due_at_ms, created_at_ms, updated_at_ms) \
             VALUES ('alice', 'gone', 'Scones', {due}, {due}, 0, 0)",
            due = due.timestamp_millis()
        ))
        .await;
        world.meddle(&format!("UPDATE sns_settings SET next_digest_at_ms = {}", due.timestamp_millis())).await;
        world.stop().await;
        world.meddle(
            "INSERT INTO broadcasts (admin_id, language, text, state, created_at_ms) \
             VALUES (900, 'en', 'Closed on Monday', 'sending', 0)",
        )
        .await;
        world.time_passes(TimeDelta::hours(3));
        let printed = succeeds(world, &["--in-place"]).await;
        for what in ["1 posts", "1 notifications", "1 digests"] {
            assert!(printed.contains(what), "{printed}");
        }
        assert_eq!(state_of(world, held).await, ("cancelled".into(), Some("restored".into())));
        let again = succeeds(world, &["--in-place"]).await;
        assert!(again.contains("0 posts") && again.contains("0 digests"), "{again}");
        world.start().await;
        let stopped = "SELECT COUNT(*) FROM broadcasts WHERE state = 'stopped'";
        world.until("the broadcast is stopped", async || world.number(stopped).await == 1).await;
        assert!(!world.finds("SELECT 1 FROM notifications WHERE kind = 'announcement'").await);
        let digests = "SELECT 1 FROM notifications WHERE kind = 'digest'";
        assert!(!world.finds(digests).await, "the digest of the time that is lost is not written again");
    }
}

on_both_databases_with_processes! {
    async fn while_the_service_runs_nothing_is_put_back(world) {
        let service = Launch::of(world).start_ready().await;
        let ended = restore(world, &["--in-place"]).await;
        ended.refused("DATABASE_URL");
        service.terminate().await;
        succeeds(world, &["--in-place"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_put_back_by_its_own_tools() {
    let world = World::asleep(Engine::Postgres, bot_api::Options::unlimited()).await;
    let ended = restore(&world, &["/backups/scheduler.db"]).await;
    assert!(ended.refused("DATABASE_URL").contains("restore --in-place"), "{ended:?}");
    assert!(!ended.complaint().contains(world.config.database.url.expose_secret()));
    let ended = Launch::of(&world).with(&["backup"]).run().await;
    assert!(ended.refused("DATABASE_URL").contains("pg_dump"), "{ended:?}");
}
