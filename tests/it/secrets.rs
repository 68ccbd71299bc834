//! Somebody gets hold of a log, an answer or a copy of the database: no secret is in it.

use std::time::Duration;

use bot_api::{DEFAULT_TOKEN, Fault, NewPerson, Options, Rule};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use secrecy::ExposeSecret as _;
use serde_json::json;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::http::Scope;

use crate::harness::{JWT_SECRET, Launch, Platform, World};

/// What only the monitor knows.
const METRICS_TOKEN: &str = "the-monitor's-own-token";

/// The password in the database's URL: the tests' server trusts whoever connects, with any.
const PASSWORD: &str = "correct-horse-battery";

/// What was seen from outside while the service ran.
#[derive(Default)]
struct Traces {
    /// Each with a name for the failure message.
    secrets: Vec<(&'static str, String)>,
    texts: Vec<(String, Vec<u8>)>,
}

impl Traces {
    fn plant(&mut self, name: &'static str, secret: &str) {
        self.secrets.push((name, secret.to_owned()));
    }

    fn found(&mut self, place: &str, text: impl Into<Vec<u8>>) {
        self.texts.push((place.to_owned(), text.into()));
    }

    fn assert_clean(&self) {
        for (place, text) in &self.texts {
            for (name, secret) in &self.secrets {
                let at = text.windows(secret.len()).position(|window| window == secret.as_bytes());
                let around = at.map(|at| {
                    let start = at.saturating_sub(120);
                    String::from_utf8_lossy(&text[start..(at + secret.len() + 20).min(text.len())])
                        .into_owned()
                });
                assert_eq!(around, None, "{place} holds the {name}");
            }
        }
    }
}

async fn a_whole_session(engine: Engine, log_filter: &str) -> Traces {
    let world = World::asleep(engine, Options::unlimited()).await;
    let mut traces = Traces::default();
    traces.plant("bot token", DEFAULT_TOKEN.split_once(':').expect("a token").1);
    traces.plant("JWT secret", JWT_SECRET);
    traces.plant("metrics token", METRICS_TOKEN);
    traces.plant("database's password", PASSWORD);
    let mut launch = Launch::of(&world).set("RUST_LOG", log_filter).set("METRICS_TOKEN", METRICS_TOKEN);
    if engine == Engine::Postgres {
        let mut url: url::Url = world.config.database.url.expose_secret().parse().expect("a URL");
        url.set_password(Some(PASSWORD)).expect("a password");
        launch = launch.set("DATABASE_URL", url);
    }
    let service = launch.start_ready().await;
    let platform = service.platform(&world).await;
    people_talk(&world, &platform, &mut traces).await;
    strangers_knock(&platform, &mut traces).await;
    telegram_fails(&world, &platform).await;
    let ended = service.terminate().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.log.len() > 10, "the log was captured: {ended:#?}");
    traces.found("the log", ended.complaint());
    look_into_the_database(&world, &mut traces).await;
    traces
}

async fn people_talk(world: &World, platform: &Platform, traces: &mut Traces) {
    let mina = world.mina();
    let carol = world.telegram.person(NewPerson::new(13, "Carol"));
    world.link_through(platform, &mina, "alice").await;
    let unused = platform.asks_for_link("bob").await;
    traces.plant("unused link token", &unused);
    let asked = platform.asks_for_link("carol").await;
    traces.plant("link token that was asked about", &asked);
    carol.starts(&asked).expect("she can write");
    carol.sees("Connect this chat?").await.expect("the question");
    // People paste what they should not.
    for secret in [DEFAULT_TOKEN, JWT_SECRET, unused.as_str()] {
        mina.says(secret).expect("she can write");
    }
    for command in ["/status", "/test", "/unlink", "/nonsense", "/stats"] {
        mina.says(command).expect("she can write");
    }
    world.telegram.wait_until_acknowledged(Duration::from_secs(10)).await.expect("all are handled");
    for path in ["/health", "/readyz", "/api/telegram/status"] {
        traces.found(path, format!("{:?}", platform.get("alice", path).await));
    }
}

