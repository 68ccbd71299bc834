//! The pretend connectors of networks where things go wrong at first: what a person mends from the notice goes well then.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, json_answer};
use crate::demo::{REFUSES_FIRST, SILENT_FIRST};

/// How many posts are remembered? When there are more, all go wrong at first again.
const REMEMBERED: usize = 1_000;

/// The posts that each connector has seen, by network and number.
#[derive(Default)]
pub(super) struct Connectors {
    seen: Mutex<HashSet<(String, i64)>>,
}

/// What is read of a try (docs/networks.md).
#[derive(Deserialize)]
struct Try {
    id: i64,
}

impl Connectors {
    /// The answer of `network` to one try: the first of each post goes wrong in the network's own way.
    pub(super) fn answer(&self, network: &str, body: &Value) -> Result<Answer, Refusal> {
        let Try { id } = Try::deserialize(body).map_err(|error| Refusal::bad(error.to_string()))?;
        if ![REFUSES_FIRST, SILENT_FIRST].contains(&network) {
            return Err(Refusal::not_found());
        }
        Ok(json_answer(&match (self.is_first(network, id), network) {
            (true, REFUSES_FIRST) => {
                json!({ "status": "failed", "reason": "Log in again.", "code": "login_expired" })
            }
            // Not a word about what became of it.
            (true, _) => json!({}),
            (false, _) => {
                json!({ "status": "published", "url": format!("https://{network}.example/p/{id}") })
            }
        }))
    }

    fn is_first(&self, network: &str, id: i64) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert((network.to_owned(), id))
    }
}
