//! The environment as a layer of settings: which variables are ours, and what key each one sets.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use ::config::ValueKind;

use super::layers::{Layer, Origin, Problems, Setting, read_secret};

/// Any key is `SCHEDULER_<SECTION>__<KEY>`.
const PREFIX: &str = "SCHEDULER_";
/// `NAME_FILE` names the file that holds the value of `NAME`.
const FILE_SUFFIX: &str = "_FILE";

/// The variables with a name of their own, and their keys.
const NAMED: [(&str, &str); 14] = [
    ("TELEGRAM_BOT_TOKEN", "telegram.token"),
    ("TELOXIDE_TOKEN", "telegram.token"),
    ("TELOXIDE_API_URL", "telegram.api_url"),
    ("TELEGRAM_ADMINS", "telegram.admins"),
    ("DATABASE_URL", "database.url"),
    ("HTTP_ADDR", "http.addr"),
    ("JWT_SECRET", "jwt.secret"),
    ("JWT_PREVIOUS_SECRET", "jwt.previous_secret"),
    ("JWT_PUBLIC_KEY", "jwt.public_key"),
    ("JWT_PREVIOUS_PUBLIC_KEY", "jwt.previous_public_key"),
    ("JWT_KEY_ID", "jwt.key_id"),
    ("JWT_ISSUER", "jwt.issuer"),
    ("JWT_AUDIENCE", "jwt.audience"),
    ("METRICS_TOKEN", "metrics.token"),
];
/// The keys whose named variables have a `_FILE` twin: the secrets, and keys of several lines.
const FROM_FILE: [&str; 7] = [
    "telegram.token",
    "database.url",
    "jwt.secret",
    "jwt.previous_secret",
    "jwt.public_key",
    "jwt.previous_public_key",
    "metrics.token",
];

/// The environment variables of a process, as an argument so that tests need no process of their own.
/// Its `Debug` prints names only: values are secrets.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value)).collect()
    }

    /// The value of a variable; `None` when it is not set or empty, which is how compose files pass "not set".
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The settings that the variables hold; what is wrong with a variable itself goes to `problems`.
    pub(super) fn layer(&self, problems: &mut Problems) -> Layer {
        let mut layer = Layer::new();
        for (name, key) in NAMED {
            self.add(&mut layer, problems, name, key, Read::Value);
            if FROM_FILE.contains(&key) {
                self.add(&mut layer, problems, &format!("{name}{FILE_SUFFIX}"), key, Read::File);
            }
        }
        for name in self.variables.keys().filter(|name| !self.is_service_link(name)) {
            if let Some(rest) = name.strip_prefix(PREFIX) {
                self.add(&mut layer, problems, name, &key_of(rest), Read::Value);
            }
        }
        layer
    }

    /// One variable into the layer. A key set twice is a problem: whichever won, somebody would be surprised.
    fn add(&self, layer: &mut Layer, problems: &mut Problems, name: &str, key: &str, read: Read) {
        let Some(raw) = self.get(name) else { return };
        let Some(text) = raw.to_str() else {
            problems.push(format!("{name}: is not UTF-8 text; set it again"));
            return;
        };
        let value = match read {
            Read::Value => text.to_owned(),
            Read::File => match read_secret(Path::new(text)) {
                Ok(secret) => secret,
                Err(reason) => {
                    problems.push(format!("{name}: the file {text} {reason}"));
                    return;
                }
            },
        };
        if let Some(other) = layer.get(key) {
            let same = read == Read::Value && matches!(&other.value, ValueKind::String(it) if *it == value);
            if !same || other.origin.is_file_variable() {
                problems.push(format!("{name}: {} sets the same thing; unset one of the two", other.origin));
            }
            return;
        }
        let origin = match read {
            Read::Value => Origin::Variable(name.to_owned()),
            Read::File => Origin::FileVariable(name.to_owned()),
        };
        layer.insert(key.to_owned(), Setting { value: ValueKind::String(value), origin });
    }

    /// Whether Kubernetes made this variable for a service that is called "scheduler": then
    /// SCHEDULER_PORT=tcp://10.0.0.1:8000 and its kin are in every container, and nobody's settings.
    fn is_service_link(&self, name: &str) -> bool {
        let links = ["SERVICE_HOST", "SERVICE_PORT", "PORT"];
        self.variables.contains_key("SCHEDULER_SERVICE_HOST")
            && !name.contains("__")
            && name.strip_prefix(PREFIX).is_some_and(|rest| {
                links.iter().any(|link| {
                    rest.strip_prefix(link).is_some_and(|more| more.is_empty() || more.starts_with('_'))
                })
            })
    }
}

impl<K: Into<String>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// The variable that sets a key.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn key_of(rest: &str) -> String {
    rest.to_lowercase().replace("__", ".")
}

/// What a variable holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    Value,
    File,
}
