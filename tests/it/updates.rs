//! Updates reach the bot: in bursts, unreadable, while somebody else polls, and each is handled once.

use bot_api::{NewPerson, Person};

use crate::harness::PATIENCE;
use crate::on_both_databases;

on_both_databases! {
    async fn nobody_hears_an_answer_twice_because_somebody_else_is_slow(world) {
        let (mina, jun) = (world.mina(), world.jun());
        // Each of Mina's answers after the third waits for the second that Telegram wants between them.
        for _ in 0..6 {
            mina.says("/help").expect("Mina can write");
        }
        let written = jun.says("/status").expect("Jun can write");
        world.message_after(&jun, written).await;
        world.has_heard(&mina, 6).await;
        world.has_heard(&jun, 1).await;
    }

    async fn a_burst_of_three_hundred_messages_is_answered_once_each(world) {
        let crowd: Vec<Person> = (0..30)
            .map(|number| world.telegram.person(NewPerson::new(5_000 + number, "Visitor")))
            .collect();
        for _ in 0..10 {
            for person in &crowd {
                person.says("/help").expect("a person can write");
            }
        }
        // 30 messages a second in all, one a second to each after three: about ten seconds.
        world.telegram.wait_until_acknowledged(PATIENCE * 6).await.expect("every message is handled");
        for person in &crowd {
            world.has_heard(person, 10).await;
        }
        assert_eq!(world.telegram.stats().early_sends, 0, "a reply went out before its chat’s wait was over");
    }
}
