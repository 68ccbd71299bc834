//! `[networks.<name>]`: where posts can go.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;
use super::reader::{HIDDEN, Reader, web_address};
use super::signing_key::{SigningKey, SigningKeys};

/// The section of all networks.
const SECTION: &str = "networks";

/// The longest name of a network, in characters.
const NAME_MAX: usize = 64;

/// What Telegram takes, in UTF-16 units: a message's text, a picture's caption (Bot API documentation, sendMessage,
/// sendPhoto).
const TELEGRAM_TEXT: usize = 4_096;
const TELEGRAM_CAPTION: usize = 1_024;

/// How many posts go to a connector at the same time when nobody said?
const CONCURRENCY: usize = 4;

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    /// What posts call it.
    pub name: String,
    /// What it is.
    pub kind: NetworkKind,
}

/// What a network is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A Telegram channel or group.
    Telegram(TelegramNetwork),
    /// The platform's connector, which does the rest.
    Webhook(Connector),
}

/// A Telegram channel or group, and how posts are shown there that don't say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramNetwork {
    /// Which one.
    pub channel: Channel,
    /// Whether they make no sound.
    pub silent: bool,
    /// Whether links are shown with a preview.
    pub link_preview: bool,
    /// The topic of a group that they go to.
    pub thread_id: Option<i32>,
}

/// What Telegram calls a channel or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By its public name, without the `@`.
    Named(String),
    /// By its id.
    Id(i64),
}

/// The platform's connector for a network.
#[derive(Clone)]
pub struct Connector {
    /// Where posts are sent.
    pub url: Url,
    /// What they are signed with.
    pub keys: SigningKeys,
    /// Whether it may be at an address that is not on the internet.
    pub allow_private_addresses: bool,
    /// The longest text it takes, in UTF-16 units.
    pub max_text: Option<usize>,
    /// How many posts go to it at the same time.
    pub concurrency: usize,
    /// How many posts go to it in any minute; `None`: as many as there are.
    pub max_per_minute: Option<u32>,
}

impl Network {
    /// The Telegram channel `chat_id`, which posts call `name`, without any settings.
    pub fn of_channel(name: &str, chat_id: i64) -> Self {
        let channel = Channel::Id(chat_id);
        let kind = NetworkKind::Telegram(TelegramNetwork {
            channel,
            silent: false,
            link_preview: true,
            thread_id: None,
        });
        Self { name: name.to_owned(), kind }
    }

    /// How long a text may be, in UTF-16 units, on its own or beside media.
    pub fn text_limit(&self, with_media: bool) -> Option<usize> {
        match &self.kind {
            NetworkKind::Telegram(_) if with_media => Some(TELEGRAM_CAPTION),
            NetworkKind::Telegram(_) => Some(TELEGRAM_TEXT),
            NetworkKind::Webhook(connector) => connector.max_text,
        }
    }

