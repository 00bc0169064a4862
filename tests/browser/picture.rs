use std::sync::Arc;

use js_sys::Uint8Array;
use kith::browser::picture::{MAX_FILE, MAX_RESULT, SIDE, Size, encode, size};
use kith::chat::input::PictureError;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::js_async;

/// A picture drawn in the page: random noise, the hardest to compress, with a red square in the middle.
async fn drawn(width: u32, height: u32, kind: &str) -> Arc<[u8]> {
    let code = format!(
        "const c = new OffscreenCanvas({width}, {height}), g = c.getContext('2d');
         const p = g.createImageData({width}, {height});
         for (let i = 0; i < p.data.length; i++) p.data[i] = i % 4 == 3 ? 255 : Math.random() * 256;
         g.putImageData(p, 0, 0);
         const s = Math.min({width}, {height}) / 2;
         g.fillStyle = 'red'; g.fillRect(({width} - s) / 2, ({height} - s) / 2, s, s);
         c.convertToBlob({{type: '{kind}'}}).then(b => b.arrayBuffer()).then(done, fail);"
    );
    Uint8Array::new(&js_async(&code).await).to_vec().into()
}

/// Width, height and the colour of the middle of an encoded picture.
async fn seen(bytes: &[u8]) -> [u32; 5] {
    let list: Vec<_> = bytes.iter().map(u8::to_string).collect();
    let code = format!(
        "createImageBitmap(new Blob([new Uint8Array([{}])])).then(b => {{
             const c = new OffscreenCanvas(b.width, b.height), g = c.getContext('2d');
             g.drawImage(b, 0, 0);
             const [r, gr, bl] = g.getImageData(b.width >> 1, b.height >> 1, 1, 1).data;
             return Uint32Array.of(b.width, b.height, r, gr, bl);
         }}).then(done, fail)",
        list.join(",")
    );
    js_sys::Uint32Array::new(&js_async(&code).await).to_vec().try_into().unwrap()
}

#[wasm_bindgen_test]
async fn any_picture_becomes_a_small_square_around_its_middle() {
    for (width, height, kind) in
        [(1200, 700, "image/png"), (300, 900, "image/jpeg"), (640, 640, "image/webp")]
    {
        let file = drawn(width, height, kind).await;
        assert_eq!(size(&file), Some(Size { width, height }), "{kind}");
        let result = encode(file).await.unwrap();
        assert!(result.len() <= MAX_RESULT, "{} bytes", result.len());
        assert_eq!(&result[8..12], b"WEBP");
        let [wide, high, red, green, blue] = seen(&result).await;
        assert_eq!((wide, high), (SIDE, SIDE));
        assert!(red > 200 && green < 60 && blue < 60, "the middle is {red} {green} {blue}");
    }
}

#[wasm_bindgen_test]
async fn a_small_picture_is_not_blown_up() {
    let result = encode(drawn(40, 30, "image/png").await).await.unwrap();
    let [wide, high, ..] = seen(&result).await;
    assert_eq!((wide, high), (30, 30));
}

#[wasm_bindgen_test]
async fn a_gif_is_taken() {
    let gif = *b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let [wide, high, ..] = seen(&encode(gif.as_slice().into()).await.unwrap()).await;
    assert_eq!((wide, high), (1, 1));
}

#[wasm_bindgen_test]
async fn what_is_no_picture_or_a_dangerous_one_is_unreadable() {
    let mut cut = drawn(64, 64, "image/png").await.to_vec();
    cut.truncate(60);
    let files: [&[u8]; 6] = [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0",
        &cut,
    ];
    for file in files {
        assert_eq!(encode(file.into()).await, Err(PictureError::Unreadable));
    }
}

#[wasm_bindgen_test]
async fn too_many_pixels_and_too_many_bytes_are_refused_before_decoding() {
    let mut file = drawn(64, 64, "image/png").await.to_vec();
    file[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
    assert_eq!(encode(file.into()).await, Err(PictureError::TooLarge));
    let mut file = drawn(64, 64, "image/png").await.to_vec();
    file.resize(MAX_FILE + 1, 0);
    assert_eq!(encode(file.into()).await, Err(PictureError::TooLarge));
}

#[wasm_bindgen_test]
fn sizes_are_read_from_every_kind_of_header() {
    let vp8l = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x63\x00\x32\x00";
    assert_eq!(size(vp8l), Some(Size { width: 100, height: 201 }));
    let vp8x = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\xff\xff\x00\x01\x00\x00";
    assert_eq!(size(vp8x), Some(Size { width: 65_536, height: 2 }));
    let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\x10\0\x20";
    assert_eq!(size(jpeg), Some(Size { width: 32, height: 16 }));
    assert_eq!(size(b"\xff\xd8\xff\xda\0\x04ab"), None);
    for cut in 0..jpeg.len() {
        assert_eq!(size(&jpeg[..cut]), None);
    }
}
