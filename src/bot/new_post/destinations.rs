//! Where an account's posts can go: the networks of the settings, and the channels that it connected.

use std::collections::BTreeMap;

use crate::bot::Bot;
use crate::bot::tap::network_tag;
use crate::config::{Network, NetworkKind};
use crate::domain::channel::Channel;
use crate::domain::draft::Draft;
use crate::store::StoreError;

/// Where one account's posts can go; never another's.
pub(super) struct Destinations<'a> {
    networks: &'a BTreeMap<String, Network>,
    channels: Vec<Channel>,
}

impl<'a> Destinations<'a> {
    /// Those of `account` now.
    pub(super) async fn of(bot: &'a Bot, account: &str) -> Result<Self, StoreError> {
        Ok(Self { networks: &bot.networks, channels: bot.store.channels_of_account(account).await? })
    }

    /// The names by which posts call them, the channels behind the networks of the settings.
    pub(super) fn names(&self) -> Vec<&str> {
        let channels = self.channels.iter().map(|channel| channel.network.as_str());
        self.networks.keys().map(String::as_str).chain(channels).collect()
    }

    /// The one that `tag` stands for in callback data.
    pub(super) fn tagged(&self, tag: &str) -> Option<&str> {
        self.names().into_iter().find(|name| network_tag(name) == tag)
    }

    /// Those that take the draft: a picture or film that was sent to the bot has no address that others could fetch.
    pub(super) fn for_draft(&self, draft: &Draft) -> Vec<&str> {
        let takes_it = |name: &&str| draft.media.is_none() || self.is_telegram(name);
        self.names().into_iter().filter(takes_it).collect()
    }

    /// The draft's own, as long as they are there and take it.
    pub(super) fn chosen_in<'d>(&self, draft: &'d Draft) -> Vec<&'d str> {
        let names = self.for_draft(draft);
        draft.networks.iter().map(String::as_str).filter(|name| names.contains(name)).collect()
    }

    /// What people call `name`.
    pub(super) fn shown<'n>(&'n self, name: &'n str) -> &'n str {
        self.channel(name).map_or(name, |channel| &channel.title)
    }

    /// How long the draft's text may be there; `None`: it takes any, or is not there.
    pub(super) fn text_limit(&self, name: &str, draft: &Draft) -> Option<usize> {
        let of_channel = || Some(Network::of_channel(name, self.channel(name)?.chat_id));
        self.networks.get(name).cloned().or_else(of_channel)?.text_limit(draft.media.is_some())
    }

    fn is_telegram(&self, name: &str) -> bool {
        let kind = self.networks.get(name).map(|network| &network.kind);
        kind.map_or_else(|| self.channel(name).is_some(), |kind| matches!(kind, NetworkKind::Telegram(_)))
    }

    fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.network == name)
    }
}
