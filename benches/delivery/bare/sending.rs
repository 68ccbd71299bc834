//! The yardsticks' senders: the floor's with a bare HTTP client, the other's with teloxide.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use teloxide::payloads::SendMessageSetters as _;
use teloxide::prelude::{Bot, Requester as _};
use teloxide::types::{ChatId, ParseMode};
use tokio::net::TcpStream;
use url::Url;

use super::message::{Message, Queue};
use super::store::Store;
use super::{SENDERS, Settings};

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    result: Sent,
}

#[derive(Deserialize)]
struct Sent {
    message_id: i64,
}

/// Starts the senders; they send until the process is killed.
pub fn start(settings: &Settings, queue: &Arc<Queue>, store: Option<Store>) {
    let bot = bot(settings);
    for _ in 0..SENDERS {
        let queue = Arc::clone(queue);
        match store.clone() {
            Some(store) => {
                let telegram = settings.telegram.parse::<Url>().expect("a URL");
                let addr = telegram.socket_addrs(|| None).expect("an address")[0];
                let path = format!("/bot{}/SendMessage", settings.token);
                tokio::spawn(send_barely(addr, path, queue, store));
            }
            None => {
                tokio::spawn(send_with_teloxide(bot.clone(), queue));
            }
        }
    }
}

/// teloxide's bot, as its users make it.
pub fn bot(settings: &Settings) -> Bot {
    Bot::new(&settings.token).set_api_url(settings.telegram.parse().expect("a URL"))
}

async fn send_with_teloxide(bot: Bot, queue: Arc<Queue>) {
    loop {
        let message = queue.pop().await;
        let call = bot.send_message(ChatId(message.chat), message.text());
        call.parse_mode(ParseMode::Html).disable_notification(true).await.expect("it is sent");
    }
}

async fn send_barely(addr: SocketAddr, path: String, queue: Arc<Queue>, store: Store) {
    // Connected only when there is something to send: most senders of an idle service never do.
    let mut sender = None;
    loop {
        let message = queue.pop().await;
        let sender = match &mut sender {
            Some(sender) => sender,
            none => none.insert(connect(addr).await),
        };
        store.mark(message.id, call(sender, &path, &message).await);
    }
}

async fn connect(addr: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(addr).await.expect("Telegram takes connections");
    stream.set_nodelay(true).expect("a TCP connection");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(async move {
        let _ = connection.await;
    });
    sender
}

async fn call(sender: &mut SendRequest<Full<Bytes>>, path: &str, message: &Message) -> i64 {
    let body = json!({
        "chat_id": message.chat, "text": message.text(), "parse_mode": "HTML", "disable_notification": true,
    });
    let request = Request::post(path)
        .header("host", "telegram")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_string())))
        .expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    let body = answer.into_body().collect().await.expect("a whole answer").to_bytes();
    let answer: Answer = serde_json::from_slice(&body).expect("it is sent");
    assert!(answer.ok);
    answer.result.message_id
}
