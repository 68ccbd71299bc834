//! An admin invites somebody: a link of the usual kind, forwarded by hand.

use bot_api::ChatMessage;

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

/// The token in the link that `message` shows.
fn token(message: &ChatMessage) -> String {
    let (_, after) = message.text().split_once("?start=").expect("a deep link");
    after.split_whitespace().next().expect("a token").to_owned()
}

/// Mina taps the button below `question` that connects her.
async fn connects(world: &World, question: &ChatMessage, account: &str) {
    let label = question.buttons()[0].text.clone();
    world.tap_makes(&world.mina(), question, &label, account).await;
}

on_both_databases! {
    async fn an_invited_person_connects_with_one_tap(world) {
        let (ada, mina) = (world.admin(), world.mina());
        let invitation = world.answer(&ada, "/invite alice Mina’s Bakery").await;
        assert!(invitation.text().starts_with("🔗 A link for Mina’s Bakery"), "{}", invitation.text());
        assert!(invitation.text().contains("https://t.me/"), "{}", invitation.text());
        assert_eq!(invitation.labels(), ["Share"]);
        let question = world.opens_link(&mina, &token(&invitation)).await;
        assert!(question.text().contains("Account: Mina’s Bakery"), "{}", question.text());
        connects(world, &question, "Connected to Mina’s Bakery").await;
        assert_eq!(world.platform().status("alice").await["linked"], true);
        let deed = "SELECT 1 FROM audit WHERE action = 'invite' AND subject = 'alice' AND actor = 'admin:900'";
        assert!(world.finds(deed).await, "the invitation is written down");
    }

    async fn an_invitation_works_once_and_the_next_one_ends_it(world) {
        let (ada, mina) = (world.admin(), world.mina());
        let first = token(&world.answer(&ada, "/invite alice").await);
        let second = token(&world.answer(&ada, "/invite alice").await);
        let refused = world.opens_link(&mina, &first).await;
        assert!(refused.text().starts_with("⌛"), "a newer one took its place: {}", refused.text());
        connects(world, &world.opens_link(&mina, &second).await, "Connected to alice").await;
        let refused = world.opens_link(&world.jun(), &second).await;
        assert!(refused.text().starts_with("⌛"), "it is spent: {}", refused.text());
    }

    async fn an_account_that_is_connected_would_move_and_keeps_its_name(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let invitation = world.answer(&ada, "/invite alice").await;
        assert!(invitation.text().contains("A link for alice’s shop"), "{}", invitation.text());
        assert!(invitation.text().contains("is connected to a chat"), "{}", invitation.text());
        let question = world.opens_link(&world.jun(), &token(&invitation)).await;
        assert!(question.text().contains("alice"), "he is asked whether to move it: {}", question.text());
        assert_eq!(world.platform().status("alice").await["telegram_chat_id"], mina.id(), "nothing moved by itself");
    }

    async fn what_is_no_account_gets_the_way_it_is_done(world) {
        let ada = world.admin();
        for words in ["/invite", "/invite   ", &format!("/invite {}", "x".repeat(201))] {
            let answer = world.answer(&ada, words).await;
            assert!(answer.text().starts_with("🔗 Who do you want to invite?"), "{}", answer.text());
        }
        let answer = world.answer(&ada, "/invite <b>&amp; <i>Mina</i>").await;
        assert!(answer.text().contains("A link for <i>Mina</i>"), "as it was typed: {}", answer.text());
        assert_eq!(world.number("SELECT COUNT(*) FROM link_tokens").await, 1);
    }

    async fn nobody_else_invites_and_no_token_is_kept_in_plain(world) {
        let (ada, mina) = (world.admin(), world.mina());
        let unknown = world.answer(&mina, "/frobnicate").await;
        assert_eq!(world.answer(&mina, "/invite alice").await.source, unknown.source);
        assert_eq!(world.number("SELECT COUNT(*) FROM link_tokens").await, 0);
        let secret = token(&world.answer(&ada, "/invite alice").await);
        for (table, columns) in [("link_tokens", "token_hash"), ("audit", "COALESCE(subject, '') || actor || action")] {
            let found = format!("SELECT 1 FROM {table} WHERE {columns} LIKE '%{secret}%'");
            assert!(!world.finds(&found).await, "the token is in {table}");
        }
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
    }
}
