//! Many values in one statement. As one parameter, a JSON array: the text is then the same for any number of them, so a
//! connection prepares it once. As rows of parameters, where there are many fields: to take one out of JSON costs
//! SQLite 0.7 µs and PostgreSQL 2.5 µs, and a row of the outbox has nineteen.

use std::fmt::Write as _;

use sea_orm::{DbBackend, Value};
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

/// What makes of an expression a condition: that it is one of the integers of the array.
pub(super) fn is_among(backend: DbBackend, parameter: &str) -> String {
    among(backend, parameter, "bigint")
}

/// The same of the texts of the array.
pub(super) fn is_among_texts(backend: DbBackend, parameter: &str) -> String {
    among(backend, parameter, "text")
}

fn among(backend: DbBackend, parameter: &str, sql_type: &str) -> String {
    let values = match backend {
        DbBackend::Postgres => {
            format!("SELECT value::{sql_type} FROM json_array_elements_text({parameter}::json) AS value")
        }
        _ => format!("SELECT value FROM json_each({parameter})"),
    };
    is_one_of(backend, &values)
}

/// What makes of an expression a condition: that it is one of what `query` returns, few in number. PostgreSQL looks up
/// each of an array; it may rather read a table to its end than look into an index once for each row of a query.
pub(super) fn is_one_of(backend: DbBackend, query: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("= ANY (ARRAY({query}))"),
        _ => format!("IN ({query})"),
    }
}

/// `condition` in words that no index answers: rows that are looked up by something else are held against it. PostgreSQL
/// takes an index of what waits or is in flight for small, and would read all of it rather than look up a few.
pub(super) fn held_against(condition: &str) -> String {
    format!("COALESCE({condition}, FALSE)")
}

/// The parameter that [`each`], [`listed`] and [`is_among`] read.
pub(super) fn array<T: Serialize>(values: &[T]) -> Result<Value, StoreError> {
    let json = serde_json::to_string(values).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(json.into())
}

/// How many rows of parameters may a statement have? A prepared one keeps some kB for each, and each connection has its
/// own.
pub(super) const ROWS_BOUND: usize = 128;

/// Rows of parameters: a common table expression `each` of the columns `place` (0, 1, …) and `columns`, and the
/// parameters of the statement that begins with it, which has no others. At least one row and at most [`ROWS_BOUND`].
///
/// There are as many rows as the next power of two, so that a connection meets few texts; those that nobody asked for
/// are NULL throughout, and the statement's to leave out.
pub(super) fn each_row<const N: usize>(
    backend: DbBackend,
    columns: [&str; N],
    rows: Vec<[Value; N]>,
) -> (String, Vec<Value>) {
    let count = rows.len().next_power_of_two();
    let mut table = format!("WITH each (place, {}) AS (VALUES ", columns.join(", "));
    for place in 0..count {
        let _ = write!(table, "{}({place}", if place == 0 { "" } else { ", " });
        for parameter in place * N + 1..=place * N + N {
            let _ = match backend {
                DbBackend::Postgres => write!(table, ", ${parameter}"),
                _ => write!(table, ", ?"),
            };
        }
        table.push(')');
    }
    table.push(')');
    let nothing: Vec<Value> = rows.first().into_iter().flatten().map(Value::as_null).collect();
    let missing = count - rows.len();
    let mut parameters: Vec<Value> = rows.into_iter().flatten().collect();
    parameters.extend(std::iter::repeat_n(nothing, missing).flatten());
    (table, parameters)
}
