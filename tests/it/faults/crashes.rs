//! The machine dies in the middle: kill -9 at any moment, then the next start. Every update is handled, every
//! notice arrives, and only what was in flight may come twice.

use std::collections::HashMap;
use std::time::Duration;

use bot_api::{NewPerson, Person};
use rand::Rng as _;
use rand::rngs::StdRng;

use super::{in_full, invariants_hold, scaled};
use crate::harness::{Audience, Launch, PATIENCE, Process, World, dice};
use crate::on_both_databases_with_processes;

/// How many messages may be in flight at a kill, which is how many may come twice.
const IN_FLIGHT: usize = 8;

/// How many notices each reader is to get; with a tenth of the readers, a tenth of the drain.
const EACH: usize = 20;

/// How many updates Telegram hands over at once: so many may be handled, and not yet acknowledged, at a kill.
const FETCHED: usize = 100;

/// How often each newcomer asks for help, beside opening the link and tapping the button.
const QUESTIONS: usize = 8;

on_both_databases_with_processes! {
    async fn fault_01_kills_during_a_drain_lose_nothing_and_repeat_only_what_was_in_flight(world) {
        let mut dice = dice();
        let mut audience = Audience::gathered(world, scaled(500)).await;
        let launch = Launch::of(world).set("SCHEDULER_DELIVERY__MAX_IN_FLIGHT", IN_FLIGHT.to_string());
        world.telegram.set_send_latency(Duration::from_millis(40));
        let mut service = launch.start_ready().await;
        audience.is_told(&service.platform(world).await, EACH).await;
        let mut interrupted = Interrupted::default();
        for kill in 0..scaled(200) {
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..250))).await;
            service.dies(world).await;
            interrupted.count(world, &audience, kill).await;
            service = launch.start_after_death(world).await;
        }
        // A lease is a minute: what a dead process held is not waited for.
        let at_thirty_a_second = Duration::from_secs(audience.told() as u64 / 30);
        invariants_hold(world, &audience, interrupted.in_all, PATIENCE + at_thirty_a_second).await;
        assert!(interrupted.in_all > 0, "no kill came while a message was on its way");
        assert_eq!(service.terminate().await.code, Some(0));
    }

    async fn fault_02_kills_between_updates_lose_none_and_make_each_link_once(world) {
        let mut dice = dice();
        world.telegram.set_send_latency(Duration::from_millis(15));
        let mut service = Launch::of(world).start_ready().await;
        let newcomers = Newcomers::with_links(world, &service, scaled(500)).await;
        let mut kills = Kills { dice: &mut dice, left: scaled(50), while_updates_waited: 0 };
        for newcomer in &newcomers.all {
            newcomer.person.starts(&newcomer.token).expect("they can write");
            newcomer.asks(QUESTIONS / 2);
        }
        while kills.left > scaled(50) / 2 {
            service = kills.one(world, service).await;
        }
        for newcomer in &newcomers.all {
            newcomer.taps(world).await;
            newcomer.asks(QUESTIONS / 2);
        }
        while kills.left > 0 {
            service = kills.one(world, service).await;
        }
        assert!(kills.while_updates_waited > 0, "no kill came while an update was not acknowledged");
        let limit = if in_full() { PATIENCE * 12 } else { PATIENCE * 3 };
        world.telegram.wait_until_acknowledged(limit).await.expect("every update was handled");
        newcomers.are_linked_once(world, &service).await;
        let answers = newcomers.are_answered(world);
        let more = answers.saturating_sub(newcomers.all.len() * QUESTIONS);
        let may = scaled(50) * FETCHED;
        assert!(more <= may, "{more} answers came twice, at most {may} updates were handled and not acknowledged");
        assert_eq!(service.terminate().await.code, Some(0));
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
}

/// What kills interrupted: Telegram has it, and the database does not say so.
#[derive(Default)]
struct Interrupted {
    /// By row, how often Telegram had it at the last kill.
    known: HashMap<i64, usize>,
    in_all: usize,
}

