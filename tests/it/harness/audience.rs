//! People who read notices, and the count of what they saw: nothing lost, nothing twice.

use std::collections::HashMap;

use bot_api::{NewPerson, Person};
use serde_json::{Value, json};
use tokio::time::Duration;

use super::{Answer, PATIENCE, Platform, World};

/// The first reader's Telegram id.
const FIRST_ID: i64 = 5_000;

/// How many events the port takes at once.
const BATCH: usize = 1_000;

/// What every notice says; its number follows.
const WORDS: &str = "Scones no. ";

/// Linked people, and the notices meant for them.
pub struct Audience {
    readers: Vec<Reader>,
    /// How many pieces of news there were, accepted or not.
    numbered: usize,
    /// What the service has accepted.
    told: Vec<Told>,
    /// How many events it did not say that it accepted.
    not_accepted: usize,
}

struct Reader {
    person: Person,
    account: String,
    /// Where their notices go.
    chat: i64,
}

/// Something to be told to one reader.
#[derive(Clone)]
pub struct News {
    /// The event for it.
    pub event: Value,
    /// Its number.
    pub number: usize,
    reader: usize,
}

struct Told {
    number: usize,
    reader: usize,
    /// The row's.
    id: i64,
}

/// How often Telegram has taken each notice.
pub struct Tally {
    /// By number, for all that was accepted.
    times: HashMap<usize, usize>,
    /// The ids of the rows, by number.
    ids: HashMap<usize, i64>,
}

impl Tally {
    /// How many were seen, repeated ones counted each time.
    pub fn seen(&self) -> usize {
        self.times.values().sum()
    }

    /// How many were seen more often than once, counting each time too many.
    pub fn repeated(&self) -> usize {
        self.times.values().map(|times| times.saturating_sub(1)).sum()
    }

    /// The most that one notice was seen.
    pub fn most(&self) -> usize {
        self.times.values().copied().max().unwrap_or_default()
    }

    /// The rows of the notices that were seen, and how often.
    pub fn seen_rows(&self) -> impl Iterator<Item = (i64, usize)> {
        self.times.iter().filter(|(_, times)| **times > 0).map(|(number, times)| (self.ids[number], *times))
    }
}

impl Audience {
    /// So many people, each linked to an account of their own through `platform`.
    pub async fn linked(world: &World, platform: &Platform, count: usize) -> Self {
        let mut readers = Vec::new();
        for (index, id) in (FIRST_ID..).enumerate().take(count) {
            let person = world.telegram.person(NewPerson::new(id, "Reader"));
            let account = format!("reader-{index}");
            world.link_through(platform, &person, &account).await;
            readers.push(Reader { chat: id, person, account });
        }
        Self::of(readers)
    }

    /// So many people who have linked their chats before the story begins; while the service is stopped.
    pub async fn gathered(world: &World, count: usize) -> Self {
        world.store_alone().await.close().await;
        let last = FIRST_ID + i64::try_from(count).expect("a count");
        let people = world.crowd(FIRST_ID..last).await;
        let reader = |person: Person| Reader { account: person.id().to_string(), chat: person.id(), person };
        Self::of(people.into_iter().map(reader).collect())
    }

    fn of(readers: Vec<Reader>) -> Self {
        Self { readers, numbered: 0, told: Vec::new(), not_accepted: 0 }
    }

    /// The first of them.
    pub fn somebody(&self) -> &Person {
        &self.readers[0].person
    }

