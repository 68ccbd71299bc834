//! A deployer takes the Flask system's links over: as often as they like, from either database, and hears of every
//! row that makes none.

use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use telegram_bot_scheduler::config::Engine;

use crate::harness::{Database, Ended, Launch, World};
use crate::on_both_databases;

/// The old system's table, with whatever it holds.
async fn old_system(engine: Engine, columns: &str, rows: &[&str]) -> Database {
    let database = Database::fresh(engine).await;
    let connection = database.connect().await;
    connection
        .execute_unprepared(&format!("CREATE TABLE sns_settings ({columns})"))
        .await
        .expect("its table");
    for row in rows {
        let insert =
            format!("INSERT INTO sns_settings (user_id, telegram_chat_id, telegram_enabled) VALUES ({row})");
        connection.execute_unprepared(&insert).await.expect("its row");
    }
    connection.close().await.expect("closed");
    database
}

async fn import(world: &World, old: &Database, more: &[&str]) -> Ended {
    let ended = Launch::of(world).with(&["import", "--from", old.url()]).with(more).run().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    ended
}

/// Each account with its chat and whether it is sent to.
async fn links(world: &World) -> Vec<(String, Option<i64>, bool)> {
    let database = world.look_inside().await;
    let sql = "SELECT account, telegram_chat_id, telegram_enabled FROM sns_settings ORDER BY account";
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await;
    let rows = rows.expect("the accounts");
    let get = |row: &sea_orm::QueryResult| {
        (
            row.try_get("", "account").unwrap(),
            row.try_get("", "telegram_chat_id").unwrap(),
            row.try_get("", "telegram_enabled").unwrap(),
        )
    };
    rows.iter().map(get).collect()
}

const NUMBERS: &str = "id INTEGER, user_id INTEGER, telegram_chat_id BIGINT, telegram_enabled BOOLEAN";
const TEXTS: &str = "user_id VARCHAR(64), telegram_chat_id VARCHAR(32), telegram_enabled VARCHAR(8)";

