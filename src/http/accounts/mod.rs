//! `/api/accounts/{account}`: what a person may ask of whoever keeps data about them, for the platform's back end to
//! carry out.

mod export;

pub(super) use export::{EXPORT, export};

use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::auth::Caller;
use super::call::Call;
use super::openapi::{Answered, Parameter, Says};
use super::problem::{Kind, Problem};
use crate::domain::account_id;
use crate::domain::audit::Actor;

const ACCOUNT: Parameter = Parameter::new::<String>("account", "The account: the `sub` of its tokens");

#[derive(Serialize, ToSchema)]
struct Erased {
    /// Removed, whatever their state.
    notifications: u64,
    /// Removed, whatever their state.
    posts: u64,
    /// Whether there was a link, or settings of an earlier one.
    settings: bool,
}

pub(super) const ERASE: Says =
    Says::new("erase_account", "Remove everything that is kept of an account, at once")
        .path(ACCOUNT)
        .answers(&[Answered::json::<Erased>(
            200,
            "What was removed; nothing of it when it is asked for again",
        )]);

/// `DELETE /api/accounts/{account}`: 200 with what was removed. What is in flight may still arrive.
pub(super) async fn erase(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let (actor, now) = (Actor::Api(caller.account), call.port.now());
    let erased = call.port.store().erase_account(account(&call)?, &actor, now).await?;
    log::info!(target: "http", "an account was erased: asked for through the port");
    let crate::store::Erased { notifications, posts, settings } = erased;
    Answer::json(StatusCode::OK, &Erased { notifications, posts, settings })
}

/// The account that the path names.
///
/// # Errors
/// 404 for a name that no account can have.
fn account(call: &Call) -> Result<&str, Problem> {
    let account = call.id.as_deref().unwrap_or_default();
    account_id::check(account).map(|()| account).map_err(|_| not_found())
}

fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "Nothing is kept of such an account.")
}
