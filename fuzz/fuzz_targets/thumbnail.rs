#![no_main]
libfuzzer_sys::fuzz_target!(init: thumbs_fuzz::findings::prepare(), |bytes: &[u8]| {
    thumbs_fuzz::targets::check_thumbnail(bytes);
});
