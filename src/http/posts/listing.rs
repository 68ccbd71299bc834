//! `GET /api/posts`: a page of posts, newest first.

use hyper::StatusCode;
use serde::Serialize;

use super::shown::Shown;
use crate::domain::post::Status;
use crate::http::answer::Answer;
use crate::http::auth::{Caller, Scope};
use crate::http::call::Call;
use crate::http::problem::{Kind, Problem};
use crate::store::Listing;

/// How many posts does a page have when nobody says, and at most?
const PAGE: u64 = 50;
const PAGE_MAX: u64 = 200;

#[derive(Serialize)]
struct Page {
    posts: Vec<Shown>,
    /// For the next page; null on the last one.
    next_cursor: Option<String>,
}

/// `GET /api/posts?account=&status=&limit=&cursor=`: 200. With `posts:any` alone and no account: everybody's.
pub(in crate::http) async fn list(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let query = call.query(&["account", "status", "limit", "cursor"])?;
    let account = match query.get("account") {
        Some(named) if *named != caller.account && !caller.has(Scope::PostsAny) => {
            return Err(Problem::missing_scope(Scope::PostsAny));
        }
        Some(named) => Some(named.clone()),
        None => caller.has(Scope::Posts).then(|| caller.account.clone()),
    };
    let status = query.get("status").map(|name| Status::from_name(name).ok_or_else(unknown_status));
    let limit = query.get("limit").map_or(Some(PAGE), |text| text.parse().ok());
    let limit = limit.filter(|limit| (1..=PAGE_MAX).contains(limit)).ok_or_else(|| {
        Problem::new(Kind::BadRequest, format!("\"limit\" must be a whole number from 1 to {PAGE_MAX}."))
    })?;
    let before = query.get("cursor").map(|text| text.parse().map_err(|_| wrong_cursor())).transpose()?;
    // One more than is shown, to know whether there is a next page.
    let listing = Listing { account, status: status.transpose()?, before, limit: limit + 1 };
    let mut posts = call.port.store().posts(listing).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = posts.len() > shown;
    posts.truncate(shown);
    let next_cursor = posts.last().filter(|_| more).map(|post| post.id.to_string());
    Answer::json(StatusCode::OK, &Page { posts: posts.into_iter().map(Shown::from).collect(), next_cursor })
}

fn unknown_status() -> Problem {
    let known: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    Problem::new(Kind::BadRequest, format!("\"status\" must be one of: {}.", known.join(", ")))
}

fn wrong_cursor() -> Problem {
    Problem::new(Kind::BadRequest, "\"cursor\" must be the next_cursor of an earlier page.")
}
