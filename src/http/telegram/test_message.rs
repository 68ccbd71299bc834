//! The test message: sent like any other, and waited for.

use std::time::Duration;

use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::needs_bot;
use crate::domain::notification::State;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::call::Call;
use crate::http::idempotency;
use crate::http::openapi::{Answered, Says};
use crate::http::problem::{Kind, Problem};
use crate::outbox::{self, TestMessage};

/// How long does a person look at a page that says "sending"?
const OUTCOME_WAIT: Duration = Duration::from_secs(5);

#[derive(Serialize, ToSchema)]
#[schema(as = TestMessage)]
struct Accepted {
    id: i64,
    state: State,
}

pub(in crate::http) const SEND_TEST_MESSAGE: Says =
    Says::new("send_test_message", "Send a test message, and wait up to five seconds for its outcome")
        .repeatable()
        .answers(&[Answered::json::<Accepted>(200, "Sent"), Answered::json::<Accepted>(202, "On its way")])
        .problems(&[Kind::TelegramNotConfigured, Kind::NotLinked, Kind::ChatUnreachable]);

/// `POST /api/telegram/send-test-message`: 200 when it was sent within five seconds, 202 when it goes out later.
/// 409 with the mend when there is no chat, or when the chat can't be reached.
pub(in crate::http) async fn send_test_message(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    call.needs_no_words()?;
    let key = idempotency::key_for("send-test-message", &call, &caller)?;
    let store = call.port.store();
    let settings = store.settings_of_account(&caller.account).await?;
    let linked = settings.and_then(|settings| settings.chat_id.map(|chat_id| (chat_id, settings.enabled)));
    let Some((chat_id, enabled)) = linked else {
        return Err(Problem::new(
            Kind::NotLinked,
            "Connect a chat first: GET /api/telegram/link-account gives the link to open.",
        ));
    };
    if !enabled {
        return Err(unreachable_chat());
    }
    // Accepted: the answer must come before the request's own limit turns it into a 503.
    let wait = OUTCOME_WAIT.min(call.port.config().http.request_timeout / 2);
    let (account, now) = (caller.account.as_str(), call.port.now());
    let TestMessage { id, state } = match key {
        None => outbox::send_test(store, account, chat_id, wait, now).await?,
        Some(key) => outbox::send_test_once(store, account, chat_id, key, wait, now)
            .await?
            .ok_or_else(idempotency::reused)?,
    };
    match state {
        State::Sent => Answer::json(StatusCode::OK, &Accepted { id, state }),
        State::Pending | State::Sending => Answer::json(StatusCode::ACCEPTED, &Accepted { id, state }),
        State::Dead | State::Cancelled => Err(unreachable_chat()),
    }
}

fn unreachable_chat() -> Problem {
    Problem::new(
        Kind::ChatUnreachable,
        "The chat can't be reached. Open the bot in Telegram and unblock it, or connect the chat again.",
    )
}
