//! People set how they hear from us: in the chat with buttons and words, and on the platform's page.

use bot_api::{ChatMessage, Person};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

const SETTINGS: &str = "/api/telegram/settings";
const NEXT: &str = "SELECT next_digest_at_ms FROM sns_settings WHERE account = 'alice'";

/// The person asks for the settings; the message that answers.
async fn opens_settings(world: &World, person: &Person) -> ChatMessage {
    let before = world.telegram.sent(person.id()).last().map_or(0, ChatMessage::id);
    person.says("/settings").expect("the person can write");
    let newer = |message: &ChatMessage| message.id() > before && message.labels().len() > 2;
    world.telegram.wait_for_message(person.id(), newer, PATIENCE).await.expect("the settings")
}

/// Taps `label` under the message, and waits until the message says `words`.
async fn taps_and_sees(world: &World, person: &Person, id: i64, label: &str, words: &str) -> ChatMessage {
    let answer = person.taps(id, label).await.expect("the tap is answered");
    assert_eq!(answer.text, "", "without a word");
    let edited = |message: &ChatMessage| message.id() == id && message.text().contains(words);
    world.telegram.wait_for_message(person.id(), edited, PATIENCE).await.expect("the same message, edited")
}

async fn settings_of(world: &World, account: &str) -> Value {
    world.platform().get(account, "/api/telegram/status").await.body["settings"].clone()
}

