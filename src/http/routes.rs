//! The routes as data: what is served, to whom, with which body.

use futures::future::BoxFuture;
use hyper::Method;

use super::answer::Answer;
use super::auth::{Caller, Scope};
use super::call::{Call, Takes};
use super::openapi::Says;
use super::problem::{Kind, Problem};
use super::{accounts, events, metrics, openapi, outbox, posts, probes, scheduler, status_page, telegram};

type Handling = BoxFuture<'static, Result<Answer, Problem>>;

/// A path, and what one handler does with it.
pub(super) struct Route {
    /// With which methods: HEAD only where GET changes nothing.
    pub(super) methods: &'static [Method],
    /// The path; one part of it may be a name in braces.
    pub(super) path: &'static str,
    pub(super) takes: Takes,
    pub(super) access: Access,
    /// For `GET /openapi.json`.
    pub(super) says: Says,
}

/// Who may call, and what happens then.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Anybody, as often as they like: what orchestrators ask.
    Probe(fn(Call) -> Handling),
    /// Anybody.
    Open(fn(Call) -> Handling),
    /// A network, whose signature the handler checks: only it knows whose post is meant.
    Signed(fn(Call) -> Handling),
    /// Telegram, which shows the secret of the webhook.
    Telegram(fn(Call) -> Handling),
    /// Whoever has the metrics token: who collects numbers is no caller of the platform's.
    Metrics(fn(Call) -> Handling),
    /// Whoever has a token with this scope.
    Scoped(Scope, fn(Call, Caller) -> Handling),
    /// Whoever has a token with one of these scopes; the handler looks which.
    AnyOf(&'static [Scope], fn(Call, Caller) -> Handling),
}

/// To look: HEAD is GET without the body, which hyper leaves out.
pub(super) const READ: &[Method] = &[Method::GET, Method::HEAD];

/// To look at something that is made by looking. HEAD has to be safe (RFC 9110, 9.2.1): a link checker or a
/// pre-fetch would spend what the next GET is for.
const GET: &[Method] = &[Method::GET];

const POST: &[Method] = &[Method::POST];
const PATCH: &[Method] = &[Method::PATCH];
const DELETE: &[Method] = &[Method::DELETE];

/// One's own posts, or anybody's.
const POSTS: &[Scope] = &[Scope::Posts, Scope::PostsAny];

