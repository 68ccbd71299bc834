//! The yardsticks' port: reads events, answers with their numbers.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::message::{Message, Queue};
use super::store::Store;

/// A free port, and its address in the log.
pub async fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("listening on http://{} ", listener.local_addr().expect("its address"));
    listener
}

/// Serves until the process is killed.
pub async fn serve(listener: TcpListener, queue: &Arc<Queue>, store: Option<Store>, no_sending: bool) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a TCP connection");
        let (queue, store) = (Arc::clone(queue), store.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| accept(request, &queue, store.as_ref(), no_sending));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn accept(
    request: Request<Incoming>,
    queue: &Queue,
    store: Option<&Store>,
    no_sending: bool,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.expect("a whole request").to_bytes();
    let mut messages = Message::of_body(&body);
    match store {
        Some(store) => messages = store.keep(messages).await,
        None => messages.iter_mut().for_each(|message| message.id = queue.number()),
    }
    let ids: Vec<String> = messages.iter().map(|message| message.id.to_string()).collect();
    if !no_sending {
        messages.into_iter().for_each(|message| queue.push(message));
    }
    let mut answer = Response::new(Full::new(Bytes::from(format!(r#"{{"ids":[{}]}}"#, ids.join(",")))));
    *answer.status_mut() = StatusCode::ACCEPTED;
    Ok(answer)
}
