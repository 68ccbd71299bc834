//! Just enough of PNG, JPEG, GIF and WebP to know an image and its size.

/// Width and height in pixels; None: Telegram would not take this for a photo.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => (be32(bytes, 16)?, be32(bytes, 20)?),
        [0xff, 0xd8, 0xff, ..] => jpeg_size(bytes)?,
        [b'G', b'I', b'F', b'8', ..] => (le16(bytes, 6)?, le16(bytes, 8)?),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp_size(bytes)?,
        _ => return None,
    };
    (width > 0 && height > 0).then_some((width, height))
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

/// Walks the segments to the frame header (SOF), which holds the size.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        // SOF0..SOF15 without DHT, JPG and DAC, which lie in the same range.
        if (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((be16(bytes, at + 7)?, be16(bytes, at + 5)?));
        }
        at += 2 + usize::try_from(be16(bytes, at + 2)?).ok()?;
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((le16(bytes, 26)? & 0x3fff, le16(bytes, 28)? & 0x3fff)),
        b"VP8X" => {
            let le24 = |at: usize| Some(le16(bytes, at)? | u32::from(*bytes.get(at + 2)?) << 16);
            Some((le24(24)? + 1, le24(27)? + 1))
        }
        b"VP8L" => {
            let bits = le16(bytes, 21)? | le16(bytes, 23)? << 16;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn each_format_tells_its_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x01\x90";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08\x01\x90\x03\x20\x03";
        let gif = b"GIF89a\x20\x03\x90\x01";
        let webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x8f\x01\0";
        for image in [png.as_slice(), jpeg, gif, webp] {
            assert_eq!(size(image), Some((800, 400)), "{}", String::from_utf8_lossy(&image[..4]));
        }
    }

    #[test]
    fn what_is_cut_off_or_no_image_has_none() {
        assert_eq!(size(b""), None);
        assert_eq!(size(b"%PDF-1.7"), None);
        assert_eq!(size(b"\x89PNG\r\n\x1a\n\0\0"), None);
        assert_eq!(size(b"\xff\xd8\xff\xe0\0\x04JF"), None);
        assert_eq!(size(b"GIF89a\0\0\0\0"), None, "nothing is no size");
    }
}
