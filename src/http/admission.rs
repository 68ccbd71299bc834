//! Who gets in, and how often: looked at before the body, so that whoever may not call does not get to send one.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::HeaderName;

use super::auth::{Caller, Scope};
use super::port::Port;
use super::problem::{Kind, Problem};
use super::routes::{Access, Route};
use super::{metrics, telegram};

/// What Telegram shows with every update.
pub(super) const WEBHOOK_SECRET: HeaderName = HeaderName::from_static("x-telegram-bot-api-secret-token");

/// Who is calling, where the route asks for it.
///
/// # Errors
/// 401 or 403 for whoever may not, 429 for whoever calls too often.
pub(super) fn admit(
    port: &Port,
    peer: IpAddr,
    route: &Route,
    headers: &HeaderMap,
) -> Result<Option<Caller>, Problem> {
    match &route.access {
        // Counted when the handler has looked at the signature.
        Access::Probe(_) | Access::Signed(_) => Ok(None),
        Access::Open(_) => port.rates().stranger(peer).map(|()| None),
        Access::Telegram(_) => counted(port, peer, admit_telegram(port, headers)).map(|()| None),
        Access::Metrics(_) => counted(port, peer, metrics::admit(port, headers)).map(|()| None),
        Access::Scoped(scope, _) => admit_caller(port, peer, &[*scope], headers).map(Some),
        Access::AnyOf(scopes, _) => admit_caller(port, peer, scopes, headers).map(Some),
    }
}

fn admit_caller(port: &Port, peer: IpAddr, scopes: &[Scope], headers: &HeaderMap) -> Result<Caller, Problem> {
    let verified = port.verifier().verify(headers, port.now()).map_err(Problem::unauthorized);
    let caller = counted(port, peer, verified)?;
    port.rates().caller(&caller)?;
    if scopes.iter().any(|scope| caller.has(*scope)) {
        return Ok(caller);
    }
    Err(scopes.first().map_or_else(
        || Problem::internal("a scoped route without a scope"),
        |scope| Problem::missing_scope(*scope),
    ))
}

/// Only Telegram gets in, and only in webhook mode.
fn admit_telegram(port: &Port, headers: &HeaderMap) -> Result<(), Problem> {
    telegram::takes_updates(port)?;
    let mut shown = headers.get_all(WEBHOOK_SECRET).iter();
    match (shown.next(), shown.next()) {
        (Some(secret), None) if port.is_webhook_secret(secret.as_bytes()) => Ok(()),
        _ => {
            Err(Problem::new(Kind::WrongWebhookSecret, "This address is for Telegram, which knows a secret."))
        }
    }
}

/// Whoever does not get in is a stranger, and counted as one.
pub(super) fn counted<T>(port: &Port, peer: IpAddr, admitted: Result<T, Problem>) -> Result<T, Problem> {
    admitted.or_else(|problem| port.rates().stranger(peer).and(Err(problem)))
}
