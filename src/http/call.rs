//! One request, as a handler sees it: who calls is known, the body is here, the limits were kept.

use std::collections::BTreeMap;
use std::time::Duration;

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::HeaderMap;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::json;
use super::port::Port;
use super::problem::{Kind, Problem};

/// A request that may be carried out.
pub(super) struct Call {
    /// What the routes work with.
    pub(super) port: Port,
    /// What stood in the path for `{id}`, decoded.
    pub(super) id: Option<String>,
    /// After the `?`, still encoded.
    pub(super) query: Option<String>,
    /// The request's headers.
    pub(super) headers: HeaderMap,
    /// The whole body; empty for a route that takes none.
    pub(super) body: Bytes,
}

impl Call {
    /// The query's values, decoded, by their keys.
    ///
    /// # Errors
    /// 400 for a key that is not one of `known` or that comes twice.
    pub(super) fn query(&self, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
        let mut values = BTreeMap::new();
        for (key, value) in form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes()) {
            if !known.contains(&key.as_ref()) {
                let detail = format!("The query takes only: {}.", known.join(", "));
                return Err(Problem::new(Kind::BadRequest, detail));
            }
            let known_key = key.clone().into_owned();
            if values.insert(key.into_owned(), value.into_owned()).is_some() {
                return Err(Problem::new(
                    Kind::BadRequest,
                    format!("\"{known_key}\" is in the query twice."),
                ));
            }
        }
        Ok(values)
    }

    /// The row that the path names; `None` for what was never given to any: no number, or too large a one.
    pub(super) fn row_id(&self) -> Option<i64> {
        let id = self.id.as_deref()?;
        id.parse().ok().filter(|_| id.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Checks that the body says nothing: for a route that may be sent `{}`.
    ///
    /// # Errors
    /// 400 for any other body.
    pub(super) fn needs_no_words(&self) -> Result<(), Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        if !self.body.is_empty() {
            let Nothing {} = self.json()?;
        }
        Ok(())
    }

    /// The body as an object of the form of `T`.
    ///
    /// # Errors
    /// 400 saying where and what.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        json::parse_object(&self.body)
    }
}

/// What a route takes as its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing; what is sent all the same is not read.
    Nothing,
    /// A JSON object, or nothing.
    MaybeJson,
    /// A JSON object.
    Json,
    /// A JSON object that may be as large as a batch of events.
    Events,
    /// An update, as Telegram sends it. One that is refused comes again and again, so there is room for the longest
    /// message that answers another.
    Update,
}

impl Takes {
    /// The body of a request, read within the limits of the settings.
    ///
    /// # Errors
    /// 415 when it is not declared as JSON, 413 when it is too large, 408 when it is too slow, 400 when it breaks off.
    pub(super) async fn read(
        self,
        body: Incoming,
        headers: &HeaderMap,
        port: &Port,
    ) -> Result<Bytes, Problem> {
        let settings = &port.config().http;
        let limit = match self {
            Self::Nothing => return Ok(Bytes::new()),
            Self::MaybeJson if body.is_end_stream() => return Ok(Bytes::new()),
            Self::MaybeJson | Self::Json => settings.body_limit,
            Self::Events | Self::Update => settings.events_body_limit,
        };
        if self != Self::MaybeJson && !is_json(headers) {
            return Err(not_json());
        }
        let bytes = read_limited(body, limit, settings.body_timeout).await?;
        if !bytes.is_empty() && !is_json(headers) {
            return Err(not_json());
        }
        Ok(bytes)
    }
}

async fn read_limited(body: Incoming, limit: usize, time: Duration) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(Kind::BodyTooLarge, format!("A body here may have up to {limit} bytes."));
    // A declared length tells before a byte was read.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(time, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Kind::BadRequest, "The body broke off.")),
        Err(_) => Err(Problem::new(
            Kind::BodyTimeout,
            format!("The body must arrive within {} seconds.", time.as_secs_f64()),
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn not_json() -> Problem {
    Problem::new(Kind::UnsupportedMediaType, "Send JSON, declared as \"Content-Type: application/json\".")
}
