//! People who read notices, and the count of what they saw: nothing lost, nothing twice.

use bot_api::{NewPerson, Person};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use tokio::time::{Duration, Instant};

use super::{PATIENCE, Platform, World};

/// The first reader's Telegram id.
const FIRST_ID: i64 = 5_000;

/// Linked people, and the notices meant for them.
pub struct Audience {
    people: Vec<Person>,
    told: Vec<(usize, String)>,
}

impl Audience {
    /// So many people, each linked to an account of their own through `platform`.
    pub async fn linked(world: &World, platform: &Platform, count: usize) -> Self {
        let mut people = Vec::new();
        for (index, id) in (FIRST_ID..).enumerate().take(count) {
            let person = world.telegram.person(NewPerson::new(id, "Reader"));
            world.link_through(platform, &person, &account(index)).await;
            people.push(person);
        }
        Self { people, told: Vec::new() }
    }

    /// The first of them.
    pub fn somebody(&self) -> &Person {
        &self.people[0]
    }

    /// How many notices they were meant to see so far.
    pub fn told(&self) -> usize {
        self.told.len()
    }

    /// The platform tells each of them of `each` more posts, in one batch.
    pub async fn is_told(&mut self, platform: &Platform, each: usize) {
        let mut events = Vec::new();
        for index in 0..self.people.len() {
            for _ in 0..each {
                let words = format!("Scones no. {:05}", self.told.len());
                events.push(json!({
                    "type": "post.published", "account": account(index),
                    "data": { "network": "instagram", "text": words }
                }));
                self.told.push((index, words));
            }
        }
        let answer = platform.tells(json!({ "events": events })).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    /// How many notices Telegram has taken so far, repeated ones counted each time.
    pub fn seen(&self, world: &World) -> usize {
        self.times(world).into_iter().sum()
    }

    /// How many notices Telegram has taken more often than once, counting each time too many.
    pub fn repeated(&self, world: &World) -> usize {
        self.times(world).into_iter().map(|times| times.saturating_sub(1)).sum()
    }

    /// The most that one notice was seen.
    pub fn most(&self, world: &World) -> usize {
        self.times(world).into_iter().max().unwrap_or_default()
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
        let deadline = Instant::now() + limit;
        let mut states = states(world).await;
        while states.iter().any(|(state, _)| state == "pending" || state == "sending") {
            assert!(Instant::now() < deadline, "rows are stuck: {states:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            states = self::states(world).await;
        }
        let sent = i64::try_from(self.told.len()).expect("a count");
        assert_eq!(states, [("sent".to_owned(), sent)], "every row of these people ends sent");
        let lost: Vec<&String> = self
            .told
            .iter()
            .zip(self.times(world))
            .filter(|(_, times)| *times == 0)
            .map(|(it, _)| &it.1)
            .collect();
        assert!(lost.is_empty(), "the database calls them sent and nobody saw them: {lost:?}");
    }

    /// How many rows are in `state` now.
    pub async fn rows(&self, world: &World, state: &str) -> i64 {
        states(world).await.into_iter().filter(|(it, _)| it == state).map(|(_, rows)| rows).sum()
    }

    /// How often each notice was seen.
    fn times(&self, world: &World) -> Vec<usize> {
        let sent: Vec<Vec<String>> = self
            .people
            .iter()
            .map(|person| world.telegram.sent(person.id()).iter().map(|it| it.text().to_owned()).collect())
            .collect();
        let times =
            |(index, words): &(usize, String)| sent[*index].iter().filter(|it| it.contains(words)).count();
        self.told.iter().map(times).collect()
    }
}

fn account(index: usize) -> String {
    format!("reader-{index}")
}

/// The number of rows in each state.
async fn states(world: &World) -> Vec<(String, i64)> {
    let database = world.look_inside().await;
    let sql = "SELECT state, COUNT(*) AS rows FROM notifications GROUP BY state ORDER BY state";
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await;
    let read = |row: sea_orm::QueryResult| {
        (row.try_get("", "state").expect("a state"), row.try_get("", "rows").expect("a number"))
    };
    let states = rows.expect("the outbox can be read").into_iter().map(read).collect();
    database.close().await.expect("a closed connection");
    states
}
