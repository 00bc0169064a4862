//! End-to-end encryption: the room is here, vodozemac moves in with the next issue.
//!
//! What already stands for it: every payload on the wire is an envelope whose version and kind bytes
//! (`chat::wire`) leave the sealed kinds free, and every step of the client commits in one `Save`, so that
//! a ratchet can advance in the same transaction as the message it belongs to.
