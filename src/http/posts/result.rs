//! `POST /api/posts/{id}/result`: a network tells later what became of a post.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::StatusCode;

use super::shown::Shown;
use super::{POST, not_found, too_late};
use crate::config::{Signed, SigningKeys};
use crate::domain::connector_word::{COULD_NOT_TAKE, ConnectorWord};
use crate::domain::post::{ManagedBy, Outcome, Post};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::openapi::{Answered, Form, Says};
use crate::http::problem::{Kind, Problem};
use crate::outbox;
use crate::store::ResultTaken;

/// How far may the time of a signature be from ours? Standard Webhooks leaves it to the receiver; its libraries take
/// five minutes.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

pub(in crate::http) const RESULT: Says = Says::new(
    "tell_result",
    "Tell what became of a post that the network took on, signed as Standard Webhooks describe",
)
.path(POST)
.body(Form::of::<ConnectorWord>())
.answers(&[Answered::json::<Shown>(200, "The post, as it was told now or before")])
.problems(&[Kind::PostState, Kind::InvalidPost]);

/// `POST /api/posts/{id}/result`, signed by the post's network: 200 with the post, the same again for a result that
/// was told before. 401 for anything that its network did not sign, a post that never was included; 409 when the
/// post stands otherwise already; 422 when the body says neither "published" nor "failed".
pub(in crate::http) async fn result(call: Call) -> Result<Answer, Problem> {
    let unsigned = || Problem::unsigned("the post has no network that signs");
    let post = match call.row_id() {
        Some(id) => call.port.store().post(id, None).await?.ok_or_else(unsigned)?,
        None => return Err(unsigned()),
    };
    let network = call.port.config().networks.get(&post.network);
    let keys = network.and_then(|network| network.signing_keys()).ok_or_else(unsigned)?;
    check_signature(keys, &call, call.port.now())?;
    let outcome = outcome(&call, &post)?;
    let (store, now) = (call.port.store(), call.port.now());
    match outbox::take_result(store, post.id, &post.network, outcome, now).await? {
        ResultTaken::Settled(post) | ResultTaken::Known(post) => {
            Answer::json(StatusCode::OK, &Shown::from(post))
        }
        ResultTaken::Refused(post) => Err(too_late(&post, "settled by a result")),
        ResultTaken::NotFound => Err(not_found()),
    }
}

fn check_signature(keys: &SigningKeys, call: &Call, now: DateTime<Utc>) -> Result<(), Problem> {
    let header = |name: &'static str| {
        let value = call.headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| Problem::unsigned("a header of the signature is missing"))
    };
    let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
    let at = timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    if at.is_none_or(|at| (now - at).abs() > TOLERANCE) {
        return Err(Problem::unsigned("the time of the signature is too far from ours"));
    }
    let signed = Signed { id, timestamp, body: &call.body };
    if !keys.have_signed(signed, header("webhook-signature")?) {
        return Err(Problem::unsigned("the signature is not the network's"));
    }
    Ok(())
}

/// What the body says became of the post.
fn outcome(call: &Call, post: &Post) -> Result<Outcome, Problem> {
    // An object, and only then what it says.
    let _: serde_json::Map<String, serde_json::Value> = call.json()?;
    let said = ConnectorWord::read(&call.body);
    match said.status.as_deref() {
        Some("published") => Ok(Outcome::Published { url: said.url.clone() }),
        Some("failed") if said.retryable && post.managed_by == ManagedBy::Scheduler => {
            let reason = said.not_now(COULD_NOT_TAKE);
            let backoff = &call.port.config().publishing.backoff;
            Ok(Outcome::again(reason, Duration::ZERO, post.attempts, backoff, call.port.now()))
        }
        Some("failed") => Ok(Outcome::Failed(said.refused())),
        _ => Err(Problem::new(Kind::InvalidPost, "`status` must be \"published\" or \"failed\".")),
    }
}
