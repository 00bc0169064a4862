//! What a picture's first bytes say, before anything is decoded: a small file can claim to be gigapixels. And which bytes
//! are shown as somebody's picture.

/// The largest profile picture, in bytes.
pub const MAX_PICTURE: usize = 64 * 1000;
/// Its longest side, in pixels.
const MAX_SIDE: u32 = 512;

/// Whether bytes are a small picture of a kind that browsers decode without running anything.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    let is_gif = bytes.starts_with(b"GIF");
    let fits = |size: Size| size.width <= MAX_SIDE && size.height <= MAX_SIDE;
    bytes.len() <= MAX_PICTURE && !is_gif && size(bytes).is_some_and(fits)
}

/// A picture's size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// The size of a PNG, GIF, WebP or JPEG; `None` for all else.
#[must_use]
pub fn size(bytes: &[u8]) -> Option<Size> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(Size { width: le16(bytes, 6)?, height: le16(bytes, 8)? })
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        webp(bytes)
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg(bytes)
    } else {
        None
    }
}

fn png(bytes: &[u8]) -> Option<Size> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some(Size { width: be32(bytes, 16)?, height: be32(bytes, 20)? })
}

fn webp(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        // Lossy: a key frame's header.
        b"VP8 " => Some(Size { width: le16(bytes, 26)? & 0x3fff, height: le16(bytes, 28)? & 0x3fff }),
        // Lossless: 14 bits each, less one.
        b"VP8L" => {
            let packed = le16(bytes, 21)? | le16(bytes, 23)? << 16;
            Some(Size { width: (packed & 0x3fff) + 1, height: (packed >> 14 & 0x3fff) + 1 })
        }
        // Extended: 24 bits each, less one.
        b"VP8X" => Some(Size { width: le24(bytes, 24)? + 1, height: le24(bytes, 27)? + 1 }),
        _ => None,
    }
}

/// Walks the segments to the frame header.
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker.
        while *bytes.get(at)? == 0xff && *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        (*bytes.get(at)? == 0xff).then_some(())?;
        match *bytes.get(at + 1)? {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some(Size { height: be16(bytes, at + 5)?, width: be16(bytes, at + 7)? });
            }
            0x01 | 0xd0..=0xd7 => at += 2,
            // Picture data or the end, and no frame header before it.
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(be16(bytes, at + 2)?).ok()?,
        }
    }
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_le_bytes(bytes).into())
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    Some(le16(bytes, at)? | u32::from(*bytes.get(at + 2)?) << 16)
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_be_bytes(bytes).into())
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_png(width: u32, height: u32) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &size[..], &[8, 6, 0, 0, 0]].concat()
    }

    fn a_jpeg(marker: u8, width: u16, height: u16) -> Vec<u8> {
        let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
        [b"\xff\xd8\xff\xe0\0\x04JF\xff\xfe\0\x03!", &[0xFF, marker, 0, 17, 8][..], &size, &[3]].concat()
    }

    fn a_webp(kind: &[u8], size: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", kind, b"\0\0\0\0", size].concat()
    }

    #[test]
    fn a_picture_has_512_pixels_a_side_at_most() {
        let (small, wide) = ([0xFF, 1, 0], [0, 2, 0]);
        for (bytes, shown) in [
            (a_png(512, 512), true),
            (a_png(513, 1), false),
            (a_png(30_000, 30_000), false),
            (a_png(1, u32::MAX), false),
            (a_jpeg(0xC0, 512, 512), true),
            (a_jpeg(0xC2, 1, 65_535), false),
            (a_jpeg(0xC9, 65_535, 1), false),
            (a_jpeg(0xDA, 1, 1), false),
            (a_jpeg(0xC4, 1, 1), false),
            (a_webp(b"VP8X", &[&[0; 4], &small[..], &small].concat()), true),
            (a_webp(b"VP8X", &[&[0; 4], &small[..], &wide].concat()), false),
            (a_webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\0\x02\0\x02"), true),
            (a_webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x01\x02\0\x02"), false),
            (a_webp(b"VP8L", &[0x2F, 0xFF, 0xC1, 0x7F, 0]), true),
            (a_webp(b"VP8L", &[0x2F, 0xFF, 0xFF, 0xFF, 0xFF]), false),
            (a_webp(b"ALPH", &[0; 10]), false),
        ] {
            assert_eq!(is_picture(&bytes), shown, "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_something_else_as_well_is_no_picture() {
        for bytes in [
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
            b"\xef\xbb\xbf<?xml version='1.0'?><svg/>",
            b"<!doctype html><script>alert(1)</script>",
            b"GIF89a/*\0\0*/=1;alert(1)",
            b"BM\x36\0\0\0\0\0\0\0",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"\xff\xd8\xff<script>",
            b"\0\0\0\x1cftypavif",
            b"",
        ] {
            assert!(!is_picture(bytes), "{bytes:02x?}");
        }
        assert!(!is_picture(&[a_png(1, 1), vec![0; MAX_PICTURE]].concat()));
    }
}
