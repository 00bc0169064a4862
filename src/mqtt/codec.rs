//! Framing of a byte stream and every check that the packet types do not make.
