//! A person leaves for good: nothing of theirs is left, and the chat goes on for others.

use bot_api::{NewPerson, Person, Room};
use chrono::TimeDelta;
use reqwest::Method;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use telegram_bot_scheduler::http::Scope;
use telegram_bot_scheduler::store::OWNED;

use crate::channels::connected;
use crate::harness::{PATIENCE, World, post_to};
use crate::on_both_databases;
use crate::places::connect;

/// An account that stands nowhere by accident, and its chat.
const ACCOUNT: &str = "erase-me-7f3a";
const CHAT: i64 = 7_300_100_200;

/// Every place in the database, as `table.column`, where `name` stands.
async fn traces(world: &World, name: &str) -> Vec<String> {
    let database = world.look_inside().await;
    let mut found = Vec::new();
    for (table, column) in columns(&database).await {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{name}%'");
        let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), sql));
        let count: i64 = row.await.expect("an answer").expect("a row").try_get_by_index(0).expect("a number");
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    database.close().await.expect("a closed connection");
    found
}

/// Somebody who has done everything that leaves something behind, and their group.
async fn somebody_busy(world: &mut World) -> (Person, Room) {
    world.knows_news().await;
    let mina = world.telegram.person(NewPerson::new(CHAT, "Mina").language("en"));
    world.link(&mina, ACCOUNT).await;
    let group = world.telegram.supergroup("Bakers", false, &mina);
    connect(world, &group, &mina, ACCOUNT).await;
    connected(world, &mina).await;
    let platform = world.platform();
    let event =
        json!({"type": "announcement", "account": ACCOUNT, "data": {"text": format!("hi {ACCOUNT}")}});
    platform.accepts(event).await;
    mina.sees(&format!("hi {ACCOUNT}")).await.expect("the news");
    let tomorrow = world.clock.now() + TimeDelta::days(1);
    let scheduling = platform
        .request(Method::POST, "/api/posts")
        .bearer_auth(platform.token(ACCOUNT, &[Scope::Posts]))
        .header("Idempotency-Key", "k-1")
        .json(&post_to("news", "Buns", tomorrow));
    let scheduled = platform.send(scheduling).await;
    assert_eq!(scheduled.status, 201, "{scheduled:?}");
    world.answer(&mina, "/new").await;
    world.answer(&mina, "Scones").await;
    world.answer(&world.admin(), &format!("/invite {ACCOUNT}")).await;
    platform.get(ACCOUNT, "/api/telegram/link-account").await;
    platform.post(ACCOUNT, "/api/telegram/send-test-message", json!({})).await;
    (mina, group)
}

/// What an export tells of the rows of `table`.
fn told<'a>(export: &'a Value, table: &str) -> &'a Value {
    match table {
        "notifications" | "posts" | "link_tokens" => &export[table],
        "drafts" => &export["draft"],
        "sns_settings" => &export["telegram"],
        "place_tokens" => &export["link_tokens"],
        "places" | "channels" => &export["telegram"][table],
        "idempotency_keys" => &export["requests"],
        other => panic!("the export tells nothing of {other}"),
    }
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

    async fn everything_that_is_kept_is_told_and_nothing_that_opens_a_door(world) {
        somebody_busy(world).await;
        let path = format!("/api/accounts/{ACCOUNT}/export");
        let export = world.platform().operates(Method::GET, &path).await;
        assert_eq!(export.status, 200, "{export:?}");
        for (table, column) in OWNED {
            let rows = world.number(&format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{ACCOUNT}'")).await;
            assert!(rows > 0, "the story leaves nothing in {table}");
            let told = told(&export.body, table);
            assert!(!told.is_null() && *told != json!([]), "{table} is not told: {}", export.body);
        }
        assert_eq!(export.body["draft"]["text"], "Scones");
        assert_eq!(export.body["posts"][0]["history"][0]["to"], "scheduled");
        assert_eq!(export.body["requests"][0]["idempotency_key"], "k-1");
        let tokens = export.body["link_tokens"].as_array().expect("tokens");
        let fields = |token: &Value| token.as_object().map(|token| token.keys().cloned().collect::<Vec<_>>());
        assert_eq!(tokens.len(), 2);
        assert!(tokens.iter().all(|it| fields(it).is_some_and(|it| it == ["created_at", "expires_at", "link_to", "spent_at"])));
    }

    async fn nothing_in_the_database_names_them_any_more(world) {
        let (mina, group) = somebody_busy(world).await;
        let names = [ACCOUNT.to_owned(), CHAT.to_string(), group.id().to_string()];
        for name in &names {
            assert!(traces(world, name).await.len() >= 2, "the test looks for {name} in the wrong places");
        }
        let erased = world.platform().operates(Method::DELETE, &format!("/api/accounts/{ACCOUNT}")).await;
        assert_eq!((erased.status, &erased.body["settings"]), (200, &json!(true)), "{erased:?}");
        for name in &names {
            assert_eq!(traces(world, name).await, Vec::<String>::new(), "{name}");
        }
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
