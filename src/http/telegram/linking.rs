//! Making a link, waiting for it, ending it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use hyper::StatusCode;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{name_of, needs_bot};
use crate::domain::language::Language;
use crate::domain::link::{Claimant, LINK_TOKEN_LIFETIME, LinkToken, mask_email};
use crate::health::Telegram;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::call::Call;
use crate::http::openapi::{Answered, Form, Parameter, Says};
use crate::http::port::Port;
use crate::http::problem::{Kind, Problem};
use crate::store::TokenState;

/// The smallest side of the QR code, in pixels: it is scanned from a screen at arm's length.
const QR_SIDE: u32 = 240;

#[derive(Serialize, ToSchema)]
struct Link {
    /// The deep link into the chat with the bot.
    url: String,
    /// Adds the bot to a group and connects that; its token is another one.
    group_url: String,
    /// What `verify-link` takes.
    token: String,
    expires_at: DateTime<Utc>,
    /// The link as a QR code.
    qr_svg: String,
}

pub(in crate::http) const LINK_ACCOUNT: Says = Says::new(
    "link_account",
    "Make links that connect a chat or a group: for ten minutes and one use; older ones end",
)
.query(&[
    Parameter::new::<String>("zone", "The page\u{2019}s time zone, an IANA name"),
    Parameter::new::<String>("lang", "The page\u{2019}s language, a BCP 47 tag"),
])
.answers(&[Answered::json::<Link>(200, "The links")])
.problems(&[Kind::TelegramNotConfigured]);

/// `GET /api/telegram/link-account?zone=Asia/Seoul&lang=ko`: 200 with a deep link for the caller's account, and one
/// that brings its notices to a group, each good for ten minutes and one use. 503 while the bot's name is not known,
/// because Telegram was never reached.
pub(in crate::http) async fn link_account(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    let mut query = call.query(&["zone", "lang"])?;
    let username = bot_username(&call.port).await?;
    let claimant = Claimant {
        name: name_of(&caller),
        email_masked: caller.email.as_deref().and_then(mask_email),
        account: caller.account,
        // A zone or language we don't know is one more that the person may choose in the chat.
        zone: query.remove("zone").and_then(|name| name.parse::<Tz>().ok()),
        language: query.remove("lang").and_then(|tag| Language::from_tag(&tag)),
    };
    let (token, place_token) = (LinkToken::generate(), LinkToken::generate());
    let (store, now) = (call.port.store(), call.port.now());
    let account = claimant.account.clone();
    futures::try_join!(
        store.create_link_token(&token, claimant, now),
        store.create_place_token(&place_token, &account, now),
    )?;
    let url = token.deep_link(&username);
    Answer::json(
        StatusCode::OK,
        &Link {
            qr_svg: qr_svg(&url)?,
            url,
            group_url: format!("https://t.me/{username}?startgroup={}", place_token.expose()),
            token: token.expose().to_owned(),
            expires_at: now + LINK_TOKEN_LIFETIME,
        },
    )
}

/// The bot's name without the `@`: as Telegram tells it now, or as it was when the database was first used.
async fn bot_username(port: &Port) -> Result<String, Problem> {
    if let Telegram::AnotherBot { .. } = port.health().telegram() {
        return Err(Problem::unavailable("The bot is being changed. Try again later.")
            .because("the bot token belongs to another bot than this database"));
    }
    if let Some(username) = port.health().bot_username() {
        return Ok(username);
    }
    let stored = port.store().bot_identity().await?.and_then(|bot| bot.username);
    stored.ok_or_else(|| {
        Problem::unavailable("Telegram was not reached yet. Try again a little later.")
            .because("the bot's name is not known yet")
    })
}

fn qr_svg(url: &str) -> Result<String, Problem> {
    let code = QrCode::new(url).map_err(|error| Problem::internal(format!("no QR code: {error}")))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(QR_SIDE, QR_SIDE).build())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LinkToken)]
struct Waiting {
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LinkProgress)]
struct Progress {
    #[schema(value_type = Progressed)]
    state: &'static str,
}

/// How far a link is, for the document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code)]
enum Progressed {
    Pending,
    Linked,
    Expired,
}

pub(in crate::http) const VERIFY_LINK: Says =
    Says::new("verify_link", "What became of a link, for the page that waits")
        .body(Form::of::<Waiting>())
        .answers(&[Answered::json::<Progress>(200, "How far it is")])
        .problems(&[Kind::TelegramNotConfigured]);

/// `POST /api/telegram/verify-link`: 200 with `pending`, `linked` or `expired`. Somebody else's token looks like
/// one that was never made.
pub(in crate::http) async fn verify_link(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    let Waiting { token } = call.json()?;
    let state = match LinkToken::parse(&token) {
        Some(token) => call.port.store().token_state(&token, &caller.account, call.port.now()).await?,
        None => TokenState::Expired,
    };
    let state = match state {
        TokenState::Pending => "pending",
        TokenState::Linked => "linked",
        TokenState::Expired => "expired",
    };
    Answer::json(StatusCode::OK, &Progress { state })
}

#[derive(Serialize, ToSchema)]
struct Unlinked {
    linked: bool,
}

pub(in crate::http) const UNLINK_ACCOUNT: Says =
    Says::new("unlink_account", "Disconnect the chat; the settings are kept for 30 days")
        .answers(&[Answered::json::<Unlinked>(200, "Whether there was a link or not")])
        .problems(&[Kind::TelegramNotConfigured]);

/// `POST /api/telegram/unlink-account`: 200, whether there was a link or not.
pub(in crate::http) async fn unlink_account(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    call.needs_no_words()?;
    call.port.store().unlink(&caller.account, call.port.now()).await?;
    Answer::json(StatusCode::OK, &Unlinked { linked: false })
}
