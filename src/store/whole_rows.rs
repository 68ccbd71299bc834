//! Wide rows as one JSON value each, or all of them as one. A driver hands every value over by itself, and each is
//! looked up by the name of its column: of a row with thirty of them that costs more than finding it.

use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic as _, Iterable as _, Statement,
};
use serde::de::DeserializeOwned;

use super::StoreError;

#[derive(FromQueryResult)]
struct Whole {
    whole: String,
}

/// What to return for a whole row of `E`, paired with the row of `Other` that `belongs` finds, or with nothing; for
/// [`one_by_one`].
pub(super) fn row_with<E: EntityTrait, Other: EntityTrait>(backend: DbBackend, belongs: &str) -> String {
    let (own, other) = (columns::<E>(), columns::<Other>());
    let table = Other::default();
    let table = table.table_name();
    match backend {
        DbBackend::Postgres => format!(
            "json_build_array(json_build_array({own}), \
               (SELECT json_build_array({other}) FROM {table} WHERE {belongs}))::text AS whole"
        ),
        // What a subquery returns is text to SQLite, and no JSON any more.
        _ => format!(
            "json_array(json_array({own}), \
               json((SELECT json_array({other}) FROM {table} WHERE {belongs}))) AS whole"
        ),
    }
}

/// What to select for all rows of `E`; for [`together`].
pub(super) fn rows<E: EntityTrait>(backend: DbBackend) -> String {
    match backend {
        DbBackend::Postgres => {
            format!("COALESCE(json_agg(json_build_array({})), '[]')::text AS whole", columns::<E>())
        }
        _ => format!("json_group_array(json_array({})) AS whole", columns::<E>()),
    }
}

/// The rows that a statement with [`row_with`] returns.
pub(super) async fn one_by_one<M: DeserializeOwned>(
    db: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Vec<M>, StoreError> {
    let rows = Whole::find_by_statement(statement).all(db).await?;
    rows.iter().map(|row| read(&row.whole)).collect()
}

/// The rows of a query of [`rows`].
pub(super) async fn together<M: DeserializeOwned>(
    db: &impl ConnectionTrait,
    query: Statement,
) -> Result<Vec<M>, StoreError> {
    let rows = Whole::find_by_statement(query).one(db).await?;
    rows.map_or_else(|| Ok(Vec::new()), |rows| read(&rows.whole))
}

/// In the order of the model's fields: an array is read by the places of its elements.
fn columns<E: EntityTrait>() -> String {
    E::Column::iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ")
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Failed(format!("a row can't be read: {error}")))
}
