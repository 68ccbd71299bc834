//! One request, from its head to its answer, with whatever is to go wrong on the way.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};

use super::body::{Body, Interrupted, drip, half, whole};
use super::line::Orders;
use super::route::{Route, route};
use crate::answer::{ApiError, ok_body};
use crate::clock;
use crate::control::Event;
use crate::faults::{Chosen, Fault};
use crate::log::{Outcome, Request as Logged};
use crate::methods::{self, Call, Method};
use crate::params::Params;
use crate::shared::Shared;

/// "50 MB max size for other files" (Bot API documentation, Sending files), and a little for the form around them.
const MAX_BODY: usize = 51 << 20;
/// What a proxy in front of Telegram says.
const HTML: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
/// A success no client can read.
const UNKNOWN_SHAPE: &str = "{\"ok\":true,\"result\":{\"shape\":[\"unknown\",null]}}";

type Answer = Result<Response<Body>, Interrupted>;

/// Answers one request; an error ends the connection without an answer.
pub(super) async fn answer(shared: &Arc<Shared>, orders: &Orders, request: Request<Incoming>) -> Answer {
    match route(request.uri().path()) {
        Some(Route::File { token, file }) => Ok(send_file(shared, token, file)),
        Some(Route::Method { token, method }) => {
            let Some(bot) = bot_of(shared, token) else { return Ok(refused(&ApiError::unauthorized())) };
            let Some(method) = methods::find(method) else { return Ok(refused(&ApiError::not_found())) };
            call(shared, orders, bot, method, request).await
        }
        None => Ok(refused(&ApiError::not_found())),
    }
}

/// The bot a token belongs to.
fn bot_of(shared: &Shared, token: &str) -> Option<i64> {
    if shared.is_unauthorized() {
        return None;
    }
    let id = token.split_once(':')?.0.parse().ok()?;
    shared.world().bots.get(&id).filter(|bot| bot.token == token).map(|_| id)
}

fn send_file(shared: &Shared, token: &str, file: &str) -> Response<Body> {
    if bot_of(shared, token).is_none() {
        return refused(&ApiError::unauthorized());
    }
    let bytes = file
        .strip_prefix("photos/")
        .and_then(|id| shared.world().files.get(id).map(|photo| photo.bytes.clone()));
    match bytes {
        Some(bytes) => {
            let mut response = Response::new(whole(Bytes::from_owner(bytes)));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            response
        }
        None => refused(&ApiError::not_found()),
    }
}

/// A known bot calls a known method.
async fn call(
    shared: &Arc<Shared>,
    orders: &Orders,
    bot: i64,
    method: &'static Method,
    request: Request<Incoming>,
) -> Answer {
    let at = shared.elapsed();
    let arrival = Arrival { number: shared.log().count(method.name, at), at, bot, method };
    shared.touch_requests();
    let roll = shared.faults().roll();
    let early = shared.faults().choose_early(method.name, roll);
    if let Some(chosen) = early {
        note(shared, &arrival, Params::default(), &Done::never(), Some(&chosen.fault));
        orders.reset();
        return Err(Interrupted);
    }
    let params = match read(request).await? {
        Ok(params) => params,
        Err(error) => {
            note(shared, &arrival, Params::default(), &Done { result: Some(Err(error.clone())) }, None);
            return Ok(refused(&error));
        }
    };
    let chosen = shared.faults().choose_late(method.name, params.chat(), roll);
    let executes = chosen.as_ref().is_none_or(|chosen| chosen.executed);
    let done = if executes { execute(shared, bot, method, &params).await } else { Done::never() };
    let chat = params.chat();
    note(shared, &arrival, params, &done, chosen.as_ref().map(|chosen| &chosen.fault));
    let latency = shared.latency();
    if method.writes && !latency.is_zero() {
        // After it took effect: a client that dies while it waits has sent its message.
        tokio::time::sleep(latency).await;
    }
    match chosen {
        None => Ok(done.response()),
        Some(Chosen { fault, .. }) => spoil(shared, orders, bot, chat, fault, &done).await,
    }
}

/// The whole request, or why it can't be understood.
async fn read(request: Request<Incoming>) -> Result<Result<Params, ApiError>, Interrupted> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Ok(Err(ApiError::too_large())),
        // The client left in the middle.
        Err(_) => return Err(Interrupted),
    };
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Ok(Params::read(head.uri.query(), content_type, body).await)
}

/// What became of the method itself, before anything spoils the answer.
struct Done {
    /// None: it was never carried out.
    result: Option<Result<String, ApiError>>,
}

impl Done {
    fn never() -> Self {
        Self { result: None }
    }

    fn is_accepted(&self) -> bool {
        matches!(self.result, Some(Ok(_)))
    }