on_both_databases! {
    async fn one_message_sets_the_digest_and_the_language(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul").await;
        let shown = opens_settings(world, &mina).await;
        let id = shown.id();
        assert!(shown.text().contains("Digest: on, 09:00"), "{}", shown.text());
        assert!(shown.text().contains("Asia/Seoul (now 21:00)"), "{}", shown.text());
        let sent = world.telegram.sent_count(mina.id());
        let off = taps_and_sees(world, &mina, id, "Turn the digest off", "Digest: off").await;
        assert!(!off.labels().iter().any(|label| label.contains("the hour")), "no hour of no digest: {:?}", off.labels());
        assert_eq!(world.number(NEXT).await, 0, "none is due");
        taps_and_sees(world, &mina, id, "Turn the digest on", "Digest: on, 09:00").await;
        taps_and_sees(world, &mina, id, "Change the hour", "When should the digest come?").await;
        taps_and_sees(world, &mina, id, "07:00", "Digest: on, 07:00").await;
        assert_eq!(world.number(NEXT).await, 1_795_298_400_000, "07:00 in Seoul on the 22nd");
        taps_and_sees(world, &mina, id, "Also when nothing happened", "· also when nothing happened").await;
        let korean = taps_and_sees(world, &mina, id, "한국어", "요약: 켜짐, 오전 7:00").await;
        assert!(korean.labels().contains(&"✓ 한국어"), "{:?}", korean.labels());
        taps_and_sees(world, &mina, id, "시간대 바꾸기", "어느 시간대").await;
        taps_and_sees(world, &mina, id, "뒤로", "시간대: 서울").await;
        assert_eq!(world.telegram.sent_count(mina.id()), sent, "edited in place, never sent anew");
        let kept = settings_of(world, "alice").await;
        assert_eq!(kept["digest"], json!({"enabled": true, "time": "07:00", "when_empty": true}));
        assert_eq!(kept["language"], "ko");
    }

    async fn each_kind_is_set_by_a_tap_on_it(world) {
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        let id = opens_settings(world, &mina).await.id();
        let sent = world.telegram.sent_count(mina.id());
        let page = taps_and_sees(world, &mina, id, "🔔 Notifications", "Which notifications do you want?").await;
        assert_eq!(page.labels(), ["Published: silent", "✓ At once", "Every 15 min", "Every 60 min", "Failed: on",
            "Not sure: on", "Automations: on", "Announcements: on", "« Back"]);
        let off = page.button("Published: silent").expect("the button").callback_data.clone().expect("a tap");
        for (label, next) in [("Published: silent", "Published: off"), ("Published: off", "Published: on"),
            ("Failed: on", "Failed: silent"), ("Not sure: on", "Not sure: silent"), ("Announcements: on", "Announcements: silent"),
            ("Every 15 min", "✓ Every 15 min")] {
            mina.taps(id, label).await.expect("the tap is answered");
            let shows = |message: &ChatMessage| message.id() == id && message.labels().contains(&next);
            world.telegram.wait_for_message(mina.id(), shows, PATIENCE).await
                .unwrap_or_else(|not_seen| panic!("a tap on {label:?} does not make it {next:?}: {not_seen}"));
        }
        // The button of the first page, tapped late: it says what is to be.
        mina.tap_data(mina.id(), id, &off).expect("a tap").answer(PATIENCE).await.expect("it is answered");
        taps_and_sees(world, &mina, id, "Back", "🔔 Published: off · Failed: silent · Automations: on").await;
        assert_eq!(world.telegram.sent_count(mina.id()), sent, "edited in place, never sent anew");
        let kept = settings_of(world, "alice").await;
        assert_eq!(kept["notifications"], json!({"published": "off", "failed": "silent", "unconfirmed": "silent",
            "automation": "on", "announcement": "silent"}));
        assert_eq!(kept["batch_published_minutes"], 15);
    }

    async fn quiet_hours_are_one_tap_or_any_two_hours(world) {
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        let id = opens_settings(world, &mina).await.id();
        let page = taps_and_sees(world, &mina, id, "🌙 Quiet hours", "When should it be quiet?").await;
        assert_eq!(page.labels(), ["22:00–08:00", "23:00–07:00", "00:00–07:00", "Other hours", "✓ No quiet hours", "« Back"]);
        taps_and_sees(world, &mina, id, "23:00–07:00", "Quiet hours: 23:00–07:00").await;
        let page = taps_and_sees(world, &mina, id, "🌙 Quiet hours", "Quiet hours: 23:00–07:00\nFailed posts").await;
        assert!(page.labels().contains(&"✓ 23:00–07:00"), "{:?}", page.labels());
        taps_and_sees(world, &mina, id, "Other hours", "Quiet from when?").await;
        let until = taps_and_sees(world, &mina, id, "13:00", "Quiet from 13:00 until when?").await;
        assert_eq!(until.labels().len(), 24, "every hour but 13:00, and the way back: {:?}", until.labels());
        taps_and_sees(world, &mina, id, "15:00", "🌙 Quiet hours: 13:00–15:00").await;
        assert_eq!(settings_of(world, "alice").await["quiet_hours"], json!({"from": "13:00", "until": "15:00"}));
        taps_and_sees(world, &mina, id, "🌙 Quiet hours", "When should it be quiet?").await;
        taps_and_sees(world, &mina, id, "No quiet hours", "🌙 Quiet hours: off").await;
        assert_eq!(settings_of(world, "alice").await["quiet_hours"], Value::Null);
    }

    async fn a_tap_may_come_twice_or_from_an_older_message(world) {
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul").await;
        let id = opens_settings(world, &mina).await.id();
        let off = mina.last_message().expect("the settings").buttons()[0].callback_data.clone().expect("a tap");
        let taps: Vec<_> = (0..5).map(|_| mina.tap_data(mina.id(), id, &off).expect("a tap")).collect();
        for tap in taps {
            tap.answer(PATIENCE).await.expect("every tap is answered");
        }
        let edited = |message: &ChatMessage| message.text().contains("Digest: off");
        world.telegram.wait_for_message(mina.id(), edited, PATIENCE).await.expect("it is off, not on again");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all taps are handled");
        assert_eq!(settings_of(world, "alice").await["digest"]["enabled"], false, "off five times is off");
    }

    async fn a_button_of_another_account_changes_nothing(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link_from(&mina, "alice", "?zone=Asia/Seoul").await;
        let old = opens_settings(world, &mina).await;
        world.link_from(&mina, "bob", "?zone=Europe/Berlin").await;
        world.link_from(&jun, "alice", "?zone=Asia/Seoul").await;
        taps_and_sees(world, &mina, old.id(), "Turn the digest off", "Europe/Berlin").await;
        for account in ["alice", "bob"] {
            assert_eq!(settings_of(world, account).await["digest"]["enabled"], true, "{account}");
        }
        // Somebody's forged tap on a message that is not in their chat.
        let data = old.buttons()[0].callback_data.clone().expect("a tap");
        let forged = jun.tap_data(mina.id(), old.id(), &data).expect("an app can be forged");
        let answer = forged.answer(PATIENCE).await.expect("even that is answered");
        assert_eq!(answer.text, "다른 사람의 버튼이에요");
        assert_eq!(settings_of(world, "alice").await["digest"]["enabled"], true);
        let forged = jun.tap_data(jun.id(), jun.messages()[1].id(), "set:0000000000000000:digest=0");
        forged.expect("a forged tag").answer(PATIENCE).await.expect("an answer");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all taps are handled");
        assert_eq!(settings_of(world, "alice").await["digest"]["enabled"], true);
    }

    async fn a_zone_is_answered_in_words_even_after_a_restart(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let linked = mina.sees("Your time zone isn’t set yet").await.expect("the confirmation");
        mina.taps(linked.id(), "Set my time zone").await.expect("the button works");
        mina.sees("Which time is it for you?").await.expect("the question");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the tap is handled");
        world.stop().await;
        world.start().await;
        mina.says("Atlantis <b>").expect("the person can write");
        mina.sees("I don’t know “Atlantis <b>”").await.expect("an unknown city is said to be");
        mina.says("부산").expect("the person can write");
        mina.sees("Time zone: Asia/Seoul (now ").await.expect("the settings with the zone");
        assert_eq!(settings_of(world, "alice").await["zone"], "Asia/Seoul");
        mina.says("Berlin").expect("the person can write");
        mina.sees("I only understand commands").await.expect("nothing is asked any more");
        assert_eq!(settings_of(world, "alice").await["zone"], "Asia/Seoul");
    }

    async fn an_old_question_is_not_answered_by_chance(world) {
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul").await;
        let id = opens_settings(world, &mina).await.id();
        taps_and_sees(world, &mina, id, "Change the time zone", "Which time is it for you?").await;
        taps_and_sees(world, &mina, id, "Back", "Time zone: Asia/Seoul").await;
        mina.says("Paris").expect("the person can write");
        mina.sees("I only understand commands").await.expect("gone back is not asked");
        taps_and_sees(world, &mina, id, "Change the time zone", "Which time is it for you?").await;
        // Huge, hostile and not even text: none breaks the question.
        mina.says(&"x".repeat(4096)).expect("the person can write");
        mina.sees("I don’t know “xxx").await.expect("it is no city");
        mina.sends(serde_json::Map::from_iter([("location".to_owned(), json!({"latitude": 1.0, "longitude": 2.0}))]))
            .expect("a location");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("all is handled");
        world.time_passes(TimeDelta::minutes(16));
        let before = world.telegram.sent_count(mina.id());
        mina.says("Berlin").expect("the person can write");
        world.telegram.wait_for_count(mina.id(), before + 1, PATIENCE).await.expect("an answer");
        assert!(mina.last_message().expect("a message").text().contains("I only understand commands"));
        assert_eq!(settings_of(world, "alice").await["zone"], "Asia/Seoul");
    }

    async fn a_chat_without_an_account_is_told_how_to_connect(world) {
        let mina = world.mina();
        for command in ["/settings", "/digest"] {
            let before = world.telegram.sent_count(mina.id());
            mina.says(command).expect("the person can write");
            world.telegram.wait_for_count(mina.id(), before + 1, PATIENCE).await.expect("an answer");
            let answer = mina.last_message().expect("a message");
            assert!(answer.text().contains("Connect an account first"), "{command}: {}", answer.text());
        }
    }

    async fn settings_are_found_where_people_look(world) {
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul").await;
        let linked = mina.sees("Change anything in /settings").await.expect("the confirmation");
        assert_eq!(linked.labels(), ["Settings"], "the zone is known");
        mina.says("/help").expect("the person can write");
        mina.sees("/settings – notifications, quiet hours, language\n/digest – your digest, now").await.expect("the help");
        mina.says("/status").expect("the person can write");
        let status = mina.sees("connected ✅").await.expect("the status");
        assert_eq!(status.labels(), ["Refresh", "Settings"]);
        let (data, before) = (status.text().to_owned(), status.id());
        mina.taps(status.id(), "Settings").await.expect("the button works");
        let opened = |message: &ChatMessage| message.id() > before && message.text().contains("⚙️ Settings");
        world.telegram.wait_for_message(mina.id(), opened, PATIENCE).await.expect("the settings");
        assert_eq!(world.telegram.message(mina.id(), before).expect("the status").text(), data, "the status stays");
        let menu = || world.telegram.commands("all_private_chats", "ko");
        world.until("the menu is set", async || menu().iter().any(|command| command.command == "settings")).await;
    }

    async fn the_page_changes_what_it_names_and_nothing_else(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let never = world.platform().patch("alice", SETTINGS, json!({"language": "ko"})).await;
        assert_eq!((never.status, never.content_type.as_str()), (409, "application/problem+json"));
        world.link_from(&world.mina(), "alice", "?zone=Asia/Seoul&lang=en").await;
        world.link_from(&world.jun(), "bob", "?zone=Asia/Seoul&lang=en").await;
        let change = |body| async { world.platform().patch("alice", SETTINGS, body).await };
        let changed = change(json!({"digest": {"time": "07:30"}, "zone": "America/New_York"})).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(changed.body["settings"]["zone"], "America/New_York");
        assert_eq!(changed.body["settings"]["digest"], json!({"enabled": true, "time": "07:30", "when_empty": false}));
        assert_eq!(changed.body["settings"]["language"], "en");
        assert_eq!(world.number(NEXT).await, 1_795_264_200_000, "07:30 in New York on the 21st");
        let change_all = json!({
            "notifications": {"published": "off", "failed": "silent"}, "quiet_hours": {"from": "22:00", "until": "08:00"},
            "batch_published_minutes": 60, "muted_until": "2026-11-21T13:00:00Z",
        });
        let changed = change(change_all).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let settings = &changed.body["settings"];
        assert_eq!(settings["notifications"], json!({"published": "off", "failed": "silent", "unconfirmed": "on",
            "automation": "on", "announcement": "on"}));
        assert_eq!(settings["quiet_hours"], json!({"from": "22:00", "until": "08:00"}));
        assert_eq!((&settings["batch_published_minutes"], &settings["muted_until"]), (&json!(60), &json!("2026-11-21T13:00:00Z")));
        let nothing = change(json!({})).await;
        assert_eq!((nothing.status, &nothing.body), (200, &changed.body));
        for (body, status) in [
            (json!({"zone": "Mars/Olympus"}), 422), (json!({"zone": ""}), 422), (json!({"zone": "Asia/Seoul\u{0}"}), 422),
            (json!({"language": "tlh"}), 422),
            (json!({"digest": {"time": "24:00"}}), 422), (json!({"digest": {"time": "9:00"}}), 422),
            (json!({"digest": {"time": "09:00:00"}}), 422), (json!({"digest": {"time": " 9:00"}}), 422),
            (json!({"zone": null}), 400), (json!({"digest": null}), 400), (json!({"digest": {"enabled": "yes"}}), 400),
            (json!({"digest": {"hour": 9}}), 400), (json!({"chat_id": 12}), 400), (json!({"account": "bob"}), 400),
            (json!({"digest": []}), 400), (json!([]), 400), (json!("x".repeat(70_000)), 413),
            (json!({"notifications": {"published": "loud"}}), 422), (json!({"notifications": {"test": "off"}}), 400),
            (json!({"notifications": {"failed": null}}), 400), (json!({"notifications": null}), 400),
            (json!({"notifications": ["off"]}), 400), (json!({"notifications": {"failed": true}}), 400),
            (json!({"quiet_hours": {"from": "22:00"}}), 400), (json!({"quiet_hours": {}}), 400),
            (json!({"quiet_hours": "22-08"}), 400), (json!({"quiet_hours": ["22:00", "08:00"]}), 400),
            (json!({"quiet_hours": {"from": "22:00", "until": "24:00"}}), 422),
            (json!({"quiet_hours": {"from": "8:00", "until": "09:00"}}), 422),
            (json!({"quiet_hours": {"from": "08:00", "until": "08:00"}}), 422),
            (json!({"batch_published_minutes": 30}), 422), (json!({"batch_published_minutes": -15}), 400),
            (json!({"batch_published_minutes": 70_000}), 400), (json!({"batch_published_minutes": null}), 400),
            (json!({"muted_until": "2026-11-21T11:00:00Z"}), 422), (json!({"muted_until": "2026-11-23T12:00:00Z"}), 422),
            (json!({"muted_until": "9999-12-31T23:59:59Z"}), 422), (json!({"muted_until": "soon"}), 400),
            (json!({"muted_until": 1}), 400),
            // One wrong value takes the right ones with it.
            (json!({"language": "ko", "zone": "Nowhere"}), 422),
        ] {
            let answer = change(body.clone()).await;
            assert_eq!(answer.status, status, "{body:.80}: {answer:?}");
        }
        assert_eq!(settings_of(world, "alice").await, changed.body["settings"], "nothing was changed by these");
        assert_eq!(settings_of(world, "bob").await["zone"], "Asia/Seoul", "nor anybody else");
    }

    async fn changes_at_the_same_time_all_hold(world) {
        world.link_from(&world.mina(), "alice", "?zone=Asia/Seoul&lang=en").await;
        let changes = [
            json!({"language": "ko"}), json!({"zone": "Asia/Kathmandu"}), json!({"digest": {"time": "23:59"}}),
            json!({"digest": {"when_empty": true}}),
        ];
        let platform = world.platform();
        let all = changes.into_iter().cycle().take(40).map(|body| platform.patch("alice", SETTINGS, body));
        for answer in futures::future::join_all(all).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        let settings = settings_of(world, "alice").await;
        assert_eq!((&settings["language"], &settings["zone"]), (&json!("ko"), &json!("Asia/Kathmandu")));
        assert_eq!(settings["digest"], json!({"enabled": true, "time": "23:59", "when_empty": true}));
        let next = world.number(NEXT).await;
        assert_eq!(next / 60_000 % 1440, 18 * 60 + 14, "23:59 in Kathmandu is 18:14 UTC");
    }
}
