//! Findings of the fuzzers, named by their cause, must decode or fail in peace at every scale.

use jpeg_shrink::{Options, decode};

use super::{SCALES, files};

#[test]
fn findings_stay_fixed() {
    for (name, bytes) in files("fuzz_findings", 3) {
        for scale in SCALES {
            let outcome = decode(&bytes, &Options { max_memory: 1 << 28, ..Options::at(scale) });
            assert!(outcome.is_ok() || outcome.is_err(), "{name}");
        }
    }
}
