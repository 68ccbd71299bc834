//! The picture itself: made for every week, and no letter of it missing from the font.

use chrono::NaiveDate;
use resvg::usvg::fontdb;

use super::*;
use crate::domain::week::Outcomes;
use crate::text::week as words;

fn week(days: [(u64, u64, u64); 7]) -> Week {
    let first_day = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
    let days = days.map(|(published, failed, unconfirmed)| Outcomes { published, failed, unconfirmed });
    Week { first_day, days }
}

fn weeks() -> [(&'static str, Week); 4] {
    [
        ("usual", week([(4, 0, 0), (6, 1, 0), (3, 0, 0), (8, 2, 1), (5, 0, 0), (0, 0, 0), (2, 0, 1)])),
        ("none", week([(0, 0, 0); 7])),
        ("one", week([(0, 0, 0), (0, 0, 0), (1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)])),
        (
            "many",
            week([
                (10_000, 1, 0),
                (9_120, 340, 12),
                (123_456, 0, 1),
                (8_000, 8_000, 8_000),
                (1, 0, 0),
                (0, 0, 0),
                (99, 1, 1),
            ]),
        ),
    ]
}

/// With `CHARTS_TO` set to a folder, the pictures are left there to be looked at.
#[test]
fn every_week_has_its_picture_in_every_language() {
    for (name, week) in weeks() {
        for language in Language::ALL {
            let png = draw(&week, language).expect("a picture");
            assert!(png.starts_with(b"\x89PNG"), "{name}");
            assert_eq!(
                (&png[16..20], &png[20..24]),
                (&1200_u32.to_be_bytes()[..], &780_u32.to_be_bytes()[..])
            );
            assert!(png.len() < 200_000, "{name}: {} bytes", png.len());
            if let Some(folder) = std::env::var_os("CHARTS_TO") {
                let file = std::path::Path::new(&folder).join(format!("{name}-{}.png", language.code()));
                std::fs::write(file, png).expect("the picture is kept");
            }
        }
    }
}

#[test]
fn the_font_has_every_letter_of_the_labels() {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_source(fontdb::Source::Binary(Arc::new(FONT)));
    let face = fonts.faces().next().expect("one face");
    assert_eq!(face.families[0].0, FAMILY);
    let week = &weeks()[3].1;
    for language in Language::ALL {
        for svg in [svg::drawing(week, language), svg::drawing(&weeks()[1].1, language)] {
            let tree = Tree::from_str(&svg, &options()).expect("a drawing");
            let mut texts = 0;
            for node in tree.root().children() {
                let resvg::usvg::Node::Text(text) = node else { continue };
                texts += 1;
                for span in text.layouted() {
                    let missing = span.positioned_glyphs.iter().find(|glyph| glyph.id.0 == 0);
                    assert!(missing.is_none(), "the font lacks {:?}", missing.map(|glyph| &glyph.text));
                }
            }
            assert!(texts > 14, "days and their numbers are written: {texts}");
        }
    }
    assert!(!words::empty(Language::Ko).is_empty());
}
