//! Everything that is kept of an account, as one JSON document that is written while it is read from the database: it
//! may be larger than the memory.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use futures::stream::{self, Stream};
use hyper::StatusCode;
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{ACCOUNT, account, not_found};
use crate::domain::draft::{Draft, DraftTime};
use crate::domain::post;
use crate::domain::post_options::MediaKind;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::openapi::{Answered, Says};
use crate::http::outbox::ShownAttempt;
use crate::http::posts::ShownWithHistory as Post;
use crate::http::problem::Problem;
use crate::http::telegram::Status;
use crate::store::{KeptRequest, KeptToken, Listing, Store, StoreError, WholeNotification};

/// How many rows are read at a time? Times 20 KiB for the largest, this is what one export holds in memory.
const PAGE: u64 = 50;

/// The document, for the description: it is never in memory as a whole.
#[derive(ToSchema)]
#[allow(dead_code)]
struct Export {
    account: String,
    exported_at: DateTime<Utc>,
    /// The link, the groups and the settings; null for an account that was never connected.
    telegram: Option<Status>,
    /// What is being written in the chat.
    draft: Option<ExportedDraft>,
    /// That links were asked for; nothing that could be used.
    link_tokens: Vec<ExportedToken>,
    /// Requests with an `Idempotency-Key`, and what was answered, in the order of their keys.
    requests: Vec<ExportedRequest>,
    /// The newest first.
    posts: Vec<Post>,
    /// The newest first.
    notifications: Vec<ExportedNotification>,
}

#[derive(Serialize, ToSchema)]
struct ExportedNotification {
    id: i64,
    chat_id: Option<i64>,
    kind: String,
    /// What it says.
    #[schema(value_type = Value)]
    data: Option<Box<RawValue>>,
    state: String,
    reason: Option<String>,
    event_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    message_id: Option<i32>,
    /// The oldest first.
    attempts: Vec<ShownAttempt>,
}

