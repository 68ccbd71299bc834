//! A deployer gets a setting wrong: one clear line names it and the mend, and the exit code is 2.

use std::net::TcpListener;
use std::path::Path;

use sea_orm::ConnectionTrait as _;
use telegram_bot_scheduler::config::Engine;
use tempfile::TempDir;

use crate::harness::{JWT_SECRET, Launch, World};
use crate::on_both_databases_with_processes;

async fn world() -> World {
    World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await
}

fn sqlite(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}

#[tokio::test]
async fn without_a_jwt_secret_the_line_holds_a_command_that_makes_one() {
    let world = world().await;
    for command in [&["run"][..], &["token", "--account", "alice"], &["check-config"]] {
        let ended = Launch::of(&world).unset("JWT_SECRET").with(command).run().await;
        let line = ended.refused("JWT_SECRET");
        assert!(line.contains("openssl rand -base64 48"), "{line}");
    }
}

#[tokio::test]
async fn a_weak_jwt_secret_is_refused_and_not_repeated() {
    let ended = Launch::of(&world().await).set("JWT_SECRET", "only-thirty-one-bytes-are-in-it").run().await;
    let line = ended.refused("JWT_SECRET");
    assert!(line.contains("32 bytes"), "{line}");
    assert!(!line.contains("only-thirty-one"), "{line}");
}

#[tokio::test]
async fn malformed_and_unknown_settings_name_themselves() {
    let world = world().await;
    for (name, value, mend) in [
        ("SCHEDULER_DELIVERY__BURST", "many", "number"),
        ("SCHEDULER_DELIVERY__BURST", "-1", "1"),
        ("SCHEDULER_DELIVERY__BURTS", "5", "SCHEDULER_DELIVERY__BURST"),
        ("SCHEDULER_COLOUR", "blue", "remove it"),
        ("HTTP_ADDR", "localhost", "127.0.0.1:8000"),
        ("TELEGRAM_ADMINS", "@mina", "ids"),
        ("TELEGRAM_BOT_TOKEN", "hello", "@BotFather"),
        ("TELOXIDE_API_URL", "not a url", "http"),
        ("SCHEDULER_DIGEST__DEFAULT_ZONE", "Mars/Olympus", "Asia/Seoul"),
        ("DATABASE_URL", "mysql://localhost/x", "postgres://"),
        ("SCHEDULER_TELEGRAM__UPDATE_MODE", "webhook", "telegram.webhook_url"),
        ("CONFIG_FILE", "/nowhere/scheduler.toml", "does not exist"),
        ("JWT_SECRET_FILE", "/run/secrets/jwt", "does not exist"),
    ] {
        let ended = Launch::of(&world).set(name, value).unset_twin_of(name).run().await;
        let line = ended.refused(name);
        assert!(line.contains(mend), "{name}={value}: the line has no mend ({mend}): {line}");
    }
}

impl Launch {
    /// A `_FILE` variable is tried without the value beside it.
    fn unset_twin_of(self, name: &str) -> Self {
        match name.strip_suffix("_FILE") {
            Some(twin) => self.unset(twin),
            None => self,
        }
    }
}

#[tokio::test]
async fn every_mistake_is_told_at_once() {
    let launch = Launch::of(&world().await).set("HTTP_ADDR", "x").set("SCHEDULER_DELIVERY__BURST", "y");
    let ended = launch.run().await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.log.len(), 2, "{ended:#?}");
}

#[tokio::test]
async fn a_value_and_its_file_are_one_too_many() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("jwt");
    std::fs::write(&file, JWT_SECRET).expect("a file");
    let ended = Launch::of(&world().await).set("JWT_SECRET_FILE", file.display().to_string()).run().await;
    let line = ended.refused("JWT_SECRET_FILE");
    assert!(line.contains("JWT_SECRET sets the same thing"), "{line}");
    assert!(!line.contains(JWT_SECRET), "{line}");
}

