//! What is passed on, and the queue it waits in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Notify, mpsc};

use crate::caller::event;
use crate::rig::FIRST_CHAT;

/// One event on its way to one chat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    #[serde(default)]
    pub id: i64,
    pub account: String,
    pub chat: i64,
    pub kind: String,
    pub data: Data,
}

/// What an event says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Data {
    pub network: String,
    pub text: String,
    pub url: String,
}

/// An event as it comes.
#[derive(Deserialize)]
pub struct Event {
    #[serde(rename = "type")]
    kind: String,
    account: String,
    data: Data,
}

/// One event or many.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Batch { events: Vec<Event> },
    One(Event),
}

impl Message {
    /// The message of that number that waits since before the start, for one of so many people.
    pub fn waiting(number: usize, people: usize) -> Self {
        let event: Event = serde_json::from_str(&event(number % people, number)).expect("an event");
        event.into()
    }

    /// The messages that a request asks for.
    pub fn of_body(body: &[u8]) -> Vec<Self> {
        match serde_json::from_slice(body).expect("events") {
            Body::One(event) => vec![event.into()],
            Body::Batch { events } => events.into_iter().map(Self::from).collect(),
        }
    }

    /// What the person reads.
    pub fn text(&self) -> String {
        let Data { network, text, url } = &self.data;
        format!("<b>Published</b> on {network}: {text}\n{url}")
    }
}

impl From<Event> for Message {
    fn from(Event { kind, account, data }: Event) -> Self {
        let number = account.rsplit('-').next().and_then(|number| number.parse::<i64>().ok());
        let chat = FIRST_CHAT + number.expect("an account with a number");
        Self { id: 0, account, chat, kind, data }
    }
}

/// The messages that wait for a sender.
pub struct Queue {
    sender: mpsc::UnboundedSender<Message>,
    receiver: Mutex<mpsc::UnboundedReceiver<Message>>,
    length: AtomicUsize,
    next_id: AtomicI64,
    taken: Notify,
}

impl Queue {
    pub fn new() -> Arc<Self> {
        let (sender, receiver) = mpsc::unbounded_channel();
        Arc::new(Self {
            sender,
            receiver: Mutex::new(receiver),
            length: AtomicUsize::new(0),
            next_id: AtomicI64::new(1),
            taken: Notify::new(),
        })
    }

    /// An id for a message that no store numbers.
    pub fn number(&self) -> i64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    pub fn push(&self, message: Message) {
        self.length.fetch_add(1, Ordering::Relaxed);
        self.sender.send(message).expect("the queue is there");
    }

    /// The same as soon as fewer than `most` wait.
    pub async fn push_when_short(&self, message: Message, most: usize) {
        while self.length.load(Ordering::Relaxed) >= most {
            self.taken.notified().await;
        }
        self.push(message);
    }

    pub async fn pop(&self) -> Message {
        let message = self.receiver.lock().await.recv().await.expect("the queue is there");
        self.length.fetch_sub(1, Ordering::Relaxed);
        self.taken.notify_one();
        message
    }
}
