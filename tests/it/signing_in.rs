//! The bot signs in and polls: a rival, a webhook left over, another bot. Telegram away or refusing the token at the
//! start is in `faults::telegram_away`.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::World;
use crate::on_both_databases;
use crate::updates::readiness;

/// Another bot of the same operator.
const OTHER_TOKEN: &str = "7777:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1";

on_both_databases! {
    async fn a_rival_that_polls_is_noticed_and_outlived(world) {
        let mina = world.mina();
        world.answer(&mina, "/start").await;
        let rival = async {
            loop {
                world.calls_telegram("getUpdates", &[("timeout", "1"), ("offset", "1")]).await;
            }
        };
        tokio::select! {
            () = rival => {}
            () = readiness(world, 503, "another process polls") => {}
        }
        readiness(world, 200, "").await;
        let help = world.answer(&mina, "/help").await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
    }

    async fn a_webhook_left_over_is_removed_and_nothing_is_lost(world) {
        let mina = world.mina();
        world.stop().await;
        // Nobody listens there any more.
        let set = world.calls_telegram("setWebhook", &[("url", "http://127.0.0.1:9/old")]).await;
        assert_eq!(set["ok"], true, "{set}");
        let written = mina.says("/help").expect("Mina can write");
        world.start().await;
        let help = world.message_after(&mina, written).await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
        let info = world.calls_telegram("getWebhookInfo", &[]).await;
        assert_eq!(info["result"]["url"], "", "{info}");
        readiness(world, 200, "").await;
    }

    async fn another_bots_token_pauses_and_disables_nobody(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.stop().await;
        let other = world.telegram.add_bot(OTHER_TOKEN, "other_bot").expect("another bot");
        world.config.telegram.token = Some(OTHER_TOKEN.into());
        // Away at first: a bot that has not signed in must not be taken for ours.
        world.telegram.set_down(true);
        world.start().await;
        readiness(world, 503, "Telegram").await;
        announce(world, "patience").await;
        world.telegram.set_down(false);
        readiness(world, 503, "belong to bot 4242, the token to bot 7777").await;
        readiness(world, 503, "SCHEDULER_TELEGRAM__ACCEPT_NEW_BOT=7777").await;
        // And away for a moment, later.
        world.telegram.set_down(true);
        readiness(world, 503, "Telegram does not answer").await;
        world.time_passes(TimeDelta::minutes(5));
        world.telegram.set_down(false);
        readiness(world, 503, "belong to bot 4242").await;
        let status = world.platform().status("alice").await;
        assert_eq!(status["telegram_enabled"], true, "a wrong token disabled a link: {status}");
        let tried = world.telegram.requests_to("sendMessage").iter().filter(|it| it.bot == 7777).count();
        assert_eq!(tried, 0, "a foreign bot was told to write to our people");
        let link = world.platform().get("alice", "/api/telegram/link-account").await;
        assert_eq!(link.status, 503, "a link to which bot? {link:?}");

        world.stop().await;
        world.config.telegram.accept_new_bot = Some(7777);
        other.known_person(mina.id()).expect("Mina").says("/help").expect("Mina writes to the new bot");
        world.start().await;
        readiness(world, 200, "").await;
        other.known_person(mina.id()).expect("Mina").sees("patience").await.expect("the new bot goes on");
        other.wait_until_acknowledged(Duration::from_secs(10)).await.expect("all is handled");
        let token = world.platform().get("alice", "/api/telegram/link-account").await;
        assert!(token.body["url"].as_str().is_some_and(|url| url.contains("t.me/other_bot")), "{token:?}");
    }
}

async fn announce(world: &World, text: &str) {
    let event = json!({ "type": "announcement", "account": "alice", "data": { "text": text } });
    assert_eq!(world.platform().tells(event).await.status, 202);
}
