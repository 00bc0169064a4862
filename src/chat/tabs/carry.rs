//! Values as bytes, from one tab to another: field after field, without names or versions. Both tabs must be of one build,
//! so the lists of fields are hashed into the version that each message begins with. Nothing of it is ever stored.

use std::sync::Arc;

/// What can be carried.
pub(super) trait Carry: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut &[u8]) -> Option<Self>;

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

fn bytes<'f>(from: &mut &'f [u8]) -> Option<&'f [u8]> {
    let length = usize::try_from(u64::take(from)?).ok()?;
    from.split_off(..length)
}

impl Carry for () {
    fn put(&self, _: &mut Vec<u8>) {}

    fn take(_: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

impl Carry for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        from.split_off_first().copied()
    }
}

impl<const N: usize> Carry for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        from.split_off(..N)?.try_into().ok()
    }
}

impl Carry for [u64; 2] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|number| number.put(out));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some([Carry::take(from)?, Carry::take(from)?])
    }
}

impl Carry for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_le_bytes().put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Carry::take(from).map(Self::from_le_bytes)
    }
}

impl Carry for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        u64::from(*self).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Self::try_from(u64::take(from)?).ok()
    }
}

impl Carry for i32 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_le_bytes().put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Carry::take(from).map(Self::from_le_bytes)
    }
}

impl Carry for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Self::try_from(u64::take(from)?).ok()
    }
}

impl Carry for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        u8::take(from).map(|flag| flag == 1)
    }
}

impl Carry for Arc<[u8]> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        bytes(from).map(Self::from)
    }
}

impl Carry for Arc<str> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes(from)?).ok().map(Self::from)
    }
}

impl<T: Carry> Carry for Box<T> {
    fn put(&self, out: &mut Vec<u8>) {
        T::put(self, out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

impl<T: Carry> Carry for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
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

    fn take(from: &mut &[u8]) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Ok) } else { E::take(from).map(Err) }
    }
}

impl<T: Carry> Carry for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = u64::take(from)?;
        (0..length).map(|_| T::take(from)).collect()
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

/// The shapes of what is carried: each type with all of its fields or variants. Behind them, the variants that are not carried.
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

            fn take(from: &mut &[u8]) -> Option<Self> {
                Carry::take(from).map(Self)
            }
        }
    };
    (@record $name:ident { $($field:ident)* } { }) => {
        impl Carry for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Carry::take(from)?),* })
            }
        }
    };
    (@choice $name:ident {
        $($variant:ident $(($($part:ident)*))? $({$($field:ident)*})?),* $(,)?
    } { $($stays:ident)* }) => {
        impl Carry for $name {
            fn put(&self, out: &mut Vec<u8>) {
                enum Tag { $($variant),* }
                match self {
                    $(Self::$variant $(($($part),*))? $({$($field),*})? => {
                        out.push(Tag::$variant as u8);
                        $($($part.put(out);)*)?
                        $($($field.put(out);)*)?
                    })*
                    // Nobody can read it.
                    $(Self::$stays { .. } => out.push(u8::MAX),)*
                }
            }

            fn crosses(&self) -> bool {
                match self {
                    $(Self::$variant { .. } => true,)*
                    $(Self::$stays { .. } => false,)*
                }
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                enum Tag { $($variant),* }
                let tag = u8::take(from)?;
                $(if tag == Tag::$variant as u8 {
                    $($(let $part = Carry::take(from)?;)*)?
                    $($(let $field = Carry::take(from)?;)*)?
                    return Some(Self::$variant $(($($part),*))? $({$($field),*})?);
                })*
                None
            }
        }
    };
}
pub(super) use carried;
