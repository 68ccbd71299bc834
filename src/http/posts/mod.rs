//! `/api/posts`: what goes out later, by the person whose it is or by the platform's back end.

mod approval;
mod listing;
mod new;
mod options;
mod result;
mod shown;

pub(super) use approval::{APPROVE, REJECT, approve, reject};
pub(super) use listing::{LIST, list};
pub(super) use new::{SCHEDULE, schedule};
pub(super) use result::{RESULT, result};

use hyper::StatusCode;

use super::answer::Answer;
use super::auth::{Caller, Scope};
use super::call::Call;
use super::openapi::{Answered, Parameter, Says};
use super::problem::{Kind, Problem};
use crate::domain::post::{ManagedBy, Post, Status, Wish};
use crate::domain::post_move::Actor;
use crate::store::Moved;
pub(super) use shown::{Shown, ShownWithHistory};

const POST: Parameter = Parameter::new::<i64>("id", "The post\u{2019}s number");

pub(super) const SHOW: Says = Says::new("post", "A post as it stands, and how it got there")
    .path(POST)
    .answers(&[Answered::json::<ShownWithHistory>(200, "The post and its history")]);

/// `GET /api/posts/{id}`: the post and its history. 404 for one that is not the caller's as for one that never was.
pub(super) async fn show(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let (store, id) = (call.port.store(), id(&call)?);
    let post = store.post(id, whose(&caller)).await?.ok_or_else(not_found)?;
    let history = store.post_history(id).await?;
    Answer::json(StatusCode::OK, &ShownWithHistory { post: post.into(), history })
}

pub(super) const CANCEL: Says = Says::new("cancel_post", "Cancel a post that is still scheduled")
    .path(POST)
    .answers(&[Answered::json::<Shown>(200, "The post, cancelled now or before")])
    .problems(&[Kind::PostState]);

/// `DELETE /api/posts/{id}`: the post, cancelled now or before. 409 when it is too late.
pub(super) async fn cancel(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let id = id(&call)?;
    match call.port.store().grant(id, whose(&caller), Wish::Cancel, actor(&caller), call.port.now()).await? {
        Moved::Done(post) => Answer::json(StatusCode::OK, &Shown::from(post)),
        // Cancelled twice is cancelled.
        Moved::Refused(post) if post.status == Status::Cancelled => {
            Answer::json(StatusCode::OK, &Shown::from(post))
        }
        Moved::Refused(post) => Err(too_late(&post, "cancelled")),
        Moved::NotFound => Err(not_found()),
    }
}

pub(super) const RETRY: Says =
    Says::new("retry_post", "Send a post again that failed or that nobody knows to be out")
        .path(POST)
        .answers(&[Answered::json::<Shown>(200, "The post, scheduled for now")])
        .problems(&[Kind::PostState]);

/// `POST /api/posts/{id}/retry`: the post, scheduled for now. 409 unless it failed, is unconfirmed or waits for its
/// author to say that it should still go out.
pub(super) async fn retry(call: Call, caller: Caller) -> Result<Answer, Problem> {
    call.needs_no_words()?;
    let id = id(&call)?;
    let (store, now) = (call.port.store(), call.port.now());
    let mut moved = store.grant(id, whose(&caller), Wish::Retry, actor(&caller), now).await?;
    if let Moved::Refused(post) = &moved
        && post.late
    {
        moved = store.grant(id, whose(&caller), Wish::PostNow, actor(&caller), now).await?;
    }
    match moved {
        Moved::Done(post) => Answer::json(StatusCode::OK, &Shown::from(post)),
        Moved::Refused(post) => Err(too_late(&post, "retried")),
        Moved::NotFound => Err(not_found()),
    }
}

/// Whose posts the caller may see and move; `None`: everybody's.
fn whose(caller: &Caller) -> Option<&str> {
    (!caller.has(Scope::PostsAny)).then_some(caller.account.as_str())
}

/// As whom the history names the caller.
fn actor(caller: &Caller) -> Actor {
    if caller.has(Scope::PostsAny) { Actor::Platform } else { Actor::Author }
}

fn id(call: &Call) -> Result<i64, Problem> {
    call.row_id().ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "There is no such post among yours.")
}

fn too_late(post: &Post, what: &str) -> Problem {
    if post.managed_by == ManagedBy::Platform {
        return Problem::new(
            Kind::PostState,
            format!("The platform manages this post: it can't be {what} here."),
        );
    }
    let why = match post.status {
        Status::Scheduled => "It is scheduled and goes out by itself",
        Status::Publishing => "It is going out just now",
        Status::Published => "It is out already",
        Status::Failed => "It failed and does not go out by itself",
        Status::Unconfirmed => "Nobody knows whether it is out",
        Status::Cancelled => "It was cancelled; schedule it anew",
    };
    Problem::new(Kind::PostState, format!("{why}: it can't be {what}."))
}
