//! Failures as RFC 9457 problem documents. What went wrong inside is for the log, never for the body.

use std::borrow::Cow;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use log::Level;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::answer::Answer;
use super::auth::Scope;
use crate::store::StoreError;

/// When may a caller try again after a 503? As long as a statement waits for a lock: sooner would only queue up.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What a caller is told when the database went away before it said whether it had written.
const IN_DOUBT: &str = "Whether it was done is not known. Look, or try again a little later: with the same \
    Idempotency-Key nothing is done twice.";

/// The kinds of failure. Their `type` is what a program may rely on; the words may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The body, the query or a header is not what the route takes.
    BadRequest,
    /// No bot token: everything but Telegram works.
    TelegramNotConfigured,
    /// No token, or not one that we accept.
    Unauthorized,
    /// Not signed by the network that the post went to.
    Unsigned,
    /// The token does not allow this.
    MissingScope,
    /// No such path.
    NotFound,
    /// The path takes other methods.
    MethodNotAllowed,
    /// The body took too long to arrive.
    BodyTimeout,
    /// The account is not linked to a chat.
    NotLinked,
    /// The account's chat can't be reached.
    ChatUnreachable,
    /// A webhook call while updates are polled.
    PollingMode,
    /// An update without the secret that Telegram shows.
    WrongWebhookSecret,
    /// The body is larger than the route takes.
    BodyTooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// The events are well-formed and make no sense.
    InvalidEvent,
    /// The post is well-formed and can't be accepted.
    InvalidPost,
    /// The post is in a state that does not allow this.
    PostState,
    /// The notification is in a state that does not allow this.
    NotificationState,
    /// The settings are well-formed and make no sense.
    InvalidSettings,
    /// The idempotency key came with another body before.
    KeyReused,
    /// The caller calls too often.
    TooManyRequests,
    /// Our fault.
    Internal,
    /// Not now: a part we depend on does not answer.
    Unavailable,
}