impl Interrupted {
    /// Looks at what the kill left behind, which nobody works on.
    async fn count(&mut self, world: &World, audience: &Audience, kill: usize) {
        // What the dead one had handed to the network is taken now or never.
        world.telegram.set_down(true);
        let outbox = world.outbox().await;
        let states = outbox.states().await;
        let now = world.clock.now().timestamp_millis();
        let stuck =
            outbox.count(&format!("notifications WHERE state = 'sending' AND lease_until_ms < {now}")).await;
        assert_eq!(stuck, 0, "kill {kill}: so many rows are stuck longer than their lease");
        assert!(states.values().any(|state| state == "pending"), "the drain was over before kill {kill}");
        let tally = audience.tally(world);
        let unsent = tally.seen_rows().filter(|(id, _)| states.get(id).is_some_and(|state| state != "sent"));
        let unsent: HashMap<i64, usize> = unsent.collect();
        let new = unsent.iter().filter(|(id, times)| self.known.get(id) != Some(times)).count();
        assert!(new <= IN_FLIGHT, "kill {kill} interrupted {new} messages, {IN_FLIGHT} may be in flight");
        self.in_all += new;
        self.known = unsent;
        world.telegram.set_down(false);
    }
}

/// Kills at any moment while people write.
struct Kills<'a> {
    dice: &'a mut StdRng,
    left: usize,
    while_updates_waited: usize,
}

impl Kills<'_> {
    /// The next one, and the start after it.
    async fn one(&mut self, world: &World, service: Process) -> Process {
        self.left -= 1;
        tokio::time::sleep(Duration::from_millis(self.dice.random_range(0..400))).await;
        service.dies(world).await;
        self.while_updates_waited += usize::from(!world.telegram.pending_updates().is_empty());
        Launch::of(world).start_after_death(world).await
    }
}

/// People who link their chats.
struct Newcomers {
    all: Vec<Newcomer>,
}

struct Newcomer {
    person: Person,
    account: String,
    token: String,
}

impl Newcomer {
    fn asks(&self, times: usize) {
        for _ in 0..times {
            self.person.says("/help").expect("they can write");
        }
    }

    async fn taps(&self, world: &World) {
        let asks = |message: &bot_api::ChatMessage| message.text().contains("Connect this chat?");
        let question = world.telegram.wait_for_message(self.person.id(), asks, PATIENCE * 3).await;
        let question = question.expect("the question comes, now or again");
        let agree = question.buttons()[0].text.clone();
        self.person.tap(self.person.id(), question.id(), &agree).expect("the button is there");
    }

    fn read(&self, world: &World, words: &str) -> usize {
        world.telegram.sent(self.person.id()).iter().filter(|it| it.text().contains(words)).count()
    }
}

impl Newcomers {
    async fn with_links(world: &World, service: &Process, count: usize) -> Self {
        let platform = service.platform(world).await;
        let mut all = Vec::new();
        for (index, id) in (7_000..).enumerate().take(count) {
            let account = format!("newcomer-{index}");
            let person = world.telegram.person(NewPerson::new(id, "Newcomer"));
            let token = platform.asks_for_link(&account).await;
            all.push(Newcomer { person, account, token });
        }
        Self { all }
    }

    async fn are_linked_once(&self, world: &World, service: &Process) {
        let platform = service.platform(world).await;
        for Newcomer { person, account, token } in &self.all {
            assert_eq!(platform.until_linked(account, token).await, "linked", "{account} tapped");
            let links = format!("SELECT COUNT(*) FROM sns_settings WHERE telegram_chat_id = {}", person.id());
            assert_eq!(world.number(&links).await, 1, "{account} is linked once");
        }
        let count = i64::try_from(self.all.len()).expect("a count");
        let links = "SELECT COUNT(*) FROM sns_settings WHERE telegram_chat_id IS NOT NULL";
        assert_eq!(world.number(links).await, count, "a link too many");
        let spent = "SELECT COUNT(*) FROM link_tokens WHERE spent_at_ms IS NOT NULL";
        assert_eq!(world.number(spent).await, count, "a token is spent by the tap, and only by it");
    }

    /// How often they were helped in all; each at least as often as they asked.
    fn are_answered(&self, world: &World) -> usize {
        let mut answers = 0;
        for newcomer in &self.all {
            assert!(newcomer.read(world, "Connected to") > 0, "{} is not told of the link", newcomer.account);
            let helped = newcomer.read(world, "What I can do");
            assert!(
                helped >= QUESTIONS,
                "{} asked {QUESTIONS} times and got {helped} answers",
                newcomer.account
            );
            answers += helped;
        }
        answers
    }
}
