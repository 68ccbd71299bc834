//! Many people who have linked their chats.

use std::ops::Range;

use bot_api::{NewPerson, Person};
use serde_json::{Value, json};

use super::{PATIENCE, World};

impl World {
    /// So many people, each linked to the account that is called like their id. While the service is stopped:
    /// nobody is greeted, so that the limits are fresh for what the story sends.
    pub async fn crowd(&self, ids: Range<i64>) -> Vec<Person> {
        assert!(self.app.is_none(), "a crowd comes while the service is stopped");
        let now = self.clock.now().timestamp_millis();
        let people: Vec<Person> =
            ids.map(|id| self.telegram.person(NewPerson::new(id, &format!("Person {id}")))).collect();
        let rows: Vec<String> = people
            .iter()
            .map(|person| {
                // Without it the bot may not write to them.
                person.starts("").expect("the person can write");
                let id = person.id();
                format!("('{id}', 'Shop {id}', {id}, TRUE, {now}, {now}, {now})")
            })
            .collect();
        let columns = "account, account_name, telegram_chat_id, telegram_enabled, linked_at_ms, created_at_ms, updated_at_ms";
        let sql = format!("INSERT INTO sns_settings ({columns}) VALUES {}", rows.join(", "));
        self.outbox().await.write(&sql).await;
        self.forget_updates().await;
        people
    }

    /// Fetches and acknowledges what waits, as another client with the token would.
    async fn forget_updates(&self) {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().expect("a client");
        let url = format!("{}/bot{}/getUpdates", self.telegram.url(), self.telegram.token());
        let mut offset = 0;
        loop {
            let response =
                client.post(&url).json(&json!({ "offset": offset })).send().await.expect("updates");
            let answer: Value = response.json().await.expect("JSON");
            match answer["result"].as_array().and_then(|updates| updates.last()) {
                Some(last) => offset = last["update_id"].as_i64().expect("a number") + 1,
                None => return,
            }
        }
    }
}
