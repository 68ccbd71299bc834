//! The pretend platform's back end: it holds the key, signs a token for each request and asks the service.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use hyper::StatusCode;
use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::Value;
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::config;
use telegram_bot_scheduler::http::{NewToken, Scope, mint};

use super::answer::{Answer, Refusal, with_status};
use crate::demo::DemoPerson;

/// How long may the service take? Its slowest answer, a test message, takes five seconds.
const SERVICE_LIMIT: Duration = Duration::from_secs(12);

/// How long is a token valid? Each is used once, at once.
const TOKEN_LIFETIME: Duration = Duration::from_secs(60);

/// The back end's own account in its tokens.
const BACK_END: &str = "the back end";

/// What the platform knows of the service.
pub(super) struct Platform {
    service: Url,
    client: Client,
    jwt: config::Jwt,
    clock: Clock,
}

/// The platform while it serves one signed-in person.
pub(super) struct Account<'a> {
    platform: &'a Platform,
    person: &'a DemoPerson,
}

impl Platform {
    pub(super) fn new(service: SocketAddr, jwt: config::Jwt) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().timeout(SERVICE_LIMIT).build()?;
        let service = format!("http://{service}/").parse().context("the service's address is no URL")?;
        Ok(Self { service, client, jwt, clock: Clock::system() })
    }

    /// The platform's id of its next post: every press of a button is about another one, after a restart too.
    pub(super) fn next_post(&self) -> String {
        self.clock.now().timestamp_millis().to_string()
    }

    /// Acting for a person.
    pub(super) fn account<'a>(&'a self, person: &'a DemoPerson) -> Account<'a> {
        Account { platform: self, person }
    }

    /// Tells the service what happened.
    pub(super) async fn tell(&self, mut event: Value) -> Result<Answer, Refusal> {
        event["at"] = Value::String(self.clock.now().to_rfc3339());
        let token = self.token(BACK_END, &[Scope::Events], None, None)?;
        self.ask(self.request(Method::POST, &["api", "events"])?.bearer_auth(token).json(&event)).await
    }

    fn token(
        &self,
        account: &str,
        scopes: &[Scope],
        name: Option<&str>,
        email: Option<&str>,
    ) -> Result<String, Refusal> {
        let token = NewToken { account, scopes, name, email, lifetime: TOKEN_LIFETIME };
        mint(&self.jwt, &token, self.clock.now())
            .map_err(|error| Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
    }

    /// A request to a path given by its parts, each of them escaped: an id can't lead to another route.
    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Refusal> {
        // Dots alone would mean "this folder" and "the one above", escaped or not.
        if path.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(Refusal::not_found());
        }
        let mut url = self.service.clone();
        url.path_segments_mut().map_err(|()| Refusal::not_found())?.clear().extend(path);
        Ok(self.client.request(method, url))
    }

    /// Passes the service's answer on as it is.
    async fn ask(&self, request: RequestBuilder) -> Result<Answer, Refusal> {
        let unreachable = |error: reqwest::Error| {
            log::warn!("the service does not answer the page: {}", error.without_url());
            Refusal(StatusCode::BAD_GATEWAY, "The service does not answer.".to_owned())
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        // Cancelling answers without a body.
        let body: Value = if body.is_empty() { Value::Null } else { parse(&body)? };
        Ok(with_status(status, &body))
    }
}

fn parse(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| Refusal(StatusCode::BAD_GATEWAY, "The service did not answer in JSON.".to_owned()))
}

impl Account<'_> {
    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Refusal> {
        let DemoPerson { account, account_name, email, .. } = self.person;
        let scopes = [Scope::Telegram, Scope::Posts];
        let token = self.platform.token(account, &scopes, Some(account_name), Some(email))?;
        Ok(self.platform.request(method, path)?.bearer_auth(token))
    }

    pub(super) async fn get(&self, path: &[&str]) -> Result<Answer, Refusal> {
        self.platform.ask(self.request(Method::GET, path)?).await
    }

    pub(super) async fn post(&self, path: &[&str], body: Option<Value>) -> Result<Answer, Refusal> {
        let request = self.request(Method::POST, path)?;
        self.platform.ask(if let Some(body) = body { request.json(&body) } else { request }).await
    }

    pub(super) async fn patch(&self, path: &[&str], body: Value) -> Result<Answer, Refusal> {
        self.platform.ask(self.request(Method::PATCH, path)?.json(&body)).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<Answer, Refusal> {
        self.platform.ask(self.request(Method::DELETE, path)?).await
    }

    /// A link for the page to show, for a browser in this zone and language.
    pub(super) async fn asks_for_link(&self, zone: &str, language: &str) -> Result<Answer, Refusal> {
        let request = self.request(Method::GET, &["api", "telegram", "link-account"])?;
        self.platform.ask(request.query(&[("zone", zone), ("lang", language)])).await
    }
}
