//! The yardsticks: what is left of a service when everything is taken away that is not needed to pass a message on.
//!
//! ```text
//! events ──port──▶ (store: one group commit) ──▶ queue ──▶ senders ──▶ Telegram ──▶ (store: marks ride along)
//! ```
//!
//! With a store it is the *floor*: durable, a bare HTTP client. Without, it is *teloxide*: in memory, and its senders
//! call `bot.send_message(…).await`. Both run as processes of their own, started by the bench.

mod answering;
mod message;
mod port;
mod sending;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use message::{Message, Queue};
use store::Store;

/// The argument that makes the bench a yardstick.
pub const ARGUMENT: &str = "bare";

/// How many messages are on their way at once: as many as the service's default.
const SENDERS: usize = 64;

/// How many messages are in memory at once, when they are on disk as well.
const WINDOW: usize = 1000;

#[derive(Default)]
struct Settings {
    telegram: String,
    token: String,
    store: Option<PathBuf>,
    waiting: usize,
    people: usize,
    no_sending: bool,
    answering: bool,
}

impl Settings {
    fn read(arguments: &[String]) -> Self {
        let mut settings = Self { people: 1, ..Self::default() };
        for argument in arguments {
            let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
            let number = || value.parse().expect("a number");
            match name {
                "--telegram" => settings.telegram = value.to_owned(),
                "--token" => settings.token = value.to_owned(),
                "--store" => settings.store = Some(value.into()),
                "--waiting" => settings.waiting = number(),
                "--people" => settings.people = number(),
                "--no-sending" => settings.no_sending = true,
                "--answering" => settings.answering = true,
                other => panic!("no such option of a yardstick: {other}"),
            }
        }
        settings
    }
}

/// Runs a yardstick until it is killed.
pub fn main(arguments: &[String]) {
    let settings = Settings::read(arguments);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(run(settings));
}

async fn run(settings: Settings) {
    if settings.answering {
        return answering::run(&settings).await;
    }
    let store = match &settings.store {
        Some(path) => Some(Store::open(path).await),
        None => None,
    };
    let queue = Queue::new();
    // Before the port is up: who waits for it must not see the seeding.
    if let Some(store) = &store
        && settings.waiting > 0
    {
        store.fill(settings.waiting, settings.people).await;
    }
    if !settings.no_sending {
        sending::start(&settings, &queue, store.clone());
    }
    let listening = port::listen().await;
    match &store {
        Some(store) if settings.waiting > 0 => {
            tokio::spawn(feed_from_disk(store.clone(), Arc::clone(&queue)));
        }
        _ => (0..settings.waiting).for_each(|number| queue.push(Message::waiting(number, settings.people))),
    }
    port::serve(listening, &queue, store, settings.no_sending).await;
}

/// Hands over what waits on disk, a window at a time.
async fn feed_from_disk(store: Store, queue: Arc<Queue>) {
    let mut last = 0;
    loop {
        let window = store.waiting_after(last, WINDOW).await;
        let Some(message) = window.last() else { return };
        last = message.id;
        for message in window {
            queue.push_when_short(message, WINDOW).await;
        }
    }
}
