//! The words that times are made of, in both languages, and how a line falls apart into them.

use chrono::{TimeDelta, Weekday};

/// A piece of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A number, and how many digits it was written with.
    Number(u32, usize),
    /// One of `: - . /`.
    Mark(char),
    Word(Word),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Now,
    /// Today and so many days.
    Today(u64),
    Weekday(Weekday),
    /// "월": the month after a number, else Monday.
    MonthOrMonday,
    /// "일": the day after a number, else Sunday.
    DayOrSunday,
    Year,
    Month(u32),
    Half(Half),
    Noon,
    Midnight,
    /// "시": the hour of a time.
    OClock,
    /// "반": and a half.
    AndAHalf,
    Unit(Unit),
    In,
    Later,
    After,
    Next,
    /// Says nothing that a time needs.
    Filler,
}

/// Which half of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
    /// From five to eleven; nobody agrees on what twelve at night is.
    Evening,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    pub(super) fn times(self, count: u32) -> Option<TimeDelta> {
        let count = i64::from(count);
        match self {
            Self::Minute => TimeDelta::try_minutes(count),
            Self::Hour => TimeDelta::try_hours(count),
            Self::Day => TimeDelta::try_days(count),
            Self::Week => TimeDelta::try_weeks(count),
        }
    }
}

/// English words, each whole.
const ENGLISH: &[(&[&str], Word)] = &[
    (&["now"], Word::Now),
    (&["today"], Word::Today(0)),
    (&["tomorrow", "tmrw"], Word::Today(1)),
    (&["mon", "monday"], Word::Weekday(Weekday::Mon)),
    (&["tue", "tues", "tuesday"], Word::Weekday(Weekday::Tue)),
    (&["wed", "weds", "wednesday"], Word::Weekday(Weekday::Wed)),
    (&["thu", "thur", "thurs", "thursday"], Word::Weekday(Weekday::Thu)),
    (&["fri", "friday"], Word::Weekday(Weekday::Fri)),
    (&["sat", "saturday"], Word::Weekday(Weekday::Sat)),
    (&["sun", "sunday"], Word::Weekday(Weekday::Sun)),
    (&["jan", "january"], Word::Month(1)),
    (&["feb", "february"], Word::Month(2)),
    (&["mar", "march"], Word::Month(3)),
    (&["apr", "april"], Word::Month(4)),
    (&["may"], Word::Month(5)),
    (&["jun", "june"], Word::Month(6)),
    (&["jul", "july"], Word::Month(7)),
    (&["aug", "august"], Word::Month(8)),
    (&["sep", "sept", "september"], Word::Month(9)),
    (&["oct", "october"], Word::Month(10)),
    (&["nov", "november"], Word::Month(11)),
    (&["dec", "december"], Word::Month(12)),
    (&["am"], Word::Half(Half::Morning)),
    (&["pm"], Word::Half(Half::Afternoon)),
    (&["noon", "midday"], Word::Noon),
    (&["midnight"], Word::Midnight),
    (&["m", "min", "mins", "minute", "minutes"], Word::Unit(Unit::Minute)),
    (&["h", "hr", "hrs", "hour", "hours"], Word::Unit(Unit::Hour)),
    (&["d", "day", "days"], Word::Unit(Unit::Day)),
    (&["w", "week", "weeks"], Word::Unit(Unit::Week)),
    (&["in"], Word::In),
    (&["later"], Word::Later),
    (&["after"], Word::After),
    (&["next"], Word::Next),
    (&["at", "on", "the", "and", "st", "nd", "rd", "th", "o'clock"], Word::Filler),
];

