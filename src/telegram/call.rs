//! One call to the Bot API and what came of it.
//!
//! teloxide's payload types are serialised and sent by us, not by its `.await`: that sleeps 10 s on any 5xx,
//! drops `error_code`, and reports a message that *was* sent as an error when it can't read the answer.

use std::fmt;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use teloxide::payloads::SendPhoto;
use teloxide::requests::Payload;
use teloxide::types::Message;
use tokio::time::Instant;
use url::Url;

use super::Refusal;
use super::message::PICTURE;
use crate::metrics;

/// How long may a connection to Telegram take to come about?
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long is an unused connection kept? Below the minute after which middle boxes forget it silently.
const IDLE_LIMIT: Duration = Duration::from_secs(50);

/// The largest answer read: a full getUpdates of 100 long messages is far below it.
const ANSWER_LIMIT: usize = 8 << 20;

/// How much of a refusal's words is kept, in characters? Telegram's own longest are about 200.
const MAX_WORDS: usize = 500;

/// A bot's access to the Bot API. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    base: Url,
    token: SecretString,
}

/// What came of a call.
#[derive(Debug)]
pub enum Answer<T> {
    /// Telegram did it. `None` when the result has a shape we can't read: done all the same.
    Done(Option<T>),
    /// Telegram says no.
    Refused(Refusal),
    /// Nothing reached Telegram: safe to repeat.
    NotSent(String),
    /// The request was written and nobody knows what became of it: repeating may do it twice.
    Unknown(String),
}

/// A message that Telegram took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct SentMessage {
    /// Its id in its chat.
    pub message_id: i32,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Api {
    /// Access for the bot of `token` at `base` (`https://api.telegram.org`).
    ///
    /// # Errors
    /// When the TLS back end can't be set up.
    pub fn new(base: Url, token: SecretString) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .tcp_nodelay(true)
            // A redirect would carry the token in its path to whoever is named.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, base, token })
    }

    /// teloxide's own access to the same bot over the same connections: its dispatcher asks getMe with it.
    pub fn for_dispatcher(&self) -> teloxide::Bot {
        teloxide::Bot::with_client(self.token.expose_secret(), self.client.clone())
            .set_api_url(self.base.clone())
    }

    /// Calls the method of `payload` and waits at most `limit` for the whole answer.
    pub async fn call<P>(&self, payload: &P, limit: Duration) -> Answer<P::Output>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.call_raw(P::NAME, payload, limit).await.map(|result| read_result(P::NAME, &result))
    }

    /// Calls the method of `payload`, which sends a message, and waits at most `limit`. Of the message, only what is
    /// kept is read: reading all of it costs as much as the rest of the call.
    pub async fn send<P>(&self, payload: &P, limit: Duration) -> Answer<SentMessage>
    where
        P: Payload<Output = Message> + Serialize,
    {
        self.call_raw(P::NAME, payload, limit).await.map(|result| read_result(P::NAME, &result))
    }

    /// Sends a photo whose picture is attached to the request: `png`, its bytes. Waits at most `limit`.
    pub async fn send_with_picture(
        &self,
        photo: &SendPhoto,
        png: Vec<u8>,
        limit: Duration,
    ) -> Answer<SentMessage> {
        let form = match form_of(photo, png) {
            Ok(form) => form,
            Err(error) => return Answer::NotSent(format!("a photo can't be written as a form: {error}")),
        };
        let request = self.client.post(self.method_url(SendPhoto::NAME)).timeout(limit).multipart(form);
        post(SendPhoto::NAME, request).await.map(|result| read_result(SendPhoto::NAME, &result))
    }

    /// Calls `method` and leaves the result unread.
    pub(super) async fn call_raw(
        &self,
        method: &str,
        payload: &impl Serialize,
        limit: Duration,
    ) -> Answer<Box<RawValue>> {
        let body = match serde_json::to_vec(payload) {
            Ok(body) => body,
            Err(error) => return Answer::NotSent(format!("{method} can't be written as JSON: {error}")),
        };
        let request = self
            .client
            .post(self.method_url(method))
            .timeout(limit)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        post(method, request).await
    }

    fn method_url(&self, method: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&format!("bot{}", self.token.expose_secret())).push(method);
        }
        url
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl<T> Answer<T> {
    /// As the metrics have it.
    fn name(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Refused(_) => "refused",
            Self::NotSent(_) => "not_sent",
            Self::Unknown(_) => "unknown",
        }
    }

    pub(super) fn map<U>(self, read: impl FnOnce(T) -> Option<U>) -> Answer<U> {
        match self {
            Self::Done(result) => Answer::Done(result.and_then(read)),
            Self::Refused(refusal) => Answer::Refused(refusal),
            Self::NotSent(why) => Answer::NotSent(why),
            Self::Unknown(why) => Answer::Unknown(why),
        }
    }
}

/// The fields of `photo` as parts of a form, the picture beside them: what is no text is written as JSON (Bot API
/// documentation, "Making requests").
fn form_of(photo: &SendPhoto, png: Vec<u8>) -> anyhow::Result<Form> {
    let picture = Part::bytes(png).file_name("picture.png").mime_str("image/png")?;
    let Value::Object(fields) = serde_json::to_value(photo)? else {
        anyhow::bail!("a payload is an object");
    };
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    Ok(fields.fold(Form::new().part(PICTURE, picture), |form, (name, value)| match value {
        Value::String(text) => form.text(name, text),
        other => form.text(name, other.to_string()),
    }))
}

