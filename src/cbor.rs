//! CBOR arrays, field by field: what payloads and records are written with. (Derived code for each record would be three
//! times the download.)
//!
//! A reader takes arrays of definite and indefinite length, and leaves out fields that it does not know: later versions
//! may add some at the end.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Why a payload cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    /// Not CBOR, or not of the shape that is asked for.
    #[error("the payload is malformed")]
    Malformed,
    /// A version or kind that this client does not know.
    #[error("the payload is of a later version")]
    Unknown,
}

/// Writes one array.
pub(crate) struct Writer(Encoder<Vec<u8>>);

// A Vec takes every byte: what the encoder answers is always success.
impl Writer {
    /// Begins an array of so many fields.
    pub(crate) fn array(fields: u64) -> Self {
        let mut writer = Self(Encoder::new(Vec::new()));
        writer.open(fields);
        writer
    }

    /// Begins an array within.
    pub(crate) fn open(&mut self, fields: u64) -> &mut Self {
        let _ = self.0.array(fields);
        self
    }

    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        let _ = self.0.u64(number);
        self
    }

    pub(crate) fn flag(&mut self, flag: bool) -> &mut Self {
        let _ = self.0.bool(flag);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let _ = self.0.str(text);
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let _ = self.0.bytes(bytes);
        self
    }

    pub(crate) fn nothing(&mut self) -> &mut Self {
        let _ = self.0.null();
        self
    }

    /// Writes a value, or nothing in its place.
    pub(crate) fn maybe<T>(
        &mut self,
        value: Option<T>,
        write: impl FnOnce(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        match value {
            Some(value) => write(self, value),
            None => self.nothing(),
        }
    }

    /// Writes an array of numbers in pairs.
    pub(crate) fn pairs(&mut self, pairs: &[(u64, u64)]) -> &mut Self {
        self.open(pairs.len() as u64);
        for (first, second) in pairs {
            self.open(2).number(*first).number(*second);
        }
        self
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_writer()
    }
}

/// Reads one array.
pub(crate) struct Reader<'b> {
    decoder: Decoder<'b>,
    /// How many fields of the innermost array are left; none where a break ends it.
    left: Option<u64>,
}

impl<'b> Reader<'b> {
    /// Begins to read; what follows the array is not looked at.
    pub(crate) fn new(bytes: &'b [u8]) -> Result<Self, WireError> {
        let mut decoder = Decoder::new(bytes);
        let left = decoder.array().map_err(malformed)?;
        Ok(Self { decoder, left })
    }

    /// How many bytes have been read.
    pub(crate) fn position(&self) -> usize {
        self.decoder.position()
    }

    pub(crate) fn number(&mut self) -> Result<u64, WireError> {
        self.field()?.u64().map_err(malformed)
    }

    /// A number that has to fit into a smaller type.
    pub(crate) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, WireError> {
        T::try_from(self.number()?).map_err(|_| WireError::Malformed)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, WireError> {
        self.field()?.bool().map_err(malformed)
    }

    pub(crate) fn text(&mut self) -> Result<&'b str, WireError> {
        self.field()?.str().map_err(malformed)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], WireError> {
        self.field()?.bytes().map_err(malformed)
    }

    /// Bytes of exactly this number.
    pub(crate) fn id<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.bytes()?.try_into().map_err(|_| WireError::Malformed)
    }

    /// A field that may be null, or missing at the end.
    pub(crate) fn maybe<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, WireError>,
    ) -> Result<Option<T>, WireError> {
        if self.is_nothing()? { Ok(None) } else { read(self).map(Some) }
    }

    /// An array within.
    pub(crate) fn array<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        let outer = self.enter()?;
        let value = read(self)?;
        self.leave(outer)?;
        Ok(value)
    }

    /// An array of alike.
    pub(crate) fn list<T>(
        &mut self,
        read: impl Fn(&mut Self) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        let outer = self.enter()?;
        let mut list = Vec::new();
        while !self.is_over()? {
            list.push(read(self)?);
        }
        self.leave(outer)?;
        Ok(list)
    }

    /// An array of numbers in pairs.
    pub(crate) fn pairs(&mut self) -> Result<Vec<(u64, u64)>, WireError> {
        self.list(|reader| reader.array(|pair| Ok((pair.number()?, pair.number()?))))
    }

    /// The next field, which must be there.
    fn field(&mut self) -> Result<&mut Decoder<'b>, WireError> {
        if self.is_over()? {
            return Err(WireError::Malformed);
        }
        self.left = self.left.map(|left| left - 1);
        Ok(&mut self.decoder)
    }

    fn is_over(&self) -> Result<bool, WireError> {
        match self.left {
            Some(left) => Ok(left == 0),
            None => Ok(self.decoder.datatype().map_err(malformed)? == Type::Break),
        }
    }

    /// Whether the next field is null, which is taken, or missing.
    fn is_nothing(&mut self) -> Result<bool, WireError> {
        if self.is_over()? {
            return Ok(true);
        }
        let null = self.decoder.datatype().map_err(malformed)? == Type::Null;
        if null {
            self.field()?.null().map_err(malformed)?;
        }
        Ok(null)
    }

    /// Goes into an array; gives what is left of the one around it.
    fn enter(&mut self) -> Result<Option<u64>, WireError> {
        let inner = self.field()?.array().map_err(malformed)?;
        Ok(std::mem::replace(&mut self.left, inner))
    }

    fn leave(&mut self, outer: Option<u64>) -> Result<(), WireError> {
        while !self.is_over()? {
            skip(self.field()?).ok_or(WireError::Malformed)?;
        }
        if self.left.is_none() {
            // The break.
            self.decoder.set_position(self.decoder.position() + 1);
        }
        self.left = outer;
        Ok(())
    }
}

