//! `POST /api/posts/{id}/approve` and `…/reject`: a post that needs a yes gets one, or a no, on the platform's own page.

use hyper::StatusCode;

use super::shown::Shown;
use super::{POST, actor, id, not_found, whose};
use crate::domain::approval::Approval;
use crate::domain::post::{Post, Status, Wish};
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::call::Call;
use crate::http::openapi::{Answered, Says};
use crate::http::problem::{Kind, Problem};
use crate::store::Moved;

pub(in crate::http) const APPROVE: Says = Says::new("approve_post", "Let a post go out that needs approval")
    .path(POST)
    .answers(&[Answered::json::<Shown>(200, "The post, approved now or before")])
    .problems(&[Kind::PostState]);

pub(in crate::http) const REJECT: Says = Says::new("reject_post", "Cancel a post that needs approval")
    .path(POST)
    .answers(&[Answered::json::<Shown>(200, "The post, rejected now or before")])
    .problems(&[Kind::PostState]);

/// `POST /api/posts/{id}/approve`: the post, which goes out at its time. 409 unless it waits for a yes, and for one
/// whose time has come.
pub(in crate::http) async fn approve(call: Call, caller: Caller) -> Result<Answer, Problem> {
    decide(call, caller, Wish::Approve, Approval::Approved, "approved").await
}

/// `POST /api/posts/{id}/reject`: the post, cancelled. 409 unless it waits for a yes.
pub(in crate::http) async fn reject(call: Call, caller: Caller) -> Result<Answer, Problem> {
    decide(call, caller, Wish::Reject, Approval::Rejected, "rejected").await
}

/// Grants `wish`; what was decided so before is as it was asked for.
async fn decide(
    call: Call,
    caller: Caller,
    wish: Wish,
    decided: Approval,
    what: &str,
) -> Result<Answer, Problem> {
    call.needs_no_words()?;
    let id = id(&call)?;
    match call.port.store().grant(id, whose(&caller), wish, actor(&caller), call.port.now()).await? {
        Moved::Done(post) => Answer::json(StatusCode::OK, &Shown::from(post)),
        Moved::Refused(post) if post.approval == decided => Answer::json(StatusCode::OK, &Shown::from(post)),
        Moved::Refused(post) => Err(undecidable(&post, what)),
        Moved::NotFound => Err(not_found()),
    }
}

fn undecidable(post: &Post, what: &str) -> Problem {
    let why = match post.approval {
        Approval::None => "It was handed in without `needs_approval`",
        Approval::Awaiting if post.status == Status::Scheduled => "Its time has come",
        Approval::Awaiting => "It does not wait any more",
        Approval::Approved => "It was approved",
        Approval::Rejected => "It was rejected",
    };
    Problem::new(Kind::PostState, format!("{why}: it can't be {what}."))
}
