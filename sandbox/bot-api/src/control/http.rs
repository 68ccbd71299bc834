//! The control port's HTTP: JSON in, JSON out, and the event stream.

use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;

use super::routes::{self, Reply};
use crate::api::BotApi;
use crate::server::{Body, Interrupted, streamed, whole};
use crate::shared::Shared;

/// Largest control request: a photo in base64 would be the largest, and none is sent this way.
const MAX_BODY: usize = 1 << 20;
/// A comment line every so often keeps proxies and browsers from giving the stream up.
const STREAM_PULSE: Duration = Duration::from_secs(15);

/// Serves the control port until the server stops.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let stop = shared.stop.clone();
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Interrupted>(respond(shared, request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                _ = connection => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    if !is_local_page(&request) {
        return json_response(
            StatusCode::FORBIDDEN,
            &json!({ "error": "other sites may not steer this server" }),
        );
    }
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if path == "/control/events" {
        return events(&shared);
    }
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return json_response(StatusCode::PAYLOAD_TOO_LARGE, &json!({ "error": "at most 1 MiB" }));
    };
    let body = body.to_bytes();
    let body = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body) };
    let Ok(body) = body else {
        return json_response(StatusCode::BAD_REQUEST, &json!({ "error": "the body is not JSON" }));
    };
    let Some(api) = chosen_bot(shared, head.uri.query()) else {
        return json_response(StatusCode::NOT_FOUND, &json!({ "error": "no such bot" }));
    };
    match routes::route(&api, &head.method, &path, &body).await {
        Ok(Reply::Json(value)) => json_response(StatusCode::OK, &value),
        Ok(Reply::Bytes(bytes)) => Response::new(whole(Bytes::from_owner(bytes))),
        Err((status, words)) => json_response(status, &json!({ "error": words })),
    }
}

/// A page of another site must not steer this server through the browser of who runs it.
fn is_local_page(request: &Request<Incoming>) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("origin"), header("host")) {
        (None, _) => true,
        (Some(origin), host) => {
            let origin = origin.split_once("://").map_or(origin, |(_, host)| host);
            let name = origin.rsplit_once(':').map_or(origin, |(name, _)| name);
            matches!(name, "localhost" | "127.0.0.1" | "[::1]") || Some(origin) == host
        }
    }
}

/// `?bot=<id>`, or the first bot.
fn chosen_bot(shared: Arc<Shared>, query: Option<&str>) -> Option<BotApi> {
    let wanted = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("bot=")));
    let default = shared.options.token.split(':').next().and_then(|id| id.parse().ok());
    let id = wanted.map_or(default, |id| id.parse().ok())?;
    let known = shared.world().bots.contains_key(&id);
    known.then(|| BotApi::inside(shared, id))
}

/// Server-sent events: one `data:` line of JSON per change, from now on.
fn events(shared: &Arc<Shared>) -> Response<Body> {
    let lines = stream::unfold(shared.listen(), |mut events| async move {
        let line = match tokio::time::timeout(STREAM_PULSE, events.recv()).await {
            Ok(Ok(event)) => format!("data: {}\n\n", crate::answer::json(&event)),
            // Too slow: the page is told to look at everything again.
            Ok(Err(RecvError::Lagged(missed))) => format!("event: missed\ndata: {missed}\n\n"),
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok(Bytes::from(line)), events))
    });
    let mut response = Response::new(streamed(lines));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(whole(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