on_both_databases! {
    async fn the_old_systems_people_are_connected_and_stay_so(world) {
        let rows = ["7, 11, TRUE", "8, 12, FALSE", "9, NULL, TRUE", "10, -1001234567890, TRUE"];
        let old = old_system(world.config.database.engine(), NUMBERS, &rows).await;
        world.stop().await;
        let looked = import(world, &old, &["--dry-run"]).await;
        assert_eq!(looked.printed.trim(), "3 links would be imported, 0 were there already, 1 rows have no chat, 0 left out");
        assert!(links(world).await.is_empty());
        let first = import(world, &old, &[]).await;
        assert_eq!(first.printed.trim(), "3 links imported, 0 were there already, 1 rows have no chat, 0 left out");
        let again = import(world, &old, &[]).await;
        assert_eq!(again.printed.trim(), "0 links imported, 3 were there already, 1 rows have no chat, 0 left out");
        let expected = [
            ("10".to_owned(), Some(-1_001_234_567_890), true),
            ("7".to_owned(), Some(11), true),
            ("8".to_owned(), Some(12), false),
        ];
        assert_eq!(links(world).await, expected);
        world.start().await;
        let mina = world.mina();
        mina.starts("").expect("she wrote to the old bot before");
        let event = json!({ "type": "post.failed", "account": "7", "data": { "network": "x", "text": "Scones", "error": "spam" } });
        world.platform().accepts(event).await;
        mina.sees("spam").await.expect("the news reach the chat that the old system knew");
        assert!(world.finds("SELECT 1 FROM sns_settings WHERE account = '7' AND next_digest_at_ms IS NOT NULL").await);
        assert_eq!(world.platform().status("8").await["telegram_enabled"], false);
    }

    async fn whatever_is_wrong_is_told_line_by_line_and_the_rest_is_imported(world) {
        let rows = [
            "'b2c6e0f8-2d3e', ' 11 ', 'true'",
            "'c', '@mina_k', 'true'",
            "'d', '11', 'true'",
            "'e', '', 'true'",
            "'b2c6e0f8-2d3e', '12', 'true'",
            "NULL, '13', 'true'",
            "'g', '14', 'perhaps'",
        ];
        let old = old_system(world.config.database.engine(), TEXTS, &rows).await;
        world.stop().await;
        let printed = import(world, &old, &[]).await.printed;
        let (summary, lines) = { let mut lines: Vec<&str> = printed.lines().collect(); (lines.pop(), lines) };
        assert_eq!(summary, Some("1 links imported, 0 were there already, 1 rows have no chat, 5 left out"), "{printed}");
        for line in [
            "user_id c: the telegram_chat_id @mina_k is no chat's number; left out",
            "user_id b2c6e0f8-2d3e: a row before it has the same user_id; left out",
            "user_id (none): the user_id is empty, too long or no text; left out",
            "user_id g: the telegram_enabled perhaps is neither true nor false; left out",
        ] {
            assert!(lines.contains(&line), "{line} is not told:\n{printed}");
        }
        assert_eq!(links(world).await.len(), 1);
    }

    async fn what_people_did_here_since_is_not_undone(world) {
        let old = old_system(world.config.database.engine(), NUMBERS, &["7, 11, TRUE", "8, 21, TRUE", "9, 12, TRUE"]).await;
        // Mina connected again under the new account, Jun's account moved, and 7 has left.
        world.link(&world.mina(), "7").await;
        assert_eq!(world.platform().post("7", "/api/telegram/unlink-account", json!({})).await.status, 200);
        world.link(&world.jun(), "8").await;
        let before = links(world).await;
        world.stop().await;
        let printed = import(world, &old, &[]).await.printed;
        for line in [
            "user_id 7: has disconnected here since; left out",
            "user_id 8: is connected to another chat here; left out",
            "user_id 9: chat 12 belongs to another account here; left out",
        ] {
            assert!(printed.contains(line), "{line} is not told:\n{printed}");
        }
        assert_eq!(links(world).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_the_old_systems_database_is_named() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let other = Database::fresh(Engine::Sqlite).await;
    other
        .connect()
        .await
        .execute_unprepared("CREATE TABLE users (id INTEGER)")
        .await
        .expect("another's table");
    let ours = World::new(Engine::Sqlite).await;
    let missing = "sqlite:///nowhere/at/all.db".to_owned();
    let ours = secrecy::ExposeSecret::expose_secret(&ours.config.database.url).to_owned();
    for (url, said) in [
        (other.url().to_owned(), "no such table"),
        (ours, "no such column"),
        (missing, "unable to open"),
        ("mysql://root:hunter22@db/app".to_owned(), "must be a database URL"),
        ("postgres://app:hunter22@127.0.0.1:1/app".to_owned(), "has to be the old system's database"),
    ] {
        let ended = Launch::of(&world).with(&["import", "--from", &url]).run().await;
        let line = ended.refused("--from: ");
        assert!(line.contains(said), "{url}: {line}");
        assert!(!ended.complaint().contains("hunter22"), "the password is told: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_database_is_only_read_even_across_kinds() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let old = old_system(Engine::Postgres, NUMBERS, &["7, 11, TRUE"]).await;
    assert!(import(&world, &old, &[]).await.printed.starts_with("1 links imported"));
    let old = old_system(
        Engine::Sqlite,
        "user_id, telegram_chat_id, telegram_enabled",
        &["8, 12, 1", "x'ff', 13, 1"],
    )
    .await;
    let path = old.url().trim_start_matches("sqlite://").trim_end_matches("?mode=rwc").to_owned();
    let before = std::fs::read(&path).expect("the file");
    let printed = import(&world, &old, &[]).await.printed;
    assert!(printed.contains("1 links imported") && printed.contains("1 left out"), "{printed}");
    assert_eq!(std::fs::read(&path).expect("the file"), before);
}
