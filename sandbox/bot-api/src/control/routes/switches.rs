//! What goes wrong, how fast it goes, how much is allowed.

use std::time::Duration;

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, done, found, missing, number, parsed};
use crate::api::BotApi;
use crate::faults::{FaultPlan, Rule};
use crate::options::Limits;
use crate::shared::Reach;

#[derive(Deserialize)]
struct Scripted {
    times: u32,
    #[serde(flatten)]
    rule: Rule,
}

#[derive(Deserialize)]
struct Planned {
    #[serde(default)]
    seed: u64,
    #[serde(flatten)]
    plan: FaultPlan,
}

/// Runs the route of a switch.
pub(super) fn switches(api: &BotApi, method: &Method, segments: &[&str], body: &Value) -> Outcome {
    let flag = |field: &str| body.get(field).and_then(Value::as_bool).unwrap_or_default();
    match (method.as_str(), segments) {
        ("GET", ["faults"]) => {
            let faults = api.shared.faults();
            return found(json!({
                "seed": faults.seed(),
                "plan": faults.plan(),
                "scripted_left": faults.scripted_left(),
                "counts": faults.counts(),
            }));
        }
        ("POST", ["faults"]) => {
            let Scripted { times, rule } = parsed(body)?;
            api.fault_next(times, rule);
        }
        ("PUT", ["faults"]) => {
            let Planned { seed, plan } = parsed(body)?;
            api.set_fault_plan(plan, seed);
        }
        ("DELETE", ["faults"]) => api.clear_faults(),
        ("PUT", ["limits"]) => api.set_limits(parsed::<Limits>(body)?),
        ("PUT", ["limits", chat]) => {
            let seconds = body.get("retry_after").and_then(Value::as_u64).unwrap_or_default();
            api.limit_chat(number(chat)?, Duration::from_secs(seconds));
        }
        ("PUT", ["latency"]) => {
            let millis = body.get("millis").and_then(Value::as_u64).unwrap_or_default();
            api.set_send_latency(Duration::from_millis(millis));
        }
        ("PUT", ["reach"]) => api.set_reach(parsed::<Reach>(body.get("reach").unwrap_or(&Value::Null))?),
        ("PUT", ["unauthorized"]) => api.set_unauthorized(flag("unauthorized")),
        _ => return missing("route"),
    }
    done()
}
