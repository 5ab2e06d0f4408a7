#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| thumbs_fuzz::targets::hevc_decode::check(bytes));