/// Korean words, which may stand without a space between them.
const KOREAN: &[(&str, Word)] = &[
    ("지금", Word::Now),
    ("오늘", Word::Today(0)),
    ("내일", Word::Today(1)),
    ("모레", Word::Today(2)),
    ("내일모레", Word::Today(2)),
    ("월요일", Word::Weekday(Weekday::Mon)),
    ("화요일", Word::Weekday(Weekday::Tue)),
    ("수요일", Word::Weekday(Weekday::Wed)),
    ("목요일", Word::Weekday(Weekday::Thu)),
    ("금요일", Word::Weekday(Weekday::Fri)),
    ("토요일", Word::Weekday(Weekday::Sat)),
    ("일요일", Word::Weekday(Weekday::Sun)),
    ("월", Word::MonthOrMonday),
    ("화", Word::Weekday(Weekday::Tue)),
    ("수", Word::Weekday(Weekday::Wed)),
    ("목", Word::Weekday(Weekday::Thu)),
    ("금", Word::Weekday(Weekday::Fri)),
    ("토", Word::Weekday(Weekday::Sat)),
    ("일", Word::DayOrSunday),
    ("년", Word::Year),
    ("새벽", Word::Half(Half::Morning)),
    ("아침", Word::Half(Half::Morning)),
    ("오전", Word::Half(Half::Morning)),
    ("낮", Word::Half(Half::Afternoon)),
    ("오후", Word::Half(Half::Afternoon)),
    ("저녁", Word::Half(Half::Evening)),
    ("밤", Word::Half(Half::Evening)),
    ("정오", Word::Noon),
    ("자정", Word::Midnight),
    ("시", Word::OClock),
    ("반", Word::AndAHalf),
    ("분", Word::Unit(Unit::Minute)),
    ("시간", Word::Unit(Unit::Hour)),
    ("주", Word::Unit(Unit::Week)),
    ("뒤", Word::Later),
    ("후", Word::Later),
    ("다음", Word::Next),
    ("에", Word::Filler),
];

/// How Korean counts hours.
const KOREAN_NUMBERS: [&str; 12] =
    ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"];

/// The pieces of `typed`, without fillers; `None` when some of it is no word that we know.
pub(super) fn tokens(typed: &str) -> Option<Vec<Token>> {
    let typed = plain(typed);
    let mut rest = typed.as_str();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            ' ' | ',' => (None, 1),
            // "Fri." and "a.m." end in one; between numbers it is part of a date.
            '.' if matches!(tokens.last(), Some(Token::Word(_))) => (None, 1),
            ':' | '-' | '.' | '/' => (Some(Token::Mark(first)), 1),
            '0'..='9' => number(rest)?,
            'a'..='z' => english(rest, &mut tokens)?,
            _ => korean(rest)?,
        };
        tokens.extend(token.filter(|token| *token != Token::Word(Word::Filler)));
        rest = rest.get(length..)?;
    }
    Some(tokens)
}

/// `typed` in small letters and plain digits, with plain spaces.
fn plain(typed: &str) -> String {
    let plain = typed.chars().filter_map(|it| match it {
        // Keyboards for Chinese, Japanese and Korean write "９：００": the same signs, each as wide as a syllable.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(it) - 0xFEE0),
        // Invisible, and copied along with what is seen: joiners, direction marks.
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => None,
        '–' | '—' => Some('-'),
        '’' => Some('\''),
        it if it.is_whitespace() => Some(' '),
        it => Some(it),
    });
    let plain = plain.collect::<String>().to_lowercase();
    plain.replace("a.m.", "am").replace("p.m.", "pm")
}

/// A token and its length in bytes.
type Found = (Option<Token>, usize);

fn number(rest: &str) -> Option<Found> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let value = rest.get(..digits).filter(|_| digits <= 4)?.parse().ok()?;
    Some((Some(Token::Number(value, digits)), digits))
}

fn english(rest: &str, tokens: &mut Vec<Token>) -> Option<Found> {
    let length = rest.bytes().take_while(|it| it.is_ascii_lowercase() || *it == b'\'').count();
    let word = rest.get(..length)?;
    let token = match word {
        "tonight" => {
            tokens.push(Token::Word(Word::Today(0)));
            Token::Word(Word::Half(Half::Evening))
        }
        // "In an hour".
        "a" | "an" => Token::Number(1, 1),
        word => Token::Word(ENGLISH.iter().find(|(names, _)| names.contains(&word))?.1),
    };
    Some((Some(token), length))
}

/// The longest word that `rest` begins with.
fn korean(rest: &str) -> Option<Found> {
    let words = KOREAN.iter().map(|(name, word)| (*name, Token::Word(*word)));
    let numbers = (1..).zip(KOREAN_NUMBERS).map(|(number, name)| (name, Token::Number(number, 1)));
    let (name, token) =
        words.chain(numbers).filter(|(name, _)| rest.starts_with(name)).max_by_key(|(name, _)| name.len())?;
    Some((Some(token), name.len()))
}
