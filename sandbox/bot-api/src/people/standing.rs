//! Blocking, unblocking and leaving for good.

use super::writing::active_user;
use super::{ActionError, Person, cannot};
use crate::api::BotApi;
use crate::clock;
use crate::control::Event;
use crate::wire::{ChatMember, ChatMemberUpdated, User};
use crate::world::{Standing, World};

impl Person {
    /// Blocks the bot ("Stop and block"): `my_chat_member` with `kicked`.
    ///
    /// # Errors
    /// There is no chat with the bot, or it is blocked already.
    pub fn blocks_bot(&self) -> Result<(), ActionError> {
        self.moves_bot(Standing::Member, Standing::Kicked)
    }

    /// Unblocks the bot: `my_chat_member` with `member`.
    ///
    /// # Errors
    /// It is not blocked.
    pub fn unblocks_bot(&self) -> Result<(), ActionError> {
        self.moves_bot(Standing::Kicked, Standing::Member)
    }

    fn moves_bot(&self, from: Standing, to: Standing) -> Result<(), ActionError> {
        let api = &self.api;
        let mut world = api.shared.world();
        let user = active_user(&world, self.id)?;
        let Some(conversation) = world.chat_mut(api.bot, self.id) else {
            return cannot(format!("{} has no chat with the bot", self.id));
        };
        if conversation.standing(api.bot) != from {
            return cannot(format!("the bot's standing with {} is not {from:?}", self.id));
        }
        conversation.bots.insert(api.bot, to);
        api.tell_standing(&mut world, self.id, &user, from, to);
        drop(world);
        api.shared.emit(|| Event::Chat { chat: self.id });
        api.shared.touch();
        Ok(())
    }

    /// Deletes their account: bots get 403 `user is deactivated` from now on.
    pub fn deactivates(&self) {
        if let Some(account) = self.api.shared.world().people.get_mut(&self.id) {
            account.deactivated = true;
        }
        self.api.shared.touch();
    }
}

impl BotApi {
    /// `my_chat_member`: the bot's own standing has changed.
    pub(crate) fn tell_standing(
        &self,
        world: &mut World,
        chat: i64,
        by: &User,
        from: Standing,
        to: Standing,
    ) {
        let bot = world.bots.get(&self.bot).map(|bot| bot.user.clone());
        let place = world.chat(self.bot, chat).map(|conversation| conversation.chat.clone());
        let (Some(bot), Some(place)) = (bot, place) else { return };
        let change = ChatMemberUpdated {
            chat: &place,
            from: by,
            date: clock::unix_seconds(),
            old_chat_member: ChatMember { user: &bot, status: from.on_the_wire() },
            new_chat_member: ChatMember { user: &bot, status: to.on_the_wire() },
        };
        self.shared.queue(world, self.bot, "my_chat_member", &change, chat);
    }
}
