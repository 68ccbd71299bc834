//! Reads typed values out of the merged layers. A wrong value becomes a problem and a stand-in, so that one
//! run finds them all; what was never asked for is unknown.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use ::config::ValueKind;
use secrecy::SecretString;
use url::{Host, Url};

use super::environment::variable_of;
use super::layers::{Layer, Origin, Problems, Setting};
use super::suggest::nearest;

/// Seconds in an hour.
const HOUR: u64 = 3600;
/// Seconds in a day.
const DAY: u64 = 24 * HOUR;
/// Characters of a wrong value that a message repeats.
const MAX_QUOTE: usize = 60;
/// What a secret looks like to people.
pub(super) const HIDDEN: &str = "***";

/// Typed access to the merged settings.
pub(super) struct Reader {
    settings: Layer,
    problems: Problems,
    known: BTreeSet<String>,
    /// Sections whose parts have names that the settings choose.
    open_sections: BTreeSet<&'static str>,
    explained: Vec<String>,
}

impl Reader {
    /// A reader of merged layers, continuing a list of problems.
    pub(super) fn new(settings: Layer, problems: Problems) -> Self {
        Self {
            settings,
            problems,
            known: BTreeSet::new(),
            open_sections: BTreeSet::new(),
            explained: Vec::new(),
        }
    }

    /// Ends the reading: the lines of `explain`, or every problem including settings nobody asked for.
    pub(super) fn finish(mut self) -> Result<Vec<String>, Vec<String>> {
        for (key, setting) in &self.settings {
            let is_known = self.known.contains(key);
            if !is_known && !self.is_empty_section(key, setting) {
                self.problems.push(self.unknown(key, &setting.origin));
            }
        }
        let problems = self.problems.into_lines();
        if problems.is_empty() { Ok(self.explained) } else { Err(problems) }
    }

    /// The names that the settings give to the parts of `section`: of `[networks.news]` it is "news".
    pub(super) fn names_in(&mut self, section: &'static str) -> BTreeSet<String> {
        self.open_sections.insert(section);
        let below = self.settings.keys().filter_map(|key| key.strip_prefix(section)?.strip_prefix('.'));
        below.map(|rest| rest.split('.').next().unwrap_or(rest).to_owned()).collect()
    }

    /// Whether something is so; `usual` when it is not set.
    pub(super) fn flag(&mut self, key: &str, usual: bool) -> bool {
        let Some(setting) = self.ask(key) else {
            self.explain_worked_out(key, &usual.to_string());
            return usual;
        };
        let flag = match &setting.value {
            ValueKind::Boolean(flag) => Some(*flag),
            ValueKind::String(text) if setting.origin.is_variable() => text.trim().parse().ok(),
            _ => None,
        };
        let Some(flag) = flag else {
            self.complain(key, &format!("must be true or false, not {}", quote(&setting.value)));
            return usual;
        };
        self.explain(key, &flag.to_string());
        flag
    }

    /// A whole number within `range`; `usual` when it is not set.
    pub(super) fn number_or<T>(&mut self, key: &str, range: RangeInclusive<T>, usual: T) -> T
    where
        T: Copy + Display + FromStr + PartialOrd,
    {
        self.optional_number(key, range).unwrap_or_else(|| {
            self.explain_worked_out(key, &usual.to_string());
            usual
        })
    }

    /// A whole number within `range`.
    pub(super) fn number<T>(&mut self, key: &str, range: RangeInclusive<T>) -> T
    where
        T: Copy + Display + FromStr + PartialOrd,
    {
        let stand_in = *range.start();
        self.optional_number(key, range).unwrap_or_else(|| self.missing(key, stand_in))
    }

    /// A whole number within `range`, or `None` when it is not set.
    pub(super) fn optional_number<T>(&mut self, key: &str, range: RangeInclusive<T>) -> Option<T>
    where
        T: Copy + Display + FromStr + PartialOrd,
    {
        let setting = self.ask(key)?;
        match whole(&setting).and_then(|it| it.parse().ok()).filter(|it| range.contains(it)) {
            Some(number) => {
                self.explain(key, &number.to_string());
                Some(number)
            }
            None => {
                let (from, to) = (range.start(), range.end());
                let wrong = quote(&setting.value);
                self.complain(key, &format!("must be a whole number from {from} to {to}, not {wrong}"));
                Some(*range.start())
            }
        }
    }

