//! Statements that belong together, run one after the other: in one text where the driver takes it so. On SQLite
//! each text is a way to the driver's thread and back, which costs more than most statements; PostgreSQL takes one
//! statement at a time.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, ExecResult, FromQueryResult, Statement, Value,
};

use super::StoreError;

/// Statements and their parameters.
pub(super) struct Sequence<'a> {
    transaction: &'a DatabaseTransaction,
    statements: Vec<(String, Vec<Value>)>,
}

/// What a statement returns of the rows that it wrote.
#[derive(FromQueryResult)]
pub(super) struct Id {
    pub(super) id: i64,
}

/// How a statement of a [`Sequence`] names its parameter, where it has one: SQLite's driver counts them through a text of
/// several.
pub(super) fn only_parameter(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "$1",
        _ => "?",
    }
}

impl<'a> Sequence<'a> {
    /// One without statements.
    pub(super) fn on(transaction: &'a DatabaseTransaction) -> Self {
        Self { transaction, statements: Vec::new() }
    }

    /// Adds a statement and its parameters: one, named by [`only_parameter`] and no more than once, or rows of them.
    pub(super) fn then(mut self, sql: String, parameters: impl IntoIterator<Item = Value>) -> Self {
        self.statements.push((sql, parameters.into_iter().collect()));
        self
    }

    /// Runs the statements; what the last one did, `None` when there is none.
    pub(super) async fn execute(self) -> Result<Option<ExecResult>, StoreError> {
        let transaction = self.transaction;
        let mut done = None;
        for text in self.texts() {
            done = Some(transaction.execute_raw(text).await?);
        }
        Ok(done)
    }

    /// Runs the statements and returns the ids that they return: each a column `id`, or nothing.
    pub(super) async fn ids(self) -> Result<Vec<i64>, StoreError> {
        let transaction = self.transaction;
        let mut ids = Vec::new();
        for text in self.texts() {
            ids.extend(Id::find_by_statement(text).all(transaction).await?.into_iter().map(|row| row.id));
        }
        Ok(ids)
    }

    fn texts(self) -> Vec<Statement> {
        let backend = self.transaction.get_database_backend();
        if backend == DbBackend::Postgres || self.statements.is_empty() {
            let statements = self.statements.into_iter();
            return statements
                .map(|(sql, parameters)| Statement::from_sql_and_values(backend, sql, parameters))
                .collect();
        }
        let (sql, parameters): (Vec<_>, Vec<_>) = self.statements.into_iter().unzip();
        vec![Statement::from_sql_and_values(backend, sql.join("; "), parameters.into_iter().flatten())]
    }
}
