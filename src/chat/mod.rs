//! The messenger without a browser.
