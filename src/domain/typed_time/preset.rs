//! The times that are offered as buttons beside the typed ones.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Day, Reader, When};

/// A time that most people mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// An hour from now.
    InAnHour,
    /// The next 18:00.
    Evening,
    /// Tomorrow, 9:00.
    TomorrowMorning,
    /// Tomorrow, 18:00.
    TomorrowEvening,
}

impl Preset {
    /// All of them, the soonest first.
    pub const ALL: [Self; 4] = [Self::InAnHour, Self::Evening, Self::TomorrowMorning, Self::TomorrowEvening];

    /// As it stands in callback data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InAnHour => "hour",
            Self::Evening => "evening",
            Self::TomorrowMorning => "morning",
            Self::TomorrowEvening => "next",
        }
    }

    /// The preset of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == name)
    }

    /// When it is for somebody in `zone` at `now`: always ahead.
    pub fn moment(self, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
        let in_an_hour = now + TimeDelta::hours(1);
        let (day, time) = match self {
            Self::InAnHour => return in_an_hour,
            Self::Evening => (None, self.time()),
            Self::TomorrowMorning | Self::TomorrowEvening => (Some(Day::Today(1)), self.time()),
        };
        // Only a day that does not exist has no such time.
        Reader { zone, now }.moment(When::At { day, time }).unwrap_or(in_an_hour)
    }

    /// Those to offer to somebody in `zone` at `now`, each with its moment: this evening only while it lies ahead.
    pub fn offered(zone: Tz, now: DateTime<Utc>) -> impl Iterator<Item = (Self, DateTime<Utc>)> {
        let today = now.with_timezone(&zone).date_naive();
        Self::ALL.into_iter().map(move |preset| (preset, preset.moment(zone, now))).filter(
            move |(preset, at)| *preset != Self::Evening || at.with_timezone(&zone).date_naive() == today,
        )
    }

    fn time(self) -> NaiveTime {
        let hour = if self == Self::TomorrowMorning { 9 } else { 18 };
        NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(now: &str) -> Vec<String> {
        let seoul = Tz::Asia__Seoul;
        let offered = Preset::offered(seoul, now.parse().expect("a moment"));
        offered.map(|(_, at)| at.with_timezone(&seoul).format("%d %H:%M").to_string()).collect()
    }

    #[test]
    fn this_evening_is_offered_until_it_begins() {
        assert_eq!(offered("2026-11-24T08:00:00Z"), ["24 18:00", "24 18:00", "25 09:00", "25 18:00"]);
        assert_eq!(offered("2026-11-24T09:00:00Z"), ["24 19:00", "25 09:00", "25 18:00"]);
    }

    #[test]
    fn every_preset_is_read_back() {
        for preset in Preset::ALL {
            assert_eq!(Preset::from_name(preset.as_str()), Some(preset));
        }
    }
}
