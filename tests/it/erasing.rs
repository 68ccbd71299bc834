//! A person leaves for good: nothing of theirs is left, and the chat goes on for others.

use reqwest::Method;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use serde_json::json;
use telegram_bot_scheduler::store::OWNED;

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

/// An account that stands nowhere by accident.
const ACCOUNT: &str = "erase-me-7f3a";

/// Every place in the database, as `table.column`, where the account's name stands.
async fn traces(world: &World) -> Vec<String> {
    let database = world.look_inside().await;
    let mut found = Vec::new();
    for (table, column) in columns(&database).await {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{ACCOUNT}%'");
        let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), sql));
        let count: i64 = row.await.expect("an answer").expect("a row").try_get_by_index(0).expect("a number");
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    database.close().await.expect("a closed connection");
    found
}

async fn columns(database: &DatabaseConnection) -> Vec<(String, String)> {
    let sql = match database.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name, '\"' || column_name || '\"' FROM information_schema.columns \
             WHERE table_schema = current_schema()"
        }
        _ => {
            "SELECT tables.name, '\"' || columns.name || '\"' FROM sqlite_master AS tables, \
             pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
        }
    };
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql));
    let text = |row: &sea_orm::QueryResult, index| row.try_get_by_index::<String>(index).expect("text");
    rows.await.expect("the columns").iter().map(|row| (text(row, 0), text(row, 1))).collect()
}

on_both_databases! {
    async fn no_table_with_rows_of_accounts_is_forgotten(world) {
        let database = world.look_inside().await;
        for (table, column) in columns(&database).await {
            let column = column.trim_matches('"');
            // The audit keeps what was done, and forgets to whom.
            if matches!(column, "account" | "subject") && table != "audit" {
                assert!(OWNED.contains(&(table.as_str(), column)), "erasing an account leaves {table}.{column}");
            }
        }
        database.close().await.expect("a closed connection");
    }

    async fn nothing_in_the_database_names_them_any_more(world) {
        let mina = world.mina();
        world.link(&mina, ACCOUNT).await;
        let platform = world.platform();
        let event = json!({"type": "announcement", "account": ACCOUNT, "data": {"text": format!("hi {ACCOUNT}")}});
        platform.accepts(event).await;
        mina.sees(&format!("hi {ACCOUNT}")).await.expect("the news");
        world.answer(&world.admin(), &format!("/invite {ACCOUNT}")).await;
        platform.get(ACCOUNT, "/api/telegram/link-account").await;
        platform.post(ACCOUNT, "/api/telegram/send-test-message", json!({})).await;
        assert!(traces(world).await.len() >= 4, "the test looks in the wrong places");
        let path = format!("/api/accounts/{ACCOUNT}");
        let export = platform.operates(Method::GET, &format!("{path}/export")).await;
        assert_eq!(export.status, 200, "{export:?}");
        let erased = platform.operates(Method::DELETE, &path).await;
        assert_eq!((erased.status, &erased.body["settings"]), (200, &json!(true)), "{erased:?}");
        assert_eq!(traces(world).await, Vec::<String>::new());
        // For the bot they are somebody it never met.
        let greeting = world.answer(&mina, "/status").await;
        assert!(!greeting.text().contains(ACCOUNT), "{}", greeting.text());
    }

    async fn what_is_in_flight_harms_nobody(world) {
        let mina = world.mina();
        world.link(&mina, ACCOUNT).await;
        world.telegram.set_down(true);
        let announcement = |text: &str| json!({"type": "announcement", "account": ACCOUNT, "data": {"text": text}});
        for number in 0..5 {
            world.platform().accepts(announcement(&format!("news {number}"))).await;
        }
        let erased = world.platform().operates(Method::DELETE, &format!("/api/accounts/{ACCOUNT}")).await;
        assert!(erased.body["notifications"].as_u64() >= Some(5), "{erased:?}");
        world.telegram.set_down(false);
        // The next person in the same chat is served as if nobody had been there before.
        world.link(&mina, "alice").await;
        let event = json!({"type": "announcement", "account": "alice", "data": {"text": "welcome"}});
        world.platform().accepts(event).await;
        world.telegram.wait_for_message(mina.id(), |message| message.text().contains("welcome"), PATIENCE)
            .await.expect("the chat goes on");
    }
}
