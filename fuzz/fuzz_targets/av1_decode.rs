#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| thumbs_fuzz::targets::av1_decode::check(bytes));
