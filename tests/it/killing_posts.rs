//! The machine dies while posts go out: kill -9 at any moment, then the next start. No post goes out twice by
//! itself, none is stuck, and each author is told once how it went, or asked to look.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::Rng as _;

use crate::faults::scaled;
use crate::harness::{Connector, Launch, NEWS, PATIENCE, Standing, World, dice, insta, post_to};
use crate::on_both_databases_with_processes;

/// How often the service is killed while posts go out; a tenth of it without `FAULTS=full`.
const KILLS: usize = 100;

/// How many posts wait for the connector, and for the channel.
const TO_CONNECTOR: usize = 800;
const TO_CHANNEL: usize = 400;

/// How many notices may be in flight at a kill, which is how many of them may come twice. Posts may not.
const NOTICES_IN_FLIGHT: usize = 8;

/// Returns when no post is on its way or due any more. A thousand take their time; one that is stuck is seen by the
/// others having ended.
async fn every_post_is_settled(world: &World) {
    let unsettled = "SELECT COUNT(*) FROM posts WHERE status IN ('scheduled', 'publishing')";
    let mut left = world.number(unsettled).await;
    while left > 0 {
        world.until("one more post is settled", async || world.number(unsettled).await < left).await;
        left = world.number(unsettled).await;
    }
}

on_both_databases_with_processes! {
    async fn kills_in_mid_publishing_send_nothing_twice_and_tell_each_author_once(world) {
        let mut dice = dice();
        let (connector, channel) = (Connector::open().await, world.news_channel());
        // A lease is two minutes, twelve times the patience of this story: it is the start that frees what a dead
        // process held.
        let launch = Launch::of(world)
            .with_networks(&NEWS)
            .with_networks(&insta(&connector.url()))
            .set("SCHEDULER_DELIVERY__PER_GROUP_PER_MINUTE", "0")
            .set("SCHEDULER_DELIVERY__MAX_IN_FLIGHT", NOTICES_IN_FLIGHT.to_string());
        let mut service = launch.start_ready().await;
        let platform = service.platform(world).await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link_through(&platform, &mina, "alice").await;
        world.link_through(&platform, &jun, "bob").await;
        connector.takes(Duration::from_millis(100));
        world.telegram.set_send_latency(Duration::from_millis(70));
        let networks = std::iter::repeat_n("insta", scaled(TO_CONNECTOR));
        let networks = networks.chain(std::iter::repeat_n("news", scaled(TO_CHANNEL)));
        let mut posts = Vec::new();
        for (number, network) in networks.enumerate() {
            let (account, author) = if number % 2 == 0 { ("alice", &mina) } else { ("bob", &jun) };
            let text = format!("Scones no. {number:03}");
            let id = platform.schedules(account, post_to(network, &text, world.clock.now())).await;
            posts.push((id, author, text));
        }
        let mut begun = BTreeSet::new();
        for _ in 0..scaled(KILLS) {
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..250))).await;
            service.dies(world).await;
            let on_their_way = |stands: &Standing| stands.status == "publishing" && stands.begun;
            begun.extend(world.posts_stand().await.into_iter().filter(|(_, it)| on_their_way(it)).map(|(id, _)| id));
            service = launch.start_after_death(world).await;
        }
        connector.takes(Duration::ZERO);
        world.telegram.set_send_latency(Duration::ZERO);
        every_post_is_settled(world).await;
        world.outbox().await.until_settled(PATIENCE * 12).await;

        assert!(!begun.is_empty(), "no kill met a post on its way: the story told nothing");
        let (stand, notices) = (world.posts_stand().await, world.notices().await);
        let (received, shown) = (connector.received(), channel.messages());
        let mut repeated = 0;
        for (id, author, text) in posts {
            let times = received.iter().filter(|it| it.body["id"] == id).count()
                + shown.iter().filter(|message| message.text() == text).count();
            let expected = if begun.contains(&id) { "unconfirmed" } else { "published" };
            assert_eq!(stand[&id].status, expected, "post {id}, which went out {times} times");
            // One that was begun may have got there or not: that is what its author is asked.
            assert!(times == 1 || (times == 0 && expected == "unconfirmed"), "{expected} post {id} went out {times} times");
            let about = notices.iter().filter(|(_, data)| data["post_id"] == id.to_string().as_str());
            let kinds: Vec<&str> = about.map(|(kind, _)| kind.as_str()).collect();
            assert_eq!(kinds, [format!("post.{expected}")], "post {id} is told once");
            let heard = world.telegram.sent(author.id()).iter().filter(|it| it.text().contains(&text)).count();
            assert!(heard > 0, "the author of post {id} heard nothing");
            repeated += heard - 1;
        }
        assert!(repeated <= scaled(KILLS) * NOTICES_IN_FLIGHT, "{repeated} notices were repeated");
        assert_eq!(service.terminate().await.code, Some(0));
    }
}
