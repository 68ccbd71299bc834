//! `POST /api/posts`: a post is handed in.

use chrono::{DateTime, SubsecRound as _, Utc};
use hyper::StatusCode;
use hyper::header::{HeaderValue, LOCATION};
use serde::Deserialize;
use utoipa::ToSchema;

use super::actor;
use super::options::Options;
use super::shown::Shown;
use crate::config::{Network, NetworkKind};
use crate::domain::account_id;
use crate::domain::new_post::NewPost;
use crate::domain::post::Post;
use crate::domain::post_options::PostOptions;
use crate::http::answer::Answer;
use crate::http::auth::{Caller, Scope};
use crate::http::call::Call;
use crate::http::idempotency;
use crate::http::openapi::{Answered, Form, Says};
use crate::http::problem::{Kind, Problem};
use crate::store::Scheduled;

/// What is handed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPost, example = json!({
    "network": "news", "text": "New scones from 8 am", "media_url": null, "publish_at": "2030-11-22T08:00:00Z"
}))]
struct HandedIn {
    /// Where it goes: a network of the settings, or a channel that the account connected (`channels` of its status).
    network: String,
    /// What it says; may be empty where there is media.
    #[serde(default)]
    text: String,
    /// What it shows, `https` or `http`.
    #[serde(default)]
    media_url: Option<String>,
    /// How it is shown on Telegram; other networks take none.
    #[serde(default)]
    #[schema(value_type = Options, required = false)]
    options: Option<Options>,
    /// When it goes out.
    publish_at: DateTime<Utc>,
    /// Whose it is, for a token with `posts:any`.
    #[serde(default)]
    account: Option<String>,
    /// Whether it goes out only with its author's yes.
    #[serde(default)]
    needs_approval: bool,
}

pub(in crate::http) const SCHEDULE: Says =
    Says::new("schedule_post", "Hand in a post that goes out at its time")
        .body(Form::of::<HandedIn>())
        .repeatable()
        .answers(&[Answered::json::<Shown>(201, "The post, scheduled")])
        .problems(&[Kind::InvalidPost]);

/// `POST /api/posts`: 201 with the post. 400 for what is malformed, 422 for what makes no sense or reuses a key;
/// then nothing is kept.
pub(in crate::http) async fn schedule(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let key = idempotency::key(&call, &caller)?;
    let handed_in: HandedIn = call.json()?;
    let now = call.port.now();
    let account = account(handed_in.account, &caller)?;
    let network = network(&call, &handed_in.network, &account).await?;
    let post = NewPost {
        account,
        network: handed_in.network,
        text: handed_in.text,
        media_url: handed_in.media_url,
        media_file: None,
        options: options(handed_in.options, &network)?,
        // As precise as it is kept.
        publish_at: handed_in.publish_at.trunc_subsecs(3),
        needs_approval: handed_in.needs_approval,
    };
    post.check(network.text_limit(post.media_url.is_some()), now).map_err(invalid)?;
    match call.port.store().schedule_post(post, actor(&caller), key, now).await? {
        Scheduled::Accepted(post) | Scheduled::Replayed(post) => created(post),
        Scheduled::KeyReused => Err(idempotency::reused()),
    }
}

/// Where it goes: a network of the settings, or a channel that the `account` connected. To others' channels it is as
/// unknown as what never was.
async fn network(call: &Call, name: &str, account: &str) -> Result<Network, Problem> {
    let networks = &call.port.config().networks;
    if let Some(network) = networks.get(name) {
        return Ok(network.clone());
    }
    if let Some(channel) = call.port.store().channel(account, name).await? {
        return Ok(Network::of_channel(name, channel.chat_id));
    }
    let known: Vec<&str> = networks.keys().map(String::as_str).collect();
    Err(invalid(if known.is_empty() {
        "`network` is unknown: no network is set up here; add one under [networks] in the settings".to_owned()
    } else {
        format!("`network` is unknown; the known ones are: {}", known.join(", "))
    }))
}

/// How it is shown: only Telegram has a choice.
fn options(wanted: Option<Options>, network: &Network) -> Result<PostOptions, Problem> {
    let options = PostOptions::from(wanted.unwrap_or_default());
    let has_a_choice = matches!(network.kind, NetworkKind::Telegram(_));
    if !has_a_choice && !options.is_empty() {
        return Err(invalid(format!("`options` are for Telegram; \"{}\" takes none", network.name)));
    }
    Ok(options)
}

/// Whose post it will be: the caller's own, or that of the account which a back end names.
fn account(named: Option<String>, caller: &Caller) -> Result<String, Problem> {
    let Some(named) = named else {
        return if caller.has(Scope::Posts) {
            Ok(caller.account.clone())
        } else {
            Err(invalid("`account` is missing: a token with \"posts:any\" names whose post it is".to_owned()))
        };
    };
    let own = named == caller.account && caller.has(Scope::Posts);
    if !own && !caller.has(Scope::PostsAny) {
        return Err(Problem::missing_scope(Scope::PostsAny));
    }
    account_id::check(&named).map_err(|why| invalid(why.to_owned()))?;
    Ok(named)
}

fn created(post: Post) -> Result<Answer, Problem> {
    let location = HeaderValue::try_from(format!("/api/posts/{}", post.id));
    let answer = Answer::json(StatusCode::CREATED, &Shown::from(post))?;
    Ok(match location {
        Ok(location) => answer.with_header(LOCATION, location),
        Err(_) => answer,
    })
}

fn invalid(what: String) -> Problem {
    Problem::new(Kind::InvalidPost, format!("{what}."))
}
