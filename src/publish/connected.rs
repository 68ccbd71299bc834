//! Channels that people connected: a lane for each while posts for it are near, and none otherwise. There may be
//! thousands of them, and most have nothing to publish.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lane::{Lane, NEAR};
use super::{Publishing, lane_ended};
use crate::config::Network;
use crate::domain::channel::chat_of;

/// How often is looked for channels whose posts are near?
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How many channels have lanes at the same time? The others' posts wait for one of them to end.
const MOST_LANES: usize = 64;

/// Publishes to connected channels until `stop`. What was in flight then may end until `cut`.
pub(super) async fn run(publishing: Arc<Publishing>, stop: CancellationToken, cut: CancellationToken) {
    let mut lanes = JoinSet::new();
    let mut busy: HashSet<String> = HashSet::new();
    while !stop.is_cancelled() {
        for network in near(&publishing).await {
            if busy.len() < MOST_LANES && !busy.contains(&network) {
                if let Some(lane) = lane(&publishing, &network) {
                    let (name, stop, cut) = (network.clone(), stop.clone(), cut.clone());
                    lanes.spawn(async move {
                        lane.run(stop, cut).await;
                        name
                    });
                }
                busy.insert(network);
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        while let Some(ended) = lanes.try_join_next() {
            if let Ok(network) = &ended {
                busy.remove(network);
            }
            lane_ended(ended.map(drop));
        }
    }
    while let Some(ended) = lanes.join_next().await {
        lane_ended(ended.map(drop));
    }
}

/// The networks for which posts are near; a few more than have lanes, which may be among them.
async fn near(publishing: &Publishing) -> Vec<String> {
    let until = publishing.clock.now() + TimeDelta::from_std(NEAR).unwrap_or_default();
    let most = u32::try_from(2 * MOST_LANES).unwrap_or(u32::MAX);
    let near = publishing.store.connected_networks_due(until, most).await.unwrap_or_else(|error| {
        log::error!(target: "publish", "posts for connected channels can't be found: {error}");
        Vec::new()
    });
    // SQLite's LIKE knows no case; a network called so is no channel.
    near.into_iter().filter(|network| chat_of(network).is_some()).collect()
}

fn lane(publishing: &Publishing, network: &str) -> Option<Lane> {
    chat_of(network).and_then(|chat_id| publishing.lane(&Network::of_channel(network, chat_id)))
}
