//! The drawing: where everything is, in which colour and how large.

use std::fmt::Write as _;

use chrono::{Datelike as _, Days};

use crate::domain::language::Language;
use crate::domain::week::{Outcomes, Week};
use crate::text::week::{self as words, Outcome};

// On a card of its own, so that it reads the same on a light and a dark chat. Each colour has a contrast of at least
// 4.5 : 1 to what is next to it (WCAG 2.2, 1.4.3): text to the card, white numbers to their bars. Blue, red and ochre
// also differ for those who don't tell red from green, and always stand in this order.
const CARD: &str = "#FFFFFF";
const INK: &str = "#16202A";
const FAINT_INK: &str = "#56626E";
const LINE: &str = "#C3CBD3";
const ON_BAR: &str = "#FFFFFF";

/// From the bottom of a bar to its top.
const STACK: [(Outcome, &str); 3] =
    [(Outcome::Published, "#1B66B3"), (Outcome::Failed, "#C22F2F"), (Outcome::Unconfirmed, "#7D5A00")];

const WIDTH: f32 = 800.0;
const HEIGHT: f32 = 520.0;
const MARGIN: f32 = 40.0;
const SLOT: f32 = (WIDTH - 2.0 * MARGIN) / 7.0;
const BAR: f32 = 84.0;

/// Where bars end at the top at most, and where they stand.
const PLOT_TOP: f32 = 148.0;
const PLOT_BOTTOM: f32 = 428.0;

/// A part of a bar is at least so high: room for its number. One failure among ten thousand posts is to be seen.
const LEAST: f32 = 30.0;

/// Between the parts of a bar.
const GAP: f32 = 2.0;

const LEGEND_SIZE: f32 = 25.0;
const LEGEND_BASELINE: f32 = 115.0;

const NUMBER_SIZE: f32 = 24.0;

/// How wide is a character of a number, of its size? Digits are 0.56, commas less.
const DIGIT_WIDTH: f32 = 0.57;

/// A drawing under construction.
struct Drawing {
    svg: String,
    language: Language,
}