/// Every route of the port.
pub(super) const TABLE: &[Route] = &[
    Route {
        methods: READ,
        path: "/",
        takes: Takes::Nothing,
        access: Access::Open(|call| Box::pin(status_page::show(call))),
        says: status_page::STATUS_PAGE,
    },
    Route {
        methods: READ,
        path: "/health",
        takes: Takes::Nothing,
        access: Access::Probe(|call| Box::pin(probes::health(call))),
        says: probes::HEALTH,
    },
    Route {
        methods: READ,
        path: "/healthz",
        takes: Takes::Nothing,
        access: Access::Probe(|_| Box::pin(probes::alive())),
        says: probes::ALIVE,
    },
    Route {
        methods: READ,
        path: "/readyz",
        takes: Takes::Nothing,
        access: Access::Probe(|call| Box::pin(probes::ready(call))),
        says: probes::READY,
    },
    Route {
        methods: READ,
        path: "/openapi.json",
        takes: Takes::Nothing,
        access: Access::Open(|_| Box::pin(openapi::serve())),
        says: openapi::OPENAPI,
    },
    Route {
        methods: READ,
        path: "/metrics",
        takes: Takes::Nothing,
        access: Access::Metrics(|call| Box::pin(metrics::show(call))),
        says: metrics::METRICS,
    },
    Route {
        methods: GET,
        path: "/api/telegram/link-account",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Telegram, |call, caller| {
            Box::pin(telegram::link_account(call, caller))
        }),
        says: telegram::LINK_ACCOUNT,
    },
    Route {
        methods: POST,
        path: "/api/telegram/verify-link",
        takes: Takes::Json,
        access: Access::Scoped(Scope::Telegram, |call, caller| Box::pin(telegram::verify_link(call, caller))),
        says: telegram::VERIFY_LINK,
    },
    Route {
        methods: READ,
        path: "/api/telegram/status",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Telegram, |call, caller| Box::pin(telegram::status(call, caller))),
        says: telegram::STATUS,
    },
    Route {
        methods: PATCH,
        path: "/api/telegram/settings",
        takes: Takes::Json,
        access: Access::Scoped(Scope::Telegram, |call, caller| {
            Box::pin(telegram::change_settings(call, caller))
        }),
        says: telegram::CHANGE_SETTINGS,
    },
    Route {
        methods: POST,
        path: "/api/telegram/send-test-message",
        takes: Takes::MaybeJson,
        access: Access::Scoped(Scope::Telegram, |call, caller| {
            Box::pin(telegram::send_test_message(call, caller))
        }),
        says: telegram::SEND_TEST_MESSAGE,
    },
    Route {
        methods: POST,
        path: "/api/telegram/unlink-account",
        takes: Takes::MaybeJson,
        access: Access::Scoped(Scope::Telegram, |call, caller| {
            Box::pin(telegram::unlink_account(call, caller))
        }),
        says: telegram::UNLINK_ACCOUNT,
    },
    Route {
        methods: POST,
        path: "/api/telegram/webhook",
        takes: Takes::Update,
        access: Access::Telegram(|call| Box::pin(telegram::take_update(call))),
        says: telegram::TAKE_UPDATE,
    },
    Route {
        methods: POST,
        path: "/api/events",
        takes: Takes::Events,
        access: Access::Scoped(Scope::Events, |call, caller| Box::pin(events::accept(call, caller))),
        says: events::ACCEPT,
    },
    Route {
        methods: READ,
        path: "/api/admin/scheduler/status",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Admin, |call, _| Box::pin(scheduler::status(call))),
        says: scheduler::STATUS,
    },
    Route {
        // GET as the system before had it.
        methods: &[Method::POST, Method::GET],
        path: "/api/admin/scheduler/jobs/{id}/trigger",
        takes: Takes::MaybeJson,
        access: Access::Scoped(Scope::Admin, |call, caller| Box::pin(scheduler::trigger(call, caller))),
        says: scheduler::TRIGGER,
    },
    Route {
        methods: READ,
        path: "/api/admin/scheduler/jobs/{id}/runs",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Admin, |call, _| Box::pin(scheduler::runs(call))),
        says: scheduler::RUNS,
    },
    Route {
        methods: READ,
        path: "/api/admin/outbox",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Admin, |call, _| Box::pin(outbox::list(call))),
        says: outbox::LIST,
    },
    Route {
        methods: READ,
        path: "/api/admin/outbox/{id}",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Admin, |call, _| Box::pin(outbox::show(call))),
        says: outbox::SHOW,
    },
    Route {
        methods: POST,
        path: "/api/admin/outbox/{id}/resend",
        takes: Takes::MaybeJson,
        access: Access::Scoped(Scope::Admin, |call, caller| Box::pin(outbox::resend(call, caller))),
        says: outbox::RESEND,
    },
    Route {
        methods: DELETE,
        path: "/api/accounts/{account}",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Admin, |call, caller| Box::pin(accounts::erase(call, caller))),
        says: accounts::ERASE,
    },
    Route {
        methods: READ,
        path: "/api/accounts/{account}/export",
        takes: Takes::Nothing,
        access: Access::Scoped(Scope::Admin, |call, _| Box::pin(accounts::export(call))),
        says: accounts::EXPORT,
    },
    Route {
        methods: POST,
        path: "/api/posts",
        takes: Takes::Json,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::schedule(call, caller))),
        says: posts::SCHEDULE,
    },
    Route {
        methods: READ,
        path: "/api/posts",
        takes: Takes::Nothing,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::list(call, caller))),
        says: posts::LIST,
    },
    Route {
        methods: READ,
        path: "/api/posts/{id}",
        takes: Takes::Nothing,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::show(call, caller))),
        says: posts::SHOW,
    },
    Route {
        methods: DELETE,
        path: "/api/posts/{id}",
        takes: Takes::Nothing,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::cancel(call, caller))),
        says: posts::CANCEL,
    },
    Route {
        methods: POST,
        path: "/api/posts/{id}/result",
        takes: Takes::Json,
        access: Access::Signed(|call| Box::pin(posts::result(call))),
        says: posts::RESULT,
    },
    Route {
        methods: POST,
        path: "/api/posts/{id}/retry",
        takes: Takes::MaybeJson,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::retry(call, caller))),
        says: posts::RETRY,
    },
    Route {
        methods: POST,
        path: "/api/posts/{id}/approve",
        takes: Takes::MaybeJson,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::approve(call, caller))),
        says: posts::APPROVE,
    },
    Route {
        methods: POST,
        path: "/api/posts/{id}/reject",
        takes: Takes::MaybeJson,
        access: Access::AnyOf(POSTS, |call, caller| Box::pin(posts::reject(call, caller))),
        says: posts::REJECT,
    },
];

/// The route that `method` and `path` name, and what stands for the part in braces.
///
/// # Errors
/// 404 for an unknown path (a trailing slash makes one), 405 with `Allow` for another method of a known one.
pub(super) fn find(
    routes: &'static [Route],
    method: &Method,
    path: &str,
) -> Result<(&'static Route, Option<String>), Problem> {
    let mut allowed = Vec::new();
    for route in routes {
        let Some(id) = matches(route.path, path) else { continue };
        if route.methods.contains(method) {
            return Ok((route, id));
        }
        allowed.extend(route.methods.iter().map(Method::as_str));
    }
    if allowed.is_empty() {
        return Err(Problem::new(Kind::NotFound, "No route has this path."));
    }
    Err(Problem::method_not_allowed(&allowed.join(", ")))
}

/// `None` when `path` is not of the pattern; else the decoded id, where the pattern has one.
fn matches(pattern: &str, path: &str) -> Option<Option<String>> {
    let mut parts = path.split('/');
    let mut id = None;
    for expected in pattern.split('/') {
        let part = parts.next()?;
        if expected.starts_with('{') {
            id = Some(decode(part).filter(|id| !id.is_empty())?);
        } else if expected != part {
            return None;
        }
    }
    parts.next().is_none().then_some(id)
}

/// Percent-decodes one part of a path; `None` when that is not UTF-8.
fn decode(part: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = escaped(byte, after).unwrap_or((byte, after));
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8(decoded).ok()
}

/// The byte that `%` and two hexadecimal digits stand for, and what follows them.
fn escaped(byte: u8, after: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = after.split_at_checked(2).filter(|_| byte == b'%')?;
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some((value(digits[0])? << 4 | value(digits[1])?, rest))
}
