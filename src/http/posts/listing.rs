//! `GET /api/posts`: a page of posts, newest first.

use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::Shown;
use crate::domain::account_id;
use crate::domain::post::Status;
use crate::http::answer::Answer;
use crate::http::auth::{Caller, Scope};
use crate::http::call::Call;
use crate::http::openapi::{Answered, Parameter, Says};
use crate::http::paging::{self, Paging};
use crate::http::problem::{Kind, Problem};
use crate::store::Listing;

#[derive(Serialize, ToSchema)]
#[schema(as = Posts)]
struct Page {
    posts: Vec<Shown>,
    /// For the next page; null on the last one.
    next_cursor: Option<String>,
}

pub(in crate::http) const LIST: Says = Says::new("list_posts", "Posts, the newest first")
    .query(&[
        Parameter::new::<String>("account", "Whose; another\u{2019}s needs `posts:any`"),
        Parameter::new::<Status>("status", "In which state"),
        paging::LIMIT,
        paging::CURSOR,
    ])
    .answers(&[Answered::json::<Page>(200, "A page")]);

/// `GET /api/posts?account=&status=&limit=&cursor=`: 200. With `posts:any` alone and no account: everybody's.
pub(in crate::http) async fn list(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let query = call.query(&["account", "status", "limit", "cursor"])?;
    let account = match query.get("account") {
        Some(named) if *named != caller.account && !caller.has(Scope::PostsAny) => {
            return Err(Problem::missing_scope(Scope::PostsAny));
        }
        Some(named) => {
            account_id::check(named).map_err(|why| Problem::new(Kind::BadRequest, why))?;
            Some(named.clone())
        }
        None => caller.has(Scope::Posts).then(|| caller.account.clone()),
    };
    let status = query.get("status").map(|name| Status::from_name(name).ok_or_else(unknown_status));
    let paging = Paging::of(&query)?;
    let listing =
        Listing { account, status: status.transpose()?, before: paging.before, limit: paging.looked_for() };
    let mut posts = call.port.store().posts(listing).await?;
    let next_cursor = paging.cut(&mut posts, |post| post.id);
    Answer::json(StatusCode::OK, &Page { posts: posts.into_iter().map(Shown::from).collect(), next_cursor })
}

fn unknown_status() -> Problem {
    let known: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    Problem::new(Kind::BadRequest, format!("\"status\" must be one of: {}.", known.join(", ")))
}
