//! Updates that Telegram brings itself, in webhook mode.

use std::time::Duration;

use hyper::StatusCode;

use super::needs_bot;
use crate::config::UpdateMode;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::openapi::{Answered, Form, Says};
use crate::http::port::Port;
use crate::http::problem::{Kind, Problem};
use crate::telegram::HandedOver;

/// When does Telegram bring an update again that this instance does not take? Soon: behind one address the next call
/// may reach the instance that does, and a person waits for it.
const BRING_AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(in crate::http) const TAKE_UPDATE: Says =
    Says::new("take_update", "Where Telegram brings updates in webhook mode")
        .body(Form::any_object())
        .answers(&[Answered::text(200, "text/plain; charset=utf-8", "Handled: Telegram may forget it")])
        .problems(&[Kind::TelegramNotConfigured, Kind::PollingMode]);

/// `POST /api/telegram/webhook`: 200 when the update was handled, be it of a kind that nobody knows. Anything else has
/// Telegram bring it again: 503 where another instance talks with people, or none yet.
pub(in crate::http) async fn take_update(call: Call) -> Result<Answer, Problem> {
    let not_json = || Problem::new(Kind::BadRequest, "The body is not an update.");
    let body = std::str::from_utf8(&call.body).map_err(|_| not_json())?;
    match call.port.inbox().hand_over(body).await {
        HandedOver::Handled => Ok(Answer::text(StatusCode::OK, "handled")),
        HandedOver::Unreadable => Err(not_json()),
        HandedOver::NotNow => Err(Problem::unavailable_for(
            BRING_AGAIN_AFTER,
            "Updates are not taken here now. Bring it again.",
        )
        .because("another instance talks with people, or none yet")),
    }
}

/// Whether this service takes updates here at all: whoever brings one is told before the secret and the body are looked
/// at.
///
/// # Errors
/// 400 without a bot; 409 while updates are polled, so that a webhook left over elsewhere is noticed.
pub(in crate::http) fn takes_updates(port: &Port) -> Result<(), Problem> {
    needs_bot(port)?;
    match port.config().telegram.update_mode {
        UpdateMode::Webhook { .. } => Ok(()),
        UpdateMode::Polling => Err(Problem::new(
            Kind::PollingMode,
            "This service asks Telegram for updates itself (telegram.update_mode = \"polling\"). Delete the webhook.",
        )),
    }
}
