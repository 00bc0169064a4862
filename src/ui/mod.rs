//! The screens. They send `Command`s and draw what `Change`s tell.
