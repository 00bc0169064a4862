//! How things stand with the place where everything is stored.

/// From how many parts in a hundred on the person is told that little is left.
const LITTLE_LEFT: u64 = 80;

/// What the browser says of its storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Whether it keeps what is stored until the person deletes it; none where there is no way to ask.
    pub persistent: Option<bool>,
    /// What is used and granted; none where it does not say.
    pub space: Option<Space>,
    /// What is kept free for a full disk is used up, and there is no room to keep it free again.
    pub full: bool,
}

/// Bytes in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What is used.
    pub used: u64,
    /// What there is at all.
    pub granted: u64,
}

impl Space {
    /// Whether little of it is left.
    #[must_use]
    pub const fn is_low(self) -> bool {
        self.used.saturating_mul(100) >= self.granted.saturating_mul(LITTLE_LEFT)
    }
}

/// What the person is told of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// What the browser says.
    pub survey: Survey,
    /// It was asked to keep what is stored, and does not.
    pub declined: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_left_from_eighty_in_a_hundred_on() {
        let is_low = |used, granted| Space { used, granted }.is_low();
        assert!(!is_low(79, 100) && is_low(80, 100) && is_low(101, 100));
        assert!(is_low(u64::MAX, u64::MAX) && !is_low(1, u64::MAX));
        assert!(!is_low(0, 1) && is_low(0, 0));
    }
}
