//! The guards that hang together with what is promised, by name, so that the simulator can show that it sees each of them: it
//! switches one off and must find what is then wrong (`cargo xtask sim --mutate`). In every other build there is nothing to
//! switch, and the question is a constant.

/// A guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// A receipt leaves when what it names is stored.
    ReceiptAfterSave,
    /// A PUBLISH is acknowledged when what it brought is stored.
    AckAfterSave,
    /// What comes twice is taken in once.
    Dedupe,
    /// What the broker has acknowledged stays in the outbox until there is a receipt.
    OutboxUntilReceipt,
    /// A ratchet that has moved on is in the save of what it moved for.
    RatchetWithSave,
}

/// No guard is off.
#[cfg(not(sim))]
pub(crate) const fn is_off(_: Guard) -> bool {
    false
}

#[cfg(sim)]
pub(crate) use switched::is_off;
#[cfg(sim)]
pub use switched::switch_off;

#[cfg(sim)]
mod switched {
    use std::cell::Cell;

    use super::Guard;

    thread_local! {
        static OFF: Cell<Option<Guard>> = const { Cell::new(None) };
    }

    impl Guard {
        /// All of them.
        pub const ALL: [Self; 5] = [
            Self::ReceiptAfterSave,
            Self::AckAfterSave,
            Self::Dedupe,
            Self::OutboxUntilReceipt,
            Self::RatchetWithSave,
        ];
    }

    /// In this thread this guard is off from now on.
    pub fn switch_off(guard: Option<Guard>) {
        OFF.set(guard);
    }

    pub(crate) fn is_off(guard: Guard) -> bool {
        OFF.get() == Some(guard)
    }
}
