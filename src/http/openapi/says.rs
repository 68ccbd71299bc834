//! What the document says about one route, written beside the handler whose types it names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::http::problem::Kind;

/// The document's schemas by name.
pub(in crate::http) type Schemas = BTreeMap<String, Value>;

/// What a route is for, takes and answers. What follows from its place in the table (the token, the path's part, the
/// limits of its body) is not said here.
#[derive(Clone, Copy)]
pub(in crate::http) struct Says {
    /// Its name in generated clients.
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) path: Option<Parameter>,
    pub(super) query: &'static [Parameter],
    pub(super) body: Option<Form>,
    pub(super) answers: &'static [Answered],
    pub(super) problems: &'static [Kind],
    pub(super) repeatable: bool,
}

impl Says {
    /// A route called `name`; `summary` says in a line what it does.
    pub(in crate::http) const fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            path: None,
            query: &[],
            body: None,
            answers: &[],
            problems: &[],
            repeatable: false,
        }
    }

    /// What stands in the path.
    pub(in crate::http) const fn path(self, parameter: Parameter) -> Self {
        Self { path: Some(parameter), ..self }
    }

    /// What the query may hold.
    pub(in crate::http) const fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    /// The form of the body.
    pub(in crate::http) const fn body(self, form: Form) -> Self {
        Self { body: Some(form), ..self }
    }

    /// What it answers when it did what was asked.
    pub(in crate::http) const fn answers(self, answers: &'static [Answered]) -> Self {
        Self { answers, ..self }
    }

    /// What can go wrong that can't go wrong everywhere.
    pub(in crate::http) const fn problems(self, problems: &'static [Kind]) -> Self {
        Self { problems, ..self }
    }

    /// It takes an `Idempotency-Key`.
    pub(in crate::http) const fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }
}

/// A part of the path or of the query.
#[derive(Clone, Copy)]
pub(in crate::http) struct Parameter {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) form: Form,
}

impl Parameter {
    /// The parameter `name`, of the form of `T`.
    pub(in crate::http) const fn new<T: ToSchema>(name: &'static str, what: &'static str) -> Self {
        Self { name, what, form: Form::of::<T>() }
    }
}

/// An answer that is no problem.
#[derive(Clone, Copy)]
pub(in crate::http) struct Answered {
    pub(super) status: u16,
    pub(super) what: &'static str,
    pub(super) content_type: &'static str,
    pub(super) form: Form,
}

impl Answered {
    /// JSON of the form of `T`.
    pub(in crate::http) const fn json<T: ToSchema>(status: u16, what: &'static str) -> Self {
        Self { status, what, content_type: "application/json", form: Form::of::<T>() }
    }

    /// Text of some kind.
    pub(in crate::http) const fn text(status: u16, content_type: &'static str, what: &'static str) -> Self {
        Self { status, what, content_type, form: Form::of::<String>() }
    }
}

/// The form of a piece of JSON.
#[derive(Clone, Copy)]
pub(in crate::http) struct Form(fn(&mut Schemas) -> Value);

impl Form {
    /// The form of a `T`.
    pub(in crate::http) const fn of<T: ToSchema>() -> Self {
        Self(named::<T>)
    }

    /// The form of one of the two.
    pub(in crate::http) const fn either<A: ToSchema, B: ToSchema>() -> Self {
        Self(|schemas| json!({"oneOf": [named::<A>(schemas), named::<B>(schemas)]}))
    }

    /// Any object.
    pub(in crate::http) const fn any_object() -> Self {
        Self(|_| json!({"type": "object"}))
    }

    /// Its schema; what that refers to is added to `schemas`.
    pub(super) fn schema(self, schemas: &mut Schemas) -> Value {
        (self.0)(schemas)
    }
}

/// A reference to the schema of `T`, or the schema itself of something too simple to have a name.
fn named<T: ToSchema>(schemas: &mut Schemas) -> Value {
    let mut found = Vec::new();
    T::schemas(&mut found);
    for (name, schema) in found {
        schemas.insert(name, as_json(&schema));
    }
    let schema = as_json(&T::schema());
    if schema["type"] != "object" && schema.get("allOf").is_none() {
        return schema;
    }
    let name = match T::name() {
        Cow::Borrowed(name) => name.to_owned(),
        Cow::Owned(name) => name,
    };
    let reference = json!({"$ref": format!("#/components/schemas/{name}")});
    schemas.insert(name, schema);
    reference
}

fn as_json(schema: &impl serde::Serialize) -> Value {
    // Plain data: it always serialises.
    serde_json::to_value(schema).unwrap_or_default()
}
