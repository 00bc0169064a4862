//! The entry point of the fuzz target for packets (see [`crate::fuzz`]).
#![allow(clippy::missing_panics_doc)]

use super::{DecodeError, Decoder, Packet};

const MAX: usize = 4096;

/// The packets of a stream that comes in pieces of so many bytes, up to its first error.
fn packets(bytes: &[u8], piece: usize) -> impl Iterator<Item = Result<Packet, DecodeError>> {
    let (mut decoder, mut pieces, mut input) = (Decoder::new(MAX), bytes.chunks(piece), &[][..]);
    let mut over = false;
    std::iter::from_fn(move || {
        while !over {
            let next = decoder.next(&mut input);
            over = next.is_err();
            match next.transpose() {
                Some(packet) => return Some(packet),
                None => match pieces.next() {
                    Some(piece) => input = piece,
                    None => over = true,
                },
            }
        }
        None
    })
}

/// What a broker says: the first byte is the size of the pieces that the rest comes in.
pub fn mqtt(bytes: &[u8]) {
    let Some((piece, stream)) = bytes.split_first() else { return };
    let whole = packets(stream, stream.len().max(1));
    let pieces = packets(stream, usize::from(*piece).max(1));
    assert!(whole.eq(pieces), "a message of WebSocket is not a packet");
}
