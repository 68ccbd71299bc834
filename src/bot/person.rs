//! Who is writing, from where, and which account they are linked to.

use chrono_tz::Tz;
use teloxide::types::{Message, User};

use super::Bot;
use crate::domain::account::Settings;
use crate::domain::language::Language;
use crate::store::StoreError;

/// A person in their private chat with the bot. `from.id` is the only identity: names can be taken over.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The private chat; the same number as the person's user id.
    pub(super) chat_id: i64,
    /// What to call them.
    pub(super) first_name: String,
    /// Without the `@`.
    pub(super) username: Option<String>,
    /// The language of their Telegram app, where we speak it.
    pub(super) telegram_language: Option<Language>,
    /// The settings of the account that this chat is linked to.
    pub(super) settings: Option<Settings>,
    /// How many notices died while the chat was out of service, when this very message ended that.
    pub(super) missed: Option<u64>,
}

impl Person {
    /// The person behind `user`, not looked up yet.
    pub(super) fn of(user: &User) -> Self {
        Self {
            // Telegram's user ids fit 52 bits (Bot API documentation, "User").
            chat_id: i64::try_from(user.id.0).unwrap_or(i64::MAX),
            first_name: user.first_name.clone(),
            username: user.username.clone(),
            telegram_language: user.language_code.as_deref().and_then(Language::from_tag),
            settings: None,
            missed: None,
        }
    }

    /// The person who wrote `message` in their private chat; `None` for groups, channels and other bots.
    pub(super) fn who_wrote(message: &Message) -> Option<Self> {
        let user = message.from.as_ref().filter(|user| !user.is_bot)?;
        let person = Self::of(user);
        (message.chat.is_private() && message.chat.id.0 == person.chat_id).then_some(person)
    }

    /// The language to answer in: the account's, else the app's, else English.
    pub(super) fn language(&self) -> Language {
        match &self.settings {
            Some(settings) => settings.language(),
            None => self.telegram_language.unwrap_or_default(),
        }
    }

    /// What this chat is called when it is shown to the person: "@mina_k", else the first name.
    pub(super) fn chat_label(&self) -> String {
        self.username.as_ref().map_or_else(|| self.first_name.clone(), |username| format!("@{username}"))
    }
}

impl Bot {
    /// Finds the account that the person's chat is linked to. Who writes can be reached: a chat that was out of
    /// service is enabled again.
    pub(super) async fn look_up(&self, mut person: Person) -> Result<Person, StoreError> {
        person.settings = self.store.settings_of_chat(person.chat_id).await?;
        let now = self.clock.now();
        let Some(settings) = &person.settings else {
            self.note_language_of_admin(&person).await?;
            return Ok(person);
        };
        if let Some(language) = person.telegram_language
            && settings.telegram_language != Some(language)
        {
            self.store.note_telegram_language(person.chat_id, language, now).await?;
        }
        if !settings.enabled
            && let Some((settings, missed)) = self.store.enable_chat(person.chat_id, now).await?
        {
            person.settings = Some(settings);
            person.missed = Some(missed);
        }
        Ok(person)
    }

    /// Alerts go to admins who are not linked, too, and nothing else says in which language they read.
    async fn note_language_of_admin(&self, person: &Person) -> Result<(), StoreError> {
        match person.telegram_language {
            Some(language)
                if self.is_admin(person)
                    && self.store.admin_language(person.chat_id).await? != Some(language) =>
            {
                self.store.note_admin_language(person.chat_id, language).await
            }
            _ => Ok(()),
        }
    }

    /// Where `person` is, as far as is known.
    pub(super) fn zone_of(&self, person: &Person) -> Tz {
        person.settings.as_ref().and_then(|settings| settings.zone).unwrap_or(self.digest.default_zone)
    }

    /// The language to answer `person` in, whatever else is known.
    pub(super) async fn language_of(&self, person: &Person) -> Result<Language, StoreError> {
        let settings = self.store.settings_of_chat(person.chat_id).await?;
        Ok(settings.map_or_else(|| person.language(), |settings| settings.language()))
    }
}
