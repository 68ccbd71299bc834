//! The world of a test: a Telegram of its own, a database of its own, the service between them, and the
//! platform that calls it.

mod audience;
mod balancer;
mod cluster;
mod connector;
#[path = "../../../src/http/tests/contract.rs"]
mod contract;
mod conversation;
mod crowd;
mod database;
mod dice;
mod killing;
mod mutation;
pub mod news;
mod outbox;
mod platform;
mod posting;
mod process;
mod promise;
mod scheduler;
mod small_disk;

use std::time::Duration;

use bot_api::{BotApi, ChatMessage, Limits, NewPerson, Options, Person};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait as _,
};
use telegram_bot_scheduler::app::App;
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::config::{Config, Engine, Environment};

pub use audience::{Audience, News, number};
pub use balancer::Balancer;
pub use cluster::Cluster;
pub use connector::{Behaviour, Connector, OLD_SECRET, SECRET};
pub use database::Database;
pub use dice::{dice, seed};
pub use mutation::{any_text, any_value, spoil};
pub use outbox::{A_TOKEN, Outbox};
pub use platform::{Answer, Platform};
pub use posting::{NEWS, Standing, insta, post_to};
pub use process::{Ended, Launch, Process};
pub use small_disk::SmallDisk;

/// How long does a test wait for something that must happen?
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The key that the service and the platform share.
pub const JWT_SECRET: &str = "a test's secret of more than thirty-two bytes";

/// The admin of every test's bot.
pub const ADMIN_ID: i64 = 900;

/// Tells one story on both databases.
#[macro_export]
macro_rules! on_both_databases {
    ($(async fn $name:ident($world:ident) $body:block)+) => { $(
        mod $name {
            // Some stories need nothing but the world.
            #[allow(unused_imports)]
            use super::*;
            use $crate::harness::World;
            use telegram_bot_scheduler::config::Engine;

            async fn story($world: &mut World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let mut world = World::new(Engine::Sqlite).await;
                story(&mut world).await;
                world.ends_well().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let mut world = World::new(Engine::Postgres).await;
                story(&mut world).await;
                world.ends_well().await;
            }
        }
    )+ };
}

/// Everything a story needs.
pub struct World {
    /// Telegram, as strict as the real one.
    pub telegram: BotApi,
    /// Moves the service's clock.
    pub clock: Clock,
    /// The settings that the service was and will be started with.
    pub config: Config,
    database: Database,
    app: Option<App>,
}

impl World {
    /// A started service between a Telegram and a database that nobody else uses.
    pub async fn new(engine: Engine) -> Self {
        let mut world = Self::asleep(engine, Options::default()).await;
        world.start().await;
        world
    }

    /// The same, not started yet: `telegram` and `config` can still be changed.
    pub async fn asleep(engine: Engine, telegram: Options) -> Self {
        Self::on(Database::fresh(engine).await, telegram)
    }

    /// The same on a database that the story has made, and may break.
    pub fn on(database: Database, telegram: Options) -> Self {
        let telegram = BotApi::start(telegram).expect("the local Telegram starts");
        let environment: Environment = [
            ("TELEGRAM_BOT_TOKEN", telegram.token().as_str()),
            ("TELOXIDE_API_URL", telegram.url().as_str()),
            ("TELEGRAM_ADMINS", &ADMIN_ID.to_string()),
            ("DATABASE_URL", database.url()),
            ("HTTP_ADDR", "127.0.0.1:0"),
            ("JWT_SECRET", JWT_SECRET),
            ("SCHEDULER_TELEGRAM__POLL_TIMEOUT_SECONDS", "2"),
            // Each failure comes on its own, but in the stories about merging them.
            ("SCHEDULER_DELIVERY__MERGE_WINDOW_SECONDS", "0"),
            // However full the machine is that the tests run on.
            ("SCHEDULER_ALERTS__DISK_FREE_MIB", "0"),
            // A story looks fifty times a second whether something has happened.
            ("SCHEDULER_HTTP__PERSON_PER_SECOND", "0"),
            ("SCHEDULER_PLATFORM__SETTINGS_URL", "https://platform.example/settings"),
            ("SCHEDULER_PLATFORM__POST_URL", "https://platform.example/posts/{post_id}"),
        ]
        .into_iter()
        .collect();
        let config = Config::load(&environment, None).expect("the test's settings are right");
        Self { telegram, clock: Clock::system(), config, database, app: None }
    }

