use chrono::SecondsFormat;
use proptest::prelude::*;

use super::*;

const SEOUL: Tz = Tz::Asia__Seoul;

/// Tuesday, 17:00 in Seoul.
const NOW: &str = "2026-11-24T08:00:00Z";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// What `words` mean in Seoul at [`NOW`], by the clock there.
fn in_seoul(words: &str) -> Result<String, Unusable> {
    let at = read(words, SEOUL, moment(NOW))?;
    Ok(at.with_timezone(&SEOUL).format("%F %H:%M").to_string())
}

fn at(words: &str, zone: Tz, now: &str) -> Result<String, Unusable> {
    read(words, zone, moment(now)).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[test]
fn a_time_of_day_is_the_next_one() {
    for (words, meant) in [
        ("18:30", "2026-11-24 18:30"),
        ("6:30 pm", "2026-11-24 18:30"),
        ("6:30PM", "2026-11-24 18:30"),
        ("6 p.m.", "2026-11-24 18:00"),
        ("at 6 o'clock pm", "2026-11-24 18:00"),
        ("9:05", "2026-11-25 09:05"),
        ("17:00", "2026-11-25 17:00"),
        ("12 am", "2026-11-25 00:00"),
        ("12:30 pm", "2026-11-25 12:30"),
        ("noon", "2026-11-25 12:00"),
        ("midnight", "2026-11-25 00:00"),
        ("tonight at 9", "2026-11-24 21:00"),
        ("9 tonight", "2026-11-24 21:00"),
        ("오후 6시 반", "2026-11-24 18:30"),
        ("오후6시30분에", "2026-11-24 18:30"),
        ("저녁 일곱 시", "2026-11-24 19:00"),
        ("열두시", "2026-11-25 12:00"),
        ("21시", "2026-11-24 21:00"),
        ("새벽 2시", "2026-11-25 02:00"),
        ("오전 0시 10분", "2026-11-25 00:10"),
        ("정오", "2026-11-25 12:00"),
        ("자정에", "2026-11-25 00:00"),
    ] {
        assert_eq!(in_seoul(words).as_deref(), Ok(meant), "{words}");
    }
}

#[test]
fn a_day_may_be_named_in_many_ways() {
    for (words, meant) in [
        ("tomorrow 9", "2026-11-25 09:00"),
        ("9am tomorrow", "2026-11-25 09:00"),
        ("today, 18:00", "2026-11-24 18:00"),
        ("the day after tomorrow at noon", "2026-11-26 12:00"),
        ("fri 18:00", "2026-11-27 18:00"),
        ("Fri. 6pm", "2026-11-27 18:00"),
        ("on Tuesday at 18", "2026-11-24 18:00"),
        ("tue 16:59", "2026-12-01 16:59"),
        ("next week mon 8:15", "2026-11-30 08:15"),
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("2026/12/1 9am", "2026-12-01 09:00"),
        ("2026. 12. 1. 오전 9시", "2026-12-01 09:00"),
        ("1 Dec 9am", "2026-12-01 09:00"),
        ("December 1st, 9:00", "2026-12-01 09:00"),
        ("Dec 1 2026 9", "2026-12-01 09:00"),
        ("2 jan 9:00", "2027-01-02 09:00"),
        ("내일 오전 9시", "2026-11-25 09:00"),
        ("내일오전9시", "2026-11-25 09:00"),
        ("모레 정오", "2026-11-26 12:00"),
        ("오늘 밤 11시", "2026-11-24 23:00"),
        ("금요일 18:00", "2026-11-27 18:00"),
        ("금 18시", "2026-11-27 18:00"),
        ("월 9시", "2026-11-30 09:00"),
        ("일 9시", "2026-11-29 09:00"),
        ("다음 주 수요일 오후 3시", "2026-12-02 15:00"),
        ("다음주 화요일 9시", "2026-12-01 09:00"),
        ("12월 1일 9시", "2026-12-01 09:00"),
        ("2026년 12월 1일 오후 1:30", "2026-12-01 13:30"),
        ("1월 2일 아침 8시", "2027-01-02 08:00"),
    ] {
        assert_eq!(in_seoul(words).as_deref(), Ok(meant), "{words}");
    }
}

#[test]
fn a_wait_counts_from_now() {
    for (words, meant) in [
        ("now", "2026-11-24 17:00"),
        ("지금", "2026-11-24 17:00"),
        ("in 2 hours", "2026-11-24 19:00"),
        ("in an hour", "2026-11-24 18:00"),
        ("in 1h 30m", "2026-11-24 18:30"),
        ("90 min later", "2026-11-24 18:30"),
        ("in 2 days", "2026-11-26 17:00"),
        ("30분 뒤", "2026-11-24 17:30"),
        ("한 시간 반 뒤에", "2026-11-24 18:30"),
        ("3일 후", "2026-11-27 17:00"),
        ("2주 뒤", "2026-12-08 17:00"),
    ] {
        assert_eq!(in_seoul(words).as_deref(), Ok(meant), "{words}");
    }
}

#[test]
fn how_it_is_written_does_not_matter() {
    for words in ["１８：３０", "18:30\u{A0}", "\u{200E}18:30", "６：３０\u{3000}ＰＭ", "  6:30\n\tpm "]
    {
        assert_eq!(in_seoul(words).as_deref(), Ok("2026-11-24 18:30"), "{words:?}");
    }
}

#[test]
fn what_is_no_clear_time_is_refused() {
    let endless = "9".repeat(4_096);
    let emoji = "🎉".repeat(4_096);
    for words in [
        "",
        " ",
        "soon",
        "언젠가",
        "9",
        "18",
        "25:00",
        "9:60",
        "9:5",
        "13 am",
        "0 pm",
        "tonight 12",
        "밤 12시",
        "12/1 9:00",
        "next friday 9",
        "tomorrow midnight",
        "31 feb 9:00",
        "2026-13-01 9:00",
        "2026-12/01 9:00",
        "9am pm",
        "9am 10am",
        "mon tue 9:00",
        "in",
        "in 0 minutes",
        "in two hours",
        "뒤",
        "in -2 hours",
        "9:00!",
        "9:00 🎉",
        "<b>9:00</b>",
        "٩:٠٠",
        &endless,
        &emoji,
    ] {
        assert_eq!(in_seoul(words), Err(Unusable::NotUnderstood), "{words:.40}");
    }
}

#[test]
fn a_day_alone_and_a_time_that_is_over_are_told_apart_from_nonsense() {
    for words in ["tomorrow", "금요일", "1 Dec", "tomorrow pm", "오늘 밤"] {
        assert_eq!(in_seoul(words), Err(Unusable::NoTimeOfDay), "{words}");
    }
    for words in ["today 16:59", "오늘 오전 9시", "2026-11-24 17:00", "2025-12-01 9:00"] {
        assert_eq!(in_seoul(words), Err(Unusable::Past), "{words}");
    }
    for words in ["2028-01-01 9:00", "in 9999 days", "in 9999 weeks"] {
        assert_eq!(in_seoul(words), Err(Unusable::TooFar), "{words}");
    }
}

#[test]
fn a_time_that_the_clock_skips_is_the_end_of_the_gap() {
    // Berlin, 28 March 2027: 02:00 is 03:00.
    let meant = at("2027-03-28 02:30", Tz::Europe__Berlin, NOW);
    assert_eq!(meant.as_deref(), Ok("2027-03-28T01:00:00Z"));
}

#[test]
fn of_a_time_that_happens_twice_the_first_that_lies_ahead_is_meant() {
    // Berlin, 25 October 2026: 02:30 is at 00:30 and at 01:30 UTC.
    let before = at("2:30", Tz::Europe__Berlin, "2026-10-24T22:00:00Z");
    assert_eq!(before.as_deref(), Ok("2026-10-25T00:30:00Z"));
    let between = at("2:30", Tz::Europe__Berlin, "2026-10-25T00:45:00Z");
    assert_eq!(between.as_deref(), Ok("2026-10-25T01:30:00Z"));
    let after = at("2:30", Tz::Europe__Berlin, "2026-10-25T01:30:00Z");
    assert_eq!(after.as_deref(), Ok("2026-10-26T01:30:00Z"));
}

#[test]
fn the_zone_decides_what_day_it_is() {
    // In Auckland it is already the 25th.
    assert_eq!(at("today 22:00", Tz::Pacific__Auckland, NOW).as_deref(), Ok("2026-11-24T09:00:00Z"));
    assert_eq!(
        at("tomorrow 9:00", Tz::Pacific__Auckland, "2026-11-24T12:00:00Z").as_deref(),
        Ok("2026-11-25T20:00:00Z")
    );
    // Samoa had no 30 December 2011: the next 9:00 after the 29th's is that of the 31st.
    let skipped = at("9:00", Tz::Pacific__Apia, "2011-12-30T00:00:00Z");
    assert_eq!(skipped.as_deref(), Ok("2011-12-30T19:00:00Z"));
}

fn any_zone() -> impl Strategy<Value = Tz> {
    (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|index| chrono_tz::TZ_VARIANTS[index])
}

/// Some of the words, so that whatever they make is tried, too.
fn any_words() -> impl Strategy<Value = String> {
    const PIECES: [&str; 40] = [
        "9",
        "12",
        "31",
        "2026",
        "2",
        ":",
        "30",
        "-",
        ".",
        "/",
        " ",
        "am",
        "pm",
        "tomorrow",
        "tonight",
        "fri",
        "dec",
        "feb",
        "noon",
        "midnight",
        "in",
        "hours",
        "days",
        "later",
        "next",
        "week",
        "내일",
        "오후",
        "시",
        "분",
        "반",
        "월",
        "일",
        "년",
        "시간",
        "뒤",
        "다음",
        "주",
        "금요일",
        "열두",
    ];
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn whatever_is_typed_is_ahead_or_refused(
        words in prop_oneof![any::<String>(), any_words()],
        zone in any_zone(),
        now in 0_i64..4_000_000_000,
    ) {
        let now = DateTime::from_timestamp(now, 0).expect("a moment");
        if let Ok(at) = read(&words, zone, now) {
            prop_assert!(at >= now && at - now <= FURTHEST, "{words:?} is {at}");
        }
    }

    #[test]
    fn an_exact_date_is_read_as_it_is_written(zone in any_zone(), now in 0_i64..4_000_000_000, ahead in 1_i64..500_000) {
        let now = DateTime::from_timestamp(now, 0).expect("a moment");
        let meant = DateTime::from_timestamp((now.timestamp() / 60 + ahead) * 60, 0).expect("a moment");
        let local = meant.with_timezone(&zone);
        let at = read(&local.format("%F %H:%M").to_string(), zone, now).expect("it is ahead");
        // The same on the clock there: it may happen twice.
        prop_assert_eq!(at.with_timezone(&zone).naive_local(), local.naive_local().with_second(0).expect("a time"));
    }
}
