//! What a picture's first bytes say, before anything is decoded: a small file can claim to be gigapixels.

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
