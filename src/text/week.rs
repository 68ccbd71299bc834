//! The words on the chart of a week, as plain text.

use chrono::{Days, NaiveDate, Weekday};

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::cldr;
use super::html::Html;
use crate::domain::language::Language;

/// How a post ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Went out.
    Published,
    /// Did not.
    Failed,
    /// May have.
    Unconfirmed,
}

impl Outcome {
    /// "Published · 1,204": its entry in the legend.
    pub fn label(self, language: Language, posts: u64) -> String {
        let key: Key = match self {
            Self::Published => key!("week-published"),
            Self::Failed => key!("week-failed"),
            Self::Unconfirmed => key!("week-unconfirmed"),
        };
        say(language, key, &Args::new().count("count", posts)).plain()
    }
}

/// "Last week · Nov 16 – 22": over the chart of the week that begins on `first_day`.
pub fn title(language: Language, first_day: NaiveDate) -> String {
    let days = Html::trusted(cldr::days(language, first_day, first_day + Days::new(6)));
    say(language, key!("week-title"), &Args::new().html("days", days)).plain()
}

/// What stands where the bars would, in a week without posts.
pub fn empty(language: Language) -> String {
    say(language, key!("week-empty"), &Args::new()).plain()
}

/// "Mon", "월": below a day's bar.
pub fn day_name(language: Language, day: Weekday) -> String {
    cldr::weekday(language, day)
}

/// "Nov 16" would be long seven times over: only the day of the month, "16", "16일", below its name.
pub fn day_of_month(language: Language, day: NaiveDate) -> String {
    cldr::day_of_month(language, day)
}

/// "1,204": on a bar.
pub fn number(language: Language, number: u64) -> String {
    cldr::number(language, &number.to_string())
}

#[cfg(test)]
mod tests {
    use Language::{En, Ko};

    use super::*;

    fn titled(language: Language, year: i32, month: u32, day: u32) -> String {
        title(language, NaiveDate::from_ymd_opt(year, month, day).expect("a day"))
    }

    #[test]
    fn a_week_is_named_by_its_days() {
        assert_eq!(titled(En, 2026, 11, 16), "Last week · Nov 16 – 22");
        assert_eq!(titled(Ko, 2026, 11, 16), "지난주 · 11월 16일~22일");
        assert_eq!(titled(En, 2026, 11, 30), "Last week · Nov 30 – Dec 6");
        assert_eq!(titled(Ko, 2026, 12, 28), "지난주 · 12월 28일~1월 3일");
    }

    #[test]
    fn the_legend_counts() {
        assert_eq!(Outcome::Published.label(En, 10_000), "Published · 10,000");
        assert_eq!(Outcome::Unconfirmed.label(Ko, 1), "미확인 · 1");
    }
}
