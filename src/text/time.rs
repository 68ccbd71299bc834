//! Moments, times of day, zones and durations, as each language writes them.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::cldr;
use super::html::Html;
use crate::domain::language::Language;

/// How much of a moment a text shows.
#[derive(Clone, Copy)]
pub(super) enum Precision {
    /// "17:00"
    Time,
    /// "17:00:00"
    Seconds,
    /// "Nov 22, 17:00"; Telegram adds the weekday.
    Day,
}

impl Precision {
    /// The `format` of `<tg-time>`: w weekday, d short date, t and T short and long time (Bot API,
    /// "Date-time entity formatting").
    fn format(self) -> &'static str {
        match self {
            Self::Time => "t",
            Self::Seconds => "T",
            Self::Day => "wdt",
        }
    }
}

/// A moment, shown by Telegram in the reader's own zone; clients that cannot do that show what we wrote,
/// in `zone`.
pub(super) fn moment(language: Language, at: DateTime<Utc>, zone: Tz, precision: Precision) -> Html {
    let local = local(at, zone);
    let shown = match precision {
        Precision::Time => cldr::time(language, local.time()),
        Precision::Seconds => cldr::time_with_seconds(language, local.time()),
        Precision::Day => cldr::day_and_time(language, local),
    };
    let unix = at.timestamp();
    // Telegram reads the attribute as a positive 32-bit number and refuses the message otherwise.
    if !(1..=i64::from(i32::MAX)).contains(&unix) {
        return Html::trusted(shown);
    }
    let format = precision.format();
    Html::trusted(format!(r#"<tg-time unix="{unix}" format="{format}">{shown}</tg-time>"#))
}

/// The day of a moment in `zone`: "Sunday, Nov 22", "11월 22일 (일)".
pub(super) fn day(language: Language, at: DateTime<Utc>, zone: Tz) -> Html {
    let pattern = say(language, key!("day-pattern"), &Args::new());
    Html::trusted(cldr::day(language, pattern.as_str(), local(at, zone).date()))
}

/// What calendar and clock show in `zone`; in UTC where chrono's calendar ends within hours.
fn local(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let utc = at.naive_utc();
    utc.checked_add_offset(zone.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
}

/// A time of day: "17:00", "오후 5:00".
pub(super) fn time_of_day(language: Language, time: NaiveTime) -> Html {
    Html::trusted(cldr::time(language, time))
}

/// What people call a zone: its city where we know the language's word for it, else its IANA name.
pub(super) fn zone(language: Language, zone: Tz) -> &'static str {
    match language {
        Language::En => zone.name(),
        Language::Ko => korean_city(zone).unwrap_or(zone.name()),
    }
}

pub(super) fn korean_city(zone: Tz) -> Option<&'static str> {
    Some(match zone {
        Tz::Asia__Seoul => "서울",
        Tz::Asia__Tokyo => "도쿄",
        Tz::Asia__Shanghai => "상하이",
        Tz::Asia__Hong_Kong => "홍콩",
        Tz::Asia__Taipei => "타이베이",
        Tz::Asia__Singapore => "싱가포르",
        Tz::Asia__Bangkok => "방콕",
        Tz::Asia__Ho_Chi_Minh => "호찌민",
        Tz::Asia__Manila => "마닐라",
        Tz::Asia__Jakarta => "자카르타",
        Tz::Asia__Kolkata => "콜카타",
        Tz::Asia__Dubai => "두바이",
        Tz::Australia__Sydney => "시드니",
        Tz::Pacific__Auckland => "오클랜드",
        Tz::Europe__London => "런던",
        Tz::Europe__Paris => "파리",
        Tz::Europe__Berlin => "베를린",
        Tz::America__New_York => "뉴욕",
        Tz::America__Chicago => "시카고",
        Tz::America__Los_Angeles => "로스앤젤레스",
        Tz::America__Vancouver => "밴쿠버",
        Tz::America__Toronto => "토론토",
        Tz::America__Sao_Paulo => "상파울루",
        _ => return None,
    })
}

/// How long ago something was, in its largest whole unit: "2 s", "5 min", "3 h", "2 d".
///
/// The units are words of the Fluent files: ICU4X formats them in a crate that breaks with each of its releases. They are
/// CLDR 48's short ones, in Korean its own and in English, which people everywhere read, the root locale's.
pub(super) fn age(language: Language, age: Duration) -> Html {
    const UNITS: [(Key, u64); 3] =
        [(key!("age-days"), 86_400), (key!("age-hours"), 3_600), (key!("age-minutes"), 60)];
    let seconds = age.as_secs();
    let (key, unit) =
        UNITS.into_iter().find(|(_, unit)| seconds >= *unit).unwrap_or((key!("age-seconds"), 1));
    say(language, key, &Args::new().count("count", seconds / unit))
}

/// How long something took, in tenths of a second: "0.8 s".
pub(super) fn latency(language: Language, took: Duration) -> Html {
    let tenths = took.as_millis().saturating_add(50) / 100;
    let args = Args::new().tenths("count", u64::try_from(tenths).unwrap_or(u64::MAX));
    say(language, key!("age-seconds"), &args)
}

#[cfg(test)]
mod tests {
    use Language::{En, Ko};
    use chrono::{Datelike as _, TimeDelta};

    use super::*;
    use crate::domain::typed_time;

    const SEOUL: Tz = Tz::Asia__Seoul;

    fn at(unix: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(unix, 0).expect("a moment")
    }

    #[test]
    fn times_of_day() {
        for (hour, minute, english, korean) in [
            (0, 0, "00:00", "오전 12:00"),
            (9, 5, "09:05", "오전 9:05"),
            (12, 0, "12:00", "오후 12:00"),
            (23, 59, "23:59", "오후 11:59"),
        ] {
            let time = NaiveTime::from_hms_opt(hour, minute, 30).expect("a time");
            assert_eq!(time_of_day(En, time).as_str(), english);
            assert_eq!(time_of_day(Ko, time).as_str(), korean);
        }
    }

    #[test]
    fn a_moment_is_written_in_the_zone_for_clients_that_cannot_convert_it() {
        let shown = |language, precision| moment(language, at(1_795_334_400), SEOUL, precision).into_string();
        let element =
            |format, text| format!(r#"<tg-time unix="1795334400" format="{format}">{text}</tg-time>"#);
        assert_eq!(shown(En, Precision::Time), element("t", "17:00"));
        assert_eq!(shown(En, Precision::Seconds), element("T", "17:00:00"));
        assert_eq!(shown(En, Precision::Day), element("wdt", "Nov 22, 17:00"));
        assert_eq!(shown(Ko, Precision::Time), element("t", "오후 5:00"));
        assert_eq!(shown(Ko, Precision::Seconds), element("T", "오후 5:00:00"));
        assert_eq!(shown(Ko, Precision::Day), element("wdt", "11월 22일 오후 5:00"));
    }

    #[test]
    fn a_moment_can_be_typed_as_it_is_written() {
        let now = at(1_795_334_400);
        for ahead in [60, 3_600, 86_400, 40 * 86_400, 300 * 86_400] {
            let meant = at(1_795_334_400 + ahead);
            for language in Language::ALL {
                let written = moment(language, meant, SEOUL, Precision::Day).plain();
                let read = typed_time::read(&written, SEOUL, now);
                assert_eq!(read, Ok(meant), "{written}");
            }
        }
    }

    #[test]
    fn every_day_of_a_year_can_be_typed_as_it_is_written() {
        let now = at(1_795_334_400);
        for (days, language) in (1..=365).flat_map(|days| Language::ALL.map(|language| (days, language))) {
            let meant = now + TimeDelta::days(days);
            let written = moment(language, meant, SEOUL, Precision::Day).plain();
            assert_eq!(typed_time::read(&written, SEOUL, now), Ok(meant), "{written}");
            let weekday = meant.with_timezone(&SEOUL).weekday();
            for pattern in ["EEE", "EEEE"] {
                let name = cldr::day(language, pattern, meant.with_timezone(&SEOUL).date_naive());
                let read = typed_time::read(&format!("{name} 9:00"), SEOUL, now).expect("a weekday");
                assert_eq!(read.with_timezone(&SEOUL).weekday(), weekday, "{name}");
            }
        }
    }

    #[test]
    fn the_zone_decides_the_day() {
        let evening = at(1_795_361_400); // 2026-11-22 15:30 UTC
        assert_eq!(day(En, evening, Tz::UTC).as_str(), "Sunday, Nov 22");
        assert_eq!(day(Ko, evening, Tz::UTC).as_str(), "11월 22일 (일)");
        assert_eq!(day(En, evening, SEOUL).as_str(), "Monday, Nov 23");
        assert_eq!(day(Ko, evening, SEOUL).as_str(), "11월 23일 (월)");
        let new_year = at(1_798_730_000); // 2026-12-31 15:13:20 UTC
        assert_eq!(moment(En, new_year, SEOUL, Precision::Day).plain(), "Jan 1, 00:13");
        assert_eq!(moment(Ko, new_year, Tz::UTC, Precision::Day).plain(), "12월 31일 오후 3:13");
    }

    #[test]
    fn a_moment_that_telegram_refuses_is_plain_text() {
        for unix in [-1, 0, i64::from(i32::MAX) + 1] {
            let html = moment(En, at(unix), Tz::UTC, Precision::Day);
            assert_eq!(html.as_str(), html.plain());
            assert!(!html.as_str().is_empty());
        }
        assert!(
            moment(En, at(i64::from(i32::MAX)), Tz::UTC, Precision::Day).as_str().starts_with("<tg-time")
        );
    }

    #[test]
    fn every_korean_city_is_of_its_own_zone_and_other_zones_keep_their_names() {
        assert_eq!(zone(En, SEOUL), "Asia/Seoul");
        assert_eq!(zone(Ko, SEOUL), "서울");
        assert_eq!(zone(Ko, Tz::Antarctica__Troll), "Antarctica/Troll");
        let mut cities: Vec<_> = chrono_tz::TZ_VARIANTS.into_iter().filter_map(korean_city).collect();
        let known = cities.len();
        cities.sort_unstable();
        cities.dedup();
        assert_eq!(cities.len(), known, "two zones share a city");
    }

    #[test]
    fn ages_use_their_largest_unit() {
        for (seconds, english, korean) in [
            (0, "0 s", "0초"),
            (59, "59 s", "59초"),
            (60, "1 min", "1분"),
            (7_199, "1 h", "1시간"),
            (172_800, "2 d", "2일"),
        ] {
            assert_eq!(age(En, Duration::from_secs(seconds)).as_str(), english);
            assert_eq!(age(Ko, Duration::from_secs(seconds)).as_str(), korean);
        }
    }

    #[test]
    fn latencies_have_tenths() {
        assert_eq!(latency(En, Duration::from_millis(812)).as_str(), "0.8 s");
        assert_eq!(latency(Ko, Duration::from_millis(12_040)).as_str(), "12.0초");
        assert_eq!(latency(En, Duration::from_millis(1_234_950)).as_str(), "1,235.0 s");
    }
}
