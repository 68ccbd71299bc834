//! What Telegram's "no" means, by its own words.
//!
//! The words are matched after the `Bad Request: ` or `Forbidden: ` prefix, by their beginning and without
//! regard to case: they are what the Bot API server prints, and codes alone don't tell them apart.

use std::time::Duration;

use crate::domain::account::DisabledReason;

/// Telegram's refusal of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `error_code`.
    pub code: u16,
    /// `description`.
    pub description: String,
    /// `parameters.retry_after`.
    pub retry_after: Option<Duration>,
    /// `parameters.migrate_to_chat_id`.
    pub migrate_to: Option<i64>,
}

/// What a refusal asks us to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalClass {
    /// Leave the chat alone for that long.
    Wait(Duration),
    /// Nothing can be sent there any more.
    Gone(DisabledReason),
    /// Perhaps nothing can be sent there: it has been said wrongly of live people.
    MaybeGone,
    /// A person can mend it: rights in a group, a closed write permission.
    Mendable,
    /// The chat has a new id.
    Migrated(i64),
    /// The topic is closed or deleted; the chat around it is not.
    TopicGone,
    /// Our formatting is wrong; the plain text may pass.
    Unparsable,
    /// This payload never works.
    Unsendable,
    /// The token is wrong: no call works.
    TokenRefused,
    /// Another process polls, or a webhook is set.
    Conflict,
    /// A webhook is set: polling has to remove it first.
    WebhookActive,
    /// The callback query is too old to be answered.
    StaleCallback,
    /// An edit that changes nothing: done already.
    NotModified,
    /// The message to edit is gone or can't be edited.
    NotEditable,
    /// Words we don't know.
    Other,
}

/// The wait when Telegram says 429 without a number.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The longest wait believed: the server itself clamps at 14 days.
const LONGEST_WAIT: Duration = Duration::from_secs(14 * 24 * 3600);

impl Refusal {
    /// What to do about it.
    pub fn class(&self) -> RefusalClass {
        use RefusalClass as Class;
        if let Some(to) = self.migrate_to {
            return Class::Migrated(to);
        }
        match self.code {
            429 => Class::Wait(self.retry_after.unwrap_or(DEFAULT_WAIT).min(LONGEST_WAIT)),
            401 | 404 => Class::TokenRefused,
            409 if self.description.to_lowercase().contains("webhook is active") => Class::WebhookActive,
            409 => Class::Conflict,
            _ => self.class_by_words(),
        }
    }

    fn class_by_words(&self) -> RefusalClass {
        let words = self.description.to_lowercase();
        let words = words
            .strip_prefix("bad request: ")
            .or_else(|| words.strip_prefix("forbidden: "))
            .unwrap_or(&words);
        WORDS.iter().find(|(beginning, _)| words.starts_with(beginning)).map_or(
            // An unknown Forbidden is still about the chat, not about the message.
            if self.code == 403 { RefusalClass::MaybeGone } else { RefusalClass::Other },
            |(_, class)| *class,
        )
    }
}

