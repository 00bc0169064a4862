//! Values as bytes, from one tab to another: field after field, without names or versions. Both tabs must be of one build,
//! so the lists of fields are hashed into the version that each message begins with. Nothing of it is ever stored.
//!
//! What one tab has put, another of the same build can take. So nothing is checked on the way but that it comes to an end:
//! where bytes are missing, zeros are read. (To tell of it for each field would double what this adds to the download.)

use std::sync::Arc;

/// What can be carried.
pub(super) trait Carry: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut &[u8]) -> Self;

    /// Whether it is carried at all: some variants stay where they are.
    fn crosses(&self) -> bool {
        true
    }
}

/// A value by itself.
pub(super) fn bytes_of(value: &impl Carry) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

#[inline(never)]
fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(bytes);
}

#[inline(never)]
fn take_bytes<'f>(from: &mut &'f [u8], length: usize) -> &'f [u8] {
    let (taken, rest) = from.split_at(length.min(from.len()));
    *from = rest;
    taken
}

impl<const N: usize> Carry for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self, out);
    }

    fn take(from: &mut &[u8]) -> Self {
        take_bytes(from, N).try_into().unwrap_or([0; N])
    }
}

/// Numbers, by the way of another type.
macro_rules! numbers {
    ($($number:ty: $put:expr, $take:expr;)*) => {$(
        impl Carry for $number {
            fn put(&self, out: &mut Vec<u8>) {
                $put(*self).put(out);
            }

            fn take(from: &mut &[u8]) -> Self {
                $take(Carry::take(from))
            }
        }
    )*};
}
numbers! {
    u8: |number| [number], |[number]: [u8; 1]| number;
    bool: u8::from, |flag: u8| flag == 1;
    u32: u32::to_le_bytes, u32::from_le_bytes;
    i32: i32::to_le_bytes, i32::from_le_bytes;
    u64: u64::to_le_bytes, u64::from_le_bytes;
    usize: |number| number as u64, |number: u64| usize::try_from(number).unwrap_or_default();
}

impl Carry for () {
    fn put(&self, _: &mut Vec<u8>) {}

    fn take(_: &mut &[u8]) -> Self {}
}

impl Carry for [u64; 2] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|number| number.put(out));
    }

    fn take(from: &mut &[u8]) -> Self {
        [Carry::take(from), Carry::take(from)]
    }
}

impl Carry for Arc<[u8]> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        put_bytes(self, out);
    }

    #[inline(never)]
    fn take(from: &mut &[u8]) -> Self {
        let length = usize::take(from);
        take_bytes(from, length).into()
    }
}

impl Carry for Arc<str> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        put_bytes(self.as_bytes(), out);
    }

    #[inline(never)]
    fn take(from: &mut &[u8]) -> Self {
        let length = usize::take(from);
        std::str::from_utf8(take_bytes(from, length)).unwrap_or_default().into()
    }
}

impl<T: Carry> Carry for Box<T> {
    fn put(&self, out: &mut Vec<u8>) {
        T::put(self, out);
    }

    fn take(from: &mut &[u8]) -> Self {
        Self::new(T::take(from))
    }
}

impl<T: Carry> Carry for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Self {
        bool::take(from).then(|| T::take(from))
    }
}

impl<T: Carry, E: Carry> Carry for Result<T, E> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_ok().put(out);
        match self {
            Ok(value) => value.put(out),
            Err(error) => error.put(out),
        }
    }

    fn take(from: &mut &[u8]) -> Self {
        if bool::take(from) { Ok(T::take(from)) } else { Err(E::take(from)) }
    }
}

/// Each is preceded by a one, and the last is followed by a zero.
impl<T: Carry> Carry for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        for value in self {
            true.put(out);
            value.put(out);
        }
        false.put(out);
    }

    fn take(from: &mut &[u8]) -> Self {
        let mut values = Self::new();
        while bool::take(from) {
            values.push(T::take(from));
        }
        values
    }
}

/// A hash of what is carried (FNV-1a, of 64 bits): tabs whose lists differ do not understand each other.
pub(super) const fn version(lists: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < lists.len() {
        hash = (hash ^ lists.as_bytes()[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The shapes of what is carried: each type with all of its fields or variants. Behind them, the variants that are not
/// carried.
macro_rules! carried {
    ($($kind:ident $name:ident { $($shape:tt)* } $({ $($stays:ident)* })?)*) => {
        /// Of what is carried.
        pub(super) const VERSION: u64 =
            $crate::chat::tabs::carry::version(concat!($(stringify!($name $($shape)*),)*));
        $(carried!(@$kind $name { $($shape)* } { $($($stays)*)? });)*
    };
    (@value $name:ident { } { }) => {
        impl Carry for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }

            fn take(from: &mut &[u8]) -> Self {
                Self(Carry::take(from))
            }
        }
    };
    (@record $name:ident { $($field:ident)* } { }) => {
        impl Carry for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            fn take(from: &mut &[u8]) -> Self {
                Self { $($field: Carry::take(from)),* }
            }
        }
    };
    (@choice $name:ident {
        $first:ident $(($($first_part:ident)*))? $({$($first_field:ident)*})?
        $(, $variant:ident $(($($part:ident)*))? $({$($field:ident)*})?)* $(,)?
    } { $($stays:ident)* }) => {
        impl Carry for $name {
            fn put(&self, out: &mut Vec<u8>) {
                enum Tag { $first, $($variant),* }
                match self {
                    Self::$first $(($($first_part),*))? $({$($first_field),*})? => {
                        (Tag::$first as u8).put(out);
                        $($($first_part.put(out);)*)?
                        $($($first_field.put(out);)*)?
                    }
                    $(Self::$variant $(($($part),*))? $({$($field),*})? => {
                        (Tag::$variant as u8).put(out);
                        $($($part.put(out);)*)?
                        $($($field.put(out);)*)?
                    })*
                    $(Self::$stays { .. } => {})*
                }
            }

            fn take(from: &mut &[u8]) -> Self {
                #[expect(dead_code, reason = "the first is what is none of the others")]
                enum Tag { $first, $($variant),* }
                let tag = u8::take(from);
                let _ = tag;
                $(if tag == Tag::$variant as u8 {
                    $($(let $part = Carry::take(from);)*)?
                    $($(let $field = Carry::take(from);)*)?
                    return Self::$variant $(($($part),*))? $({$($field),*})?;
                })*
                $($(let $first_part = Carry::take(from);)*)?
                $($(let $first_field = Carry::take(from);)*)?
                Self::$first $(($($first_part),*))? $({$($first_field),*})?
            }

            fn crosses(&self) -> bool {
                match self {
                    Self::$first { .. } => true,
                    $(Self::$variant { .. } => true,)*
                    $(Self::$stays { .. } => false,)*
                }
            }
        }
    };
}
pub(super) use carried;
