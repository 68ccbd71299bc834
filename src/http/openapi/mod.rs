//! `GET /openapi.json`: what the port serves, as OpenAPI 3.1, made from the route table and the types.

mod operation;
mod says;

pub(super) use says::{Answered, Form, Parameter, Says};

use std::sync::LazyLock;

use hyper::StatusCode;
use hyper::body::Bytes;
use serde_json::{Map, Value, json};

use super::admission::WEBHOOK_SECRET;
use super::answer::Answer;
use super::auth::Scope;
use super::problem::{Document, Problem};
use super::routes::{Route, TABLE};
use says::Schemas;

pub(super) const OPENAPI: Says = Says::new("openapi", "This document")
    .answers(&[Answered { form: Form::any_object(), ..Answered::json::<String>(200, "OpenAPI 3.1") }]);

/// `GET /openapi.json`: 200 with the document.
pub(super) async fn serve() -> Result<Answer, Problem> {
    /// Made when somebody asks for the first time: it never changes, and a start should not wait for it.
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(description().to_string()));
    Ok(Answer::new(StatusCode::OK, "application/json", DOCUMENT.clone()))
}

/// What `GET /openapi.json` serves: every route, what it takes and answers, and how it fails.
pub fn description() -> Value {
    document(TABLE)
}

/// The document for `routes`.
pub(super) fn document(routes: &[Route]) -> Value {
    let mut schemas = Schemas::new();
    let problem = Form::of::<Document<'_>>().schema(&mut schemas);
    let mut paths = Map::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        for (method, operation) in operation::operations(route, &problem, &mut schemas) {
            path[method] = operation;
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Telegram Bot Scheduler",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Publishes scheduled posts, tells people in Telegram how they went, and loses nothing.\n\n\
                A 2xx means that what was asked for is on disk. Every failure is a problem document (RFC 9457): a \
                program may rely on its `type`, the words may change. Answers may gain fields. HEAD is GET without \
                the body wherever GET changes nothing. Every answer names its request in `X-Request-Id`, as the log \
                does.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": security_schemes()},
    })
}

fn security_schemes() -> Value {
    let scopes = Scope::ALL.map(|scope| format!("`{scope}`")).join(", ");
    json!({
        "webhookSecret": {
            "type": "apiKey",
            "in": "header",
            "name": WEBHOOK_SECRET.as_str(),
            "description": "What this service has told Telegram when it set the webhook.",
        },
        "networkSignature": {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "As Standard Webhooks describe, by the secret of the post's network, together with \
                `webhook-id` and `webhook-timestamp`.",
        },
        "metricsToken": {"type": "http", "scheme": "bearer", "description": "`METRICS_TOKEN` of the settings."},
        "jwt": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": format!(
                "Signed by the platform, with `exp`, `aud`, `iss` and `sub` (the account), good for a day at most. \
                 `scope` holds some of {scopes}, separated by spaces; the last three are for the back end only."
            ),
        },
    })
}
