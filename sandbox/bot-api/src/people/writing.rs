//! What a person writes, on its way into a chat and to the bots in it.

use serde::Serialize;

use super::{ActionError, cannot};
use crate::api::BotApi;
use crate::clock;
use crate::control::Event;
use crate::text::{Formatted, add_found};
use crate::wire::{ChatKind, Message, User};
use crate::world::{ChatMessage, Standing, World};

impl BotApi {
    /// Puts a person's message into a chat and tells the bots in it.
    pub(crate) fn write(
        &self,
        person: i64,
        chat: i64,
        fill: impl FnOnce(&mut Message),
    ) -> Result<i64, ActionError> {
        let mut world = self.shared.world();
        let user = active_user(&world, person)?;
        if chat > 0 {
            enter_private_chat(&mut world, self.bot, &user, chat)?;
        } else {
            check_may_write(&world, person, chat)?;
        }
        let key = World::key(self.bot, chat);
        let message_id = world.next_message_id(key);
        let Some(conversation) = world.chats.get_mut(&key) else { return cannot(format!("no chat {chat}")) };
        let mut message = Message::empty(message_id, conversation.chat.clone(), clock::unix_seconds());
        let is_channel = conversation.chat.kind == ChatKind::Channel;
        if is_channel {
            message.sender_chat = Some(conversation.chat.clone());
        } else {
            message.from = Some(user);
        }
        fill(&mut message);
        // In a topic every message that answers no other one answers the one that opened it.
        if let Some(thread) = message.message_thread_id.filter(|_| message.reply_to_message.is_none()) {
            let opening = conversation.message(thread).map(|kept| Box::new(kept.message.clone()));
            message.reply_to_message = opening;
        }
        world.learn_files(&message);
        let Some(conversation) = world.chats.get_mut(&key) else { return cannot(format!("no chat {chat}")) };
        let kept = ChatMessage::new(message.clone(), false, self.shared.elapsed());
        let event = self.shared.copy_for_listeners(&kept);
        conversation.add(kept, self.shared.options.messages_per_chat);
        let kind = if is_channel { "channel_post" } else { "message" };
        self.tell_bots(&mut world, key, kind, &message);
        drop(world);
        if let Some(message) = event {
            self.shared.emit(|| Event::Message { bot: self.bot, chat, message });
        }
        self.shared.touch();
        Ok(message_id)
    }

    /// Queues an update for each bot in a chat.
    pub(crate) fn tell_bots(&self, world: &mut World, key: (i64, i64), kind: &str, payload: &impl Serialize) {
        let bots: Vec<i64> = match world.chats.get(&key) {
            Some(chat) => {
                chat.bots.iter().filter(|(_, standing)| standing.is_inside()).map(|(id, _)| *id).collect()
            }
            None => Vec::new(),
        };
        for bot in bots {
            self.shared.queue(world, bot, kind, payload, key.1);
        }
    }
}

pub(super) fn active_user(world: &World, person: i64) -> Result<User, ActionError> {
    match world.people.get(&person) {
        None => cannot(format!("nobody has the id {person}")),
        Some(account) if account.deactivated => cannot(format!("the account of {person} is gone")),
        Some(account) => Ok(account.user.clone()),
    }
}

/// Writing opens a private chat, as the Start button does; a blocked bot must be unblocked first.
fn enter_private_chat(world: &mut World, bot: i64, user: &User, chat: i64) -> Result<(), ActionError> {
    if chat != user.id {
        return cannot(format!("{} can't write in the private chat of {chat}", user.id));
    }
    let conversation = world.private_chat(bot, user);
    if conversation.standing(bot) == Standing::Kicked {
        return cannot(format!("{} has blocked the bot and must unblock it before writing", user.id));
    }
    conversation.bots.insert(bot, Standing::Member);
    Ok(())
}

fn check_may_write(world: &World, person: i64, chat: i64) -> Result<(), ActionError> {
    let Some(conversation) = world.chat(0, chat) else { return cannot(format!("no chat {chat}")) };
    if conversation.migrated_to.is_some() {
        return cannot(format!("the group {chat} has become a supergroup"));
    }
    let is_channel = conversation.chat.kind == ChatKind::Channel;
    if is_channel && conversation.creator != Some(person) {
        return cannot(format!("only its creator can post in the channel {chat}"));
    }
    if !conversation.people.contains(&person) {
        return cannot(format!("{person} is not in the chat {chat}"));
    }
    Ok(())
}

/// Text as a person types it: no parse mode, found commands and links only.
pub(crate) fn typed(message: &mut Message, text: &str) {
    let mut formatted = Formatted { text: text.to_owned(), entities: Vec::new() };
    add_found(&mut formatted);
    message.text = Some(formatted.text);
    message.entities = formatted.entities;
}
