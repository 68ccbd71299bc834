//! The document at `/openapi.json`: whole, right, and true to what is served.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::http::openapi::document;
use crate::http::routes::Access;

/// Calls `visit` with every value in `value`, and where it stands.
fn walk(value: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(place, value);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, inner)| walk(inner, &format!("{place}/{key}"), visit))
        }
        Value::Array(items) => items.iter().for_each(|inner| walk(inner, place, visit)),
        _ => {}
    }
}

#[tokio::test]
async fn an_engineer_gets_the_document_without_a_token() {
    let server = Server::start().await;
    let got = answer_to(server.anonymous(Method::GET, "/openapi.json")).await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "application/json"));
    assert_eq!(
        (&got.body["openapi"], &got.body["info"]["version"]),
        (&json!("3.1.0"), &json!(env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(got.body, document(TABLE));
}

#[test]
fn every_route_is_told_of_and_nothing_else() {
    let document = document(TABLE);
    let mut told = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        told.extend(
            operations.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase())),
        );
    }
    let served: BTreeSet<(String, String)> = TABLE
        .iter()
        .flat_map(|route| route.methods.iter().map(|method| (route.path.to_owned(), method.to_string())))
        .filter(|(_, method)| method != "HEAD")
        .collect();
    assert_eq!(told, served);
}

#[test]
fn every_operation_has_a_name_of_its_own_words_and_what_its_path_asks_for() {
    let document = document(TABLE);
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is told of twice");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{name} says nothing");
            let parts: Vec<&str> =
                path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect();
            let parameters = operation["parameters"].as_array().unwrap();
            let in_path: Vec<&str> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            assert_eq!(in_path, parts, "{method} {path}");
            if let Some(body) = operation.get("requestBody") {
                let schema = &body["content"]["application/json"]["schema"];
                assert!(!schema.is_null(), "{name} takes a body of no form");
            }
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("500") && responses.len() > 1, "{name}: {responses:?}");
        }
    }
}

#[test]
fn who_needs_a_token_is_told_which() {
    let document = document(TABLE);
    for route in TABLE {
        let method = route.methods[0].as_str().to_lowercase();
        let operation = &document["paths"][route.path][method];
        let wanted = match route.access {
            Access::Probe(_) | Access::Open(_) => json!([]),
            Access::Signed(_) => json!([{"networkSignature": []}]),
            Access::Telegram(_) => json!([{"webhookSecret": []}]),
            Access::Metrics(_) => json!([{"metricsToken": []}]),
            Access::Scoped(scope, _) => json!([{"jwt": [scope.as_str()]}]),
            Access::AnyOf(scopes, _) => scopes.iter().map(|scope| json!({"jwt": [scope.as_str()]})).collect(),
        };
        assert_eq!(operation["security"], wanted, "{}", route.path);
        let refuses = ["401", "403"].iter().any(|status| operation["responses"].get(status).is_some());
        assert_eq!(refuses, !wanted.as_array().unwrap().is_empty(), "{}", route.path);
    }
    assert_eq!(document["components"]["securitySchemes"]["jwt"]["scheme"], "bearer");
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_one() {
    let document = document(TABLE);
    let mut references = BTreeSet::new();
    walk(&document, "", &mut |place, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{place}: {reference} leads nowhere");
            references.insert(reference.rsplit('/').next().unwrap().to_owned());
        }
    });
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(references.contains(name), "{name} is not referred to");
        jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_example_is_of_the_form_it_shows() {
    let document = document(TABLE);
    let mut examples = 0;
    walk(&document, "", &mut |place, value| {
        let schema = |of: &Value| {
            let mut schema = of.clone();
            schema["components"] = document["components"].clone();
            jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{place}: {error}"))
        };
        if let (Some(example), Some(_)) = (value.get("example"), value.get("type")) {
            examples += 1;
            assert!(schema(value).is_valid(example), "{place}: {example}");
        }
        if let (Some(shown), Some(form)) =
            (value.get("examples").and_then(Value::as_object), value.get("schema"))
        {
            for example in shown.values() {
                examples += 1;
                assert!(schema(form).is_valid(&example["value"]), "{place}: {example}");
            }
        }
    });
    assert!(examples > 50, "{examples} examples");
}
