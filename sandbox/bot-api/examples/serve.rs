//! A Telegram by itself, for a service that runs elsewhere: in a container, on another network.
//!
//! ```text
//! cargo run -p bot-api --example serve -- 127.0.0.1:8081 127.0.0.1:8082
//! ```
//!
//! The first address is the Bot API's, the second the control port's. It prints the settings of a service that is
//! to use it, and runs until it is ended.

use std::net::SocketAddr;

use anyhow::Context as _;
use bot_api::{BotApi, Options};

#[allow(clippy::print_stdout)] // for whoever starts the service
fn main() -> anyhow::Result<()> {
    let mut addresses = std::env::args().skip(1).map(|address| address.parse::<SocketAddr>());
    let mut next = || addresses.next().context("two addresses, please: of the Bot API, of the control port");
    let (address, control) = (next()??, next()??);
    let telegram = BotApi::start(Options { address, control_address: Some(control), ..Options::default() })?;
    println!("TELEGRAM_BOT_TOKEN={}\nTELOXIDE_API_URL={}", telegram.token(), telegram.url());
    loop {
        std::thread::park();
    }
}
