//! Requests made up from the document that the port serves, right and wrong ones, by those who may call and those who
//! may not.

use bot_api::Limits;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use telegram_bot_scheduler::config::Rate;
use telegram_bot_scheduler::http::{Scope, description};

use super::scaled;
use crate::harness::{Platform, World, any_text, any_value, dice, spoil};
use crate::on_both_databases;

/// How many requests are made up for each operation in a full run?
const REQUESTS: usize = 400;

on_both_databases! {
    async fn fault_17_made_up_requests_break_nothing_and_get_nobody_in(world) {
        let mut dice = dice();
        world.stop().await;
        let no_limit = Rate { per_second: 0, burst: 1 };
        let http = &mut world.config.http;
        (http.person, http.back_end, http.stranger) = (no_limit, no_limit, no_limit);
        // A test message is waited for.
        world.telegram.set_limits(Limits::off());
        world.config.delivery.messages_per_second = 0;
        world.config.delivery.per_chat_per_second = 0;
        world.start().await;
        world.link(&world.mina(), "alice").await;
        let document = description();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let made_up = MadeUp { document: &document, method, path, operation };
                for _ in 0..scaled(REQUESTS) {
                    made_up.try_once(world, &mut dice).await;
                }
            }
        }
        assert_eq!(world.platform().readiness().await.0, 200);
    }
}

/// One operation of the document.
struct MadeUp<'a> {
    document: &'a Value,
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Forger,
    WithoutScope,
    Allowed,
}

impl MadeUp<'_> {
    async fn try_once(&self, world: &World, dice: &mut StdRng) {
        let who = *[Who::Nobody, Who::Forger, Who::WithoutScope, Who::Allowed, Who::Allowed, Who::Allowed]
            .choose(dice)
            .expect("somebody");
        let platform = world.platform();
        let request = self.request(&platform, dice);
        let request = self.signed(request, who, &platform);
        let shown = format!("{who:?} {} {}: {request:?}", self.method, self.path);
        // Every answer is held against the document as well.
        let answer = platform.send(request).await;
        assert!(answer.status < 500, "{shown}\n{answer:?}");
        let is_protected = self.operation["security"].as_array().is_some_and(|needs| !needs.is_empty());
        let refused = match who {
            Who::Nobody | Who::Forger => &[401, 403, 404, 409][..],
            Who::WithoutScope => &[401, 403, 404, 409][..],
            Who::Allowed => return,
        };
        // Where the body is signed it has to be read first: what can't be a body is refused before its signature.
        let is_signed = self.operation["security"][0].get("networkSignature").is_some();
        let is_no_body = is_signed && [413, 415].contains(&answer.status);
        if is_protected && !is_no_body {
            assert!(refused.contains(&answer.status), "was let in: {shown}\n{answer:?}");
            let of_the_inside = ["posts", "notifications", "telegram_chat_id", "jobs", "url", "ids"];
            let told = of_the_inside.iter().find(|field| answer.body.get(**field).is_some());
            assert_eq!(told, None, "{shown}\n{answer:?}");
        }
    }

    fn signed(&self, request: RequestBuilder, who: Who, platform: &Platform) -> RequestBuilder {
        let needs: Vec<&str> = self.operation["security"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|need| need["jwt"][0].as_str())
            .collect();
        let fits = |scope: &Scope| needs.contains(&scope.as_str());
        let scopes: Vec<Scope> = match who {
            Who::Nobody => return request,
            Who::Forger => {
                let token = platform.token("alice", &Scope::ALL);
                return request.bearer_auth(
                    token.rsplit_once('.').map_or("", |(message, _)| message).to_owned() + ".AAAA",
                );
            }
            Who::WithoutScope => Scope::ALL.into_iter().filter(|scope| !fits(scope)).collect(),
            Who::Allowed => Scope::ALL.into_iter().filter(fits).collect(),
        };
        request.bearer_auth(platform.token("alice", &scopes))
    }

    fn request(&self, platform: &Platform, dice: &mut StdRng) -> RequestBuilder {
        let mut url = self.path.to_owned();
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for parameter in self.operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = if dice.random_bool(0.7) {
                self.value(&parameter["schema"], dice)
            } else {
                any_value(dice, 0)
            };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match parameter["in"].as_str() {
                Some("path") => url = url.replace(&format!("{{{name}}}"), &escaped(&text)),
                Some("query") if dice.random_bool(0.5) => query.push((name.to_owned(), text)),
                Some("header") if dice.random_bool(0.5) => headers.push((name.to_owned(), text)),
                _ => {}
            }
        }
        if dice.random_bool(0.1) {
            query.push((any_text(dice), any_text(dice)));
        }
        let method = Method::from_bytes(self.method.to_uppercase().as_bytes()).expect("a method");
        let mut request = platform.request(method, &url).query(&query);
        for (name, value) in headers {
            if let Ok(value) = reqwest::header::HeaderValue::from_str(&value) {
                request = request.header(name, value);
            }
        }
        let schema = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return request;
        }
        let mut body = self.value(schema, dice);
        match dice.random_range(0..10) {
            0..4 => request.json(&body),
            4..8 => {
                spoil(&mut body, dice);
                request.json(&body)
            }
            8 => request.header("content-type", "application/json").body(any_text(dice)),
            _ => request.body(body.to_string()),
        }
    }

    /// A value of the form of `schema`.
    fn value(&self, schema: &Value, dice: &mut StdRng) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = reference.strip_prefix('#').and_then(|place| self.document.pointer(place));
            return self.value(schema.expect("what is referred to"), dice);
        }
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["enum"].as_array()) {
            let choice = choices.choose(dice).expect("a choice");
            return if schema["enum"].is_array() { choice.clone() } else { self.value(choice, dice) };
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return any_value(dice, 2),
        };
        match *kinds.choose(dice).expect("a type") {
            "object" => self.object(schema, dice),
            "array" => (0..dice.random_range(0..4)).map(|_| self.value(&schema["items"], dice)).collect(),
            "integer" | "number" => json!(dice.random_range(0..100)),
            "boolean" => json!(dice.random_bool(0.5)),
            "null" => Value::Null,
            _ => json!(text(schema, dice)),
        }
    }

    fn object(&self, schema: &Value, dice: &mut StdRng) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (name, form) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || dice.random_bool(0.5) {
                object.insert(name.clone(), self.value(form, dice));
            }
        }
        Value::Object(object)
    }
}

fn text(schema: &Value, dice: &mut StdRng) -> String {
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("date-time"), _) => [
            "2026-11-22T09:00:00Z",
            "2026-11-24T23:59:60+09:00",
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ]
        .choose(dice)
        .map_or_else(String::new, |text| (*text).to_owned()),
        (_, Some(pattern)) if pattern.contains(':') => "08:30".to_owned(),
        (_, Some(_)) => dice.random_range(0..1_000_000).to_string(),
        _ => any_text(dice),
    }
}

/// A text as one part of a path.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
