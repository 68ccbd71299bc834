//! Cities and zones as people write them.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::time::korean_city;
use crate::domain::language::Language;

/// The cities that are offered, around the world from the product's home.
pub const OFFERED: [Tz; 15] = [
    Tz::Asia__Seoul,
    Tz::Asia__Tokyo,
    Tz::Asia__Shanghai,
    Tz::Asia__Singapore,
    Tz::Asia__Kolkata,
    Tz::Asia__Dubai,
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::America__Sao_Paulo,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Los_Angeles,
    Tz::Pacific__Auckland,
    Tz::Australia__Sydney,
    Tz::UTC,
];

/// Cities and countries that the zones are not named after, in lower case with single spaces.
const OTHERS: [(&[&str], Tz); 26] = [
    (&["hawaii", "하와이"], Tz::Pacific__Honolulu),
    (&["alaska", "알래스카"], Tz::America__Anchorage),
    (
        &["busan", "incheon", "daegu", "daejeon", "gwangju", "jeju", "korea", "south korea", "kst"],
        Tz::Asia__Seoul,
    ),
    (&["부산", "인천", "대구", "대전", "광주", "울산", "수원", "제주", "한국", "대한민국"], Tz::Asia__Seoul),
    (
        &["osaka", "kyoto", "yokohama", "nagoya", "sapporo", "fukuoka", "오사카", "교토", "후쿠오카", "일본"],
        Tz::Asia__Tokyo,
    ),
    (&["beijing", "shenzhen", "guangzhou", "china", "베이징", "북경", "상해", "중국"], Tz::Asia__Shanghai),
    (&["taiwan", "대만"], Tz::Asia__Taipei),
    (&["hanoi", "saigon", "vietnam", "하노이", "베트남"], Tz::Asia__Ho_Chi_Minh),
    (&["thailand", "태국"], Tz::Asia__Bangkok),
    (
        &["mumbai", "delhi", "new delhi", "bangalore", "bengaluru", "chennai", "hyderabad", "india", "인도"],
        Tz::Asia__Kolkata,
    ),
    (&["abu dhabi", "아부다비"], Tz::Asia__Dubai),
    (&["nepal", "네팔", "카트만두"], Tz::Asia__Kathmandu),
    (
        &["munich", "hamburg", "frankfurt", "cologne", "germany", "뮌헨", "프랑크푸르트", "독일"],
        Tz::Europe__Berlin,
    ),
    (&["lyon", "marseille", "france", "프랑스"], Tz::Europe__Paris),
    (&["england", "uk", "manchester", "edinburgh", "영국"], Tz::Europe__London),
    (&["milan", "naples", "italy", "밀라노", "로마", "이탈리아"], Tz::Europe__Rome),
    (&["barcelona", "spain", "바르셀로나", "마드리드", "스페인"], Tz::Europe__Madrid),
    (&["geneva", "basel", "제네바", "취리히"], Tz::Europe__Zurich),
    (&["saint petersburg", "st petersburg", "모스크바"], Tz::Europe__Moscow),
    (
        &["est", "edt", "boston", "washington", "miami", "atlanta", "philadelphia", "보스턴", "워싱턴"],
        Tz::America__New_York,
    ),
    (&["houston", "dallas", "austin", "휴스턴", "댈러스"], Tz::America__Chicago),
    (
        &[
            "pst",
            "pdt",
            "california",
            "san francisco",
            "seattle",
            "san diego",
            "las vegas",
            "샌프란시스코",
            "시애틀",
            "la",
        ],
        Tz::America__Los_Angeles,
    ),
    (&["montreal", "ottawa", "몬트리올"], Tz::America__Toronto),
    (&["rio de janeiro", "são paulo", "rio", "brasilia", "리우데자네이루"], Tz::America__Sao_Paulo),
    (&["canberra", "캔버라"], Tz::Australia__Sydney),
    (&["wellington", "new zealand", "뉴질랜드"], Tz::Pacific__Auckland),
];

/// What a zone is called on a button: its city.
pub(super) fn name(language: Language, zone: Tz) -> String {
    let korean = (language == Language::Ko).then(|| korean_city(zone)).flatten();
    korean.map_or_else(|| city(zone).replace('_', " "), str::to_owned)
}

