//! `/api/telegram/…`: a person's link to the bot, from the page of the platform.

mod linking;
mod settings;
mod status;
mod test_message;
mod update;

pub(super) use linking::{
    LINK_ACCOUNT, UNLINK_ACCOUNT, VERIFY_LINK, link_account, unlink_account, verify_link,
};
pub(super) use settings::{CHANGE_SETTINGS, change_settings};
pub(super) use status::{STATUS, Status, status};
pub(super) use test_message::{SEND_TEST_MESSAGE, send_test_message};
pub(super) use update::{TAKE_UPDATE, take_update, takes_updates};

use super::auth::Caller;
use super::port::Port;
use super::problem::{Kind, Problem};
use crate::health::Telegram;

/// 400 when there is no bot to link to or to send with.
fn needs_bot(port: &Port) -> Result<(), Problem> {
    if port.health().telegram() == Telegram::NotConfigured {
        return Err(Problem::new(
            Kind::TelegramNotConfigured,
            "This service runs without a bot. Set TELEGRAM_BOT_TOKEN and start it again.",
        ));
    }
    Ok(())
}

/// What the person is called: by their token, else by their account.
fn name_of(caller: &Caller) -> String {
    caller.name.clone().unwrap_or_else(|| caller.account.clone())
}
