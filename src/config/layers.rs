//! Layers of settings: flat maps from `section.key` to a value that remembers where it was written, so that
//! a problem is reported in the words of the person who made it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ::config::{ConfigError as ParseError, FileFormat, Map, Source, Value, ValueKind};

/// The embedded defaults.
const DEFAULTS: &str = include_str!("../../config/default.toml");
/// Bytes read of a file at most: a settings file is far smaller, and `/dev/zero` is not one.
const MAX_FILE: u64 = 1024 * 1024;

/// Settings by `section.key`.
pub(super) type Layer = BTreeMap<String, Setting>;

/// One value, and where it was written.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) value: ValueKind,
    pub(super) origin: Origin,
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File(PathBuf),
    Variable(String),
    /// A variable that names the file with the value.
    FileVariable(String),
}

impl Origin {
    pub(super) fn is_file_variable(&self) -> bool {
        matches!(self, Self::FileVariable(_))
    }

    /// Whether the value is text that a variable held, where lists and numbers have no other form.
    pub(super) fn is_variable(&self) -> bool {
        matches!(self, Self::Variable(_) | Self::FileVariable(_))
    }

    /// The setting as the person wrote it: a variable, or a key and its file.
    pub(super) fn naming(&self, key: &str) -> String {
        match self {
            Self::Default => key.to_owned(),
            Self::File(path) => format!("{key} in {}", path.display()),
            Self::Variable(name) | Self::FileVariable(name) => name.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) | Self::FileVariable(name) => f.write_str(name),
        }
    }
}

/// Everything that is wrong, a line each.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    pub(super) fn push(&mut self, line: impl Into<String>) {
        self.0.push(line.into());
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.0
    }
}

/// The embedded defaults as a layer.
pub(super) fn defaults(problems: &mut Problems) -> Layer {
    parse(DEFAULTS, &Origin::Default, "config/default.toml", problems)
}

/// A settings file as a layer; an empty file changes nothing. `named_by` is what named it, for the message.
pub(super) fn file(path: &Path, named_by: &str, problems: &mut Problems) -> Layer {
    match read(path) {
        Ok(text) => parse(&text, &Origin::File(path.to_owned()), &path.display().to_string(), problems),
        Err(reason) => {
            problems.push(format!("{named_by}: the file {} {reason}", path.display()));
            Layer::new()
        }
    }
}

/// The secret in a file, without the newline that editors put at its end. The error ends a sentence
/// that begins with the file's name.
pub(super) fn read_secret(path: &Path) -> Result<String, String> {
    let text = read(path)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.trim().is_empty() {
        return Err("is empty; write the value into it".to_owned());
    }
    Ok(secret.to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(|error| {
        match error.kind() {
            io::ErrorKind::NotFound => "does not exist; check the path",
            io::ErrorKind::PermissionDenied => "may not be read by this user; change its owner or mode",
            io::ErrorKind::IsADirectory => "is a directory; name a file in it",
            _ => "cannot be read; check the disk it is on",
        }
        .to_owned()
    })?;
    if bytes.len() as u64 > MAX_FILE {
        return Err("is larger than 1 MiB; that is not a settings file, check the path".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text; save it as UTF-8".to_owned())
}

fn parse(text: &str, origin: &Origin, name: &str, problems: &mut Problems) -> Layer {
    let mut layer = Layer::new();
    match ::config::File::from_str(text, FileFormat::Toml).collect() {
        Ok(tables) => flatten(tables, "", origin, &mut layer),
        Err(error) => problems.push(format!("{name}: is not valid TOML{}; correct it", position(&error))),
    }
    layer
}

/// Where the parser stopped. The rest of its message quotes the line, which may hold a secret.
fn position(error: &ParseError) -> String {
    let ParseError::FileParse { cause, .. } = error else { return String::new() };
    let message = cause.to_string();
    let first = message.lines().next().unwrap_or_default();
    first.strip_prefix("TOML parse error at ").map(|at| format!(" at {at}")).unwrap_or_default()
}

/// An empty table stays, so that an unknown section is noticed even with nothing in it.
fn flatten(table: Map<String, Value>, above: &str, origin: &Origin, layer: &mut Layer) {
    for (name, value) in table {
        let key = if above.is_empty() { name } else { format!("{above}.{name}") };
        match value.kind {
            ValueKind::Table(inner) if !inner.is_empty() => flatten(inner, &key, origin, layer),
            kind => {
                layer.insert(key, Setting { value: kind, origin: origin.clone() });
            }
        }
    }
}
