//! Many posts are due in one minute over several networks, and one of them hangs: it delays no other.

use std::time::Duration;

use chrono::TimeDelta;

use crate::harness::{Behaviour, Connector, SECRET, World};
use crate::on_both_databases;

const NETWORKS: [&str; 5] = ["ant", "bee", "cat", "dog", "eel"];

/// How many posts are due for each of them?
const POSTS: usize = 120;

/// A service that knows the five, each with a connector of its own.
async fn five_networks(world: &mut World, more: &[(&str, &str)]) -> Vec<Connector> {
    let mut connectors = Vec::new();
    let mut settings: Vec<(String, String)> = Vec::new();
    for name in NETWORKS {
        let connector = Connector::open().await;
        for (key, value) in [
            ("KIND", "webhook".to_owned()),
            ("URL", connector.url()),
            ("SECRET", SECRET.to_owned()),
            ("ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
        ] {
            settings.push((format!("{}__{key}", name.to_uppercase()), value));
        }
        connectors.push(connector);
    }
    let settings = settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let settings: Vec<_> = settings.chain(more.iter().copied()).collect();
    world.knows_networks(&settings).await;
    connectors
}

/// `count` posts for each network, all due in ten minutes, as the platform's back end would have handed them in.
async fn all_due_together(world: &World, count: usize) {
    let at = (world.clock.now() + TimeDelta::minutes(10)).timestamp_millis();
    let rows: Vec<String> = NETWORKS
        .iter()
        .flat_map(|name| {
            (0..count)
                .map(move |number| format!("('alice', '{name}', 'No. {number}', {at}, {at}, {at}, {at})"))
        })
        .collect();
    world.meddle(&format!(
        "INSERT INTO posts (account, network, text, publish_at_ms, due_at_ms, created_at_ms, updated_at_ms) VALUES {}",
        rows.join(", ")
    )).await;
}

on_both_databases! {
    async fn one_network_that_hangs_delays_no_other(world) {
        let connectors = five_networks(world, &[]).await;
        all_due_together(world, POSTS).await;
        let (slow, others) = connectors.split_first().expect("five");
        slow.takes(Duration::from_secs(3_600));
        world.time_passes(TimeDelta::minutes(10));
        for (connector, name) in others.iter().zip(&NETWORKS[1..]) {
            connector.until_received(POSTS).await;
            let published = format!("SELECT COUNT(*) FROM posts WHERE network = '{name}' AND status = 'published'");
            world.until("all are out", async || world.number(&published).await == POSTS as i64).await;
        }
        assert!(slow.received().len() < POSTS, "it still hangs");
        let twice = "SELECT COUNT(*) FROM posts WHERE status = 'published' AND attempts <> 1";
        assert_eq!(world.number(twice).await, 0);
    }

    async fn a_network_gets_no_more_than_its_minute_allows(world) {
        let connectors = five_networks(world, &[("ANT__MAX_PER_MINUTE", "60"), ("BEE__MAX_PER_MINUTE", "6000")]).await;
        all_due_together(world, 20).await;
        world.time_passes(TimeDelta::minutes(10));
        for connector in &connectors[1..] {
            connector.until_received(20).await;
        }
        connectors[0].until_received(3).await;
        let ready = "SELECT COUNT(*) FROM posts WHERE network = 'ant' AND status = 'scheduled'";
        assert!(world.number(ready).await > 0, "one a second: it takes its twenty seconds");
    }

    async fn the_worker_wakes_for_the_next_post(world) {
        let connector = world.knows_insta().await;
        connector.next(Behaviour::publishes());
        let soon = world.clock.now() + TimeDelta::milliseconds(1_500);
        let id = world.platform().schedules("alice", crate::harness::post_to("insta", "Soon", soon)).await;
        let post = world.until_post("alice", id, "published").await;
        let begun = post["history"][1]["at"].as_str().and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
        let late = begun.expect("it was begun") - soon;
        assert!(late >= TimeDelta::milliseconds(-1), "not before its time: {late}");
    }
}