    /// Starts the service.
    pub async fn start(&mut self) {
        let app = App::start(self.config.clone(), self.clock.clone()).await;
        self.app = Some(app.unwrap_or_else(|error| panic!("the service does not start: {error}")));
    }

    /// Starts the service again without limits of its own or of Telegram's: the story is about something else.
    pub async fn lift_limits(&mut self) {
        self.stop().await;
        self.telegram.set_limits(Limits::off());
        self.config.delivery.messages_per_second = 0;
        self.config.delivery.per_chat_per_second = 0;
        self.start().await;
    }

    /// The service's database without the service: its schema is there, nobody runs anything.
    pub async fn store_alone(&self) -> telegram_bot_scheduler::store::Store {
        let database = &self.config.database;
        let store = telegram_bot_scheduler::store::Store::open(database).await.expect("the database opens");
        store.migrate().await.expect("the schema is brought up to date");
        store
    }

    /// Stops the service as a signal would.
    pub async fn stop(&mut self) {
        if let Some(app) = self.app.take() {
            assert!(app.stop().await, "the service did not stop in time");
        }
    }

    /// The running service.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("the service is running")
    }

    /// The platform's back end, talking to the running service.
    pub fn platform(&self) -> Platform {
        Platform::of(self.app().addr(), self.config.jwt.clone(), self.clock.clone())
    }

    /// Moves the service's clock.
    pub fn time_passes(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Sets the service's clock.
    pub fn it_is(&self, moment: &str) {
        let moment: DateTime<Utc> = moment.parse().expect("a moment");
        self.clock.advance(moment - self.clock.now());
    }

    /// The minute's job: whatever digest is due is written.
    pub async fn digests_are_written(&self) {
        let (zone, now) = (self.config.digest.default_zone, self.clock.now());
        telegram_bot_scheduler::outbox::write_due_digests(self.app().store(), zone, now)
            .await
            .expect("the digests are written");
    }

    /// The one number that the database answers to `sql`.
    pub async fn number(&self, sql: &str) -> i64 {
        let database = self.look_inside().await;
        let row = database
            .query_one_raw(Statement::from_string(database.get_database_backend(), sql))
            .await
            .expect("an answer")
            .expect("a row");
        let number = row.try_get_by_index::<Option<i64>>(0).expect("a number").unwrap_or_default();
        database.close().await.expect("a closed connection");
        number
    }

    /// Mina, who uses Telegram in English.
    pub fn mina(&self) -> Person {
        self.telegram.person(NewPerson::new(11, "Mina").username("mina_k").language("en"))
    }

    /// Jun, who uses Telegram in Korean.
    pub fn jun(&self) -> Person {
        self.telegram.person(NewPerson::new(12, "준").username("jun_p").language("ko"))
    }

    /// The admin.
    pub fn admin(&self) -> Person {
        self.telegram.person(NewPerson::new(ADMIN_ID, "Ada").language("en"))
    }

    /// Links `person` to `account` the way people do: a link on the web, `/start`, a tap.
    ///
    /// No digest is planned for them: a story that moves the clock by days is about something else. One about
    /// digests links with [`World::link_from`].
    pub async fn link(&self, person: &Person, account: &str) {
        self.link_from(person, account, "").await;
        let database = self.look_inside().await;
        database
            .execute_unprepared("UPDATE sns_settings SET next_digest_at_ms = NULL")
            .await
            .expect("no digest is planned");
        database.close().await.expect("a closed connection");
    }

    /// The same, from a page that says where it is: `?zone=Asia/Seoul&lang=ko`.
    pub async fn link_from(&self, person: &Person, account: &str, query: &str) {
        self.link_at(&self.platform(), person, account, query).await;
    }

    /// The same through the port of any process.
    pub async fn link_through(&self, platform: &Platform, person: &Person, account: &str) {
        self.link_at(platform, person, account, "").await;
    }

    async fn link_at(&self, platform: &Platform, person: &Person, account: &str, query: &str) {
        let token = platform.asks_for_link_with(account, query).await;
        person.starts(&token).expect("the person can write");
        // By what the button would do: other messages have two buttons too.
        let asks = |message: &ChatMessage| {
            let mut buttons =
                message.buttons().into_iter().filter_map(|button| button.callback_data.as_deref());
            buttons.any(|data| data.starts_with("link:") && data.ends_with(&token))
        };
        let question = self.telegram.wait_for_message(person.id(), asks, PATIENCE);
        let question = question.await.expect("the bot asks whether to connect");
        let agree = question.buttons()[0].text.clone();
        person.taps(question.id(), &agree).await.expect("the tap is answered");
        let state = platform.until_linked(account, &token).await;
        assert_eq!(state, "linked", "the page that waits hears that {account} is connected");
    }

    /// Waits until `condition` holds for what the database says.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, mut condition: impl FnMut() -> F) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !condition().await {
            assert!(tokio::time::Instant::now() < deadline, "never happened: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether the query finds a row, asked from outside of the service.
    pub async fn finds(&self, query: &str) -> bool {
        let database = self.look_inside().await;
        let statement = Statement::from_string(database.get_database_backend(), query);
        let found = database.query_one_raw(statement).await.expect("the query is right").is_some();
        database.close().await.expect("a closed connection");
        found
    }

    /// Holds the database from outside: links can't be written (nor, on PostgreSQL, read) until it is dropped.
    pub async fn hold_the_database(&self) -> DatabaseTransaction {
        let database = self.look_inside().await;
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        let hold = database.begin_with_options(options).await.expect("the database can be held");
        if self.config.database.engine() == Engine::Postgres {
            let lock = "LOCK TABLE sns_settings IN ACCESS EXCLUSIVE MODE";
            hold.execute_unprepared(lock).await.expect("the table can be held");
        }
        hold
    }

    /// Calls a method of the Bot API as another program with the bot's token would.
    pub async fn calls_telegram(&self, method: &str, query: &[(&str, &str)]) -> serde_json::Value {
        let mut url: url::Url = self.telegram.url().parse().expect("a URL");
        url.set_path(&format!("/bot{}/{method}", self.telegram.token()));
        url.query_pairs_mut().extend_pairs(query);
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let body = client.get(url).send().await.expect("Telegram answers").bytes().await;
        serde_json::from_slice(&body.expect("a whole answer")).expect("JSON")
    }

    /// A look into the database from outside of the service.
    pub async fn look_inside(&self) -> sea_orm::DatabaseConnection {
        self.database.connect().await
    }

    /// The outbox, looked at from outside of the service.
    pub async fn outbox(&self) -> Outbox {
        Outbox::new(self.look_inside().await)
    }

    /// Starts the service again with neither its limits nor Telegram's: for stories about something else.
    pub async fn without_limits(&mut self) {
        self.stop().await;
        self.telegram.set_limits(bot_api::Limits::off());
        self.config.delivery.messages_per_second = 0;
        self.config.delivery.per_chat_per_second = 0;
        self.config.delivery.per_group_per_minute = 0;
        self.start().await;
    }

    /// Stops the service and starts it again.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// Every story ends so: each update acknowledged, no row left half-way, a clean stop.
    pub async fn ends_well(mut self) {
        if self.app.is_some() {
            self.telegram
                .wait_until_acknowledged(PATIENCE)
                .await
                .expect("every update was handled and Telegram was told so");
        }
        self.stop().await;
    }
}
