//! The QR code in a picture, for browsers that cannot read one by themselves.

use rqrr::PreparedImage;

/// The text of the first QR code in a picture of `width` × `height` pixels, one byte of brightness for each, row by row.
#[must_use]
pub fn read(width: usize, height: usize, luma: &[u8]) -> Option<String> {
    if width == 0 || width.checked_mul(height)? != luma.len() {
        return None;
    }
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, |x, y| luma[y * width + x]);
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use qrcode::{Color, QrCode};

    use super::*;

    const TEXT: &str = "KITH1:00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";

    /// The code with this many pixels to a module, within a margin of four.
    fn picture(scale: usize) -> (usize, Vec<u8>) {
        let code = QrCode::new(TEXT).unwrap();
        let (modules, colours) = (code.width(), code.to_colors());
        let side = (modules + 8) * scale;
        let shade = |at: usize| {
            let (x, y) = (at % side / scale, at / side / scale);
            let inside = (4..modules + 4).contains(&x) && (4..modules + 4).contains(&y);
            if inside && colours[(y - 4) * modules + x - 4] == Color::Dark { 40 } else { 210 }
        };
        (side, (0..side * side).map(shade).collect())
    }

    #[test]
    fn a_code_is_read_large_or_small_and_darkened_on_one_side() {
        for scale in [3, 5, 9] {
            let (side, luma) = picture(scale);
            assert_eq!(read(side, side, &luma).as_deref(), Some(TEXT), "{scale} pixels to a module");
            let darkened = luma.iter().enumerate();
            let darkened: Vec<_> = darkened
                .map(|(at, shade)| shade / 2 + u8::try_from(at % side * 60 / side).unwrap())
                .collect();
            assert_eq!(read(side, side, &darkened).as_deref(), Some(TEXT), "{scale}, darkened");
        }
    }

    #[test]
    fn a_picture_without_a_code_or_of_another_size_gives_nothing() {
        let (side, luma) = picture(4);
        assert_eq!(read(side, side, &vec![128; side * side]), None);
        assert_eq!(read(side, side, &luma[..luma.len() / 2]), None);
        assert_eq!(read(side, side + 1, &luma), None);
        assert_eq!(read(usize::MAX, 2, &luma), None);
        assert_eq!(read(0, 0, &[]), None);
    }
}