#[tokio::test]
async fn a_secret_from_a_file_works() {
    let world = world().await;
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("jwt");
    std::fs::write(&file, format!("{JWT_SECRET}\n")).expect("a file");
    let launch = Launch::of(&world).unset("JWT_SECRET").set("JWT_SECRET_FILE", file.display().to_string());
    let service = launch.start_ready().await;
    let answer = service.platform(&world).await.get("alice", "/api/telegram/status").await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_sqlite_path_that_cannot_be_used_is_named() {
    let world = world().await;
    let folder = TempDir::new().expect("a folder");
    let here = folder.path();
    std::fs::write(here.join("letter.txt"), "Dear Mina, ".repeat(500)).expect("a text file");
    std::fs::create_dir(here.join("folder")).expect("a folder");
    for (path, mend) in [
        // Nobody, not even root, can make a folder in a file or a file in /proc.
        (here.join("letter.txt/scheduler.db"), "letter.txt"),
        ("/proc/scheduler.db".into(), "/proc/scheduler.db"),
        (here.join("folder"), "is a folder"),
        (here.join("letter.txt"), "not a SQLite database"),
    ] {
        let ended = Launch::of(&world).set("DATABASE_URL", sqlite(&path)).run().await;
        let line = ended.refused("DATABASE_URL");
        assert!(line.contains(mend), "{}: {line}", path.display());
    }
    let letter = std::fs::read_to_string(here.join("letter.txt")).expect("the text file");
    assert!(letter.starts_with("Dear Mina, Dear"), "the text file was changed");
}

#[tokio::test]
async fn a_sqlite_file_that_is_not_there_is_not_invented_without_being_asked() {
    let folder = TempDir::new().expect("a folder");
    let url = format!("sqlite://{}/scheduler.db", folder.path().display());
    let ended = Launch::of(&world().await).set("DATABASE_URL", url).run().await;
    let line = ended.refused("DATABASE_URL");
    assert!(line.contains("?mode=rwc"), "{line}");
}

#[tokio::test]
async fn a_postgres_that_refuses_connections_is_named_without_its_password() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let url = format!("postgres://scheduler:hunter2hunter2@{closed}/scheduler");
    let ended = Launch::of(&world().await).set("DATABASE_URL", url).run().await;
    let line = ended.refused("DATABASE_URL");
    assert!(line.contains("refused"), "why? {line}");
    assert!(line.contains(&closed.to_string()), "where? {line}");
    assert!(!ended.complaint().contains("hunter2"), "{ended:?}");
}

#[tokio::test]
async fn a_postgres_database_that_does_not_exist_is_named() {
    let server = std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL: run scripts/test");
    let mut url: url::Url = server.parse().expect("a URL");
    url.set_path("/nowhere");
    url.set_password(Some("hunter2hunter2")).expect("a password");
    let ended = Launch::of(&world().await).set("DATABASE_URL", url.to_string()).run().await;
    let line = ended.refused("DATABASE_URL");
    assert!(line.contains("database \"nowhere\" does not exist"), "{line}");
    assert!(!ended.complaint().contains("hunter2"), "{ended:?}");
}

on_both_databases_with_processes! {
    async fn the_database_of_the_old_system_is_left_alone(world) {
        let launch = Launch::of(world);
        let old = world.look_inside().await;
        old.execute_unprepared("CREATE TABLE sns_settings (id INTEGER PRIMARY KEY, user_id INTEGER, telegram_chat_id TEXT)")
            .await
            .expect("a table of the Flask system");
        old.execute_unprepared("INSERT INTO sns_settings VALUES (1, 7, '42')").await.expect("a row of it");
        for command in ["run", "migrate"] {
            let ended = launch.clone().with(&[command]).run().await;
            let line = ended.refused("DATABASE_URL");
            assert!(line.contains("sns_settings") && line.contains("database of its own"), "{line}");
        }
        old.execute_unprepared("INSERT INTO sns_settings VALUES (2, 8, '43')").await.expect("it is as it was");
        old.execute_unprepared("CREATE TABLE notifications (id INTEGER)").await.expect("nothing of ours is in it");
    }

    async fn the_database_of_a_newer_version_is_left_alone(world) {
        let launch = Launch::of(world);
        assert_eq!(launch.clone().with(&["migrate"]).run().await.code, Some(0));
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_hover_boards', 0)";
        world.look_inside().await.execute_unprepared(newer).await.expect("a migration of the future");
        let ended = launch.run().await;
        let line = ended.refused("DATABASE_URL");
        assert!(line.contains("m20991231_000001_hover_boards") && line.contains("newer version"), "{line}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("its address").to_string();
    let ended = Launch::of(&world().await).set("HTTP_ADDR", &addr).run().await;
    let line = ended.refused("HTTP_ADDR");
    assert!(line.contains(&addr) && line.contains("another address"), "{line}");
}

#[tokio::test]
async fn a_second_process_on_one_sqlite_file_is_refused_and_the_first_goes_on() {
    let world = world().await;
    let first = Launch::of(&world).start_ready().await;
    for command in ["run", "migrate"] {
        let second = Launch::of(&world).with(&[command]).run().await;
        let line = second.refused("DATABASE_URL");
        assert!(line.contains("another process") && line.contains("PostgreSQL"), "{line}");
    }
    first.until_ready().await;
    let mina = world.mina();
    world.link_through(&first.platform(&world).await, &mina, "alice").await;
    assert_eq!(first.kill().await.code, None);
    // However it died, its lock died with it.
    Launch::of(&world).start_ready().await;
}
