//! Many values as one parameter: a JSON array. The statement's text is then the same for any number of them, so a
//! connection prepares it once, and no limit of the number of parameters is met.

use sea_orm::DbBackend;
use serde::Serialize;

use super::StoreError;

/// A table `value`, `key` of the array's elements and their places in it. `value ->> 0` is the first field of an
/// element that is an array itself; what is not text has to be cast.
pub(super) fn each(backend: DbBackend, parameter: &str) -> String {
    match backend {
        DbBackend::Postgres => {
            format!("json_array_elements({parameter}::json) WITH ORDINALITY AS each (value, key)")
        }
        _ => format!("json_each({parameter}) AS each"),
    }
}

/// A query of one column `value`: the integers of the array.
pub(super) fn listed(backend: DbBackend, parameter: &str) -> String {
    match backend {
        DbBackend::Postgres => {
            format!("SELECT value::bigint AS value FROM json_array_elements_text({parameter}::json)")
        }
        _ => format!("SELECT value FROM json_each({parameter})"),
    }
}

/// The parameter that [`each`] and [`listed`] read.
pub(super) fn array<T: Serialize>(values: &[T]) -> Result<sea_orm::Value, StoreError> {
    let json = serde_json::to_string(values).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(json.into())
}
