//! kill -9 at any moment, and the start after it.

use sea_orm::ConnectionTrait as _;
use telegram_bot_scheduler::config::Engine;

use super::{Launch, Process, World};

impl Process {
    /// `kill -9`; returns when the database has done the last that it was asked for: PostgreSQL goes on with a
    /// commit whose sender is dead.
    pub async fn dies(self, world: &World) {
        self.kill().await;
        if world.config.database.engine() == Engine::Postgres {
            let others = "SELECT COUNT(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
            world.until("the dead one's connections end", async || world.number(others).await == 0).await;
        }
    }
}

impl Launch {
    /// The next start, when the lease of the dead leader is over: on PostgreSQL nine seconds after its last word,
    /// which are not waited here (leading.rs does).
    pub async fn start_after_death(&self, world: &World) -> Process {
        if world.config.database.engine() == Engine::Postgres {
            let database = world.look_inside().await;
            database.execute_unprepared("UPDATE leader SET expires_at_ms = 0").await.expect("the lease ends");
            database.close().await.expect("a closed connection");
        }
        self.start_ready().await
    }
}
