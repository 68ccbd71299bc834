//! `/invite`, for admins: a link for somebody's account, to be forwarded to them.

use std::sync::Arc;

use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled};
use crate::domain::account_id;
use crate::domain::audit::Actor;
use crate::domain::link::{Claimant, LinkToken};
use crate::store::StoreError;
use crate::text::invitation::{self, Invitation};
use crate::text::{Button, answer};

/// `/invite <account> [name]`; without an account it says how.
pub(super) async fn on_invite(bot: Arc<Bot>, person: Person, words: String) -> Handled {
    let person = bot.look_up(person).await?;
    let language = person.language();
    let reply = match invited(&words) {
        Some((account, name)) => invite(&bot, &person, account, name).await?,
        None => invitation::how_to_invite(language).into(),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// The account and, where it is given, its name; `None` for what no account is called.
fn invited(words: &str) -> Option<(&str, Option<&str>)> {
    let (account, name) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    account_id::check(account).is_ok().then(|| (account, Some(name.trim()).filter(|name| !name.is_empty())))
}

async fn invite(bot: &Bot, person: &Person, account: &str, name: Option<&str>) -> Result<Reply, StoreError> {
    let language = person.language();
    let Some(username) = bot.health.bot_username() else { return Ok(answer::busy(language).into()) };
    let known = bot.store.settings_of_account(account).await?;
    let known_name = known.as_ref().map(|settings| settings.account_name.as_str());
    let name = name.or(known_name).unwrap_or(account);
    let claimant = Claimant {
        account: account.to_owned(),
        name: name.to_owned(),
        email_masked: known.as_ref().and_then(|settings| settings.account_email_masked.clone()),
        zone: None,
        language: None,
    };
    let token = LinkToken::generate();
    bot.store.invite(&token, claimant, &Actor::Admin(person.chat_id), bot.clock.now()).await?;
    log::info!(target: "bot", "an admin made a link for an account");
    let link = token.deep_link(&username);
    let invitation = Invitation {
        account: name,
        link: &link,
        is_linked: known.as_ref().is_some_and(|settings| settings.chat_id.is_some()),
    };
    Ok(Reply::from(invitation.render(language)).link_row(Button::Share, share_link(&link).as_ref(), language))
}

/// Where Telegram asks whom to send `link` to (core.telegram.org/api/links, "Share links").
fn share_link(link: &str) -> Option<url::Url> {
    url::Url::parse_with_params("https://t.me/share/url", [("url", link)]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_one_word_and_a_name_may_be_more() {
        assert_eq!(invited("alice"), Some(("alice", None)));
        assert_eq!(invited("alice  Mina’s  Bakery "), Some(("alice", Some("Mina’s  Bakery"))));
        assert_eq!(invited("alice\nMina"), Some(("alice", Some("Mina"))));
        let longest = "가".repeat(account_id::MAX_CHARS);
        assert_eq!(invited(&longest), Some((longest.as_str(), None)));
        for words in ["", "a\0b", &"x".repeat(account_id::MAX_CHARS + 1)] {
            assert_eq!(invited(words), None, "{words:?}");
        }
    }

    #[test]
    fn a_link_is_shared_as_a_whole() {
        let shared = share_link("https://t.me/a_bot?start=x-Y_1").unwrap();
        assert_eq!(shared.as_str(), "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fa_bot%3Fstart%3Dx-Y_1");
    }
}
