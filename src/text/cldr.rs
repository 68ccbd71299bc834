//! Dates, times of day, numbers and lists, as the CLDR (the Unicode Consortium's locale data) has each language write them.
//!
//! The locale is [`Language::code`], and ICU4X brings the data of all of them: a language that is added needs nothing
//! here. What it does not format in a way that is stable are lengths of time; see `time::age`.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use icu_calendar::{Date, Gregorian};
use icu_datetime::fieldsets::enums::DateFieldSet;
use icu_datetime::fieldsets::{D, E, MD, MDT, T};
use icu_datetime::input::DateTime;
use icu_datetime::options::TimePrecision;
use icu_datetime::pattern::{DateTimePattern, FixedCalendarDateTimeNames};
use icu_datetime::range::FixedCalendarDateRangeFormatter;
use icu_datetime::{FixedCalendarDateTimeFormatter, NoCalendarFormatter};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_list::ListFormatter;
use icu_locale_core::Locale;
use writeable::TryWriteable as _;

use crate::domain::language::Language;

/// "17:00", "오후 5:00".
pub(super) fn time(language: Language, time: NaiveTime) -> String {
    written(language, |formats| formats.time.format(&time))
}

/// "17:00:00", "오후 5:00:00".
pub(super) fn time_with_seconds(language: Language, time: NaiveTime) -> String {
    written(language, |formats| formats.time_with_seconds.format(&time))
}

/// "Nov 22, 17:00", "11월 22일 오후 5:00".
pub(super) fn day_and_time(language: Language, at: NaiveDateTime) -> String {
    written(language, |formats| formats.day_and_time.format(&DateTime::from(at)))
}

/// The short name of a day of the week: "Sun", "일".
pub(super) fn weekday(language: Language, day: Weekday) -> String {
    written(language, |formats| formats.weekday.format(&day))
}

/// A day where its month is known: "22", "22일".
pub(super) fn day_of_month(language: Language, day: NaiveDate) -> String {
    written(language, |formats| formats.day_of_month.format(&Date::from(day)))
}

/// The days from `first` to `last`: "Nov 16 – 22", "11월 30일~12월 6일".
pub(super) fn days(language: Language, first: NaiveDate, last: NaiveDate) -> String {
    written(language, |formats| formats.days.format(&Date::from(first), &Date::from(last)))
}

/// A day as `pattern` has it (UTS #35, "Date Format Patterns"), with the CLDR's names of months and weekdays.
pub(super) fn day(language: Language, pattern: &str, day: NaiveDate) -> String {
    named(language, pattern, day).unwrap_or_else(|error| {
        failed(language, &error);
        day.to_string()
    })
}

/// "1,204", "0.8"; as it is when it is no number in digits.
pub(super) fn number(language: Language, digits: &str) -> String {
    match digits.parse::<Decimal>() {
        Ok(number) => written(language, |formats| formats.number.format(&number)),
        Err(_) => digits.to_owned(),
    }
}

/// "A, B, and C", "A, B 및 C".
pub(super) fn list(language: Language, items: &[String]) -> String {
    written(language, |formats| formats.list.format(items.iter()))
}

/// The formats of a language: built once, then only read.
struct Formats {
    time: NoCalendarFormatter<T>,
    time_with_seconds: NoCalendarFormatter<T>,
    day_and_time: FixedCalendarDateTimeFormatter<Gregorian, MDT>,
    weekday: FixedCalendarDateTimeFormatter<Gregorian, E>,
    day_of_month: FixedCalendarDateTimeFormatter<Gregorian, D>,
    days: FixedCalendarDateRangeFormatter<Gregorian, MD>,
    number: DecimalFormatter,
    list: ListFormatter,
}

static FORMATS: LazyLock<HashMap<Language, Formats>> = LazyLock::new(|| {
    let formats = |language| match locale(language).and_then(|locale| Formats::of(&locale)) {
        Ok(formats) => Some((language, formats)),
        Err(error) => {
            failed(language, &error);
            None
        }
    };
    Language::ALL.into_iter().filter_map(formats).collect()
});

impl Formats {
    fn of(locale: &Locale) -> anyhow::Result<Self> {
        let dates = locale.into();
        let day_and_time = MDT::medium().with_time_precision(TimePrecision::Minute);
        Ok(Self {
            time: NoCalendarFormatter::try_new(dates, T::hm())?,
            time_with_seconds: NoCalendarFormatter::try_new(dates, T::hms())?,
            day_and_time: FixedCalendarDateTimeFormatter::try_new(dates, day_and_time)?,
            weekday: FixedCalendarDateTimeFormatter::try_new(dates, E::short())?,
            day_of_month: FixedCalendarDateTimeFormatter::try_new(dates, D::medium())?,
            days: FixedCalendarDateRangeFormatter::try_new(dates, MD::medium())?,
            number: DecimalFormatter::try_new(locale.into(), Default::default())?,
            list: ListFormatter::try_new_and(locale.into(), Default::default())?,
        })
    }
}