    /// The secrets that it shares with us, where there are any.
    pub fn signing_keys(&self) -> Option<&SigningKeys> {
        match &self.kind {
            NetworkKind::Telegram(_) => None,
            NetworkKind::Webhook(connector) => Some(&connector.keys),
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("url", &shown(&self.url))
            .field("allow_private_addresses", &self.allow_private_addresses)
            .field("max_text", &self.max_text)
            .field("concurrency", &self.concurrency)
            .field("max_per_minute", &self.max_per_minute)
            .finish_non_exhaustive()
    }
}

/// A connector's address for people: its path and query may hold a key of the connector's.
fn shown(url: &Url) -> String {
    format!("{}/{HIDDEN}", url.origin().ascii_serialization())
}

/// Every network of the settings, by name.
pub(super) fn read(reader: &mut Reader) -> BTreeMap<String, Network> {
    let names = reader.names_in(SECTION);
    names.into_iter().filter_map(|name| Some((name.clone(), network(reader, name)?))).collect()
}

fn network(reader: &mut Reader, name: String) -> Option<Network> {
    let key = |part: &str| format!("{SECTION}.{name}.{part}");
    let kind_key = key("kind");
    if !is_name(&name) {
        let problem = "a network's name has 1 to 64 of a to z, 0 to 9, \"-\" and \"_\"; rename the section";
        reader.complain(&format!("{SECTION}.{name}"), problem);
    }
    let is_set = reader.is_set(&kind_key);
    let kind = reader.parsed(&kind_key, "\"telegram\" or \"webhook\"", |text| match text {
        "telegram" => Some(Kind::Telegram),
        "webhook" => Some(Kind::Webhook),
        _ => None,
    });
    if !is_set {
        reader.complain(&kind_key, "is not set; say \"telegram\" or \"webhook\"");
    }
    let kind = match kind {
        Some(Kind::Telegram) => telegram(reader, key).map(NetworkKind::Telegram),
        Some(Kind::Webhook) => connector(reader, key).map(NetworkKind::Webhook),
        None => {
            // What it is made of can't be judged, and is not what is wrong.
            [
                "chat",
                "silent",
                "link_preview",
                "thread_id",
                "url",
                "secret",
                "previous_secret",
                "allow_private_addresses",
                "max_text",
                "concurrency",
                "max_per_minute",
            ]
            .iter()
            .for_each(|part| reader.leave_unread(&key(part)));
            None
        }
    };
    Some(Network { name: name.clone(), kind: kind? })
}

enum Kind {
    Telegram,
    Webhook,
}

fn telegram(reader: &mut Reader, key: impl Fn(&str) -> String) -> Option<TelegramNetwork> {
    let silent = reader.flag(&key("silent"), false);
    let link_preview = reader.flag(&key("link_preview"), true);
    // A forum's general topic, 1, takes messages without a number.
    let thread_id = reader.optional_number(&key("thread_id"), 2..=i32::MAX);
    let channel = channel(reader, &key("chat"))?;
    Some(TelegramNetwork { channel, silent, link_preview, thread_id })
}

fn channel(reader: &mut Reader, key: &str) -> Option<Channel> {
    if !reader.is_set(key) {
        reader.complain(key, "is not set; name the channel, like \"@my_channel\"");
    }
    if let Some(id) = reader.negative_number(key) {
        return Some(Channel::Id(id));
    }
    let expected = "the channel's public name with its @, like \"@my_channel\", or its id, a negative number";
    reader.parsed(key, expected, |text| match text.strip_prefix('@') {
        Some(name) if is_username(name) => Some(Channel::Named(name.to_owned())),
        Some(_) => None,
        None => text.parse().ok().filter(|id| *id < 0).map(Channel::Id),
    })
}

fn connector(reader: &mut Reader, key: impl Fn(&str) -> String) -> Option<Connector> {
    for part in ["url", "secret"] {
        if !reader.is_set(&key(part)) {
            reader.complain(&key(part), "is not set; a network of kind \"webhook\" needs it");
        }
    }
    let expected = "an http:// or https:// address without a user name or password";
    let url = reader.hidden(&key("url"), expected, |text| web_address(text).map(|url| (shown(&url), url)));
    let expected =
        "\"whsec_\" and the Base64 of 24 to 64 bytes; make one with: echo whsec_$(openssl rand -base64 32)";
    let secret = |text: &str| SigningKey::parse(text).map(|key| (HIDDEN.to_owned(), key));
    let current = reader.hidden(&key("secret"), expected, secret);
    let previous = reader.hidden(&key("previous_secret"), expected, secret);
    let allow_private_addresses = reader.flag(&key("allow_private_addresses"), false);
    let max_text = reader.optional_number(&key("max_text"), 1..=1_000_000);
    let concurrency = reader.number_or(&key("concurrency"), 1..=64, CONCURRENCY);
    let max_per_minute = reader.optional_number(&key("max_per_minute"), 1..=6_000);
    let url = url?;
    if !allow_private_addresses && address_of(&url).is_some_and(|address| !is_public(address)) {
        let problem = "leads to an address that is not on the internet; set allow_private_addresses = true beside \
                       it if that is meant";
        reader.complain(&key("url"), problem);
    }
    let keys = SigningKeys { current: current?, previous };
    Some(Connector { url, keys, allow_private_addresses, max_text, concurrency, max_per_minute })
}

/// The address that a URL names without a name.
fn address_of(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

/// A public name at Telegram: 4 to 32 letters, digits and underscores, a letter first (short ones are sold).
fn is_username(name: &str) -> bool {
    (4..=32).contains(&name.len())
        && name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}
