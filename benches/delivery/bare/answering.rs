//! The yardstick of conversations: teloxide's dispatcher, its own polling, one fixed answer.

use std::convert::Infallible;

use teloxide::dispatching::{Dispatcher, UpdateFilterExt as _};
use teloxide::prelude::{Bot, Requester as _};
use teloxide::types::{Message, Update};

use super::{Settings, port, sending};

/// About as long as the service's help.
const ANSWER: &str = "What I can do\n\n/status – how your account is connected\n/settings – language, time zone, digest\n\
    /digest – the summary, now\n/test – a test notification\n/unlink – disconnect this chat\n/help – this list";

/// Answers every message until the process is killed.
pub async fn run(settings: &Settings) {
    let bot = sending::bot(settings);
    // Whoever started it waits for an address.
    let _port = port::listen().await;
    let handler = Update::filter_message().endpoint(|bot: Bot, message: Message| async move {
        // An answer that fails is seen by whoever counts them.
        let _ = bot.send_message(message.chat.id, ANSWER).await;
        Ok::<(), Infallible>(())
    });
    Dispatcher::builder(bot, handler).build().dispatch().await;
}
