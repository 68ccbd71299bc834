//! What people do in their chat with the bot, and what they read there.

use bot_api::{ChatMessage, Person};

use super::{PATIENCE, World};

impl World {
    /// `person` writes `text`, and the bot answers: its next message.
    pub async fn answer(&self, person: &Person, text: &str) -> ChatMessage {
        let written = person.says(text).expect("the person can write");
        self.message_after(person, written).await
    }

    /// `person` follows the deep link with `token`, and the bot answers.
    pub async fn opens_link(&self, person: &Person, token: &str) -> ChatMessage {
        let written = person.starts(token).expect("the person can open the link");
        self.message_after(person, written).await
    }

    /// The bot's first message to `person` after the message `id`.
    pub async fn message_after(&self, person: &Person, id: i64) -> ChatMessage {
        let next = self.telegram.wait_for_message(person.id(), |message| message.id() > id, PATIENCE);
        next.await.unwrap_or_else(|not_seen| panic!("person {} got no answer: {not_seen}", person.id()))
    }

    /// `person` taps `label`; the message with the button then says `words`.
    pub async fn tap_makes(
        &self,
        person: &Person,
        message: &ChatMessage,
        label: &str,
        words: &str,
    ) -> ChatMessage {
        person.taps(message.id(), label).await.expect("the tap is answered");
        self.reads(person, message, words).await
    }

    /// Waits until `message` says `words`, because the bot edited it.
    pub async fn reads(&self, person: &Person, message: &ChatMessage, words: &str) -> ChatMessage {
        let edited = |seen: &ChatMessage| seen.id() == message.id() && seen.text().contains(words);
        let edited = self.telegram.wait_for_message(person.id(), edited, PATIENCE).await;
        edited.unwrap_or_else(|not_seen| panic!("message {} never says {words:?}: {not_seen}", message.id()))
    }

    /// When every update is handled, `person` has got `count` messages from the bot and no more.
    pub async fn has_heard(&self, person: &Person, count: u64) {
        let acknowledged = self.telegram.wait_until_acknowledged(PATIENCE).await;
        acknowledged.expect("every update was handled");
        let heard: Vec<_> = self.telegram.sent(person.id()).iter().map(|it| it.text().to_owned()).collect();
        assert_eq!(self.telegram.sent_count(person.id()), count, "person {} heard {heard:#?}", person.id());
    }
}