    /// A duration whose key says seconds.
    pub(super) fn seconds(&mut self, key: &str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, range))
    }

    /// A duration whose key says milliseconds.
    pub(super) fn millis(&mut self, key: &str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(key, range))
    }

    /// A duration whose key says minutes.
    pub(super) fn minutes(&mut self, key: &str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, range) * 60)
    }

    /// A duration whose key says hours.
    pub(super) fn hours(&mut self, key: &str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, range) * HOUR)
    }

    /// A duration whose key says days.
    pub(super) fn days(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, range) * DAY)
    }

    /// A list of whole numbers, each within `range`: an array in a file, separated by commas in a variable.
    pub(super) fn numbers(&mut self, key: &str, range: RangeInclusive<i64>, what: &str) -> Vec<i64> {
        let Some(setting) = self.ask(key) else { return self.missing(key, Vec::new()) };
        let items: Option<Vec<Setting>> = match &setting.value {
            ValueKind::Array(values) => Some(values.iter().map(|it| setting.with(it.kind.clone())).collect()),
            ValueKind::String(text) if setting.origin.is_variable() => Some(
                text.split(',').map(|it| setting.with(ValueKind::String(it.trim().to_owned()))).collect(),
            ),
            _ => None,
        };
        let Some(items) = items else {
            self.complain(key, &format!("must be a list of {what}, not {}", quote(&setting.value)));
            return Vec::new();
        };
        let mut numbers = Vec::with_capacity(items.len());
        for item in items {
            match whole(&item).and_then(|it| it.parse().ok()).filter(|it| range.contains(it)) {
                Some(number) => numbers.push(number),
                None => self.complain(key, &format!("{} is not one of {what}", quote(&item.value))),
            }
        }
        let shown: Vec<String> = numbers.iter().map(i64::to_string).collect();
        self.explain(key, &format!("[{}]", shown.join(", ")));
        numbers
    }

    /// Text that must be there, without the blanks around it.
    pub(super) fn text(&mut self, key: &str) -> String {
        match self.parsed(key, "text in quotes, not empty", |text| Some(text.to_owned())) {
            Some(text) => text,
            None => self.missing(key, String::new()),
        }
    }

    /// An http or https address, or `None` when it is not set. It may not hold a password: it is shown.
    pub(super) fn url(&mut self, key: &str) -> Option<Url> {
        self.hidden(key, "an http:// or https:// address without a user name or password", |text| {
            web_address(text).map(|url| (url.to_string(), url))
        })
    }

    /// The same for the page behind a button.
    pub(super) fn button_url(&mut self, key: &str) -> Option<Url> {
        let expected = "an http:// or https:// address without a user name or password, whose host has a dot: \
                        Telegram refuses buttons that lead to others, like localhost (127.0.0.1 is fine)";
        self.hidden(key, expected, |text| button_address(text).map(|url| (url.to_string(), url)))
    }

    /// A key, or `None` when it is not set. Every byte counts, so blanks around it stay; `check` says whether
    /// it can be right.
    pub(super) fn secret(
        &mut self,
        key: &str,
        expected: &str,
        check: impl Fn(&str) -> bool,
    ) -> Option<SecretString> {
        let setting = self.ask(key)?;
        match &setting.value {
            ValueKind::String(text) if check(text) => {
                self.explain(key, HIDDEN);
                Some(SecretString::from(text.as_str()))
            }
            _ => {
                self.complain(key, &format!("must be {expected}"));
                None
            }
        }
    }

    /// What `parse` makes of the text, or `None` when it is not set or wrong; `expected` completes "must be …".
    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let setting = self.ask(key)?;
        let text = text_of(&setting);
        let Some((text, value)) = text.and_then(|text| Some((text, parse(text)?))) else {
            self.complain(key, &format!("must be {expected}, not {}", quote(&setting.value)));
            return None;
        };
        self.explain(key, text);
        Some(value)
    }

    /// Like `parsed`, for values that no message may repeat; `parse` gives how to show it, too.
    pub(super) fn hidden<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<(String, T)>,
    ) -> Option<T> {
        let setting = self.ask(key)?;
        let Some((shown, value)) = text_of(&setting).and_then(parse) else {
            self.complain(key, &format!("must be {expected}"));
            return None;
        };
        self.explain(key, &shown);
        Some(value)
    }

    /// A negative number of a file; `None` when it is not set or is text, which is for others to judge.
    pub(super) fn negative_number(&mut self, key: &str) -> Option<i64> {
        let ValueKind::I64(number) = self.ask(key)?.value else { return None };
        (number < 0).then(|| {
            self.explain(key, &number.to_string());
            number
        })
    }

    /// A key that exists and is not read, because something else is wrong.
    pub(super) fn leave_unread(&mut self, key: &str) {
        self.known.insert(key.to_owned());
    }

    /// Whether somebody set this, be it rightly or wrongly.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.settings.contains_key(key)
    }

    /// A problem with the value of a key, told in the words of whoever set it.
    pub(super) fn complain(&mut self, key: &str, problem: &str) {
        let origin = self.settings.get(key).map_or(&Origin::Default, |it| &it.origin);
        self.problems.push(format!("{}: {problem}", origin.naming(key)));
    }

    /// Shows a value that was worked out because the key is not set.
    pub(super) fn explain_worked_out(&mut self, key: &str, value: &str) {
        self.explained.retain(|line| !line.starts_with(&format!("{key} = ")));
        self.explain(key, value);
    }

    fn ask(&mut self, key: &str) -> Option<Setting> {
        self.known.insert(key.to_owned());
        let setting = self.settings.get(key).cloned();
        if setting.is_none() {
            self.explain(key, "(not set)");
        }
        setting
    }

    fn explain(&mut self, key: &str, value: &str) {
        let from = match self.settings.get(key).map_or(&Origin::Default, |it| &it.origin) {
            Origin::Default => "default".to_owned(),
            Origin::File(path) => format!("file {}", path.display()),
            Origin::Variable(name) | Origin::FileVariable(name) => format!("environment {name}"),
        };
        self.explained.push(format!("{key} = {value}  (from: {from})"));
    }

    /// Every required key has a default, so this is a fault of `config/default.toml` and found by its test,
    /// or a wrong value that was complained about already.
    fn missing<T>(&mut self, key: &str, stand_in: T) -> T {
        if !self.is_set(key) {
            self.complain(key, "has no value; set it");
        }
        stand_in
    }

    fn is_empty_section(&self, key: &str, setting: &Setting) -> bool {
        let empty = matches!(&setting.value, ValueKind::Table(table) if table.is_empty());
        empty && self.is_section(key)
    }

    fn is_section(&self, key: &str) -> bool {
        self.open_sections.contains(key)
            || self
                .known
                .iter()
                .any(|known| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
    }

    fn unknown(&self, key: &str, origin: &Origin) -> String {
        let naming = origin.naming(key);
        if self.is_section(key) {
            return format!("{naming}: is a section, not a setting; set one of its keys");
        }
        let nearest = match origin {
            Origin::Variable(name) | Origin::FileVariable(name) => {
                nearest(name, self.known.iter().map(|key| variable_of(key)))
            }
            Origin::Default | Origin::File(_) => nearest(key, self.known.iter().cloned()),
        };
        match nearest {
            Some(nearest) => format!("{naming}: there is no such setting; did you mean {nearest}?"),
            None => format!("{naming}: there is no such setting; remove it"),
        }
    }
}

