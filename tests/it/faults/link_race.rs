//! Many people get hold of one link and use it at the same moment.

use bot_api::{NewPerson, Person};
use serde_json::json;

use super::{in_full, scaled};
use crate::harness::PATIENCE;
use crate::on_both_databases;

on_both_databases! {
    async fn fault_20_a_thousand_uses_of_one_link_at_once_make_one_link(world) {
        world.lift_limits().await;
        let patience = PATIENCE * if in_full() { 18 } else { 3 };
        let platform = world.platform();
        let token = platform.asks_for_link("alice").await;
        let racers = i64::try_from(scaled(1_000)).expect("a count");
        let crowd: Vec<Person> =
            (0..racers).map(|number| world.telegram.person(NewPerson::new(10_000 + number, "Racer"))).collect();
        for person in &crowd {
            person.starts(&token).expect("a person can open the link");
        }
        world.telegram.wait_for_total(crowd.len() as u64, patience).await.expect("everybody is asked");
        let taps: Vec<_> = crowd
            .iter()
            .map(|person| {
                let question = person.last_message().expect("a question");
                person.tap(person.id(), question.id(), "Connect").expect("a button")
            })
            .collect();
        for tap in taps {
            tap.answer(patience).await.expect("every tap is answered");
        }
        world.telegram.wait_until_acknowledged(patience).await.expect("every tap is handled");
        let said = |words: &str| {
            let last = crowd.iter().filter_map(Person::last_message);
            last.filter(|message| message.text().contains(words)).count()
        };
        assert_eq!(said("Connected to alice’s shop"), 1, "one link, one person who is told so");
        assert_eq!(said("This link no longer works"), crowd.len() - 1, "the others get the neutral text");
        let winner = crowd.iter().find(|person| {
            person.last_message().is_some_and(|message| message.text().contains("Connected"))
        });
        let status = platform.status("alice").await;
        assert_eq!(status["telegram_chat_id"], json!(winner.map(Person::id)), "{status}");
        assert_eq!(world.number("SELECT COUNT(*) FROM sns_settings WHERE telegram_chat_id IS NOT NULL").await, 1);
    }
}
