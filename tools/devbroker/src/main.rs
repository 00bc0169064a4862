//! Placeholder until the first commit of its own.
fn main() {}
