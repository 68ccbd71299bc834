//! Asking when a post goes out, with the times that most people mean as buttons.

use chrono_tz::Tz;

use super::Bot;
use super::tap::Tap;
use crate::domain::account::Settings;
use crate::domain::typed_time::{Preset, Unusable};
use crate::text::Html;
use crate::text::when::{WhenQuestion, preset_button};

/// Where the person is, as far as we know.
pub(super) fn zone(bot: &Bot, settings: &Settings) -> Tz {
    settings.zone.unwrap_or(bot.digest.default_zone)
}

/// The question; `unusable`: why the words that were sent are no answer.
pub(super) fn question(bot: &Bot, settings: &Settings, unusable: Option<Unusable>) -> Html {
    WhenQuestion { unusable, zone: zone(bot, settings), now: bot.clock.now() }.render(settings.language())
}

/// The buttons for the times, each with what it does.
pub(super) fn presets(
    bot: &Bot,
    settings: &Settings,
    tap: impl Fn(Preset) -> Tap,
) -> impl Iterator<Item = (String, Tap)> {
    let (language, zone) = (settings.language(), zone(bot, settings));
    Preset::offered(zone, bot.clock.now())
        .map(move |(preset, at)| (preset_button(language, preset, at, zone), tap(preset)))
}
