//! A database that one test has for itself.

use sea_orm::{ConnectionTrait as _, Database as Connection, DatabaseConnection};
use telegram_bot_scheduler::config::Engine;
use tempfile::TempDir;
use url::Url;

/// A fresh database; gone when the test is.
pub struct Database {
    url: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// An empty database on `engine`.
    pub async fn fresh(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = TempDir::new().expect("a temporary folder");
                let url = format!("sqlite://{}/scheduler.db?mode=rwc", folder.path().display());
                Self { url, _folder: Some(folder) }
            }
            Engine::Postgres => {
                let server = std::env::var("TEST_POSTGRES_URL").expect(
                    "TEST_POSTGRES_URL names no PostgreSQL server: run scripts/test, which starts one",
                );
                let name = format!("test_{:016x}", rand::random::<u64>());
                let admin = Connection::connect(&server).await.expect("the test's PostgreSQL server answers");
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a fresh database");
                admin.close().await.expect("a closed connection");
                let mut url: Url = server.parse().expect("TEST_POSTGRES_URL is a URL");
                url.set_path(&name);
                Self { url: url.into(), _folder: None }
            }
        }
    }

    /// The database at `url`, which lives and ends with whatever holds it.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), _folder: None }
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A look into it from outside of the service.
    pub async fn connect(&self) -> DatabaseConnection {
        Connection::connect(&self.url).await.expect("the test's database answers")
    }
}