/// Beginnings of Telegram's words (Bot API server and TDLib sources), in lower case.
const WORDS: &[(&str, RefusalClass)] = &[
    ("bot was blocked by the user", RefusalClass::Gone(DisabledReason::Blocked)),
    ("user is deactivated", RefusalClass::Gone(DisabledReason::Deactivated)),
    ("bot can't initiate conversation with a user", RefusalClass::Gone(DisabledReason::Unreachable)),
    ("the bot can't send messages to the bot", RefusalClass::Gone(DisabledReason::Unreachable)),
    ("bot was kicked from the", RefusalClass::Gone(DisabledReason::Unreachable)),
    ("bot is not a member of the", RefusalClass::Gone(DisabledReason::Unreachable)),
    ("the group chat was deleted", RefusalClass::Gone(DisabledReason::Unreachable)),
    ("chat not found", RefusalClass::MaybeGone),
    ("peer_id_invalid", RefusalClass::MaybeGone),
    ("have no write access to the chat", RefusalClass::Mendable),
    ("not enough rights to send", RefusalClass::Mendable),
    ("chat_write_forbidden", RefusalClass::Mendable),
    ("need administrator rights", RefusalClass::Mendable),
    ("message thread not found", RefusalClass::TopicGone),
    ("topic_closed", RefusalClass::TopicGone),
    ("can't parse entities", RefusalClass::Unparsable),
    ("message is too long", RefusalClass::Unsendable),
    ("text is too long", RefusalClass::Unsendable),
    ("message text is empty", RefusalClass::Unsendable),
    ("strings must be encoded in utf-8", RefusalClass::Unsendable),
    ("query is too old", RefusalClass::StaleCallback),
    ("message is not modified", RefusalClass::NotModified),
    ("message to edit not found", RefusalClass::NotEditable),
    ("message can't be edited", RefusalClass::NotEditable),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: u16, description: &str) -> RefusalClass {
        Refusal { code, description: description.into(), retry_after: None, migrate_to: None }.class()
    }

    #[test]
    fn telegrams_words_have_their_meaning() {
        use RefusalClass as Class;
        let said: &[(u16, &str, Class)] = &[
            (403, "Forbidden: bot was blocked by the user", Class::Gone(DisabledReason::Blocked)),
            (403, "Forbidden: user is deactivated", Class::Gone(DisabledReason::Deactivated)),
            (
                403,
                "Forbidden: bot can't initiate conversation with a user",
                Class::Gone(DisabledReason::Unreachable),
            ),
            (
                403,
                "Forbidden: the bot can't send messages to the bot",
                Class::Gone(DisabledReason::Unreachable),
            ),
            (
                403,
                "Forbidden: bot was kicked from the supergroup chat",
                Class::Gone(DisabledReason::Unreachable),
            ),
            (
                403,
                "Forbidden: bot is not a member of the channel chat",
                Class::Gone(DisabledReason::Unreachable),
            ),
            (403, "Forbidden: the group chat was deleted", Class::Gone(DisabledReason::Unreachable)),
            (403, "Forbidden: words nobody has seen", Class::MaybeGone),
            (400, "Bad Request: chat not found", Class::MaybeGone),
            (400, "Bad Request: PEER_ID_INVALID", Class::MaybeGone),
            (400, "Bad Request: have no write access to the chat", Class::Mendable),
            (400, "Bad Request: not enough rights to send text messages to the chat", Class::Mendable),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Class::Mendable),
            (400, "Bad Request: need administrator rights in the channel chat", Class::Mendable),
            (400, "Bad Request: message thread not found", Class::TopicGone),
            (400, "Bad Request: TOPIC_CLOSED", Class::TopicGone),
            (
                400,
                "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0",
                Class::Unparsable,
            ),
            (400, "Bad Request: message is too long", Class::Unsendable),
            (400, "Bad Request: text is too long", Class::Unsendable),
            (400, "Bad Request: message text is empty", Class::Unsendable),
            (400, "Bad Request: strings must be encoded in UTF-8", Class::Unsendable),
            (
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                Class::StaleCallback,
            ),
            (401, "Unauthorized", Class::TokenRefused),
            (404, "Not Found", Class::TokenRefused),
            (
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                Class::Conflict,
            ),
            (
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                Class::WebhookActive,
            ),
            (400, "Bad Request: something new", Class::Other),
        ];
        for (code, description, expected) in said {
            assert_eq!(class(*code, description), *expected, "{code} {description}");
        }
    }

    #[test]
    fn a_new_id_and_a_wait_are_taken_from_the_parameters() {
        let mut refusal = Refusal {
            code: 400,
            description: "Bad Request: group chat was upgraded to a supergroup chat".into(),
            retry_after: None,
            migrate_to: Some(-1001),
        };
        assert_eq!(refusal.class(), RefusalClass::Migrated(-1001));
        refusal = Refusal {
            code: 429,
            retry_after: Some(Duration::from_secs(10_072)),
            migrate_to: None,
            ..refusal
        };
        assert_eq!(refusal.class(), RefusalClass::Wait(Duration::from_secs(10_072)));
        refusal.retry_after = Some(Duration::from_secs(u64::MAX));
        assert_eq!(refusal.class(), RefusalClass::Wait(LONGEST_WAIT), "nothing waits longer than 14 days");
    }
}
