//! How many events a second become durable, over few and many connections and in batches. Nothing is sent meanwhile.

use std::time::Duration;

use crate::caller::Load;
use crate::options::Options;
use crate::rig::{Rig, unlimited};
use crate::table::{Row, count};

/// How long each load lasts.
const TIME: Duration = Duration::from_secs(3);

/// And before it, for connections, caches and compiled statements.
const WARM_UP: Duration = Duration::from_millis(300);

/// For how many accounts events come.
const ACCOUNTS: usize = 1000;

/// Connections and events in a request.
const LOADS: [(usize, usize); 4] = [(1, 1), (16, 1), (64, 1), (1, 1000)];

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let mut rows: Vec<Row> = LOADS
        .iter()
        .map(|(connections, batch)| match batch {
            1 => Row::new(format!("durable ingest, connections: {connections}, events/s")),
            _ => Row::new(format!("durable ingest, batches of {}, events/s", count(*batch))),
        })
        .collect();
    let mut rigs = Vec::new();
    for subject in options.subjects() {
        let mut rig = Rig::new(subject, unlimited()).await;
        rig.without_telegram();
        if subject.is_service() {
            rig.database.link(ACCOUNTS).await;
        }
        let (process, addr) = rig.start_listening().await;
        rigs.push((rig, process, addr));
    }
    // All of them for one load, one after the other: a disk is not the same from minute to minute.
    for (row, (connections, batch)) in rows.iter_mut().zip(LOADS) {
        for (rig, _process, addr) in &rigs {
            let token = rig.token();
            let load = Load { connections, batch, accounts: ACCOUNTS, time: WARM_UP, most: usize::MAX };
            load.run(*addr, &token).await;
            let time = TIME / (10 / u32::try_from(options.scaled(10)).unwrap_or(1));
            row.figure(rig.subject, Load { time, ..load }.run(*addr, &token).await.rate());
        }
    }
    for (rig, process, _) in rigs {
        drop(process);
        rig.end().await;
    }
    let batches = rows.pop();
    let mut rows: Vec<Row> = rows.into_iter().map(|row| row.at_least_of_floor(0.8)).collect();
    rows.extend(batches);
    rows
}
