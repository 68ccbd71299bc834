//! The machine dies in the middle: kill -9 at any moment, then the next start. Every update is handled, every
//! notice arrives, and only what was in flight may come twice.

use std::time::Duration;

use bot_api::NewPerson;
use rand::Rng as _;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use telegram_bot_scheduler::entity::sns_settings::{Column, Entity};

use crate::harness::{Audience, Launch, PATIENCE, dice};
use crate::on_both_databases_with_processes;

/// How many messages may be in flight at a kill, which is how many may come twice.
const IN_FLIGHT: usize = 8;

/// How many notices are sent while the kills rain, and to how many people.
const NOTICES: usize = 200;
const READERS: usize = 10;

/// How often the service is killed in the middle of that.
const KILLS: usize = 10;

/// How many people link their chats while the service is killed twice for each.
const LINKERS: i64 = 8;

on_both_databases_with_processes! {
    async fn kills_between_fetch_and_answer_lose_no_update_and_make_each_link_once(world) {
        let mut dice = dice();
        world.telegram.set_send_latency(Duration::from_millis(15));
        let mut moment = || Duration::from_millis(dice.random_range(0..40));
        let mut service = Launch::of(world).start_ready().await;
        for number in 0..LINKERS {
            let account = format!("linker-{number}");
            let person = world.telegram.person(NewPerson::new(7_000 + number, "Linker"));
            let token = service.platform(world).await.asks_for_link(&account).await;
            person.starts(&token).expect("they can write");
            tokio::time::sleep(moment()).await;
            service.kill().await;

            service = Launch::of(world).start_after_death(world).await;
            let question = person.sees("Connect this chat?").await.expect("the question comes, now or again");
            let agree = question.buttons()[0].text.clone();
            person.tap(person.id(), question.id(), &agree).expect("the button is there");
            tokio::time::sleep(moment()).await;
            service.kill().await;

            service = Launch::of(world).start_after_death(world).await;
            person.sees(&format!("Connected to {account}’s shop")).await.expect("the tap is not lost");
            let state = service.platform(world).await.until_linked(&account, &token).await;
            assert_eq!(state, "linked");
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("every update was handled");
        let database = world.look_inside().await;
        for number in 0..LINKERS {
            let of_chat = Entity::find().filter(Column::TelegramChatId.eq(7_000 + number));
            assert_eq!(of_chat.count(&database).await.expect("a count"), 1, "linker-{number} is linked once");
        }
        assert_eq!(Entity::find().count(&database).await.expect("a count"), u64::try_from(LINKERS).expect("a count"));
    }

    async fn a_kill_with_the_answer_in_flight_brings_the_update_again(world) {
        let service = Launch::of(world).start_ready().await;
        world.telegram.set_send_latency(Duration::from_secs(30));
        let mina = world.mina();
        mina.says("/help").expect("she can write");
        let answering = || world.telegram.stats().requests.iter().any(|(method, _)| method.eq_ignore_ascii_case("sendMessage"));
        world.until("the answer is in flight", || async { answering() }).await;
        service.kill().await;
        assert_eq!(world.telegram.pending_updates().len(), 1, "an update is acknowledged when it is handled");
        world.telegram.set_send_latency(Duration::ZERO);
        let _again = Launch::of(world).start_after_death(world).await;
        mina.sees("What I can do").await.expect("the answer");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("now it is handled");
    }

    async fn kills_in_mid_delivery_lose_nothing_and_repeat_only_what_was_in_flight(world) {
        let mut dice = dice();
        let launch = Launch::of(world).set("SCHEDULER_DELIVERY__MAX_IN_FLIGHT", IN_FLIGHT.to_string());
        let mut service = launch.start_ready().await;
        let mut audience = Audience::linked(world, &service.platform(world).await, READERS).await;
        world.telegram.set_send_latency(Duration::from_millis(100));
        audience.is_told(&service.platform(world).await, NOTICES / READERS).await;
        assert_eq!(audience.told(), NOTICES);
        for _ in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..250))).await;
            service.kill().await;
            service = launch.start_after_death(world).await;
        }
        // A lease is a minute: what a dead process held is not waited for.
        audience.until_everything_arrived(world).await;
        let repeated = audience.repeated(world);
        assert!(repeated <= KILLS * IN_FLIGHT, "{repeated} repeated by {KILLS} kills");
        assert_eq!(service.terminate().await.code, Some(0));
    }
}
