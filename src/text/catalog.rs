//! The texts of each language, read once from the Fluent files that are part of the binary.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentResource, FluentValue};

use super::argument::Args;
use super::cldr;
use super::html::Html;
use crate::domain::language::Language;

/// The English texts; the tests hold the other languages to the same names and variables.
const ENGLISH: &str = include_str!("en.ftl");

/// The Fluent file of a language.
pub(super) const fn source(language: Language) -> &'static str {
    match language {
        Language::En => ENGLISH,
        Language::Ko => include_str!("ko.ftl"),
    }
}

/// The name of a text, checked when the crate is compiled: naming a text that does not exist is a
/// compile error. Made by [`key!`].
#[derive(Clone, Copy)]
pub(super) struct Key(&'static str);

impl Key {
    /// The text called `name` in `en.ftl`.
    pub(super) const fn named(name: &'static str) -> Self {
        assert!(defines(ENGLISH, name), "en.ftl has no text of this name");
        Self(name)
    }
}

/// The [`Key`] of the text with this name.
macro_rules! key {
    ($name:literal) => {
        const { $crate::text::catalog::Key::named($name) }
    };
}
pub(super) use key;

/// The text `key` in `language` with its arguments in place.
///
/// The tests render every text in every language, so a failure here is a bug that reached production: it
/// is logged, and the person gets what could be rendered or, without any text, its name.
pub(super) fn say(language: Language, key: Key, args: &Args) -> Html {
    static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::En));
    static KOREAN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::Ko));
    let bundle = match language {
        Language::En => &ENGLISH,
        Language::Ko => &KOREAN,
    };
    #[cfg(test)]
    witness::said(key.0);

    let Some(pattern) = bundle.get_message(key.0).and_then(|message| message.value()) else {
        failed(language, key, "no such text");
        return Html::trusted(key.0.to_owned());
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args.as_fluent()), &mut errors);
    for error in errors {
        failed(language, key, &error.to_string());
    }
    Html::trusted(text.into_owned())
}

fn failed(language: Language, key: Key, error: &str) {
    log::error!("text {} in {}: {error}", key.0, language.code());
    #[cfg(test)]
    witness::failed(language, key.0, error);
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    // The language decides the plural forms; a test sees that its code is one Fluent knows.
    let mut bundle = FluentBundle::new_concurrent(vec![language.code().parse().unwrap_or_default()]);
    // The isolation marks would stand around every name and inside every href.
    bundle.set_use_isolating(false);
    let formatter: fn(&FluentValue, &_) -> Option<String> = match language {
        Language::En => |value, _| number(Language::En, value),
        Language::Ko => |value, _| number(Language::Ko, value),
    };
    bundle.set_formatter(Some(formatter));
    // Errors keep whatever was read; the tests make sure that there are none.
    let resource =
        FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(resource, errors)| {
            log::error!("texts: {errors:?}");
            resource
        });
    if let Err(errors) = bundle.add_resource(resource) {
        log::error!("texts: {errors:?}");
    }
    bundle
}

/// A number as its readers write it; fluent-bundle itself knows no separators.
fn number(language: Language, value: &FluentValue) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    Some(cldr::number(language, &number.as_string()))
}

/// Whether a line of `source` starts with `name =`. Byte by byte, because it runs at compile time.
const fn defines(source: &str, name: &str) -> bool {
    let source = source.as_bytes();
    let mut line = 0;
    while line < source.len() {
        if begins(source, line, name.as_bytes()) && begins(source, line + name.len(), b" =") {
            return true;
        }
        while line < source.len() && source[line] != b'\n' {
            line += 1;
        }
        line += 1;
    }
    false
}

const fn begins(source: &[u8], at: usize, expected: &[u8]) -> bool {
    let mut offset = 0;
    while offset < expected.len() {
        if at + offset >= source.len() || source[at + offset] != expected[offset] {
            return false;
        }
        offset += 1;
    }
    true
}

/// What the tests see of [`say`]: which texts were said, so that one nobody says is noticed, and that a
/// failure is not overlooked.
#[cfg(test)]
pub(super) mod witness {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use crate::domain::language::Language;

    thread_local! {
        static SAID: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn said(key: &'static str) {
        SAID.with_borrow_mut(|keys| keys.insert(key));
    }

    pub(super) fn failed(language: Language, key: &str, error: &str) {
        panic!("text {key} in {}: {error}", language.code());
    }

    /// The names of the texts that this thread has said.
    pub(in crate::text) fn keys() -> BTreeSet<&'static str> {
        SAID.with_borrow(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_thousands_separators() {
        for (count, expected) in [(0, "0"), (999, "999"), (1_204, "1,204"), (1_000_000_000, "1,000,000,000")]
        {
            let args = Args::new().count("count", count);
            assert_eq!(say(Language::En, key!("stats-queue"), &args).as_str(), format!("Queue {expected}"));
        }
    }

    #[test]
    fn a_name_is_found_only_as_a_whole_line_start() {
        assert!(defines("a = 1\nab = 2", "ab"));
        assert!(!defines("abc = 1\n    ab = 2\n# ab", "ab"));
        assert!(!defines("", "ab"));
    }

    #[test]
    #[should_panic(expected = "text test in en")]
    fn a_missing_argument_is_noticed_by_tests() {
        say(Language::En, key!("test"), &Args::new());
    }
}