async fn strangers_knock(platform: &Platform, traces: &mut Traces) {
    let jwt = platform.token("alice", &[Scope::Telegram]);
    traces.plant("JWT", &jwt);
    traces.plant("JWT's signature", jwt.rsplit('.').next().expect("a signature"));
    let get = |path: &str| platform.request(reqwest::Method::GET, path);
    let cut = &jwt[..jwt.len() - 1];
    for request in [
        get(&format!("/api/telegram/status?token={jwt}")),
        get(&format!("/{jwt}")),
        get("/api/telegram/status").bearer_auth(cut),
        get("/api/telegram/status").bearer_auth(METRICS_TOKEN),
        get("/metrics").bearer_auth(METRICS_TOKEN),
        get("/metrics").bearer_auth(&jwt),
        get("/api/telegram/status").bearer_auth(&jwt),
        get("/api/telegram/status").header("Authorization", format!("Basic {jwt}")),
        platform
            .request(reqwest::Method::POST, "/api/telegram/verify-link")
            .bearer_auth(&jwt)
            .body(jwt.clone()),
        platform
            .request(reqwest::Method::POST, "/api/events")
            .bearer_auth(&jwt)
            .json(&json!({ "type": jwt })),
    ] {
        traces.found("an answer of the port", format!("{:?}", platform.send(request).await));
    }
}

async fn telegram_fails(world: &World, platform: &Platform) {
    for (method, fault) in [
        ("getUpdates", Fault::DropAnswer),
        ("getUpdates", Fault::Error { status: 401, description: "Unauthorized".into() }),
        ("sendMessage", Fault::DropAnswer),
        ("sendMessage", Fault::Html { status: 502 }),
        ("sendMessage", Fault::UnknownShape),
    ] {
        world.telegram.fault_next(1, Rule::new(fault).method(method));
    }
    // Each of them meets a fault.
    for why in ["one", "two", "three"] {
        let data = json!({ "network": "x", "error": why });
        let told = platform.tells(json!({ "type": "post.failed", "account": "alice", "data": data })).await;
        assert_eq!(told.status, 202, "{told:?}");
    }
    world.until("every fault struck", || async { world.telegram.faults_left() == 0 }).await;
    world.telegram.set_down(true);
    world
        .until("the port says that Telegram is away", || async {
            platform.send(platform.request(reqwest::Method::GET, "/readyz")).await.status == 503
        })
        .await;
    world.telegram.set_down(false);
}

async fn look_into_the_database(world: &World, traces: &mut Traces) {
    let database = world.look_inside().await;
    if database.get_database_backend() == DbBackend::Sqlite {
        let url = world.config.database.url.expose_secret();
        let file = url.trim_start_matches("sqlite://").split('?').next().expect("a path");
        for suffix in ["", "-wal"] {
            let bytes = std::fs::read(format!("{file}{suffix}")).unwrap_or_default();
            assert!(!suffix.is_empty() || bytes.len() > 4096, "the database has been written");
            traces.found(&format!("the file scheduler.db{suffix}"), bytes);
        }
        return;
    }
    let text = |sql: String| Statement::from_string(DbBackend::Postgres, sql);
    let tables = text("SELECT tablename AS it FROM pg_tables WHERE schemaname = 'public'".into());
    let tables = database.query_all_raw(tables).await.expect("the tables");
    assert!(tables.len() > 5, "the tables are there");
    for table in tables {
        let table: String = table.try_get("", "it").expect("a name");
        let rows = text(format!(
            "SELECT COALESCE(string_agg(row_to_json(t)::text, ' '), '') AS it FROM \"{table}\" t"
        ));
        let row = database.query_one_raw(rows).await.expect("its rows").expect("one text");
        traces.found(&format!("the table {table}"), row.try_get::<String>("", "it").expect("a text"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_leaves_on_sqlite_even_when_everything_is_logged() {
    a_whole_session(Engine::Sqlite, "debug").await.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_leaves_on_postgres_even_when_everything_is_logged() {
    a_whole_session(Engine::Postgres, "debug").await.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_leaves_even_when_every_library_traces() {
    let filter = "trace,sqlx=trace,sea_orm=trace,hyper=trace,hyper_util=trace,reqwest=trace,rustls=trace,teloxide=trace";
    a_whole_session(Engine::Sqlite, filter).await.assert_clean();
}

#[test]
#[should_panic(expected = "the log holds the JWT secret")]
fn a_secret_that_leaves_would_be_found() {
    let mut traces = Traces::default();
    traces.plant("JWT secret", JWT_SECRET);
    traces.found("the log", format!("a line with {JWT_SECRET} in it"));
    traces.assert_clean();
}
