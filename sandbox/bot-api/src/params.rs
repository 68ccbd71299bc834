//! Parameters of a method, however they came: query string, form, JSON or multipart.

use std::borrow::Cow;

use futures::stream;
use hyper::body::Bytes;
use serde_json::{Map, Value};

use crate::answer::ApiError;

/// What a method was called with.
#[derive(Debug, Default)]
pub(crate) struct Params {
    fields: Map<String, Value>,
    files: Vec<Upload>,
}

/// A file of a multipart request.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) field: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Bytes,
}

impl Params {
    /// Reads the query string and the body; a field of the body wins.
    pub(crate) async fn read(
        query: Option<&str>,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Self, ApiError> {
        let mut params = Self::default();
        if let Some(query) = query {
            params.read_form(query.as_bytes())?;
        }
        let content_type = content_type.unwrap_or_default();
        let is =
            |kind: &str| content_type.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind));
        if body.is_empty() {
        } else if is("application/json") {
            params.read_json(&body)?;
        } else if is("multipart/form-data") {
            params.read_multipart(content_type, body).await?;
        } else if is("application/x-www-form-urlencoded") {
            params.read_form(&body)?;
        }
        Ok(params)
    }

    fn read_json(&mut self, body: &[u8]) -> Result<(), ApiError> {
        let parsed: Result<Map<String, Value>, _> = serde_json::from_slice(body);
        let fields = parsed.map_err(|error| {
            // Half a surrogate pair ("\ud83d") can't be a Rust string: serde_json refuses it, and so does Telegram.
            let words = error.to_string();
            if std::str::from_utf8(body).is_err()
                || words.contains("surrogate")
                || words.contains("hex escape")
            {
                not_utf8()
            } else {
                ApiError::bad("can't parse JSON object")
            }
        })?;
        if self.fields.is_empty() {
            self.fields = fields;
        } else {
            self.fields.extend(fields);
        }
        self.fields.retain(|_, value| !value.is_null());
        Ok(())
    }

    fn read_form(&mut self, form: &[u8]) -> Result<(), ApiError> {
        for pair in form.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = form_decode(halves.next().unwrap_or_default())?;
            let value = form_decode(halves.next().unwrap_or_default())?;
            self.fields.insert(name, Value::String(value));
        }
        Ok(())
    }

    async fn read_multipart(&mut self, content_type: &str, body: Bytes) -> Result<(), ApiError> {
        let broken = |_| ApiError::bad("can't parse multipart body");
        let boundary = multer::parse_boundary(content_type).map_err(broken)?;
        let whole = stream::iter([Ok::<_, std::io::Error>(body)]);
        let mut parts = multer::Multipart::new(whole, boundary);
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(ToOwned::to_owned);
            let bytes = part.bytes().await.map_err(broken)?;
            if let Some(file_name) = file_name {
                self.files.push(Upload { field, file_name, bytes });
            } else {
                let value = String::from_utf8(bytes.to_vec()).map_err(|_| not_utf8())?;
                self.fields.insert(field, Value::String(value));
            }
        }
        Ok(())
    }

    /// A field as text; an empty one counts as absent, as Telegram has it.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = match self.fields.get(name)? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// A whole number, written as a number or as text.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.fields.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// `true`, `"true"`, `"yes"`, `"1"`; anything else is no.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1"))
    }

    /// A field that is JSON, either in place or as text with JSON in it. `what` names it in the error.
    pub(crate) fn json(&self, name: &str, what: &str) -> Result<Option<Cow<'_, Value>>, ApiError> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(|value| Some(Cow::Owned(value)))
                .map_err(|_| ApiError::bad(format!("can't parse {what} JSON object"))),
            Some(value) => Ok(Some(Cow::Borrowed(value))),
        }
    }

    /// The file sent under this name, or attached under the name that `attach://…` gives.
    pub(crate) fn file(&self, name: &str) -> Option<&Upload> {
        let attached =
            self.fields.get(name).and_then(Value::as_str).and_then(|text| text.strip_prefix("attach://"));
        let field = attached.unwrap_or(name);
        self.files.iter().find(|file| file.field == field)
    }

    /// `chat_id`, when it is a number: what limits, faults and the log go by.
    pub(crate) fn chat(&self) -> Option<i64> {
        self.int("chat_id")
    }

    /// All fields for the log; files by name and size.
    pub(crate) fn into_log(mut self) -> Map<String, Value> {
        for file in self.files {
            let seen = format!("<{}, {} bytes>", file.file_name, file.bytes.len());
            self.fields.insert(file.field, Value::String(seen));
        }
        self.fields
    }
}

fn not_utf8() -> ApiError {
    ApiError::bad("strings must be encoded in UTF-8")
}

/// `+` and `%xx` decoded; what is not UTF-8 then is refused rather than replaced.
fn form_decode(encoded: &[u8]) -> Result<String, ApiError> {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(byte) = encoded.get(at) {
        match (byte, hex(encoded.get(at + 1)), hex(encoded.get(at + 2))) {
            (b'+', ..) => decoded.push(b' '),
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    String::from_utf8(decoded).map_err(|_| not_utf8())
}
