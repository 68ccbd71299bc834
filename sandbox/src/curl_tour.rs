//! The first five minutes without the page, as commands to paste.

use std::time::Duration;

use anyhow::Context as _;
use bot_api::BotApi;
use serde_json::Value;
use telegram_bot_scheduler::app::App;
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::config::Config;
use telegram_bot_scheduler::http::{NewToken, Scope, mint};

use crate::demo::MINA;

/// How long are the tour's tokens valid?
const LIFETIME: Duration = Duration::from_secs(12 * 3600);

/// How long may the bot take to sign in to a Telegram on the same machine?
const SIGN_IN_LIMIT: Duration = Duration::from_secs(5);

/// Prints what can be done now, with a fresh link and tokens in it.
#[allow(clippy::print_stdout)] // this is what the sandbox is for
pub(crate) async fn print(telegram: &BotApi, app: &App, config: &Config) -> anyhow::Result<()> {
    let person = token(config, MINA.account, &[Scope::Telegram])?;
    let back_end = token(config, "the back end", &[Scope::Events])?;
    let service = format!("http://{}", app.addr());
    let control = telegram.control_url().context("the control port does not listen")?;
    tokio::time::timeout(SIGN_IN_LIMIT, app.health().until_telegram_takes_messages())
        .await
        .context("the bot did not sign in to the local Telegram")?;
    let (url, link_token) = link(&service, &person).await?;
    let (id, account_name) = (MINA.id, MINA.account_name);
    println!(
        r#"
Mina's account "{account_name}" wants to hear from @scheduler_bot. Her link, good for ten minutes:

  {url}

  TOKEN={person}
  BACK_END={back_end}

1. Mina opens the link in Telegram, and sees the question:

  curl -s {control}/people/{id}/say -d '{{"text": "/start {link_token}"}}'
  curl -s {control}/chats/{id}/messages

2. She taps "Connect" (the message_id is the one that step 1 showed):

  curl -s {control}/people/{id}/tap -d '{{"message_id": 2, "label": "✅ Connect"}}'
  curl -s -H "Authorization: Bearer $TOKEN" {service}/api/telegram/status

3. The platform tells that a post failed, and the notice is in her chat:

  curl -s -H "Authorization: Bearer $BACK_END" -H 'Content-Type: application/json' {service}/api/events \
    -d '{{"type": "post.failed", "account": "mina", "data": {{"network": "facebook", "text": "New scones", "error": "Facebook asked you to log in again."}}}}'
  curl -s {control}/chats/{id}/messages

A new link at any time:

  curl -s -H "Authorization: Bearer $TOKEN" {service}/api/telegram/link-account
"#
    );
    Ok(())
}

fn token(config: &Config, account: &str, scopes: &[Scope]) -> anyhow::Result<String> {
    let token = NewToken {
        account,
        scopes,
        name: Some(MINA.account_name),
        email: Some(MINA.email),
        lifetime: LIFETIME,
    };
    Ok(mint(&config.jwt, &token, Clock::system().now())?)
}

/// Asks the service for a link as the platform's page would.
async fn link(service: &str, token: &str) -> anyhow::Result<(String, String)> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let request = client.get(format!("{service}/api/telegram/link-account?lang=en&zone=Europe/London"));
    let body: Value = request.bearer_auth(token).send().await?.error_for_status()?.json().await?;
    let text = |key: &str| body[key].as_str().map(str::to_owned).context("a link without its parts");
    Ok((text("url")?, text("token")?))
}