/// Passes over a value of whatever kind (RFC 8949 section 3), but for those of indefinite length. (minicbor's own way,
/// which takes them too, is a large one.)
fn skip(decoder: &mut Decoder) -> Option<()> {
    let mut rest = decoder.input().get(decoder.position()..)?;
    let mut values = 1_u64;
    while values > 0 {
        let (first, after) = rest.split_first()?;
        let (kind, info) = (first >> 5, first & 0x1F);
        let size = if info < 24 { 0 } else { 1_usize.checked_shl(u32::from(info) - 24)? };
        let (argument, after) = after.split_at_checked(size).filter(|_| size <= 8)?;
        let argument = argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let argument = if size == 0 { u64::from(info) } else { argument };
        let (bytes, within) = match kind {
            2 | 3 => (usize::try_from(argument).ok()?, 0),
            4 => (0, argument),
            5 => (0, argument.checked_mul(2)?),
            6 => (0, 1),
            _ => (0, 0),
        };
        rest = after.get(bytes..)?;
        values = (values - 1).checked_add(within)?;
    }
    decoder.set_position(decoder.input().len() - rest.len());
    Some(())
}

fn malformed(_: minicbor::decode::Error) -> WireError {
    WireError::Malformed
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(u64, Vec<u8>, Option<String>), WireError> {
        let mut reader = Reader::new(bytes)?;
        let number = reader.number()?;
        let list = reader.list(Reader::small)?;
        Ok((number, list, reader.maybe(Reader::text)?.map(Into::into)))
    }

    #[test]
    fn arrays_of_either_length_are_read() {
        let expected = |text: Option<&str>| Ok((1, vec![2, 3], text.map(Into::into)));
        assert_eq!(read(b"\x83\x01\x82\x02\x03\x61a"), expected(Some("a")));
        assert_eq!(read(b"\x9f\x01\x9f\x02\x03\xff\x61a\xff"), expected(Some("a")));
        assert_eq!(read(b"\x83\x01\x82\x02\x03\xf6"), expected(None), "null");
        assert_eq!(read(b"\x82\x01\x82\x02\x03"), expected(None), "missing at the end");
        assert_eq!(read(b"\x9f\x01\x82\x02\x03\xff"), expected(None), "missing before the break");
    }

    #[test]
    fn fields_of_later_versions_are_left_out() {
        let mut reader = Reader::new(
            b"\x82\x88\x01\x02\x82\x03\x81\x04\xa1\x05\x61a\x39\x01\x02\xc1\x1a\x00\x00\x00\x01\xfb\x00\x00\x00\x00\x00\x00\x00\x00\x59\x00\x02\x01\x02\x07",
        )
        .unwrap();
        assert_eq!(reader.array(Reader::number), Ok(1));
        assert_eq!(reader.number(), Ok(7));
        assert_eq!(reader.number(), Err(WireError::Malformed), "there is no third one");
    }

    #[test]
    fn fields_of_later_versions_are_whole_and_of_definite_length() {
        for bytes in [
            &b"\x81\x82\x01"[..],
            b"\x81\x82\x01\x62a",
            b"\x81\x82\x01\x19\x01",
            b"\x81\x82\x01\x82\x01",
            b"\x81\x82\x01\x9f\xff",
            b"\x81\x82\x01\x1c",
            b"\x81\x82\x01\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x81\x82\x01\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x81\x82\x01\x82\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00",
        ] {
            let mut reader = Reader::new(bytes).unwrap();
            assert_eq!(reader.array(Reader::number), Err(WireError::Malformed), "{bytes:x?}");
        }
    }

    #[test]
    fn other_shapes_are_malformed() {
        for bytes in [
            &b""[..],
            b"\x01",
            b"\x81\x01",
            b"\x83\x01\x82\x02",
            b"\x83\x20\x80\xf6",
            b"\x83\x01\x81\x19\x01\x00\xf6",
            b"\x83\x01\x80\x61\xff",
            b"\x9f\x01\x9f\x02",
        ] {
            assert_eq!(read(bytes), Err(WireError::Malformed), "{bytes:x?}");
        }
    }
}