/// The locale of a language. English is read by everybody whose language we don't speak, and half past five is 17:30 to
/// nearly all of them.
fn locale(language: Language) -> anyhow::Result<Locale> {
    let clock = if language == Language::default() { "-u-hc-h23" } else { "" };
    Ok(Locale::try_from_str(&format!("{}{clock}", language.code()))?)
}

fn named(language: Language, pattern: &str, day: NaiveDate) -> anyhow::Result<String> {
    let pattern: DateTimePattern = pattern.parse()?;
    let locale = locale(language)?;
    let mut names = FixedCalendarDateTimeNames::<Gregorian, DateFieldSet>::try_new(locale.into())?;
    let formatter = names.include_for_pattern(&pattern)?;
    match formatter.format(&Date::from(day)).try_write_to_string() {
        Ok(day) => Ok(plainly_spaced(day.into_owned())),
        Err((error, _)) => Err(anyhow::Error::msg(error)),
    }
}

fn written<W: Display>(language: Language, format: impl FnOnce(&'static Formats) -> W) -> String {
    let text = FORMATS.get(&language).map(|formats| format(formats).to_string());
    plainly_spaced(text.unwrap_or_default())
}

/// `text` without the CLDR's thin spaces, which many a font has no glyph for, that of our chart among them.
fn plainly_spaced(text: String) -> String {
    if text.is_ascii() { text } else { text.replace('\u{2009}', " ").replace('\u{202F}', "\u{A0}") }
}

/// The data is part of the binary and the tests format everything in every language: nobody should ever read this.
fn failed(language: Language, error: &anyhow::Error) {
    log::error!("CLDR formats in {}: {error:#}", language.code());
}

#[cfg(test)]
mod tests {
    use Language::{En, Ko};

    use super::*;

    fn november(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
    }

    fn noon(day: NaiveDate) -> NaiveDateTime {
        day.and_hms_opt(12, 0, 0).expect("a time")
    }

    #[test]
    fn every_language_is_written_by_its_code_alone() {
        for language in Language::ALL {
            assert!(FORMATS.contains_key(&language), "{language:?}");
        }
    }

    #[test]
    fn a_language_that_is_yet_to_come_needs_no_code() {
        let formats = |code: &str| {
            let formats = Formats::of(&Locale::try_from_str(code).expect("a locale")).expect("its formats");
            let (day, last) = (november(22), november(28));
            [
                formats.day_and_time.format(&DateTime::from(noon(day))).to_string(),
                formats.weekday.format(&Date::from(day)).to_string(),
                formats.days.format(&Date::from(day), &Date::from(last)).to_string(),
                formats.number.format(&Decimal::from(1_204)).to_string(),
                formats.list.format(["A", "B", "C"].iter()).to_string(),
            ]
        };
        assert_eq!(formats("de"), ["22. Nov., 12:00", "So", "22.–28. Nov.", "1.204", "A, B und C"]);
        assert_eq!(formats("ja"), ["11月22日 12:00", "日", "11月22日～28日", "1,204", "A、B、C"]);
    }

    #[test]
    fn lists_are_joined_by_the_words_of_the_language() {
        let written = |language, items: &[&str]| {
            list(language, &items.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(written(En, &["News"]), "News");
        assert_eq!(written(En, &["News", "X"]), "News and X");
        assert_eq!(written(En, &["News", "X", "2 more"]), "News, X, and 2 more");
        assert_eq!(written(Ko, &["뉴스", "X"]), "뉴스 및 X");
        assert_eq!(written(Ko, &["뉴스", "X", "그 외 2곳"]), "뉴스, X 및 그 외 2곳");
    }

    #[test]
    fn numbers_are_grouped_and_what_is_none_stays() {
        for language in Language::ALL {
            assert_eq!(number(language, "1204567.5"), "1,204,567.5");
            assert_eq!(number(language, "NaN"), "NaN");
        }
    }

    #[test]
    fn a_pattern_that_is_none_leaves_the_date() {
        assert_eq!(day(En, "EEEE, MMM d", november(22)), "Sunday, Nov 22");
        assert_eq!(day(En, "MMMMMMMMMM", november(22)), "2026-11-22");
    }

    #[test]
    fn nothing_is_written_with_spaces_that_fonts_lack() {
        let spaces = plainly_spaced("9:00\u{202F}AM\u{2009}–\u{2009}5:00\u{202F}PM".to_owned());
        assert_eq!(spaces, "9:00\u{A0}AM – 5:00\u{A0}PM");
        for language in Language::ALL {
            let days = days(language, november(16), november(22));
            let at = day_and_time(language, noon(november(16)));
            assert!(format!("{days}{at}").chars().all(|it| !it.is_whitespace() || it == ' '), "{days} {at}");
        }
    }
}