async fn post(method: &str, request: reqwest::RequestBuilder) -> Answer<Box<RawValue>> {
    let from = Instant::now();
    let answer = match request.send().await {
        Ok(response) => read_answer(response).await,
        // Only a failed connect proves that nothing was written.
        Err(error) if error.is_connect() || error.is_builder() => Answer::NotSent(describe(error)),
        Err(error) => Answer::Unknown(describe(error)),
    };
    metrics::telegram_answered(method, answer.name(), from.elapsed());
    answer
}

/// The result of `method`; `None` when it has a shape we can't read.
fn read_result<T: DeserializeOwned>(method: &str, result: &RawValue) -> Option<T> {
    let read = serde_json::from_str(result.get());
    read.inspect_err(|error| log::warn!(target: "TELEGRAM", "{method}: answer of unknown shape: {error}"))
        .ok()
}

async fn read_answer(mut response: reqwest::Response) -> Answer<Box<RawValue>> {
    let status = response.status();
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_LIMIT => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Answer::Unknown("an answer larger than 8 MiB".into()),
            Ok(None) => break,
            Err(_) if says_ok(&body) => return Answer::Done(None),
            Err(error) => return Answer::Unknown(describe(error)),
        }
    }
    interpret(status.as_u16(), &body)
}

/// What the bytes of an answer mean.
fn interpret(status: u16, body: &[u8]) -> Answer<Box<RawValue>> {
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else {
        return if says_ok(body) {
            Answer::Done(None)
        } else {
            // A page of a proxy or of a server in trouble: not Telegram's word.
            Answer::Unknown(format!("HTTP {status} with a body that is not the Bot API's"))
        };
    };
    if envelope.ok {
        return Answer::Done(envelope.result.map(ToOwned::to_owned));
    }
    let code = envelope.error_code.unwrap_or(status);
    let description = legible(&envelope.description.unwrap_or_default());
    if code >= 500 {
        return Answer::Unknown(format!("{code} {description}"));
    }
    let parameters = envelope.parameters;
    Answer::Refused(Refusal {
        code,
        description,
        retry_after: parameters
            .as_ref()
            .and_then(|parameters| parameters.retry_after)
            .map(Duration::from_secs),
        migrate_to: parameters.as_ref().and_then(|parameters| parameters.migrate_to_chat_id),
    })
}

/// Foreign words as they may be logged and stored: no control characters (PostgreSQL takes no NUL, and an
/// outcome that can't be stored is a message that is sent again), and not without end.
fn legible(words: &str) -> String {
    words.chars().filter(|letter| !letter.is_control()).take(MAX_WORDS).collect()
}

/// Whether a body that can't be read as a whole begins as a success: the message was sent, and sending it
/// again would be our own duplicate.
fn says_ok(body: &[u8]) -> bool {
    let start: String =
        body.iter().take(64).map(|byte| char::from(*byte)).filter(|letter| !letter.is_whitespace()).collect();
    start.starts_with("{\"ok\":true")
}

/// The cause without the URL, which holds the token.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(base: &str) -> Api {
        Api::new(base.parse().unwrap(), "4242:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned().into()).unwrap()
    }

    #[test]
    fn a_debug_of_the_api_shows_no_token() {
        assert!(!format!("{:?}", api("https://api.telegram.org")).contains("AAAA"));
    }

    #[test]
    fn a_base_with_a_path_is_kept() {
        let url = api("http://localhost:8081/proxy/").method_url("GetMe");
        assert_eq!(
            url.as_str(),
            "http://localhost:8081/proxy/bot4242:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/GetMe"
        );
    }

    #[test]
    fn a_success_of_unknown_shape_is_still_a_success() {
        for body in [r#"{"ok":true,"result":"#, "{ \"ok\" : true, \"result\": {\"messa", r#"{"ok":true}"#] {
            assert!(matches!(interpret(200, body.as_bytes()), Answer::Done(None)), "{body} means sent");
        }
    }

    #[test]
    fn trouble_on_the_way_is_ambiguous_and_telegrams_word_is_not() {
        assert!(matches!(interpret(502, b"<html>Bad Gateway</html>"), Answer::Unknown(_)));
        assert!(matches!(interpret(403, b"<html>blocked by a proxy</html>"), Answer::Unknown(_)));
        let internal = br#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#;
        assert!(matches!(interpret(500, internal), Answer::Unknown(_)));
        let limited = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
        let Answer::Refused(refusal) = interpret(429, limited) else { panic!("429 is Telegram's word") };
        assert_eq!(refusal.retry_after, Some(Duration::from_secs(7)));
    }

    #[tokio::test]
    async fn a_refused_connection_is_safe_to_repeat_and_its_error_names_no_token() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let answer = api(&format!("http://{closed}"))
            .call(&teloxide::payloads::GetMe::new(), Duration::from_secs(5))
            .await;
        let Answer::NotSent(why) = answer else {
            panic!("nothing listens there, so nothing was sent: {answer:?}")
        };
        assert!(!why.contains("AAAA"), "{why}");
    }
}
