//! `/settings` and its pickers.

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::{at, says};
use crate::domain::account::{BatchWindow, Delivery, Digest, Preferences, QuietHours, Settings};
use crate::domain::event::EventKind;
use crate::domain::language::Language::{En, Ko};
use crate::text::settings::{
    Choice, Overview, hour_question, notifications_question, quiet_question, quiet_until_question,
    zone_not_found, zone_question,
};

fn settings() -> Settings {
    Settings {
        account: "mina".into(),
        account_name: "Mina’s Bakery".into(),
        account_email_masked: None,
        chat_id: Some(7),
        enabled: true,
        disabled: None,
        chosen_language: None,
        telegram_language: None,
        zone: Some(Tz::Asia__Seoul),
        digest: Digest { enabled: true, minute: 540, when_empty: false },
        preferences: Preferences { published: Delivery::Off, ..Preferences::default() },
        quiet_hours: Some(QuietHours { from_minute: 1_320, until_minute: 480 }),
        muted_until: None,
        batch_published: BatchWindow::Off,
        late_posts_minutes: None,
        has_places: false,
        linked_at: None,
    }
}

#[test]
fn the_overview_says_how_things_are_set() {
    let settings = settings();
    let overview = Overview { settings: &settings, default_zone: Tz::UTC, now: at(1_795_334_520) };
    says(
        &overview.render(En),
        &[
            "⚙️ <b>Settings</b>",
            "📰 Digest: on, 09:00",
            "🔔 Published: off · Failed: on · Automations: on",
            "🌙 Quiet hours: 22:00–08:00",
            "🌍 Time zone: Asia/Seoul (now 17:02)",
            "🗣 Language: <b>English</b>",
        ],
    );
    says(
        &overview.render(Ko),
        &[
            "⚙️ <b>설정</b>",
            "📰 요약: 켜짐, 오전 9:00",
            "🔔 게시 완료: 꺼짐 · 실패: 켜짐 · 자동화: 켜짐",
            "🌙 방해 금지: 오후 10:00–오전 8:00",
            "🌍 시간대: 서울 (현재 오후 5:02)",
            "🗣 언어: <b>한국어</b>",
        ],
    );
}

#[test]
fn the_overview_tells_an_assumed_zone_and_a_digest_of_quiet_days() {
    let digest = Digest { enabled: true, minute: 450, when_empty: true };
    let settings = Settings { zone: None, digest, quiet_hours: None, ..settings() };
    let overview = Overview { settings: &settings, default_zone: Tz::UTC, now: at(1_795_334_520) };
    let text = overview.render(En).into_string();
    assert!(text.contains("\n📰 Digest: on, 07:30 · also when nothing happened\n"), "{text}");
    assert!(text.contains("\n🌍 Time zone: UTC (not set) (now 08:02)\n"), "{text}");
    let digest = Digest { enabled: false, ..digest };
    let off = Settings { digest, ..settings.clone() };
    let text = Overview { settings: &off, ..overview }.render(Ko).into_string();
    assert!(text.contains("\n📰 요약: 꺼짐\n"), "{text}");
}

#[test]
fn the_pickers_ask() {
    says(&hour_question(En), &["📰 <b>When should the digest come?</b>", "Pick an hour of your day."]);
    says(&zone_question(En), &["🌍 <b>Which time is it for you?</b>", "Pick a city, or send one (“Busan”)."]);
    says(
        &zone_question(Ko),
        &["🌍 <b>어느 시간대를 쓰시나요?</b>", "도시를 고르거나 도시 이름(예: 부산)을 보내 주세요."],
    );
    assert!(
        zone_not_found(En, "<Atlantis>").as_str().starts_with("🌍 <b>I don’t know “&lt;Atlantis&gt;”</b>\n")
    );
}

#[test]
fn buttons_say_what_they_would_set() {
    let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("a time");
    assert_eq!(Choice::Hour(nine).label(Ko, true), "✓ 오전 9:00");
    assert_eq!(Choice::Hour(nine).label(En, false), "09:00");
    assert_eq!(Choice::Zone(Tz::America__New_York).label(En, false), "New York");
    assert_eq!(Choice::Zone(Tz::America__New_York).label(Ko, false), "뉴욕");
    assert_eq!(Choice::Language(Ko).label(En, false), "한국어");
    assert_eq!(Choice::Digest(false).label(En, false), "📰 Turn the digest off");
}

#[test]
fn the_overview_tells_a_mute_a_batch_and_quiet_hours_that_wait_for_a_zone() {
    let settings = Settings {
        zone: None,
        muted_until: Some(at(1_795_338_000)),
        batch_published: BatchWindow::QuarterHour,
        preferences: Preferences::default(),
        ..settings()
    };
    let overview = Overview { settings: &settings, default_zone: Tz::UTC, now: at(1_795_334_520) };
    let [english, korean] = [En, Ko].map(|language| overview.render(language).into_string());
    for line in [
        "🔕 <b>Muted until 09:00</b>",
        "🔔 Published: silent, every 15 min · Failed: on · Automations: on",
        "🌙 Quiet hours: 22:00–08:00, once your time zone is set",
    ] {
        assert!(english.contains(line), "{line} is missing: {english}");
    }
    for line in [
        "🔕 <b>오전 9:00까지 알림 꺼짐</b>",
        "🔔 게시 완료: 소리 없이, 15분마다 · 실패: 켜짐 · 자동화: 켜짐",
        "🌙 방해 금지: 오후 10:00–오전 8:00 (시간대를 정하면 시작돼요)",
    ] {
        assert!(korean.contains(line), "{line} is missing: {korean}");
    }
    let over = Overview { now: at(1_795_338_000), ..overview };
    assert!(!over.render(En).as_str().contains("Muted"), "a mute that is over is not told");
}

#[test]
fn the_pages_below_the_overview() {
    says(
        &notifications_question(En),
        &[
            "🔔 <b>Which notifications do you want?</b>",
            "Tap one to change it: on, silent, off. Published posts can come gathered in one message.",
        ],
    );
    says(
        &quiet_question(En, &super::hours()),
        &[
            "🌙 <b>When should it be quiet?</b>",
            "Quiet hours: 22:00–08:00",
            "Failed posts still arrive, without a sound. The rest waits until the end.",
        ],
    );
    assert!(quiet_until_question(Ko, 1_320).as_str().starts_with("🌙 <b>오후 10:00부터 언제까지"));
    assert_eq!(Choice::Kind(EventKind::PostFailed, Delivery::Silent).label(En, false), "Failed: silent");
    assert_eq!(Choice::Kind(EventKind::Announcement, Delivery::Off).label(Ko, false), "공지: 꺼짐");
    assert_eq!(Choice::Batch(BatchWindow::Hour).label(En, true), "✓ Every 60 min");
    let night = QuietHours { from_minute: 0, until_minute: 420 };
    assert_eq!(Choice::Quiet(Some(night)).label(En, false), "00:00–07:00");
}