/// The chart of `week` as SVG.
pub(super) fn drawing(week: &Week, language: Language) -> String {
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="{}" font-weight="500">"#,
        super::FAMILY
    );
    let mut drawing = Drawing { svg, language };
    drawing.element(format_args!(r#"<rect width="{WIDTH}" height="{HEIGHT}" fill="{CARD}"/>"#));
    let title = words::title(language, week.first_day);
    drawing.text(MARGIN, 66.0, 34.0, INK, "start", &title);
    if week.is_empty() {
        let middle = (PLOT_TOP + PLOT_BOTTOM) / 2.0;
        drawing.text(WIDTH / 2.0, middle, 28.0, FAINT_INK, "middle", &words::empty(language));
    } else {
        drawing.legend(week.total());
        drawing.bars(week);
    }
    drawing.days(week);
    drawing.svg.push_str("</svg>");
    drawing.svg
}

impl Drawing {
    fn element(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.svg.write_fmt(element);
    }

    fn text(&mut self, x: f32, baseline: f32, size: f32, colour: &str, anchor: &str, words: &str) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        self.element(format_args!(
            r#"<text x="{x}" y="{baseline}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{words}</text>"#
        ));
    }

    /// What the colours mean, each with its sum: of what there was none, nothing is said.
    fn legend(&mut self, total: Outcomes) {
        let entries: Vec<(&str, String)> = STACK
            .into_iter()
            .map(|(outcome, colour)| (colour, outcome, posts_of(total, outcome)))
            .filter(|(_, _, posts)| *posts > 0)
            .map(|(colour, outcome, posts)| (colour, outcome.label(self.language, posts)))
            .collect();
        // All on one line, in smaller letters where the sums are long.
        let needed: f32 = entries.iter().map(|(_, label)| 2.4 + width_in_ems(label)).sum();
        let size = LEGEND_SIZE.min((WIDTH - 2.0 * MARGIN) / needed);
        let mut x = MARGIN;
        for (colour, label) in entries {
            let (side, top) = (0.88 * size, LEGEND_BASELINE - 0.8 * size);
            self.element(format_args!(
                r#"<rect x="{x}" y="{top}" width="{side}" height="{side}" rx="5" fill="{colour}"/>"#
            ));
            self.text(x + 1.3 * size, LEGEND_BASELINE, size, INK, "start", &label);
            x += (2.4 + width_in_ems(&label)) * size;
        }
    }

    fn bars(&mut self, week: &Week) {
        let scale = Scale::of(week);
        for (slot, day) in slots().zip(&week.days) {
            let x = slot + (SLOT - BAR) / 2.0;
            let mut bottom = PLOT_BOTTOM;
            for (outcome, colour) in STACK {
                let posts = posts_of(*day, outcome);
                if posts == 0 {
                    continue;
                }
                let height = scale.height(posts);
                let top = bottom - height;
                self.element(format_args!(
                    r#"<rect x="{x}" y="{top}" width="{BAR}" height="{height}" rx="5" fill="{colour}"/>"#
                ));
                let number = words::number(self.language, posts);
                let size = NUMBER_SIZE.min((BAR - 8.0) / (DIGIT_WIDTH * number.chars().count() as f32));
                let baseline = top + height / 2.0 + size * 0.36;
                self.text(x + BAR / 2.0, baseline, size, ON_BAR, "middle", &number);
                bottom = top - GAP;
            }
        }
    }

    /// The line that the bars stand on, and the days below it.
    fn days(&mut self, week: &Week) {
        let end = WIDTH - MARGIN;
        let y = PLOT_BOTTOM + 2.0;
        self.element(format_args!(r#"<path d="M {MARGIN} {y} H {end}" stroke="{LINE}" stroke-width="2"/>"#));
        for (slot, day) in slots().zip(0..) {
            let day = week.first_day + Days::new(day);
            let middle = slot + SLOT / 2.0;
            let name = words::day_name(self.language, day.weekday());
            self.text(middle, 464.0, 27.0, INK, "middle", &name);
            let date = words::day_of_month(self.language, day);
            self.text(middle, 495.0, 22.0, FAINT_INK, "middle", &date);
        }
    }
}

/// Where each day's slot begins.
fn slots() -> impl Iterator<Item = f32> {
    (0_u8..7).map(|day| MARGIN + SLOT * f32::from(day))
}

fn posts_of(outcomes: Outcomes, outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Published => outcomes.published,
        Outcome::Failed => outcomes.failed,
        Outcome::Unconfirmed => outcomes.unconfirmed,
    }
}

/// How high a number of posts is drawn.
#[derive(Clone, Copy)]
struct Scale {
    /// The posts of the day that had most.
    largest: u64,
    /// As high as these are, if no part of the bar has to be higher than its share.
    room: f32,
}

impl Scale {
    /// The largest at which every bar fits.
    fn of(week: &Week) -> Self {
        const ALL: f32 = PLOT_BOTTOM - PLOT_TOP;
        let largest = week.days.iter().map(|day| day.posts()).max().unwrap_or_default().max(1);
        // A bar has two other parts at most that may have to be higher than their share.
        let scales = [0.0, 1.0, 2.0].map(|parts| Self { largest, room: ALL - parts * (LEAST + GAP) });
        let fits = |scale: &Self| week.days.iter().all(|day| scale.bar(*day) <= ALL);
        scales.into_iter().find(fits).unwrap_or(scales[2])
    }

    fn height(self, posts: u64) -> f32 {
        ((posts as f64 / self.largest as f64) as f32 * self.room).max(LEAST)
    }

    fn bar(self, day: Outcomes) -> f32 {
        let parts = STACK.map(|(outcome, _)| posts_of(day, outcome)).into_iter().filter(|posts| *posts > 0);
        parts.map(|posts| self.height(posts) + GAP).sum::<f32>() - GAP
    }
}

/// About how wide `words` are, in their size: syllables are square, other letters half as wide as high.
fn width_in_ems(words: &str) -> f32 {
    words.chars().map(|letter| if letter >= '\u{1100}' { 0.92 } else { 0.54 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of "#RRGGBB" (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn everything_written_can_be_read() {
        for (text, on) in [(INK, CARD), (FAINT_INK, CARD)] {
            assert!(contrast(text, on) >= 4.5, "{text} on {on}: {:.2}", contrast(text, on));
        }
        for (outcome, bar) in STACK {
            assert!(contrast(ON_BAR, bar) >= 4.5, "{outcome:?}: {:.2}", contrast(ON_BAR, bar));
        }
    }

    #[test]
    fn no_bar_leaves_the_plot_however_many_posts_there_were() {
        let all = |posts| Outcomes { published: posts, failed: posts, unconfirmed: posts };
        let one_of_each = Outcomes { published: u64::MAX, failed: 1, unconfirmed: 1 };
        let first_day = chrono::NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
        for days in [[all(1); 7], [all(10_000); 7], [all(u64::MAX); 7], [one_of_each; 7]] {
            let svg = drawing(&Week { first_day, days }, Language::Ko);
            let tops = svg.split(" y=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            let highest = tops.map(|y| y.parse::<f32>().unwrap()).filter(|y| *y > 117.0);
            assert!(highest.fold(f32::MAX, f32::min) >= PLOT_TOP - 1.0, "{svg}");
        }
    }
}
