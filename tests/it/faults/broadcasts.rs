//! Everybody is told something while urgent things happen: those are not delayed, what the platform hands in is taken
//! at once, and a hundred thousand people need no more memory than a few.

use std::time::{Duration, Instant};

use bot_api::Person;

use super::in_full;
use crate::harness::news::failed;
use crate::harness::{Launch, Process, World};
use crate::on_both_databases_with_processes;

/// The first person's Telegram id.
const FIRST: i64 = 1_000_000;

/// How many people are made at a time?
const AT_ONCE: usize = 1_000;

/// How long may the platform wait for its 202 meanwhile, and a person for what is urgent? Without limits of Telegram's
/// the broadcast takes all there is of two cores, which the test and its Telegram share.
const TAKEN_WITHIN: Duration = Duration::from_secs(2);
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// How much more memory may the service hold than before, in KiB?
const GROWTH_KIB: u64 = 64 * 1024;

/// What was seen while the broadcast went out.
#[derive(Debug, Default)]
struct Seen {
    urgent: usize,
    slowest_taken: Duration,
    slowest_told: Duration,
    most_kib: u64,
}

/// Tells `person` one urgent thing after the other until the broadcast is done.
async fn urgent_things_happen(world: &World, service: &Process, person: &Person) -> Seen {
    let (platform, account) = (service.platform(world).await, person.id().to_string());
    let mut seen = Seen::default();
    while !world.finds("SELECT 1 FROM broadcasts WHERE state = 'done'").await {
        seen.urgent += 1;
        let words = format!("Scones no. {}.", seen.urgent);
        let begun = Instant::now();
        platform.accepts(failed(&account, &words)).await;
        seen.slowest_taken = seen.slowest_taken.max(begun.elapsed());
        person.sees(&words).await.expect("they are told");
        seen.slowest_told = seen.slowest_told.max(begun.elapsed());
        seen.most_kib = seen.most_kib.max(service.resident_kib());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    seen
}

/// What was measured is shown whether the test fails or not, as the seeds are.
#[allow(clippy::print_stdout)]
fn report(line: &str) {
    println!("{line}");
}

on_both_databases_with_processes! {
    async fn fault_free_a_broadcast_to_everybody_delays_nothing_urgent(world) {
        let count = if in_full() { 100_000 } else { 2_000 };
        world.store_alone().await.close().await;
        let mut people = Vec::new();
        for first in (FIRST..).step_by(AT_ONCE).take(count / AT_ONCE) {
            people.extend(world.crowd(first..first + 1_000).await);
        }
        let service = Launch::of(world).start_ready().await;
        let ada = world.admin();
        let preview = world.answer(&ada, "/broadcast Maintenance tonight").await;
        let before = service.resident_kib();
        ada.taps(preview.id(), "Send").await.expect("the tap is answered");
        let begun = Instant::now();
        let seen = urgent_things_happen(world, &service, &people[0]).await;
        report(&format!("{count} people in {:?}, {before} KiB before: {seen:?}", begun.elapsed()));
        for person in &people {
            let messages = world.telegram.sent(person.id());
            let told = messages.iter().filter(|message| message.text().contains("Maintenance tonight")).count();
            assert_eq!(told, 1, "person {}", person.id());
        }
        assert!(seen.slowest_taken < TAKEN_WITHIN && seen.slowest_told < TOLD_WITHIN, "{seen:?}");
        assert!(seen.most_kib < before + GROWTH_KIB, "{before} KiB before: {seen:?}");
    }
}
