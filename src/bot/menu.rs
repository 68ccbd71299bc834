//! What Telegram shows about the bot: the command menus per language and audience, and its descriptions.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::payloads::{
    SetMyCommands, SetMyCommandsSetters as _, SetMyDescription, SetMyDescriptionSetters as _,
    SetMyShortDescription, SetMyShortDescriptionSetters as _,
};
use teloxide::requests::Payload;
use teloxide::types::{BotCommand, BotCommandScope, ChatId, Recipient};

use super::Bot;
use crate::domain::language::Language;
use crate::telegram::{Answer, RefusalClass};
use crate::text::menu::{self, Audience, Command};

/// How long may one of these calls take?
const CALL_LIMIT: Duration = Duration::from_secs(10);

impl Bot {
    /// Tells Telegram the menus and descriptions. What fails is logged and told again at the next start.
    pub(super) async fn set_menus(&self) {
        for language in Language::ALL {
            let code = menu_code(language);
            self.set_commands(BotCommandScope::AllPrivateChats, Audience::People, language).await;
            for admin in &self.telegram.admins {
                self.set_admin_commands(*admin, language).await;
            }
            let description =
                SetMyDescription::new().description(menu::bot_description(language)).language_code(code);
            self.tell(&description).await;
            let short = SetMyShortDescription::new()
                .short_description(menu::bot_short_description(language))
                .language_code(code);
            self.tell(&short).await;
        }
    }

    /// Tells Telegram an admin's menu: refused until the admin has written to the bot for the first time.
    pub(super) async fn set_admin_menu(&self, admin: i64) {
        for language in Language::ALL {
            self.set_admin_commands(admin, language).await;
        }
    }

    async fn set_admin_commands(&self, admin: i64, language: Language) {
        let chat_id = Recipient::Id(ChatId(admin));
        self.set_commands(BotCommandScope::Chat { chat_id }, Audience::Admins, language).await;
    }

    async fn set_commands(&self, scope: BotCommandScope, audience: Audience, language: Language) {
        let commands = Command::menu(audience)
            .iter()
            .map(|command| BotCommand::new(command.name(), command.description(language)));
        self.tell(&SetMyCommands::new(commands).scope(scope).language_code(menu_code(language))).await;
    }

    async fn tell<P>(&self, payload: &P)
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        match self.api.call(payload, CALL_LIMIT).await {
            Answer::Done(_) => {}
            // `/start` tells the menu again.
            Answer::Refused(refusal) if refusal.class() == RefusalClass::MaybeGone => {
                log::info!(target: "TELEGRAM", "an admin who never wrote to the bot has no menu yet");
            }
            Answer::Refused(refusal) => {
                log::warn!(target: "TELEGRAM", "{}: {}", P::NAME, refusal.description)
            }
            Answer::NotSent(why) | Answer::Unknown(why) => {
                log::warn!(target: "TELEGRAM", "{}: {why}", P::NAME)
            }
        }
    }
}

/// English is what everybody sees whose language we don't speak: Telegram's empty language code.
fn menu_code(language: Language) -> &'static str {
    match language {
        Language::En => "",
        Language::Ko => language.code(),
    }
}
