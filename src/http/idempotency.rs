//! `Idempotency-Key`: the header that makes a repeated request harmless.

use sha2::{Digest as _, Sha256};

use super::auth::Caller;
use super::call::Call;
use super::problem::{Kind, Problem};
use crate::store::IdempotencyKey;

const HEADER: &str = "idempotency-key";

/// The longest idempotency key, in characters: room for any UUID with a prefix.
pub(super) const MAX_KEY_CHARS: usize = 255;

/// The key of the request, when it has one.
///
/// # Errors
/// 400 for one that comes twice, is empty, too long or not visible ASCII.
pub(super) fn key(call: &Call, caller: &Caller) -> Result<Option<IdempotencyKey>, Problem> {
    key_for("", call, caller)
}

/// The same for a route whose requests have no body that would tell them from another's: `what` names it.
///
/// # Errors
/// The same.
pub(super) fn key_for(what: &str, call: &Call, caller: &Caller) -> Result<Option<IdempotencyKey>, Problem> {
    let mut keys = call.headers.get_all(HEADER).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let key = key.as_bytes();
    let visible = key.iter().all(u8::is_ascii_graphic);
    if keys.next().is_some() || key.is_empty() || key.len() > MAX_KEY_CHARS || !visible {
        return Err(Problem::new(
            Kind::BadRequest,
            "Idempotency-Key must come once and have 1 to 255 visible ASCII characters.",
        ));
    }
    Ok(Some(IdempotencyKey {
        subject: caller.account.clone(),
        key: key.iter().copied().map(char::from).collect(),
        body_hash: Sha256::new_with_prefix(what)
            .chain_update(&call.body)
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }))
}

/// 422 for a key that came with another body before.
pub(super) fn reused() -> Problem {
    Problem::new(Kind::KeyReused, "This Idempotency-Key came with another body before. Nothing was accepted.")
}
