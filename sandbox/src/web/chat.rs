//! What the chat app shows, and what a person does in it.

use std::time::Duration;

use bot_api::wire::ChatKind;
use bot_api::{BotApi, BotStanding, ChatInList, Command, Person, TopicInList};
use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Answer, Refusal, bytes_answer, json_answer};
use super::message::Shown;
use crate::demo::{DemoPerson, NETWORKS, PEOPLE};

/// How many messages of a chat does the page show? Enough to scroll, few enough to draw at once.
const SHOWN_MESSAGES: usize = 300;

/// How long does a button show its progress? As long as Telegram's apps wait for the bot's answer.
const TAP_LIMIT: Duration = Duration::from_secs(10);

/// Everything the page shows to one person.
#[derive(Serialize)]
pub(super) struct Screen {
    bot: bot_api::Profile,
    me: Me,
    people: Vec<Me>,
    commands: Vec<Command>,
    chats: Vec<ShownChat>,
    networks: [&'static str; NETWORKS.len()],
}

#[derive(Serialize)]
struct Me {
    account: &'static str,
    account_name: &'static str,
    name: String,
    language: &'static str,
}

impl Me {
    fn of(person: &DemoPerson) -> Self {
        let DemoPerson { account, account_name, language, .. } = *person;
        Self { account, account_name, name: person.first_name.to_owned(), language }
    }
}

#[derive(Serialize)]
struct ShownChat {
    id: i64,
    kind: ShownKind,
    title: String,
    username: Option<String>,
    people: usize,
    bot: BotStanding,
    may_write: bool,
    topics: Vec<TopicInList>,
    messages: Vec<Shown>,
}

/// What a chat looks like.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum ShownKind {
    Private,
    Group,
    Channel,
}

/// The whole screen, as it is now.
pub(super) fn screen(telegram: &BotApi, person: &DemoPerson) -> Option<Screen> {
    let bot = telegram.profile(person.language)?;
    let chats = person.in_telegram(telegram).chats().into_iter();
    Some(Screen {
        me: Me::of(person),
        people: PEOPLE.iter().map(Me::of).collect(),
        commands: menu(telegram, person),
        chats: chats.map(|listed| shown_chat(telegram, person, listed, &bot.name)).collect(),
        networks: NETWORKS,
        bot,
    })
}

fn shown_chat(telegram: &BotApi, person: &DemoPerson, listed: ChatInList, bot_name: &str) -> ShownChat {
    let ChatInList { chat, people, bot, is_creator, topics } = listed;
    let kind = match chat.kind {
        ChatKind::Private => ShownKind::Private,
        ChatKind::Channel => ShownKind::Channel,
        ChatKind::Group | ChatKind::Supergroup => ShownKind::Group,
    };
    let is_private = kind == ShownKind::Private;
    let messages: Vec<_> = telegram.messages(chat.id).into_iter().filter(|kept| !kept.deleted).collect();
    let first = messages.len().saturating_sub(SHOWN_MESSAGES);
    ShownChat {
        id: chat.id,
        kind,
        title: chat.title.filter(|_| !is_private).unwrap_or_else(|| bot_name.to_owned()),
        username: chat.username.filter(|_| !is_private),
        people,
        bot,
        may_write: match kind {
            ShownKind::Private => bot == BotStanding::Inside,
            ShownKind::Group => true,
            ShownKind::Channel => is_creator,
        },
        topics,
        messages: messages[first..].iter().map(|kept| Shown::new(kept, person.id)).collect(),
    }
}

/// The command menu that Telegram's apps show to this person in their private chat: the closest scope that has
/// one, in their language before every other (Bot API documentation, "Determining list of commands").
fn menu(telegram: &BotApi, person: &DemoPerson) -> Vec<Command> {
    let scopes = [format!("chat:{}", person.id), "all_private_chats".to_owned(), "default".to_owned()];
    let menus = scopes
        .iter()
        .flat_map(|scope| [person.language, ""].map(|language| telegram.commands(scope, language)));
    menus.into_iter().find(|menu| !menu.is_empty()).unwrap_or_default()
}

/// A message that somebody types.
#[derive(Deserialize)]
pub(super) struct Saying {
    chat: i64,
    /// The topic of a group, else its General one.
    topic: Option<i64>,
    text: String,
}

pub(super) fn say(person: &Person, saying: &Saying) -> Result<(), Refusal> {
    if saying.chat > 0 && saying.chat != person.id() {
        return Err(Refusal::not_found());
    }
    person.says_in(saying.chat, saying.topic, &saying.text)?;
    Ok(())
}

/// Somebody follows a link for groups and chooses one of theirs.
pub(super) fn starts_in(
    telegram: &BotApi,
    person: &Person,
    group: i64,
    payload: &str,
) -> Result<(), Refusal> {
    let room = telegram.room(group).filter(|_| sees(person, group)).ok_or_else(Refusal::not_found)?;
    room.opens_link(person, payload)?;
    Ok(())
}

/// Which button is tapped: an app sends the data of what it shows, so that the place names it.
#[derive(Deserialize)]
pub(super) struct Tapping {
    chat: i64,
    message: i64,
    row: usize,
    column: usize,
    /// What the button said: it may have changed under the finger.
    text: String,
}

/// Taps a button and waits for what the bot answers; `answer` is null when it says nothing in time.
pub(super) async fn tap(telegram: &BotApi, person: &Person, tapping: &Tapping) -> Result<Answer, Refusal> {
    if !sees(person, tapping.chat) {
        return Err(Refusal::not_found());
    }
    let message = telegram.message(tapping.chat, tapping.message).ok_or_else(gone)?;
    let keyboard = message.message.reply_markup.as_ref().ok_or_else(gone)?;
    let row = keyboard.inline_keyboard.get(tapping.row).ok_or_else(gone)?;
    let button = row.get(tapping.column).filter(|button| button.text == tapping.text).ok_or_else(gone)?;
    let data = button.callback_data.as_deref().ok_or_else(gone)?;
    let tap = person.tap_data(tapping.chat, tapping.message, data)?;
    let answer = tap.answer(TAP_LIMIT).await.ok();
    Ok(json_answer(&json!({ "answer": answer })))
}

fn gone() -> Refusal {
    Refusal(StatusCode::CONFLICT, "This button is not there any more.".to_owned())
}

/// The bytes of an uploaded photo.
pub(super) fn photo(
    telegram: &BotApi,
    person: &DemoPerson,
    chat: i64,
    message: i64,
) -> Result<Answer, Refusal> {
    if !sees(&person.in_telegram(telegram), chat) {
        return Err(Refusal::not_found());
    }
    let photo = telegram.message(chat, message).and_then(|message| message.photo);
    let bytes = photo.map(|photo| photo.bytes).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(Refusal::not_found)?;
    let content_type = picture_type(&bytes).ok_or_else(Refusal::not_found)?;
    Ok(bytes_answer(content_type, bytes.to_vec()))
}

fn sees(person: &Person, chat: i64) -> bool {
    person.chats().iter().any(|listed| listed.chat.id == chat)
}

/// The type by the first bytes: what Telegram takes as photos, and nothing that a browser would run.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 3] =
        [(b"\xFF\xD8\xFF", "image/jpeg"), (b"\x89PNG\r\n\x1A\n", "image/png"), (b"GIF8", "image/gif")];
    let known = starts.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind);
    let is_webp = || bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    known.or_else(|| is_webp().then_some("image/webp"))
}
