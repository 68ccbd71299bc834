//! Real answers held against the document that the port serves. Used by the port's own tests and, as the same file, by
//! the stories of `tests/it`.

use serde_json::Value;

/// Checks that an answer to `method path` (without its query) is one that `document` tells of: its status, its type of
/// content and its form. Paths that no route has are none of its business.
pub(super) fn check(
    document: &Value,
    method: &str,
    path: &str,
    status: u16,
    content_type: &str,
    body: &Value,
) {
    let Some((pattern, operations)) =
        document["paths"].as_object().unwrap().iter().find(|(pattern, _)| matches(pattern, path))
    else {
        return;
    };
    // HEAD is GET without the body; another method that is not told of is a 405.
    let Some(operation) = operations.get(method.to_ascii_lowercase()) else {
        assert!(method == "HEAD" || status == 405, "{method} {pattern} is served, and not told of");
        return;
    };
    let told = operation["responses"].get(status.to_string());
    let told = told.unwrap_or_else(|| panic!("{method} {pattern} does not tell of {status}: {body}"));
    let content = told["content"].get(content_type);
    let content =
        content.unwrap_or_else(|| panic!("{method} {pattern}: {status} does not tell of {content_type}"));
    if !content_type.ends_with("json") {
        return;
    }
    let mut schema = content["schema"].clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema);
    let validator = validator.unwrap_or_else(|error| panic!("{method} {pattern}: {status}: {error}"));
    let errors: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{method} {pattern}: {status} is not of the form told: {errors:?}\n{body}");
}

fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    let fits = |(told, asked): (&&str, &&str)| told == asked || (told.starts_with('{') && !asked.is_empty());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(fits)
}
