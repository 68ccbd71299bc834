//! From a request to its answer: the route, the caller, the body, the handler, within the time there is.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use tokio::time::Instant;

use super::admission;
use super::answer::{Answer, Body};
use super::call::Call;
use super::port::Port;
use super::problem::Problem;
use super::routes::{self, Access, Route};
use super::seats::Seat;
use crate::metrics;

/// Names the request in the log and in the answer, so that one can be found by the other.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What stands for the path of a request that no route takes, in the log and in the metrics. The path may be
/// anything, a pasted token too.
const NO_ROUTE: &str = "(no route)";

/// Who sent a request, and over which connection.
pub(super) struct Peer {
    /// The other end's address.
    pub(super) address: IpAddr,
    /// The seat of its connection.
    pub(super) seat: Arc<Seat>,
}

/// Answers `request`, whatever happens. The connection's seat is busy from when all of the request is here.
pub(super) async fn answer(port: Port, peer: Peer, request: Request<Incoming>) -> Response<Body> {
    peer.seat.renew();
    let id = format!("{:016x}", rand::random::<u64>());
    let from = Instant::now();
    let method = request.method().clone();
    let (path, answered) = match routes::find(port.routes(), &method, request.uri().path()) {
        Ok((route, path_id)) => (route.path, guarded(port, peer, route, path_id, request).await),
        Err(problem) => (NO_ROUTE, Err(problem)),
    };
    let answer = answered.unwrap_or_else(|problem| failed(&id, &method, path, problem));
    let mut response = answer.into_response();
    metrics::http_answered(known(&method), path, response.status().as_u16(), from.elapsed());
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The method, where it is one that routes take: a caller may make up as many as they like, and each would be a
/// number of its own.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PATCH | Method::PUT | Method::DELETE => {
            method.as_str()
        }
        _ => "(other)",
    }
}

/// Handles the request within its time; a panic in it is a 500 and ends nothing else.
async fn guarded(
    port: Port,
    peer: Peer,
    route: &Route,
    path_id: Option<String>,
    request: Request<Incoming>,
) -> Result<Answer, Problem> {
    let limit = port.config().http.request_timeout;
    let handling = AssertUnwindSafe(handle(port, peer, route, path_id, request)).catch_unwind();
    match tokio::time::timeout(limit, handling).await {
        Ok(Ok(result)) => result,
        // What it said went through the panic hook.
        Ok(Err(_)) => Err(Problem::internal("the handler panicked")),
        Err(_) => Err(Problem::unavailable("The request took too long. Try again a little later.")
            .because(format!("not done after {} seconds", limit.as_secs_f64()))),
    }
}

async fn handle(
    port: Port,
    peer: Peer,
    route: &Route,
    path_id: Option<String>,
    request: Request<Incoming>,
) -> Result<Answer, Problem> {
    let (head, body) = request.into_parts();
    // Before the body: whoever may not call does not get to send one.
    let caller = admission::admit(&port, peer.address, route, &head.headers)?;
    let body = route.takes.read(body, &head.headers, &port).await?;
    let _busy = peer.seat.busy();
    let query = head.uri.query().map(str::to_owned);
    let call = Call { port, id: path_id, query, headers: head.headers, body };
    match (route.access, caller) {
        (
            Access::Probe(handler)
            | Access::Open(handler)
            | Access::Telegram(handler)
            | Access::Metrics(handler),
            _,
        ) => handler(call).await,
        (Access::Signed(handler), _) => {
            let port = call.port.clone();
            admission::counted(&port, peer.address, handler(call).await)
        }
        (Access::Scoped(_, handler) | Access::AnyOf(_, handler), Some(caller)) => handler(call, caller).await,
        (Access::Scoped(..) | Access::AnyOf(..), None) => {
            Err(Problem::internal("a scoped route without a caller"))
        }
    }
}

/// The one line in the log about a failure.
fn failed(id: &str, method: &Method, path: &str, problem: Problem) -> Answer {
    let status = problem.status().as_u16();
    log::log!(target: "http", problem.level(), "{method} {path}: {status}, {} (request {id})", problem.cause());
    problem.into()
}
