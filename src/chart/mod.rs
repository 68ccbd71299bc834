//! The picture of a week: a bar for each day, in the reader's language, as PNG.
//!
//! Pure: the same week gives the same bytes, and nothing of the machine is read, no font either. It costs some
//! milliseconds of a processor, so callers keep it off the threads that serve others.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

mod svg;

use crate::domain::language::Language;
use crate::domain::week::Week;

/// Noto Sans KR, cut down to what Korean and English texts need; see `font/README.md`.
static FONT: &[u8] = include_bytes!("font/NotoSansKR-Medium-subset.ttf");

/// The family's name in the font file.
const FAMILY: &str = "Noto Sans KR Medium";

/// How many pixels is a unit of the drawing wide? Sharp on a phone, whose pixels are small.
const SCALE: f32 = 1.5;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The drawing could not be read; a bug.
    #[error("the drawing can't be read: {0}")]
    Drawing(#[from] resvg::usvg::Error),
    /// The pixels could not be allocated or written.
    #[error("the picture can't be written: {0}")]
    Picture(String),
}

/// Draws `week` with labels in `language`; returns the bytes of a PNG of 1200 × 780 pixels, some 30 KB.
///
/// # Errors
/// When the picture can't be made: the caller does without.
pub fn draw(week: &Week, language: Language) -> Result<Vec<u8>, ChartError> {
    let tree = Tree::from_str(&svg::drawing(week, language), &options())?;
    let size = tree.size().to_int_size().scale_by(SCALE);
    let pixmap = size.and_then(|size| Pixmap::new(size.width(), size.height()));
    let mut pixmap = pixmap.ok_or_else(|| ChartError::Picture("no room for its pixels".into()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| ChartError::Picture(error.to_string()))
}

/// With our font and no other.
fn options() -> Options<'static> {
    static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(FONT)));
        Arc::new(fonts)
    });
    Options { fontdb: Arc::clone(&FONTS), font_family: FAMILY.to_owned(), ..Options::default() }
}

#[cfg(test)]
mod tests;
