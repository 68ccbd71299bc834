//! JSON bodies: strictly objects, and words about what is wrong and where.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::problem::{Kind, Problem};

/// How much of a message is passed on? It may quote the body, which may be long.
const MAX_WORDS: usize = 300;

/// The object in `body`.
///
/// # Errors
/// 400 saying where and what, when it is not JSON, not an object, or not of the form of `T`.
pub(super) fn parse_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // Keeping track of the place costs as much as reading: it is looked for when there is something to say about it.
    if let Ok(Object(value)) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| malformed(&error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| malformed(".", &error))?;
    Ok(value)
}

/// A `T` out of a JSON object. A derived `Deserialize` alone would also take an array of the fields' values.
#[derive(Default)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// `path` is "." or "?" where there is nothing to say beyond the line and column.
fn malformed(path: &str, error: &serde_json::Error) -> Problem {
    let mut words: String = error.to_string().chars().take(MAX_WORDS).collect();
    if path.chars().any(char::is_alphanumeric) {
        let path: String = path.chars().take(MAX_WORDS).collect();
        words = format!("{path}: {words}");
    }
    Problem::new(Kind::BadRequest, words)
}
