#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kith::fuzz::run("mqtt", bytes));
