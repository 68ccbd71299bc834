//! The demo world: two people, the account that each has on the pretend platform, a channel, a group with a topic, the
//! networks.

use anyhow::Context as _;
use bot_api::wire::ChatKind;
use bot_api::{BotApi, NewPerson, Person, Room};

/// Somebody of the demo: who they are in Telegram and on the platform.
#[derive(Debug)]
pub(crate) struct DemoPerson {
    /// How the page and its addresses name them; also their account on the platform (the tokens' `sub`).
    pub(crate) account: &'static str,
    /// Telegram's number for them.
    pub(crate) id: i64,
    pub(crate) first_name: &'static str,
    username: &'static str,
    /// Of their Telegram app, and of the page while they use it.
    pub(crate) language: &'static str,
    /// What their account is called.
    pub(crate) account_name: &'static str,
    pub(crate) email: &'static str,
}

/// Who can use the page.
pub(crate) const PEOPLE: [DemoPerson; 2] = [
    DemoPerson {
        account: "mina",
        id: 11,
        first_name: "Mina",
        username: "mina_k",
        language: "en",
        account_name: "Mina’s Bakery",
        email: "mina@example.com",
    },
    DemoPerson {
        account: "jun",
        id: 12,
        first_name: "준",
        username: "jun_p",
        language: "ko",
        account_name: "준의 책방",
        email: "jun@example.com",
    },
];

/// Mina, whom the tour is about.
pub(crate) const MINA: &DemoPerson = &PEOPLE[0];

/// The channel that posts go out to: its title and its public name.
pub(crate) const CHANNEL: (&str, &str) = ("Mina’s Bakery", "minas_bakery");

/// The group of Mina's team, which the bot is not in yet, and a topic of it.
const TEAM: (&str, &str) = ("Bakery team", "Posts");

/// The networks that posts can go to, by the name that posts and settings use: the channel, and two whose pretend
/// connectors go wrong at first.
pub(crate) const NETWORKS: [&str; 3] = ["news", REFUSES_FIRST, SILENT_FIRST];

/// Refuses the first try of each post.
pub(crate) const REFUSES_FIRST: &str = "instagram";

/// Takes the first try of each post, and does not answer.
pub(crate) const SILENT_FIRST: &str = "x";

impl DemoPerson {
    /// The one whom `account` belongs to.
    pub(crate) fn with_account(account: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.account == account)
    }

    /// Them in Telegram.
    pub(crate) fn in_telegram(&self, telegram: &BotApi) -> Person {
        let known = telegram.known_person(self.id);
        known.unwrap_or_else(|| {
            let person = NewPerson::new(self.id, self.first_name).username(self.username);
            telegram.person(person.language(self.language))
        })
    }
}

/// Makes what is missing of the demo world; what a person changed in it stays as it is.
pub(crate) fn furnish(telegram: &BotApi) -> anyhow::Result<()> {
    let people = PEOPLE.each_ref().map(|person| person.in_telegram(telegram));
    let (title, username) = CHANNEL;
    if telegram.room_named(username).is_none() {
        let channel = room(telegram.channel(title, Some(username), &people[0]), &people);
        channel.make_bot_admin().context("the bot can't be made an administrator of the demo channel")?;
    }
    if !people[0].chats().iter().any(|listed| listed.chat.kind == ChatKind::Supergroup) {
        let (title, topic) = TEAM;
        let team = room(telegram.supergroup(title, true, &people[0]), &people);
        team.add_topic(topic).context("the demo group takes no topic")?;
    }
    Ok(())
}

/// `made` by the first of `people`, with the others in it.
fn room(made: Room, people: &[Person]) -> Room {
    people.iter().skip(1).for_each(|person| made.add(person));
    made
}
