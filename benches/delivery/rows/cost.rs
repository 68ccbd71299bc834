//! What one event costs from the port to "sent": processor time, and events a second when all runs at once.

use std::time::{Duration, Instant};

use crate::caller::Load;
use crate::options::Options;
use crate::process::Process;
use crate::rig::{Rig, unlimited};
use crate::rows::millis;
use crate::table::Row;

/// How many events, for how many people, over how many connections.
const EVENTS: usize = 10_000;
const PEOPLE: usize = 1000;
const CONNECTIONS: usize = 16;

/// How long may all that take?
const PATIENCE: Duration = Duration::from_secs(30);

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let mut cost = Row::new("CPU, accepted → marked sent, ms per 1,000").at_most(200.0, "then 120");
    let mut rate = Row::new("  and how fast, messages/s");
    for subject in options.subjects() {
        let mut rig = Rig::new(subject, unlimited()).await;
        rig.lift_limits();
        rig.people(PEOPLE).await;
        let (process, addr) = rig.start_polling().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let most = options.scaled(EVENTS);
        let load = Load { connections: CONNECTIONS, batch: 1, accounts: PEOPLE, time: PATIENCE, most };
        let (from, cpu) = (Instant::now(), process.cpu());
        let events = load.run(addr, &rig.token()).await.events;
        rig.until_sends(u64::try_from(events).expect("a count"), PATIENCE).await;
        let took = from.elapsed();
        until_marked(&rig, &process).await;
        let thousands = events as f64 / 1000.0;
        cost.figure(subject, millis(process.cpu() - cpu) / thousands);
        rate.figure(subject, events as f64 / took.as_secs_f64());
        drop(process);
        rig.end().await;
    }
    vec![cost, rate]
}

/// Waits until every row is marked: the service's by its database, a yardstick's when it uses no more time.
async fn until_marked(rig: &Rig, process: &Process) {
    let from = Instant::now();
    while from.elapsed() < PATIENCE {
        let before = process.cpu();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let marked = if rig.subject.is_service() {
            rig.database.open_rows().await == 0
        } else {
            process.cpu() == before
        };
        if marked {
            return;
        }
    }
    panic!("rows were not marked sent in time:\n{}", process.log());
}
