//! What changes on a person's screen, as a stream of server-sent events.
//!
//! The page connects first and fetches the screen then, so that nothing falls between; it does the same again
//! after every `again`, and whenever the connection was lost.

use std::convert::Infallible;
use std::time::Duration;

use bot_api::{ChatMessage, Event, News};
use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Site;
use super::answer::{Answer, body_answer};
use super::message::Shown;
use crate::demo::DemoPerson;

/// How long may a stream be silent? A line now and then lets both sides notice that the other has gone.
const PULSE: Duration = Duration::from_secs(15);

/// One change, as a line of JSON.
#[derive(Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum Change {
    /// A message is new or has changed.
    Message { chat: i64, message: Box<Shown> },
    /// A message is gone.
    Deleted { chat: i64, message: i64 },
    /// Something else is different: fetch the screen again.
    Again,
}

struct Listener {
    news: News,
    reader: i64,
    chats: Vec<i64>,
    stop: CancellationToken,
}

/// What changes from now on, until the browser leaves or the server stops.
pub(super) fn stream(site: &Site, person: &DemoPerson) -> Answer {
    let chats = person.in_telegram(&site.telegram).chats();
    let listener = Listener {
        news: site.telegram.news(),
        reader: person.id,
        chats: chats.into_iter().map(|listed| listed.chat.id).collect(),
        stop: site.stop.clone(),
    };
    // The first line goes out at once: the browser says "open" when it has come.
    let first = ": hello\n\n".to_owned();
    let lines = stream::unfold((listener, Some(first)), |(mut listener, first)| async move {
        let line = match first {
            Some(line) => line,
            None => listener.next_line().await?,
        };
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from(line))), (listener, None)))
    });
    body_answer("text/event-stream", BodyExt::boxed(StreamBody::new(lines)))
}

impl Listener {
    /// The next line to send; nothing when the stream is over.
    async fn next_line(&mut self) -> Option<String> {
        loop {
            let next = tokio::select! {
                () = self.stop.cancelled() => return None,
                next = tokio::time::timeout(PULSE, self.news.next()) => next,
            };
            let change = match next {
                Err(_) => return Some(": still here\n\n".to_owned()),
                Ok(news) => match news? {
                    Ok(event) => self.change(event),
                    Err(_missed) => Some(Change::Again),
                },
            };
            if let Some(line) = change.and_then(|change| serde_json::to_string(&change).ok()) {
                return Some(format!("data: {line}\n\n"));
            }
        }
    }

    fn change(&self, event: Event) -> Option<Change> {
        match event {
            Event::Message { chat, message, .. } | Event::Edited { chat, message, .. } => {
                self.sees(chat).then(|| self.message(chat, &message))
            }
            Event::Deleted { chat, message_id, .. } => {
                self.sees(chat).then_some(Change::Deleted { chat, message: message_id })
            }
            // A room that somebody was added to is not among the chats yet.
            Event::Chat { chat } => (self.sees(chat) || chat < 0).then_some(Change::Again),
            Event::Request { method, .. } => method.starts_with("setMy").then_some(Change::Again),
            // The tap's own request has the answer.
            Event::Answered { .. } => None,
        }
    }

    fn sees(&self, chat: i64) -> bool {
        self.chats.contains(&chat)
    }

    fn message(&self, chat: i64, message: &ChatMessage) -> Change {
        Change::Message { chat, message: Box::new(Shown::new(message, self.reader)) }
    }
}