impl From<WholeNotification> for ExportedNotification {
    fn from(row: WholeNotification) -> Self {
        Self {
            id: row.id,
            chat_id: row.chat_id,
            kind: row.kind,
            data: RawValue::from_string(row.data).ok(),
            state: row.state,
            reason: row.reason,
            event_at: row.event_at,
            created_at: row.created_at,
            finished_at: row.finished_at,
            message_id: row.message_id,
            attempts: row.attempts.into_iter().map(ShownAttempt::from).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct ExportedDraft {
    text: Option<String>,
    /// What it shows, where something was sent to the bot.
    media_kind: Option<MediaKind>,
    networks: BTreeSet<String>,
    /// Whether it goes out as soon as its writer says yes.
    at_once: bool,
    publish_at: Option<DateTime<Utc>>,
}

impl From<Draft> for ExportedDraft {
    fn from(draft: Draft) -> Self {
        let (at_once, publish_at) = match draft.time {
            Some(DraftTime::AtOnce) => (true, None),
            Some(DraftTime::At(at)) => (false, Some(at)),
            None => (false, None),
        };
        let media_kind = draft.media.map(|media| media.kind);
        Self { text: draft.text, media_kind, networks: draft.networks, at_once, publish_at }
    }
}

/// What a link token connects.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum LinkTo {
    Chat,
    Group,
}

#[derive(Serialize, ToSchema)]
struct ExportedToken {
    link_to: LinkTo,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    spent_at: Option<DateTime<Utc>>,
}

impl From<KeptToken> for ExportedToken {
    fn from(token: KeptToken) -> Self {
        Self {
            link_to: if token.for_place { LinkTo::Group } else { LinkTo::Chat },
            created_at: token.created_at,
            expires_at: token.expires_at,
            spent_at: token.spent_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct ExportedRequest {
    idempotency_key: String,
    #[schema(value_type = Value)]
    answer: Option<Box<RawValue>>,
    created_at: DateTime<Utc>,
}

impl From<KeptRequest> for ExportedRequest {
    fn from(request: KeptRequest) -> Self {
        Self {
            idempotency_key: request.key,
            answer: RawValue::from_string(request.answer).ok(),
            created_at: request.created_at,
        }
    }
}

pub(in crate::http) const EXPORT: Says = Says::new("export_account", "Everything that is kept of an account")
    .path(ACCOUNT)
    .answers(&[Answered::json::<Export>(200, "All of it, in one document that may be large")]);

/// `GET /api/accounts/{account}/export`: 200 with all of it. 404 when there is nothing.
pub(in crate::http) async fn export(call: Call) -> Result<Answer, Problem> {
    let (store, now) = (call.port.store().clone(), call.port.now());
    let account = account(&call)?.to_owned();
    let settings = store.settings_of_account(&account).await?;
    let draft = store.kept_draft(&account).await?;
    let tokens = store.kept_tokens(&account).await?;
    if settings.is_none() && draft.is_none() && tokens.is_empty() && !has_rows(&store, &account).await? {
        return Err(not_found());
    }
    let telegram = match settings {
        Some(settings) => Some(Status::of(&call, settings).await?),
        None => None,
    };
    let head = json!({
        "account": &account,
        "exported_at": now,
        "telegram": telegram,
        "draft": draft.map(ExportedDraft::from),
        "link_tokens": tokens.into_iter().map(ExportedToken::from).collect::<Vec<_>>(),
    });
    let writing = Writing { store, account, next: Part::Head(open(&head)?) };
    Ok(Answer::streamed(StatusCode::OK, "application/json", pieces(writing)))
}

async fn has_rows(store: &Store, account: &str) -> Result<bool, StoreError> {
    Ok(!store.posts(posts_of(account, None, 1)).await?.is_empty()
        || !store.whole_notifications(account, None, 1).await?.is_empty()
        || !store.kept_requests(account, None, 1).await?.is_empty())
}

fn posts_of(account: &str, before: Option<i64>, limit: u64) -> Listing {
    Listing { account: Some(account.to_owned()), before, limit, ..Listing::default() }
}

/// The document up to its first list.
fn open(head: &Value) -> Result<String, Problem> {
    let json = head.to_string();
    let open = json.strip_suffix('}').ok_or_else(|| Problem::internal("an object without an end"))?;
    Ok(format!("{open},\"requests\":["))
}

/// An export under way.
struct Writing {
    store: Store,
    account: String,
    next: Part,
}

/// What is written next; a list goes on behind the row with this key, or before the one of this number.
enum Part {
    Head(String),
    Requests(Option<String>),
    Posts(Option<i64>),
    Notifications(Option<i64>),
    End,
}

fn pieces(writing: Writing) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    stream::try_unfold(writing, |mut writing| async move {
        let piece = writing.piece().await?;
        Ok(piece.map(|piece| (Bytes::from(piece), writing)))
    })
}

impl Writing {
    async fn piece(&mut self) -> Result<Option<String>, StoreError> {
        match std::mem::replace(&mut self.next, Part::End) {
            Part::Head(head) => {
                self.next = Part::Requests(None);
                Ok(Some(head))
            }
            Part::Requests(after) => {
                let rows = self.store.kept_requests(&self.account, after.as_deref(), PAGE).await?;
                let Some(last) = rows.last().map(|row| row.key.clone()) else {
                    self.next = Part::Posts(None);
                    return Ok(Some("],\"posts\":[".to_owned()));
                };
                self.next = Part::Requests(Some(last));
                Ok(Some(listed(rows.into_iter().map(ExportedRequest::from), after.is_none())?))
            }
            Part::Posts(before) => {
                let posts = self.store.posts(posts_of(&self.account, before, PAGE)).await?;
                let Some(last) = posts.last().map(|post| post.id) else {
                    self.next = Part::Notifications(None);
                    return Ok(Some("],\"notifications\":[".to_owned()));
                };
                self.next = Part::Posts(Some(last));
                Ok(Some(listed(self.with_histories(posts).await?, before.is_none())?))
            }
            Part::Notifications(before) => {
                let rows = self.store.whole_notifications(&self.account, before, PAGE).await?;
                let Some(last) = rows.last().map(|row| row.id) else { return Ok(Some("]}".to_owned())) };
                self.next = Part::Notifications(Some(last));
                Ok(Some(listed(rows.into_iter().map(ExportedNotification::from), before.is_none())?))
            }
            Part::End => Ok(None),
        }
    }

    async fn with_histories(&self, posts: Vec<post::Post>) -> Result<impl Iterator<Item = Post>, StoreError> {
        let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
        let mut histories = self.store.post_histories(&ids).await?;
        Ok(posts.into_iter().map(move |post| {
            let history = histories.remove(&post.id).unwrap_or_default();
            Post { post: post.into(), history }
        }))
    }
}

/// Items of a list, as they follow what was written of it before.
fn listed(items: impl Iterator<Item = impl Serialize>, first: bool) -> Result<String, StoreError> {
    let mut text = String::new();
    for (index, item) in items.enumerate() {
        if !first || index > 0 {
            text.push(',');
        }
        let json = serde_json::to_string(&item).map_err(|error| StoreError::Failed(error.to_string()))?;
        text.push_str(&json);
    }
    Ok(text)
}
