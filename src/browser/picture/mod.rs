//! Profile pictures: whatever file a person picks becomes a small square, without what else was in the file (place,
//! time, camera).

use std::sync::Arc;

use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, ImageBitmap, ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d as Context,
};

pub use crate::chat::picture::{Size, size};

use super::js;
use crate::chat::input::PictureError::{self, TooLarge, Unreadable};

/// The longest file that is read, in bytes.
pub const MAX_FILE: usize = 20 * 1024 * 1024;
/// The most pixels that are decoded.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The longest result, in bytes.
pub const MAX_RESULT: usize = 64_000;
/// The result's largest side, in pixels.
pub const SIDE: u32 = 256;

const QUALITIES: [f64; 6] = [0.85, 0.75, 0.6, 0.45, 0.3, 0.1];

/// Decodes a PNG, JPEG, WebP or GIF, crops it to a square around its middle, and encodes it as WebP or JPEG.
///
/// # Errors
/// When it is none of these, is damaged, or is larger than [`MAX_FILE`] or [`MAX_PIXELS`].
pub async fn encode(bytes: Arc<[u8]>) -> Result<Arc<[u8]>, PictureError> {
    if bytes.len() > MAX_FILE {
        return Err(TooLarge);
    }
    check(size(&bytes).ok_or(Unreadable)?)?;
    let bitmap = decode(&bytes).await?;
    // The header may have lied.
    let checked = check(Size { width: bitmap.width(), height: bitmap.height() });
    let canvas = checked.and_then(|()| draw(&bitmap).map_err(|_| Unreadable));
    bitmap.close();
    let canvas = canvas?;
    for kind in ["image/webp", "image/jpeg"] {
        for quality in QUALITIES {
            match compress(&canvas, kind, quality).await? {
                Some(result) if result.len() <= MAX_RESULT => return Ok(result.into()),
                Some(_) => {}
                // This browser does not write this kind.
                None => break,
            }
        }
    }
    Err(TooLarge)
}

fn check(size: Size) -> Result<(), PictureError> {
    match u64::from(size.width) * u64::from(size.height) {
        0 => Err(Unreadable),
        pixels if pixels > MAX_PIXELS => Err(TooLarge),
        _ => Ok(()),
    }
}

async fn decode(bytes: &[u8]) -> Result<ImageBitmap, PictureError> {
    let blob =
        Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).map_err(|_| Unreadable)?;
    let decoding = js::window().create_image_bitmap_with_blob(&blob).map_err(|_| Unreadable)?;
    settled(decoding).await
}

fn draw(bitmap: &ImageBitmap) -> Result<OffscreenCanvas, JsValue> {
    let (width, height) = (bitmap.width(), bitmap.height());
    let crop = width.min(height);
    let side = crop.min(SIDE);
    let canvas = OffscreenCanvas::new(side, side)?;
    let context: Context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    js_sys::Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    // JPEG has no transparency, and black is a bad guess for what was behind it.
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, side.into(), side.into());
    let (left, top) = (f64::from(width - crop) / 2.0, f64::from(height - crop) / 2.0);
    let (crop, side) = (f64::from(crop), f64::from(side));
    context.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        bitmap, left, top, crop, crop, 0.0, 0.0, side, side,
    )?;
    Ok(canvas)
}

/// `None` where the browser wrote another kind than it was asked for.
async fn compress(
    canvas: &OffscreenCanvas,
    kind: &str,
    quality: f64,
) -> Result<Option<Vec<u8>>, PictureError> {
    let options = ImageEncodeOptions::new();
    options.set_type(kind);
    options.set_quality(quality);
    let blob: Blob = settled(canvas.convert_to_blob_with_options(&options).map_err(|_| Unreadable)?).await?;
    if blob.type_() != kind {
        return Ok(None);
    }
    let buffer: ArrayBuffer = settled(blob.array_buffer()).await?;
    Ok(Some(Uint8Array::new(&buffer).to_vec()))
}

async fn settled<T: JsCast>(promise: Promise) -> Result<T, PictureError> {
    JsFuture::from(promise).await.ok().and_then(|value| value.dyn_into().ok()).ok_or(Unreadable)
}