    /// The honest answer.
    fn response(&self) -> Response<Body> {
        match &self.result {
            Some(Ok(result)) => json_response(StatusCode::OK, ok_body(result)),
            Some(Err(error)) => refused(error),
            None => json_response(StatusCode::OK, ok_body("true")),
        }
    }

    /// The bytes of the honest answer.
    fn bytes(&self) -> (StatusCode, Bytes) {
        match &self.result {
            Some(Err(error)) => (status(error.code), error.body().into()),
            Some(Ok(result)) => (StatusCode::OK, ok_body(result).into()),
            None => (StatusCode::OK, ok_body("true").into()),
        }
    }
}

async fn execute(shared: &Arc<Shared>, bot: i64, method: &Method, params: &Params) -> Done {
    let call = Call { shared, bot, params };
    let result = match method.run {
        Some(run) => run(&call),
        None => methods::get_updates(&call).await,
    };
    Done { result: Some(result) }
}

/// What is known of a request before it is read.
struct Arrival {
    number: u64,
    at: Duration,
    bot: i64,
    method: &'static Method,
}

/// Writes the log, the counts and the event of a request.
fn note(shared: &Shared, arrival: &Arrival, params: Params, done: &Done, fault: Option<&Fault>) {
    let Arrival { number, at, bot, method } = *arrival;
    let chat = params.chat();
    if let Some(fault) = fault {
        shared.faults().count(fault, done.is_accepted());
    }
    let error = done.result.as_ref().and_then(|result| result.as_ref().err());
    let outcome = || Outcome {
        status: fault.map_or_else(|| error.map_or(200, |error| error.code), fault_status),
        error: error.map(|error| error.description().to_owned()),
        fault: fault.map(Fault::name),
        accepted: done.is_accepted(),
    };
    let mut log = shared.log();
    if log.is_on() {
        log.remember(Logged {
            number,
            bot,
            method: method.name,
            chat,
            params: params.into_log(),
            at,
            unix_millis: clock::unix_millis(),
            outcome: outcome(),
        });
    }
    drop(log);
    shared.touch_requests();
    shared.emit(|| Event::Request { bot, method: method.name, chat, outcome: outcome() });
}

fn fault_status(fault: &Fault) -> u16 {
    match fault {
        Fault::TooManyRequests { .. } => 429,
        Fault::Error { status, .. } | Fault::Html { status } | Fault::Exact { status, .. } => *status,
        Fault::UnknownShape | Fault::Drip { .. } => 200,
        Fault::ResetBeforeReading | Fault::DropAnswer | Fault::HalfAnswer | Fault::Hang { .. } => 0,
    }
}

/// Gives the answer that was ordered instead of the honest one.
async fn spoil(
    shared: &Shared,
    orders: &Orders,
    bot: i64,
    chat: Option<i64>,
    fault: Fault,
    done: &Done,
) -> Answer {
    match fault {
        Fault::TooManyRequests { retry_after } => {
            shared.flood(bot, |flood| flood.told_to_wait(chat, retry_after, std::time::Instant::now()));
            Ok(refused(&ApiError::too_many_requests(retry_after)))
        }
        Fault::Error { status, description } => Ok(refused(&ApiError::of(status, description))),
        Fault::Html { status: code } => Ok(typed(status(code), "text/html", HTML.into())),
        Fault::Exact { status: code, content_type, body } => {
            Ok(typed(status(code), &content_type, body.into()))
        }
        Fault::ResetBeforeReading | Fault::DropAnswer => {
            orders.reset();
            Err(Interrupted)
        }
        Fault::Hang { seconds } => {
            tokio::time::sleep(Fault::duration(seconds)).await;
            Err(Interrupted)
        }
        Fault::HalfAnswer => Ok(sized(done, half)),
        Fault::Drip { seconds } => Ok(sized(done, |bytes| drip(bytes, Fault::duration(seconds)))),
        // A refusal keeps its own shape: a success must never be made of it.
        Fault::UnknownShape if done.is_accepted() => {
            Ok(json_response(StatusCode::OK, UNKNOWN_SHAPE.to_owned()))
        }
        Fault::UnknownShape => Ok(done.response()),
    }
}

/// The honest answer with its true length, in a body that comes otherwise.
fn sized(done: &Done, body: impl FnOnce(Bytes) -> Body) -> Response<Body> {
    let (status, bytes) = done.bytes();
    let length = bytes.len();
    let mut response = json_response(status, String::new());
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    *response.body_mut() = body(bytes);
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json_response(status: StatusCode, body: String) -> Response<Body> {
    typed(status, "application/json", body.into())
}

fn typed(status: StatusCode, content_type: &str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(whole(body));
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

fn refused(error: &ApiError) -> Response<Body> {
    let mut response = json_response(status(error.code), error.body());
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
