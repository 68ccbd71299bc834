//! One route as OpenAPI's operations: what its handler says, and what follows from its place in the table.

use std::collections::BTreeMap;

use hyper::Method;
use serde_json::{Map, Value, json};

use super::says::{Answered, Says, Schemas};
use crate::http::auth::Scope;
use crate::http::call::Takes;
use crate::http::idempotency;
use crate::http::problem::Kind;
use crate::http::routes::{Access, Route};

/// The operations of `route` by method. HEAD is not told of each: it is GET without the body.
pub(super) fn operations(route: &Route, problem: &Value, schemas: &mut Schemas) -> Vec<(String, Value)> {
    let methods = route.methods.iter().filter(|method| **method != Method::HEAD);
    let described = |(index, method): (usize, &Method)| {
        let method = method.as_str().to_ascii_lowercase();
        // Two methods of one route are one operation to us and two to a generated client.
        let name =
            if index == 0 { route.says.name.to_owned() } else { format!("{}_by_{method}", route.says.name) };
        let operation = operation(route, &name, problem, schemas);
        (method, operation)
    };
    methods.enumerate().map(described).collect()
}

fn operation(route: &Route, name: &str, problem: &Value, schemas: &mut Schemas) -> Value {
    let says = &route.says;
    let mut operation = json!({
        "operationId": name,
        "summary": says.summary,
        "tags": [tag(route.path)],
        "parameters": parameters(says, schemas),
        "responses": responses(route, problem, schemas),
        "security": security(&route.access),
    });
    if let Some(body) = body(route, schemas) {
        operation["requestBody"] = body;
    }
    operation
}

/// The room of the API that a path belongs to.
fn tag(path: &str) -> &str {
    path.strip_prefix("/api/").and_then(|rest| rest.split('/').next()).unwrap_or("service")
}

fn parameters(says: &Says, schemas: &mut Schemas) -> Vec<Value> {
    let mut parameters = Vec::new();
    let places = says.path.iter().map(|it| ("path", it)).chain(says.query.iter().map(|it| ("query", it)));
    for (place, parameter) in places {
        parameters.push(json!({
            "name": parameter.name,
            "in": place,
            "required": place == "path",
            "description": parameter.what,
            "schema": parameter.form.schema(schemas),
        }));
    }
    if says.repeatable {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Makes a repeated request harmless: the same key with the same body gets the same answer, and \
                nothing is made twice; with another body it is refused. Kept for a day.",
            "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": idempotency::MAX_KEY_CHARS},
        }));
    }
    parameters
}

fn body(route: &Route, schemas: &mut Schemas) -> Option<Value> {
    let (required, form) = match route.takes {
        Takes::Nothing => return None,
        Takes::MaybeJson => {
            (false, json!({"type": "object", "maxProperties": 0, "additionalProperties": false}))
        }
        Takes::Json | Takes::Events | Takes::Update => {
            (true, route.says.body.map_or(Value::Null, |it| it.schema(schemas)))
        }
    };
    Some(json!({"required": required, "content": {"application/json": {"schema": form}}}))
}

fn security(access: &Access) -> Value {
    let jwt =
        |scopes: &[Scope]| -> Value { scopes.iter().map(|scope| json!({"jwt": [scope.as_str()]})).collect() };
    match access {
        Access::Probe(_) | Access::Open(_) => json!([]),
        Access::Signed(_) => json!([{"networkSignature": []}]),
        Access::Telegram(_) => json!([{"webhookSecret": []}]),
        Access::Metrics(_) => json!([{"metricsToken": []}]),
        Access::Scoped(scope, _) => jwt(&[*scope]),
        Access::AnyOf(scopes, _) => jwt(scopes),
    }
}

fn responses(route: &Route, problem: &Value, schemas: &mut Schemas) -> Value {
    let mut responses = Map::new();
    for Answered { status, what, content_type, form } in route.says.answers {
        let schema = form.schema(schemas);
        let response = responses.entry(status.to_string()).or_insert_with(|| response(*status));
        response["description"] = json!(what);
        response["content"][*content_type] = json!({"schema": schema});
    }
    for (status, kinds) in problems(route) {
        let response = responses.entry(status.to_string()).or_insert_with(|| response(status));
        let told: Vec<String> =
            kinds.iter().map(|kind| format!("`{}`: {}.", kind.uri(), kind.title())).collect();
        let before =
            response["description"].as_str().map(|it| format!("{it} Or a problem. ")).unwrap_or_default();
        response["description"] = json!(before + &told.join(" "));
        let uris: Vec<String> = kinds.iter().map(|kind| kind.uri()).collect();
        let narrowed = json!({"properties": {"type": {"enum": uris}, "status": {"const": status}}});
        let examples: Map<String, Value> =
            kinds.iter().map(|kind| (kind.name().to_owned(), json!({"value": kind.example()}))).collect();
        response["content"]["application/problem+json"] =
            json!({"schema": {"allOf": [problem, narrowed]}, "examples": examples});
    }
    Value::Object(responses)
}

/// A response of this status without its content.
fn response(status: u16) -> Value {
    let text = |what: &str| json!({"description": what, "schema": {"type": "string"}});
    let mut headers = json!({"X-Request-Id": text("The request's name in the log.")});
    match status {
        201 => headers["Location"] = text("Where it can be looked at."),
        401 | 403 => headers["WWW-Authenticate"] = text("What is needed."),
        429 | 503 => {
            headers["Retry-After"] =
                json!({"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}});
        }
        _ => {}
    }
    json!({"headers": headers})
}

/// What can go wrong, by status: what the handler says, and what can everywhere on such a route.
fn problems(route: &Route) -> BTreeMap<u16, Vec<Kind>> {
    let says = &route.says;
    let mut kinds = vec![Kind::Internal, Kind::Unavailable];
    match route.access {
        Access::Probe(_) => {}
        Access::Open(_) => kinds.push(Kind::TooManyRequests),
        Access::Signed(_) => kinds.extend([Kind::Unsigned, Kind::TooManyRequests]),
        Access::Telegram(_) => kinds.extend([Kind::WrongWebhookSecret, Kind::TooManyRequests]),
        Access::Metrics(_) => kinds.extend([Kind::Unauthorized, Kind::TooManyRequests]),
        Access::Scoped(..) | Access::AnyOf(..) => {
            kinds.extend([Kind::Unauthorized, Kind::MissingScope, Kind::TooManyRequests]);
        }
    }
    if route.takes != Takes::Nothing {
        kinds.extend([Kind::BadRequest, Kind::BodyTimeout, Kind::BodyTooLarge, Kind::UnsupportedMediaType]);
    }
    if !says.query.is_empty() {
        kinds.push(Kind::BadRequest);
    }
    if says.path.is_some() {
        kinds.push(Kind::NotFound);
    }
    if says.repeatable {
        kinds.extend([Kind::BadRequest, Kind::KeyReused]);
    }
    kinds.extend(says.problems);
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        let same = by_status.entry(kind.status()).or_default();
        if !same.contains(&kind) {
            same.push(kind);
        }
    }
    by_status
}
