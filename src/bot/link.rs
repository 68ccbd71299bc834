//! Linking: the question that a token leads to, and the tap that answers it.

use chrono::{NaiveTime, Timelike as _};
use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled};
use crate::domain::language::Language;
use crate::domain::link::{Consent, LinkToken};
use crate::store::{LinkOffer, LinkOutcome, Newcomer};
use crate::text::linking::{self, LinkRequest};
use crate::text::{Button, Hours};

/// `/start <token>`: names the account and asks. Nothing is spent: a foreign link in a known chat arrives
/// without a tap.
pub(super) async fn on_token(bot: &Bot, person: &Person, payload: &str) -> Handled {
    let language = person.language();
    let reply = match LinkToken::parse(payload) {
        Some(token) => {
            let offer = bot.store.link_offer(&token, person.chat_id, bot.clock.now()).await?;
            answer(bot, person, &token, offer, language)
        }
        None => token_bad(bot, language),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// What a tap on [Connect], [Switch] or [Move here] said.
pub(super) struct Agreed {
    /// The token of the question.
    pub(super) token: LinkToken,
    /// What the question said would end.
    pub(super) consent: Consent,
    /// The language of the question.
    pub(super) language: Language,
}

/// [Connect], [Switch] or [Move here].
pub(super) async fn on_agreed(bot: &Bot, person: &Person, message_id: MessageId, agreed: Agreed) -> Handled {
    let Agreed { token, consent, language } = agreed;
    let now = bot.clock.now();
    let newcomer = Newcomer {
        telegram_language: person.telegram_language,
        digest_minute: minute_of_day(bot.digest.default_time),
        default_zone: bot.digest.default_zone,
    };
    let outcome = bot.store.link_chat(&token, person.chat_id, newcomer, consent, now).await?;
    let reply = match outcome {
        LinkOutcome::Linked(settings) => {
            log::info!(target: "TELEGRAM", "a chat was linked");
            let hours = Hours::of(&settings, bot.digest.default_zone);
            let language = settings.language();
            let reply = Reply::from(linking::linked(language, &settings.account_name, &hours));
            match settings.zone {
                Some(_) => reply.tap_row([(Button::Settings, Tap::OpenSettings)], language),
                None => {
                    let buttons =
                        [(Button::SetTimeZone, Tap::AskZone), (Button::Settings, Tap::OpenSettings)];
                    reply.tap_row(buttons, language)
                }
            }
        }
        // Something was linked between the question and the tap: the person is asked about that too.
        LinkOutcome::NeedsConsent(offer) => answer(bot, person, &token, offer, language),
        LinkOutcome::Bad => token_bad(bot, language),
    };
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// [Cancel] or [Keep].
pub(super) async fn on_kept(
    bot: &Bot,
    person: &Person,
    message_id: MessageId,
    language: Language,
) -> Handled {
    bot.edit(person.chat_id, message_id, linking::link_cancelled(language)).await;
    Ok(())
}

fn answer(bot: &Bot, person: &Person, token: &LinkToken, offer: LinkOffer, language: Language) -> Reply {
    match offer {
        LinkOffer::Bad => token_bad(bot, language),
        LinkOffer::AlreadyLinked { account_name } => linking::already_same(language, &account_name).into(),
        LinkOffer::Confirm { claimant, chat_leaves, account_moves } => {
            // A chat that is not linked yet is spoken to as the page was.
            let language =
                if person.settings.is_some() { language } else { claimant.language.unwrap_or(language) };
            let label = person.chat_label();
            let request = LinkRequest {
                account: &claimant.name,
                masked_email: claimant.email_masked.as_deref(),
                chat: &label,
                connected_now: chat_leaves.as_deref(),
                elsewhere: account_moves,
            };
            let consent = Consent { switch_account: chat_leaves.is_some(), move_chat: account_moves };
            let [agree, keep] = request.buttons();
            let agreed = Tap::Link { token: token.clone(), consent, language };
            let taps = [(agree, agreed), (keep, Tap::KeepLinks { language })];
            Reply::from(request.render(language)).tap_row(taps, language)
        }
    }
}

/// Minutes after midnight.
fn minute_of_day(time: NaiveTime) -> i16 {
    i16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}

/// The one answer to every token that does not work: whoever tries tokens learns nothing.
fn token_bad(bot: &Bot, language: Language) -> Reply {
    Reply::from(linking::token_bad(language)).link_row(
        Button::GetNewLink,
        bot.platform.settings_url.as_ref(),
        language,
    )
}