/// The zone that a person means by "Busan", "부산", "new york" or "Asia/Seoul"; `None` for words we don't know.
///
/// "GMT+9" names none: the zone called `Etc/GMT+9` is nine hours *behind*, which nobody means.
pub fn find(words: &str) -> Option<Tz> {
    let words = normalised(words);
    let zones = || TZ_VARIANTS.into_iter().filter(|zone| !zone.name().starts_with("Etc/"));
    let by_name = || zones().find(|zone| normalised(zone.name()) == words);
    if words.contains('/') {
        return by_name();
    }
    let other = OTHERS.iter().find(|(names, _)| names.contains(&words.as_str())).map(|(_, zone)| *zone);
    let by_city = || {
        let mut cities = zones().filter(|zone| zone.name().contains('/') && !is_of_a_country(*zone));
        cities.find(|zone| normalised(city(*zone)) == words)
    };
    other
        .or_else(|| zones().find(|zone| korean_city(*zone) == Some(words.as_str())))
        .or_else(by_city)
        .or_else(by_name)
}

/// Whether the last part of its name is no city but a part of a country: "US/Eastern", "Brazil/West".
fn is_of_a_country(zone: Tz) -> bool {
    ["US/", "Canada/", "Brazil/", "Mexico/", "Chile/", "Australia/West", "Australia/North", "Australia/South"]
        .iter()
        .any(|country| zone.name().starts_with(country))
}

/// The last part of a zone's name.
fn city(zone: Tz) -> &'static str {
    zone.name().rsplit('/').next().unwrap_or_default()
}

/// In lower case, with one space for whatever stands between words.
fn normalised(words: &str) -> String {
    let separated = words.trim().trim_matches(['“', '”', '"', '.', ',']).to_lowercase();
    let parts = separated.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-'));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_are_understood() {
        for (words, zone) in [
            ("Busan", Tz::Asia__Seoul),
            (" “Busan” ", Tz::Asia__Seoul),
            ("부산", Tz::Asia__Seoul),
            ("서울", Tz::Asia__Seoul),
            ("Asia/Seoul", Tz::Asia__Seoul),
            ("asia/seoul", Tz::Asia__Seoul),
            ("new  york", Tz::America__New_York),
            ("NEW_YORK", Tz::America__New_York),
            ("America/Port-au-Prince", Tz::America__PortauPrince),
            ("뉴욕", Tz::America__New_York),
            ("kathmandu", Tz::Asia__Kathmandu),
            ("São Paulo", Tz::America__Sao_Paulo),
            ("utc", Tz::UTC),
            ("UK", Tz::Europe__London),
            ("Singapore", Tz::Asia__Singapore),
            ("EST", Tz::America__New_York),
            ("Hawaii", Tz::Pacific__Honolulu),
            ("Lord Howe", Tz::Australia__Lord_Howe),
        ] {
            assert_eq!(find(words), Some(zone), "{words}");
        }
    }

    #[test]
    fn what_is_no_place_is_none() {
        for words in [
            "",
            " ",
            "Atlantis",
            "GMT+9",
            "UTC+9",
            "Etc/GMT+9",
            "gmt-5",
            "/",
            "_",
            "Asia",
            "09:00",
            "🌍",
            "West",
            "General",
            "Central",
        ] {
            assert_eq!(find(words), None, "{words}");
        }
    }

    #[test]
    fn every_zone_is_found_by_its_name_and_every_offered_city_by_its_label() {
        let places = |zone: &Tz| zone.name().contains('/') && !zone.name().starts_with("Etc/");
        for zone in TZ_VARIANTS.into_iter().filter(places) {
            assert_eq!(find(zone.name()), Some(zone));
        }
        for zone in OFFERED {
            for language in Language::ALL {
                assert_eq!(find(&name(language, zone)), Some(zone), "{zone}");
            }
        }
    }

    #[test]
    fn no_name_stands_for_two_zones() {
        let mut names: Vec<_> = OTHERS.iter().flat_map(|(names, _)| names.iter()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for name in names {
            assert_eq!(&normalised(name), name, "it could never be found");
        }
    }

    proptest! {
        #[test]
        fn any_words_are_read(words in any::<String>()) {
            find(&words);
        }
    }
}
