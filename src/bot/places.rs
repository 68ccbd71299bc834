//! Connecting a group, or a topic of one, to an account: the question that a token leads to there, and the taps.

use teloxide::types::{CallbackQuery, User, UserId};

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, group};
use crate::domain::language::Language;
use crate::domain::link::LinkToken;
use crate::store::{Member, PlaceOffer, PlaceOutcome, Remover, Spot, StoreError};
use crate::text::answer::Toast;
use crate::text::{Button, Html, linking, places};

/// `/start <token>` in a group: names the account and asks. Spends nothing, but the token is its bringer's from now on:
/// everybody in the group can read it. `person`: `None` for somebody who can't be told from others, and is not answered.
pub(super) async fn on_token(
    bot: &Bot,
    person: Option<&Person>,
    user: UserId,
    token: LinkToken,
    spot: Spot,
) -> Handled {
    let (chat_id, thread_id) = (spot.chat_id, spot.thread_id);
    let offer = bot.store.place_offer(&token, number_of(user), spot, bot.clock.now()).await?;
    let Some(person) = person else { return Ok(()) };
    let language = person.language();
    let may_use_it = offer != PlaceOffer::Bad && bot.is_administrator(chat_id, user).await;
    let reply = match offer {
        PlaceOffer::Confirm { account_name } if may_use_it => {
            let buttons = [(Button::Connect, Tap::ConnectPlace { token }), (Button::Cancel, Tap::KeepPlaces)];
            Reply::from(places::ask(language, &account_name, thread_id.is_some())).tap_row(buttons, language)
        }
        offer if may_use_it => Reply::from(explained(offer, language)),
        _ => group::way_to_private_chat(bot, places::token_bad(language), language),
    };
    bot.say(chat_id, reply.in_topic(thread_id)).await;
    Ok(())
}

/// A tap below one of our messages in a group, answered after a look at who tapped.
pub(super) async fn on_tap(bot: &Bot, person: &Person, query: CallbackQuery, tap: Tap) -> Handled {
    let language = person.language();
    let in_group = query.message.as_ref().filter(|message| message.chat().id.0 < 0);
    let Some(message) = in_group.map(|message| (message.chat().id.0, message.id())) else {
        bot.answer_tap(query.id, Some(Toast::Expired.text(language))).await;
        return Ok(());
    };
    let (chat_id, message_id) = message;
    let answer = if bot.is_administrator(chat_id, query.from.id).await {
        after_tap(bot, language, member(&query.from), chat_id, tap).await?
    } else {
        None
    };
    let toast = answer.is_none().then(|| Toast::NotYours.text(language));
    bot.answer_tap(query.id, toast).await;
    if let Some(html) = answer {
        bot.edit(chat_id, message_id, html).await;
    }
    Ok(())
}

/// Does what an administrator tapped; returns what the message says from now on, `None` when it was not theirs to tap.
async fn after_tap(
    bot: &Bot,
    language: Language,
    who: Member,
    chat_id: i64,
    tap: Tap,
) -> Result<Option<Html>, StoreError> {
    let now = bot.clock.now();
    Ok(match tap {
        Tap::ConnectPlace { token } => match bot.store.connect_place(&token, who, chat_id, now).await? {
            PlaceOutcome::Connected { account_name } => {
                log::info!(target: "TELEGRAM", "a group was connected");
                Some(places::connected(language, &account_name))
            }
            PlaceOutcome::NotTheirs => None,
            PlaceOutcome::Not(offer) => Some(explained(offer, language)),
        },
        Tap::StopPlace(id) => {
            // Gone already: they wanted it so.
            bot.store.remove_place(id, Remover::Administrator { chat_id, who }, now).await?;
            Some(places::stopped(language))
        }
        _ => Some(linking::link_cancelled(language)),
    })
}

/// Why nothing is connected.
fn explained(offer: PlaceOffer, language: Language) -> Html {
    match offer {
        PlaceOffer::Bad | PlaceOffer::Confirm { .. } => places::token_bad(language),
        PlaceOffer::NotLinked => places::not_linked(language),
        PlaceOffer::TooMany => places::too_many(language),
        PlaceOffer::AlreadyHere { account_name } => places::already_here(language, &account_name),
    }
}

fn member(user: &User) -> Member {
    Member { id: number_of(user.id), name: user.full_name() }
}

/// Telegram's user ids fit 52 bits (Bot API documentation, "User").
fn number_of(user: UserId) -> i64 {
    i64::try_from(user.0).unwrap_or(i64::MAX)
}
