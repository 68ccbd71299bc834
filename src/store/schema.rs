//! Bringing the schema up to date, once, and only in a database that is ours.

use migration::{Migrator, MigratorTrait as _, SchemaManager};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult, Statement, TransactionTrait as _,
};

use super::{Store, StoreError};

/// The advisory lock that keeps two instances from migrating at once: any number that nobody else uses.
const MIGRATION_LOCK: i64 = 7_265_150_402;

/// The table that the Flask system's database has too: there with a column `user_id`, here with `account`.
const SETTINGS_TABLE: &str = "sns_settings";

/// Where sea-orm keeps which migrations were applied.
const MIGRATIONS_TABLE: &str = "seaql_migrations";

impl Store {
    /// Whether the database has a schema that lacks migrations: [`Store::migrate`] would change data.
    pub async fn lacks_migrations(&self) -> Result<bool, StoreError> {
        let transaction = self.primary.begin().await?;
        let applied = applied_migrations(&transaction).await?;
        transaction.rollback().await?;
        let known = Migrator::migrations();
        let lacks = known.iter().any(|migration| applied.iter().all(|name| name != migration.name()));
        Ok(!applied.is_empty() && lacks)
    }

    /// Brings the schema up to date, all of it or nothing; returns how many migrations that took.
    ///
    /// Two instances that start at once migrate once: PostgreSQL locks, a SQLite file has one writer.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] for a database of another program or of a newer version of this one.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        let transaction = self.primary.begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            // A migration of a large table may take longer than any query should.
            transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            transaction.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
            transaction.execute_unprepared("SET LOCAL lock_timeout = 0").await?;
            transaction
                .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                .await?;
        }
        refuse_foreign_tables(&transaction).await?;
        let applied = applied_migrations(&transaction).await?;
        refuse_newer_schema(&applied)?;
        Migrator::up(&transaction, None).await?;
        transaction.commit().await?;
        Ok(Migrator::migrations().len() - applied.len())
    }
}

async fn refuse_foreign_tables(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    let schema = SchemaManager::new(transaction);
    let foreign =
        schema.has_table(SETTINGS_TABLE).await? && !schema.has_column(SETTINGS_TABLE, "account").await?;
    if foreign {
        return Err(StoreError::Unusable(format!(
            "DATABASE_URL: this database has a table {SETTINGS_TABLE} of another program. Give this service a \
             database of its own"
        )));
    }
    Ok(())
}

async fn applied_migrations(transaction: &DatabaseTransaction) -> Result<Vec<String>, StoreError> {
    #[derive(FromQueryResult)]
    struct Applied {
        version: String,
    }
    if !SchemaManager::new(transaction).has_table(MIGRATIONS_TABLE).await? {
        return Ok(Vec::new());
    }
    let query = Statement::from_string(
        transaction.get_database_backend(),
        format!("SELECT version FROM {MIGRATIONS_TABLE} ORDER BY version"),
    );
    Ok(Applied::find_by_statement(query).all(transaction).await?.into_iter().map(|row| row.version).collect())
}

fn refuse_newer_schema(applied: &[String]) -> Result<(), StoreError> {
    let known = Migrator::migrations();
    let unknown =
        applied.iter().find(|version| known.iter().all(|migration| migration.name() != version.as_str()));
    match unknown {
        None => Ok(()),
        Some(version) => Err(StoreError::Unusable(format!(
            "DATABASE_URL: the database has a migration {version} that this version does not know. Start the newer \
             version again, or restore a backup from before it"
        ))),
    }
}