impl Setting {
    fn with(&self, value: ValueKind) -> Self {
        Self { value, origin: self.origin.clone() }
    }
}

/// An absolute http or https URL that holds no credentials.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let open = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && open).then_some(url)
}

/// A web address that Telegram takes for a button: it answers "Wrong HTTP URL" to a host without a dot, and the
/// whole message is refused.
pub(super) fn button_address(text: &str) -> Option<Url> {
    web_address(text).filter(|url| match url.host() {
        Some(Host::Domain(domain)) => domain.trim_end_matches('.').contains('.'),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    })
}

/// The digits of a whole number. In a file a number is a number: "30" in quotes is a mistake to point out.
fn whole(setting: &Setting) -> Option<String> {
    match &setting.value {
        ValueKind::I64(number) => Some(number.to_string()),
        ValueKind::String(text) if setting.origin.is_variable() => Some(text.trim().to_owned()),
        _ => None,
    }
}

fn text_of(setting: &Setting) -> Option<&str> {
    match &setting.value {
        ValueKind::String(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn quote(value: &ValueKind) -> String {
    match value {
        ValueKind::String(text) => {
            let short: String = text.chars().take(MAX_QUOTE).collect();
            if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
        }
        ValueKind::I64(number) => number.to_string(),
        ValueKind::Float(number) => number.to_string(),
        ValueKind::Boolean(truth) => truth.to_string(),
        ValueKind::Array(_) => "a list".to_owned(),
        ValueKind::Table(_) => "a table".to_owned(),
        _ => "this".to_owned(),
    }
}
