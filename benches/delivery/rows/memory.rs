//! What the service takes when it has nothing to do. The peaks stand beside the drains.

use std::time::Duration;

use crate::options::Options;
use crate::rig::{Rig, strict};
use crate::table::Row;

/// How long it idles before it is looked at.
const IDLE: Duration = Duration::from_secs(3);

/// The row.
pub async fn measure(options: &Options) -> Vec<Row> {
    let mut resident = Row::new("idle RSS, MiB").at_most(15.0, "");
    for subject in options.subjects() {
        let rig = Rig::new(subject, strict()).await;
        rig.people(10).await;
        let (process, _) = rig.start_polling().await;
        tokio::time::sleep(IDLE).await;
        resident.figure(subject, process.resident());
        drop(process);
        rig.end().await;
    }
    vec![resident]
}