    /// All of them.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.readers.iter().map(|reader| &reader.person)
    }

    /// The reader with that index has the notices sent to the chat `chat` from now on.
    pub async fn reads_in(&mut self, world: &World, reader: usize, chat: i64) {
        let Reader { account, chat: before, .. } = &mut self.readers[reader];
        *before = chat;
        let sql = format!("UPDATE sns_settings SET telegram_chat_id = {chat} WHERE account = '{account}'");
        assert_eq!(world.outbox().await.write(&sql).await, 1, "{account} is there");
    }

    /// How many notices they were meant to see so far.
    pub fn told(&self) -> usize {
        self.told.len()
    }

    /// How many events the service refused.
    pub fn not_accepted(&self) -> usize {
        self.not_accepted
    }

    /// News for all of them, `each` for each, of one post each that went out.
    pub fn news(&mut self, each: usize) -> Vec<News> {
        let readers: Vec<usize> =
            (0..self.readers.len()).flat_map(|it| std::iter::repeat_n(it, each)).collect();
        readers.into_iter().map(|reader| self.news_for(reader, "post.published")).collect()
    }

    /// News of `kind` for the reader with that index.
    pub fn news_for(&mut self, reader: usize, kind: &str) -> News {
        let number = self.numbered;
        self.numbered += 1;
        let event = json!({
            "type": kind, "account": self.readers[reader].account,
            "data": { "network": "instagram", "text": format!("{WORDS}{number:06}") }
        });
        News { event, number, reader }
    }

    /// Where `news` is to be read.
    pub fn chat_of(&self, news: &News) -> i64 {
        self.readers[news.reader].chat
    }

    /// Notes what the service answered to `news`: accepted, or refused with a time to come back. Whatever was
    /// refused may have been written all the same, by a commit whose answer was lost.
    pub fn hears_of(&mut self, news: &[News], answer: &Answer) {
        if answer.status != 202 {
            let is_clear = answer.status == 503 && answer.retry_after.is_some();
            assert!(is_clear, "neither accepted nor refused with a time to come back: {answer:?}");
            self.not_accepted += news.len();
            return;
        }
        let ids = answer.ids();
        assert_eq!(ids.len(), news.len(), "an id for each event");
        let told = news.iter().zip(ids).map(|(it, id)| Told { number: it.number, reader: it.reader, id });
        self.told.extend(told);
    }

    /// The platform tells each of them of `each` more posts.
    pub async fn is_told(&mut self, platform: &Platform, each: usize) {
        let news = self.news(each);
        self.are_told(platform, &news).await;
    }

    /// The platform tells `news`, in batches, and all of it is accepted.
    pub async fn are_told(&mut self, platform: &Platform, news: &[News]) {
        for batch in news.chunks(BATCH) {
            let events: Vec<&Value> = batch.iter().map(|it| &it.event).collect();
            let answer = platform.tells(json!({ "events": events })).await;
            assert_eq!(answer.status, 202, "{answer:?}");
            self.hears_of(batch, &answer);
        }
    }

    /// How many notices Telegram has taken so far, repeated ones counted each time.
    pub fn seen(&self, world: &World) -> usize {
        self.tally(world).seen()
    }

    /// How many notices Telegram has taken more often than once, counting each time too many.
    pub fn repeated(&self, world: &World) -> usize {
        self.tally(world).repeated()
    }

    /// The most that one notice was seen.
    pub fn most(&self, world: &World) -> usize {
        self.tally(world).most()
    }

    /// Waits until Telegram has taken at least `count` notices.
    pub async fn until_seen(&self, world: &World, count: usize) {
        world.until(&format!("{count} notices are seen"), || async { self.seen(world) >= count }).await;
    }

    /// Waits until no row waits any more; then each notice was seen and is `sent`.
    pub async fn until_everything_arrived(&self, world: &World) {
        self.until_everything_arrived_within(world, PATIENCE).await;
    }

    /// The same with another limit.
    pub async fn until_everything_arrived_within(&self, world: &World, limit: Duration) {
        let outbox = world.outbox().await;
        outbox.until_settled(limit).await;
        let states = outbox.states().await;
        let unsent: Vec<_> = self
            .told
            .iter()
            .map(|it| (it.id, states.get(&it.id)))
            .filter(|(_, state)| state.is_none_or(|state| state != "sent"))
            .take(10)
            .collect();
        assert!(unsent.is_empty(), "accepted and not sent, first of all: {unsent:?}");
        let written = states.len() - self.told.len();
        assert!(written <= self.not_accepted, "{written} rows are there that nobody was told of");
        let tally = self.tally(world);
        let lost: Vec<&Told> = self.told.iter().filter(|it| tally.times[&it.number] == 0).collect();
        assert!(
            lost.is_empty(),
            "the database calls {} rows sent and nobody saw them, first {}",
            lost.len(),
            lost[0].id
        );
    }

    /// How many rows are in `state` now.
    pub async fn rows(&self, world: &World, state: &str) -> i64 {
        world.number(&format!("SELECT COUNT(*) FROM notifications WHERE state = '{state}'")).await
    }

    /// How often each accepted notice was seen, by the right reader.
    pub fn tally(&self, world: &World) -> Tally {
        let mut seen = vec![0; self.numbered];
        let mut readers = vec![None; self.numbered];
        for (index, reader) in self.readers.iter().enumerate() {
            for message in world.telegram.sent(reader.chat) {
                if let Some(number) = number(message.text()) {
                    seen[number] += 1;
                    readers[number] = Some(index);
                }
            }
        }
        for told in &self.told {
            let reader = readers[told.number];
            assert!(reader.is_none_or(|it| it == told.reader), "row {} was shown to somebody else", told.id);
        }
        Tally {
            times: self.told.iter().map(|it| (it.number, seen[it.number])).collect(),
            ids: self.told.iter().map(|it| (it.number, it.id)).collect(),
        }
    }
}

/// The number in a notice: the later the news, the higher.
pub fn number(text: &str) -> Option<usize> {
    let (_, after) = text.split_once(WORDS)?;
    after.get(..6)?.parse().ok()
}