impl Kind {
    /// The last part of its type.
    pub(super) fn name(self) -> &'static str {
        self.describe().0
    }

    /// Its type: what a program may rely on.
    pub(super) fn uri(self) -> String {
        format!("/problems/{}", self.name())
    }

    /// What it is called.
    pub(super) fn title(self) -> &'static str {
        self.describe().1
    }

    /// The status it comes with.
    pub(super) fn status(self) -> u16 {
        self.describe().2.as_u16()
    }

    /// What it looks like, for the document.
    pub(super) fn example(self) -> Value {
        json!({"type": self.uri(), "title": self.title(), "status": self.status(), "detail": self.title()})
    }

    /// The last part of the problem's type, its title and its status.
    fn describe(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::BadRequest => ("bad-request", "The request is malformed", StatusCode::BAD_REQUEST),
            Self::TelegramNotConfigured => {
                ("telegram-not-configured", "Telegram is not set up", StatusCode::BAD_REQUEST)
            }
            Self::Unauthorized => {
                ("unauthorized", "A valid bearer token is needed", StatusCode::UNAUTHORIZED)
            }
            Self::Unsigned => ("unsigned", "A signature of the network is needed", StatusCode::UNAUTHORIZED),
            Self::MissingScope => ("missing-scope", "The token does not allow this", StatusCode::FORBIDDEN),
            Self::NotFound => ("not-found", "There is nothing here", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => {
                ("method-not-allowed", "This address takes other methods", StatusCode::METHOD_NOT_ALLOWED)
            }
            Self::BodyTimeout => {
                ("body-timeout", "The body took too long to arrive", StatusCode::REQUEST_TIMEOUT)
            }
            Self::NotLinked => ("not-linked", "No chat is connected", StatusCode::CONFLICT),
            Self::ChatUnreachable => ("chat-unreachable", "The chat can't be reached", StatusCode::CONFLICT),
            Self::PollingMode => ("polling-mode", "Updates are polled", StatusCode::CONFLICT),
            Self::WrongWebhookSecret => {
                ("wrong-webhook-secret", "Only Telegram may bring updates", StatusCode::FORBIDDEN)
            }
            Self::BodyTooLarge => ("body-too-large", "The body is too large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", "The body must be JSON", StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            Self::InvalidEvent => {
                ("invalid-event", "An event can't be accepted", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::InvalidPost => {
                ("invalid-post", "The post can't be accepted", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::PostState => ("post-state", "The post's state does not allow this", StatusCode::CONFLICT),
            Self::NotificationState => {
                ("notification-state", "The notification's state does not allow this", StatusCode::CONFLICT)
            }
            Self::InvalidSettings => {
                ("invalid-settings", "A setting can't be so", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::KeyReused => (
                "idempotency-key-reused",
                "The idempotency key belongs to another request",
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            Self::TooManyRequests => {
                ("too-many-requests", "Too many requests", StatusCode::TOO_MANY_REQUESTS)
            }
            Self::Internal => ("internal", "Something went wrong", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => ("unavailable", "Not available now", StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

/// A failure: what the caller is told, and what only the log is.
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Cow<'static, str>>,
}

/// A failure as it is told (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Document<'a> {
    /// Which failure it is: what a program may rely on.
    r#type: String,
    /// What it is called.
    title: &'a str,
    /// The status of the answer.
    status: u16,
    /// What is wrong this time, and how to mend it.
    detail: &'a str,
}

impl Problem {
    /// A problem that says `detail` to the caller: what is wrong and how to mend it.
    pub(super) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), headers: Vec::new(), cause: None }
    }

    /// The one 401: whatever was wrong with the token, only the log learns which check failed.
    pub(super) fn unauthorized(failed_check: &'static str) -> Self {
        Self::new(Kind::Unauthorized, "Send a valid token as \"Authorization: Bearer …\".")
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            .because(failed_check)
    }

    /// The one 401 for whoever is not the post's network: only the log learns which check failed.
    pub(super) fn unsigned(failed_check: &'static str) -> Self {
        Self::new(
            Kind::Unsigned,
            "Sign the request as Standard Webhooks describe, with the secret of the post's network.",
        )
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("StandardWebhooks"))
        .because(failed_check)
    }

    /// A valid token without `scope`.
    pub(super) fn missing_scope(scope: Scope) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        let problem =
            Self::new(Kind::MissingScope, format!("This needs a token with the scope \"{scope}\"."));
        match HeaderValue::try_from(challenge) {
            Ok(challenge) => problem.with_header(WWW_AUTHENTICATE, challenge),
            Err(_) => problem,
        }
    }

    /// A known path asked with a method it does not take.
    pub(super) fn method_not_allowed(allowed: &str) -> Self {
        let problem = Self::new(Kind::MethodNotAllowed, format!("This address takes: {allowed}."));
        match HeaderValue::try_from(allowed) {
            Ok(allowed) => problem.with_header(ALLOW, allowed),
            Err(_) => problem,
        }
    }

    /// Not now, but a little later the same request may work.
    pub(super) fn unavailable(detail: &'static str) -> Self {
        Self::unavailable_for(TRY_AGAIN_AFTER, detail)
    }

    /// The same, where it is known how much later: `wait`, in whole seconds.
    pub(super) fn unavailable_for(wait: Duration, detail: &'static str) -> Self {
        Self::new(Kind::Unavailable, detail).with_header(RETRY_AFTER, HeaderValue::from(wait.as_secs()))
    }

    /// Too often: after `wait` the next request passes.
    pub(super) fn too_many_requests(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self::new(Kind::TooManyRequests, format!("Too many requests at once. Try again in {seconds} s."))
            .with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Our fault; `cause` is for the log.
    pub(super) fn internal(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Internal, "The request was not carried out. It has been logged.").because(cause)
    }

    /// Notes for the log what happened inside. It may hold no personal data.
    pub(super) fn because(mut self, cause: impl Into<Cow<'static, str>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        self.kind.describe().2
    }

    /// For the log: what happened inside, else the title; never the detail, which may quote a body.
    pub(super) fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or(self.kind.describe().1)
    }

    /// How loudly it is logged: our faults are, callers' mistakes only where they may be an attack.
    pub(super) fn level(&self) -> Level {
        match self.kind {
            Kind::Internal => Level::Error,
            Kind::Unavailable => Level::Warn,
            Kind::Unauthorized | Kind::Unsigned | Kind::MissingScope | Kind::WrongWebhookSecret => {
                Level::Info
            }
            _ => Level::Debug,
        }
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let (_, title, status) = problem.kind.describe();
        let document =
            Document { r#type: problem.kind.uri(), title, status: status.as_u16(), detail: &problem.detail };
        // Strings and a number always serialise; an empty body would still have the right status.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let answer = Answer::new(status, "application/problem+json", body);
        problem.headers.into_iter().fold(answer, |answer, (name, value)| answer.with_header(name, value))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let cause = error.to_string();
        if matches!(error, StoreError::InDoubt(_)) {
            Self::unavailable(IN_DOUBT).because(cause)
        } else if error.is_transient() {
            Self::unavailable("Nothing was changed. Try again a little later.").because(cause)
        } else {
            Self::internal(cause)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: StoreError) -> (u16, String, Level, String) {
        let problem = Problem::from(error);
        let (status, level, cause) = (problem.status().as_u16(), problem.level(), problem.cause().to_owned());
        let retry_after = problem.headers.iter().find(|(name, _)| *name == RETRY_AFTER);
        let retry_after = retry_after.map(|(_, value)| value.to_str().unwrap().to_owned());
        assert!(!problem.detail.contains(&cause), "what happened inside is told: {}", problem.detail);
        (status, retry_after.unwrap_or_default(), level, cause)
    }

    #[test]
    fn a_database_that_may_recover_is_a_503_with_a_time_to_come_back() {
        for error in [
            StoreError::Busy,
            StoreError::Full,
            StoreError::Unavailable("connection to 10.0.0.7 refused".into()),
            StoreError::InDoubt("connection to 10.0.0.7 reset".into()),
            StoreError::Conflict("link_tokens.account".into()),
        ] {
            let cause = error.to_string();
            assert_eq!(of(error), (503, "5".to_owned(), Level::Warn, cause));
        }
    }

    #[test]
    fn a_write_in_doubt_does_not_say_that_nothing_was_changed() {
        let problem = Problem::from(StoreError::InDoubt("reset".into()));
        assert!(!problem.detail.contains("Nothing was changed"), "{}", problem.detail);
    }

    #[test]
    fn a_database_that_is_broken_is_a_500() {
        for error in [StoreError::Failed("no such table: x".into()), StoreError::Unusable("x".into())] {
            let cause = error.to_string();
            assert_eq!(of(error), (500, String::new(), Level::Error, cause));
        }
    }

    #[test]
    fn the_log_names_the_failed_check_and_the_body_does_not() {
        let problem = Problem::unauthorized("the token has expired");
        assert_eq!(problem.cause(), "the token has expired");
        let body = format!("{:?}", Answer::from(problem));
        assert!(!body.contains("expired"), "{body}");
    }

    #[test]
    fn the_log_never_gets_what_may_quote_a_body() {
        let problem = Problem::new(Kind::BadRequest, "account: unknown variant `alice@example.com`");
        assert_eq!((problem.cause(), problem.level()), ("The request is malformed", Level::Debug));
    }
}
