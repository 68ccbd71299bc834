//! Scheduled posts: written, claimed, finalised, looked at.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement};

use super::{Store, StoreError, ms};

impl Store {
    /// Wakes the publishing worker: a post may be due.
    pub fn wake_publishing(&self) {
        self.signals.post_due.notify_one();
    }

    /// How many posts of this service's are due at `now`.
    pub async fn due_posts(&self, now: DateTime<Utc>) -> Result<i64, StoreError> {
        #[derive(FromQueryResult)]
        struct Due {
            due: i64,
        }
        let sql = "SELECT COUNT(*) AS due FROM posts \
                   WHERE status = 'scheduled' AND managed_by = 'scheduler' AND due_at_ms <= $1";
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, [ms(now).into()]);
        Ok(Due::find_by_statement(query).one(&self.reader).await?.map_or(0, |row| row.due))
    }
}
